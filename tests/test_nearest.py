"""The closest generated image: by definition, in any feature space, on awkward input."""

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from baselines.features.hog import Hog
from baselines.features.pixels import unit
from baselines.features.space import PIXELS, Space
from baselines.nearest import Nearest
from building import noise
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, Scores, silent
from clefgan.plugins import registry
from clefgan.similarity import block_sizes


def distances(images: Images, generated: Images, features: Space = PIXELS) -> Scores:
    place = features.learned(generated)
    return -Nearest().raw(place, images, generated, progress=silent)


NONE = noise(0, 16)
DEV = DevSet(
    generated=noise(5, 16, seed=1), used=noise(4, 16, seed=2), not_used=noise(3, 16, seed=3)
)


def by_definition(images: Images, generated: Images) -> list[float]:
    """Centre, scale, subtract, measure: one pair at a time."""

    def normal(image: Images) -> NDArray[np.float64]:
        centred: NDArray[np.float64] = image.astype(np.float64) - image.mean()
        return centred / (np.linalg.norm(centred) or 1.0)

    return [min(float(np.linalg.norm(normal(x) - normal(g))) for g in generated) for x in images]


def test_nearest_distance_by_definition() -> None:
    images, generated = noise(7, 16), noise(11, 16, seed=1)
    generated[3] = images[2] // 2
    np.testing.assert_allclose(distances(images, generated), by_definition(images, generated))


def test_an_exact_copy_is_at_distance_zero_and_brightness_does_not_count() -> None:
    for size in (16, 21):  # 21 x 21: a number of pixels by which not every sum can be divided
        images = noise(4, size, seed=5) // 4
        others = noise(9, size, seed=6)
        assert (distances(images, np.concatenate([others, images])) == 0).all()
        assert (distances(images, images * 3 + 40) == 0).all()


def test_constant_images_are_one_away_from_others_and_zero_from_each_other() -> None:
    flat = np.full((2, 16, 16), [[[9]], [[200]]], np.uint8)
    np.testing.assert_array_equal(distances(flat, noise(3, 16)), 1.0)
    np.testing.assert_array_equal(distances(noise(3, 16), flat), 1.0)
    np.testing.assert_array_equal(distances(flat, flat[:1]), 0.0)


@pytest.mark.parametrize("features", [PIXELS, Space("low-pass")])
def test_block_size_and_neighbours_never_change_a_bit(features: Space) -> None:
    """Published attack libraries drop the last `len % batch` queries."""
    images, generated = noise(10, 16), noise(150, 16, seed=1)
    whole = distances(images, generated, features)
    alone = [distances(images[i : i + 1], generated, features)[0] for i in range(10)]
    seen: list[tuple[int, int]] = []
    place = features.learned(generated)
    with block_sizes.at_most(columns=64):
        blocked = -Nearest().raw(
            place, images, generated, progress=lambda _s, i, n, _t: seen.append((i, n))
        )
    np.testing.assert_array_equal(blocked, whole)
    np.testing.assert_array_equal(blocked, alone)
    np.testing.assert_array_equal(distances(images, generated[::-1], features), whole)
    assert seen == [(64, 150), (128, 150), (150, 150)]


def test_distances_are_measured_where_features_says() -> None:
    images, generated = noise(4, 64, seed=1), noise(6, 64, seed=2)
    ours, theirs = (unit(Hog(cell=4)(some)).astype(np.float64) for some in (images, generated))
    wanted = np.linalg.norm(ours[:, None] - theirs[None], axis=2).min(axis=1)
    np.testing.assert_allclose(distances(images, generated, Space("hog")), wanted, rtol=1e-5)
    configured = registry.configure("nearest(features=hog-pca40)")
    assert configured == Nearest(features=Space("hog", 40))


def test_large_images_that_differ_little_keep_distinct_scores() -> None:
    """`exp(-d^2)` ties all of these (METHODS section 5)."""
    base = noise(1, 256, seed=2)
    steps = np.array([0, 1, 2, 3, 4], np.uint8)[:, None, None]
    near = np.where(np.arange(256) % 64 == 0, base ^ steps, base).astype(np.uint8)
    assert len(set(distances(near, base).tolist())) == 5


def test_nearest_puts_its_threshold_between_the_medians() -> None:
    generated = noise(5, 16, seed=1)
    near = generated // 2
    dev = DevSet(generated=generated, used=near[:3], not_used=noise(3, 16, seed=9))
    scorer = Nearest().fit(dev)
    assert (scorer.score(near, generated) > 0).all()
    assert (scorer.score(noise(4, 16, seed=8), generated) < 0).all()
    middle = (
        np.median(distances(dev.used, generated)) + np.median(distances(dev.not_used, generated))
    ) / 2
    assert scorer.score(generated[:1], generated)[0] == middle


def test_nearest_takes_one_candidate_or_none() -> None:
    scorer = Nearest().fit(DEV)
    assert scorer.score(noise(1, 16), noise(1, 16, seed=1)).shape == (1,)
    assert scorer.score(NONE, noise(1, 16, seed=1)).shape == (0,)


def test_nearest_says_what_it_lacks() -> None:
    scorer = Nearest().fit(DEV)
    with pytest.raises(ClefganError, match="comparison: there are no generated images"):
        scorer.score(noise(2, 16), NONE)
    with pytest.raises(ClefganError, match="candidates are 8x8, generated 16x16; give both"):
        scorer.score(noise(2, 8), noise(2, 16))
    with pytest.raises(ClefganError, match="dev: 0 used and 3 not-used images"):
        Nearest().fit(dataclasses.replace(DEV, used=NONE))
