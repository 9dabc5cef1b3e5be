"""Copies that were flipped, turned, tilted, moved or re-contrasted are found by a search."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from baselines.against_unused import AgainstUnused
from baselines.csls import Csls
from baselines.domias import Domias
from baselines.features.space import SearchedSpace, Space
from baselines.nearest import Nearest
from baselines.pool_log_ratio import PoolLogRatio
from baselines.vcmi import VcmiMax
from baselines.votes import Votes
from building import noise
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images
from clefgan.similarity import engine
from clefgan.similarity.group import GROUPS, Pose, poses, shifts
from clefgan.similarity.listening import listening
from clefgan.similarity.spectrum import Spectrum

SIDE, COPIED = 64, 7


def textures(n: int, seed: int) -> Images:
    """Smooth textures on a bright disc that all of them share."""
    rng = np.random.default_rng(seed)
    soft = ndimage.gaussian_filter(rng.normal(size=(n, SIDE, SIDE)), (0, 1.5, 1.5))
    down, right = np.indices((SIDE, SIDE)) - SIDE / 2
    disc = 60.0 * (np.hypot(down, right) < 26)
    return np.asarray(np.clip(90 + disc + 160 * soft, 0, 255), np.uint8)


def rotated(degrees: float, image: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(ndimage.rotate(image, degrees, reshape=False, order=3, mode="nearest"))


def moved(down: int, right: int, image: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(ndimage.shift(image, (down, right), order=0, mode="nearest"))


def dimmed(image: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(255 * (image / 255) ** 1.6 * 0.7)


KINDS: dict[str, tuple[str, Callable[[NDArray[Any]], NDArray[Any]]]] = {
    "left to right": ("band+flips", np.fliplr),
    "upside down": ("pixels+flips", np.flipud),
    "a quarter": ("band+turns", np.rot90),
    "a quarter, mirrored": ("contrast+turns", lambda image: np.rot90(np.fliplr(image), 3)),
    "3 degrees": ("band+tilts", partial(rotated, 3)),
    "-5 degrees": ("band+tilts", partial(rotated, -5)),
    "2 down, 1 left": ("band+shifts", partial(moved, 2, -1)),
    "3 up, 3 right": ("contrast+shifts", partial(moved, -3, 3)),
    "1 right, pixels": ("pixels+shifts", partial(moved, 0, 1)),
    "contrast": ("contrast+flips", dimmed),
    "any: a quarter": ("band+all", np.rot90),
    "any: moved": ("band+all", partial(moved, 1, 2)),
    "any: tilted": ("band+all", partial(rotated, 4)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", [Nearest, PoolLogRatio, Csls, Votes])
def test_a_planted_copy_is_the_top_match_and_no_other_is(kind: str, method: Any) -> None:
    name, transform = KINDS[kind]
    candidates, generated = textures(30, 1), textures(40, 2)
    rng = np.random.default_rng(3)
    copy = transform(candidates[COPIED].astype(float)) + rng.normal(0, 4, (SIDE, SIDE))
    generated[11] = np.clip(copy, 0, 255).astype(np.uint8)
    dev = DevSet(textures(20, 4), textures(6, 5), textures(6, 6))
    scorer = method(features=Space.parse(name)).fit(dev)
    with listening(candidates, generated, 1) as heard:
        scores = scorer.score(candidates, generated)
    others = np.delete(scores, COPIED)
    assert scores[COPIED] > others.max() + 2 * others.std()
    assert heard.matches is not None
    assert heard.matches.indices[COPIED, 0] == 11
    assert heard.matches.z[COPIED, 0] > 4


def stands_out(features: str, transform: Callable[[NDArray[Any]], NDArray[Any]]) -> float:
    """By how many standard deviations a copy's score is above the mean of the others."""
    candidates, generated = textures(30, 1), textures(40, 2)
    generated[11] = np.clip(transform(candidates[COPIED].astype(float)), 0, 255).astype(np.uint8)
    dev = DevSet(textures(20, 4), textures(6, 5), textures(6, 6))
    scores = Nearest(features=Space.parse(features)).fit(dev).score(candidates, generated)
    others = np.delete(scores, COPIED)
    return float((scores[COPIED] - others.mean()) / others.std())


@pytest.mark.parametrize("kind", ["left to right", "a quarter"])
def test_without_the_search_it_is_not_found(kind: str) -> None:
    _, transform = KINDS[kind]
    assert stands_out("band", transform) < 3


@pytest.mark.parametrize("kind", ["2 down, 1 left", "3 degrees", "-5 degrees"])
def test_a_small_movement_is_seen_better_with_the_search(kind: str) -> None:
    name, transform = KINDS[kind]
    assert stands_out(name, transform) > 1.5 * stands_out("band", transform)


@pytest.mark.parametrize("group", GROUPS)
def test_a_search_is_the_smallest_distance_over_the_members(group: Any) -> None:
    candidates, generated = textures(4, 1), textures(5, 2)
    place = Space.parse(f"band+{group}").learned(generated)
    plain = Space.parse("band").learned(generated)
    rows = place.rows(candidates), place.rows(generated)
    found = engine.nearest(place.metric, *rows).distances[:, 0]
    if shifts(group):
        alone = engine.nearest(place.metric.metric, *rows).distances[:, 0]  # type: ignore[union-attr]
        assert (found <= alone + 1e-9).all()
        return
    expected = np.min(
        [
            engine.nearest(plain.metric, plain.rows(pose(candidates)), plain.rows(generated))
            .distances[:, 0]
            for pose in poses(group, square=True)
        ],
        axis=0,
    )  # fmt: skip
    np.testing.assert_array_equal(found, expected)


def test_a_shift_is_a_phase() -> None:
    images = np.random.default_rng(0).normal(size=(3, 16, 12)).astype(np.float32)
    flat = Spectrum.learned(lambda x: x.astype(np.float32), noise(8, 16, 12))

    def rows(maps: NDArray[np.float32]) -> NDArray[np.float64]:
        kept = np.fft.rfft2(maps - maps.mean(axis=(1, 2), keepdims=True)).reshape(3, -1)
        kept = kept[:, flat.index] * flat.weight
        both = np.concatenate([kept.real, kept.imag], axis=1)
        return np.asarray(both / np.linalg.norm(both, axis=1, keepdims=True))

    shifted = np.roll(images, (2, -3), axis=(1, 2))
    np.testing.assert_allclose(
        flat.moved(rows(images).astype(np.float32), (2, -3)), rows(shifted), atol=1e-5
    )
    whole = np.corrcoef(images.reshape(3, -1))
    ours = rows(images) @ rows(images).T  # all coefficients are kept: correlations
    np.testing.assert_allclose(ours, whole, atol=1e-6)


def test_poses() -> None:
    images = noise(2, 4, 6)
    np.testing.assert_array_equal(Pose(True, 2)(images), images[:, ::-1])
    assert len(poses("turns", square=True)) == 8
    assert len(poses("turns", square=False)) == len(poses("flips", square=False)) == 4
    assert len(poses("tilts", square=False)) == 7
    assert poses("shifts", square=True) == (Pose(),)
    assert len(shifts("all")) == 48
    for group in GROUPS:
        posed = [pose(noise(1, 8)) for pose in poses(group, square=True)]
        np.testing.assert_array_equal(posed[0], noise(1, 8))
        assert {image.shape for image in posed} == {(1, 8, 8)}


@pytest.mark.parametrize(
    "name", ["band+flips", "hog+turns", "band:1:3+shifts", "pixels-pca40+tilts"]
)
def test_names(name: str) -> None:
    assert str(Space.parse(name)) == name
    assert isinstance(Space.parse(name), SearchedSpace)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("band+flip", "features 'band[+]flip': no search 'flip'; give flips, turns, tilts, shifts"),
        ("hog+shifts", "features 'hog[+]shifts': shifts are looked for in pixels, band, contrast"),
        ("pixels-pca40+all", "shifts are looked for in pixels, band, contrast only"),
        ("bond+flips", "did you mean 'band'"),
    ],
)
def test_searches_that_there_are_not(name: str, words: str) -> None:
    with pytest.raises(ClefganError, match=words):
        Space.parse(name)


def test_methods_that_take_no_search_say_so() -> None:
    with pytest.raises(ValueError, match=r"'hog[+]flips' have a search; give plain features"):
        VcmiMax(similarity="features", features=Space.parse("hog+flips"))
    with pytest.raises(ValueError, match=r"'hog[+]flips' have a search; give plain features"):
        AgainstUnused(features=Space.parse("hog+flips"))
    dev = DevSet(noise(9, 16), noise(4, 16, seed=1), noise(4, 16, seed=2))
    with pytest.raises(ClefganError, match="search: these features are not worked out from single"):
        Domias(features=Space.parse("pixels-pca20+flips")).fit(dev)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("shape", [(1, 1), (5, 9), (32, 32)])
def test_constant_and_tiny_images_have_finite_scores(group: str, shape: tuple[int, int]) -> None:
    flat = np.full((3, *shape), 77, np.uint8)
    dev = DevSet(flat, flat, flat)
    for name in ("pixels", "band", "contrast"):
        scorer = Nearest(features=Space.parse(f"{name}+{group}")).fit(dev)
        assert np.isfinite(scorer.score(flat, flat[:1])).all()
