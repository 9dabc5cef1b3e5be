"""LOGAN's critic as a method."""

import numpy as np
import pytest

from building import noise
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.critic import COPY, DcganCritic, thinned
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Knowledge, Scorer

GAN = DCGANConfig(latent=4, base_filters=8, filters=(8,) * 4, init_std=0.2, epochs=2)
METHOD = DcganCritic(gan=GAN, most_generated=6)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return METHOD.fit(DevSet(noise(8), noise(4, seed=1), noise(4, seed=2)))


def test_scores_are_finite_and_depend_on_the_image_alone(scorer: Scorer) -> None:
    candidates, generated = noise(9, seed=3), noise(8, seed=4)
    scores = scorer.score(candidates, generated)
    assert scores.dtype == np.float64
    assert scores.shape == (9,)
    assert np.isfinite(scores).all()
    assert len(set(scores)) == 9
    order = np.random.default_rng(0).permutation(9)
    np.testing.assert_array_equal(scorer.score(candidates[order], generated), scores[order])
    np.testing.assert_array_equal(scorer.score(candidates[:1], generated), scores[:1])
    np.testing.assert_array_equal(scorer.score(candidates, generated[::-1]), scores)


def test_the_threshold_lies_midway_between_devs_medians() -> None:
    dev = DevSet(noise(8), noise(5, seed=1), noise(5, seed=2))
    scores = METHOD.fit(dev).score(np.concatenate([dev.used, dev.not_used]), dev.generated)
    assert np.median(scores[:5]) == pytest.approx(-np.median(scores[5:]))


def test_a_released_candidate_has_the_highest_score(scorer: Scorer) -> None:
    candidates = noise(3, seed=3)
    scores = scorer.score(candidates, np.concatenate([noise(8, seed=4), candidates[1:2]]))
    assert scores[1] == COPY
    assert (np.abs(scores[[0, 2]]) < COPY).all()


def test_thinning_keeps_the_same_images_in_any_order() -> None:
    images = noise(20)
    few = thinned(images, 6, seed=0)
    assert few.shape == (6, 32, 32)
    np.testing.assert_array_equal(thinned(images[::-1], 6, seed=0), few)
    assert not np.array_equal(thinned(images, 6, seed=1), few)
    assert len(thinned(images, 100, seed=0)) == 20
    assert {image.tobytes() for image in few} <= {image.tobytes() for image in images}


def test_constant_and_single_images_give_finite_scores() -> None:
    grey = np.full((3, 32, 32), 7, np.uint8)
    scorer = METHOD.fit(DevSet(grey, noise(1), noise(1, seed=1)))
    assert np.isfinite(scorer.score(np.full((1, 32, 32), 8, np.uint8), grey[:1])).all()


def test_a_used_set_that_looks_like_the_generated_one_is_called_used() -> None:
    """An easy leak: used images are noised copies of generated ones, the others are noise."""
    rng = np.random.default_rng(0)
    shade = np.linspace(0, 200, 32).astype(np.uint8)[None, None, :] + np.zeros((8, 32, 1), np.uint8)
    near = shade + rng.integers(0, 20, (8, 32, 32), dtype=np.uint8)
    used = shade + rng.integers(0, 20, (8, 32, 32), dtype=np.uint8)
    method = DcganCritic(gan=DCGANConfig(latent=4, base_filters=8, filters=(8,) * 4, epochs=20))
    scorer = method.fit(DevSet(near, used[:4], noise(4)))
    scores = scorer.score(np.concatenate([used[4:], noise(4, seed=1)]), near)
    assert (scores[:4] > 0).all()
    assert (scores[4:] < 0).all()


def test_what_it_is() -> None:
    assert DcganCritic.knowledge is Knowledge.S0
    assert "1705.07663" in DcganCritic.source
    with pytest.raises(ClefganError, match="most_generated must be at least 1; got 0; change it"):
        DcganCritic(most_generated=0)


def test_a_dev_set_of_one_class_is_refused() -> None:
    with pytest.raises(ClefganError, match="got 0 used and 4 not used; give both"):
        METHOD.fit(DevSet(noise(8), noise(0), noise(4)))


def test_images_that_do_not_fit_are_refused() -> None:
    odd = np.zeros((4, 40, 40), np.uint8)
    with pytest.raises(ClefganError, match="multiple of 32; got 40 x 40; resize them"):
        METHOD.fit(DevSet(odd, odd, odd))
