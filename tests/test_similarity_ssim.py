"""SSIM of all pairs against scikit-image, pair by pair."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from clefgan.errors import ClefganError
from clefgan.method import Images
from clefgan.similarity import ssim
from clefgan.similarity.engine import nearest, scan
from clefgan.similarity.reductions import Whole
from clefgan.similarity.ssim import SSIM


def one_by_one(c: Images, g: Images) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    compare: Any = structural_similarity
    return np.array([[compare(a, b) for b in g] for a in c])


def smooth(n: int, seed: int, height: int = 50, width: int = 37) -> Images:
    rng = np.random.default_rng(seed)
    levels = rng.normal(0, 1, (n, height, width)).cumsum(axis=1).cumsum(axis=2)
    levels -= levels.min(axis=(1, 2), keepdims=True)
    return np.asarray(255 * levels / levels.max(axis=(1, 2), keepdims=True), np.uint8)


def test_equals_scikit_image_on_smooth_noisy_and_flat_images() -> None:
    rng = np.random.default_rng(0)
    c = np.concatenate([smooth(3, 1), rng.integers(0, 256, (2, 50, 37), dtype=np.uint8)])
    g = np.concatenate([smooth(3, 2), c[:2] ^ 1, np.zeros((1, 50, 37), np.uint8)])
    g = np.concatenate([g, np.full((1, 50, 37), 255, np.uint8)])
    found = 1 - scan(SSIM(), c, g, Whole())
    np.testing.assert_allclose(found, one_by_one(c, g), atol=1e-6)


def test_equals_scikit_image_on_real_ct(shared_data: Path) -> None:
    with np.load(shared_data / "lidc_patches" / "lidc_patches_128.npz") as stored:
        patches = np.asarray(stored["images"][:12], np.uint8)
    found = 1 - scan(SSIM(), patches[:4], patches, Whole())
    np.testing.assert_allclose(found, one_by_one(patches[:4], patches), atol=1e-6)


def test_a_copy_is_at_distance_exactly_0() -> None:
    c = smooth(4, 0)
    found = scan(SSIM(), c, c, Whole())
    assert (np.diag(found) == 0).all()
    assert (found[~np.eye(4, dtype=bool)] > 0).all()


def test_the_largest_sums_do_not_overflow() -> None:
    bright = np.full((1, 9, 9), 255, np.uint8)
    dark = np.zeros((1, 9, 9), np.uint8)
    checks = (255 * (np.indices((9, 9)).sum(axis=0) % 2)).astype(np.uint8)[None]
    c = np.concatenate([bright, dark, checks, 255 - checks])
    found = 1 - scan(SSIM(), c, c, Whole())
    np.testing.assert_allclose(found, one_by_one(c, c), atol=1e-6)


def test_neighbours_and_blocks_change_no_bit() -> None:
    c, g = smooth(3, 0), smooth(200, 1)
    together = scan(SSIM(), c, g, Whole())
    np.testing.assert_array_equal(scan(SSIM(), c, g, Whole(), memory_mib=1), together)
    np.testing.assert_array_equal(scan(SSIM(), c[1:2], g, Whole()), together[1:2])


def test_prefiltered_search_finds_the_same_best() -> None:
    c = smooth(4, 0)
    noise = np.random.default_rng(1).integers(-3, 4, c.shape)
    g = np.concatenate([smooth(80, 1), np.clip(c + noise, 0, 255).astype(np.uint8)])
    exact = nearest(SSIM(), c, g, 2)
    found = ssim.best(c, g, 2, among=40)
    np.testing.assert_array_equal(found.indices[:, 0], exact.indices[:, 0])
    np.testing.assert_array_equal(found.distances[:, 0], exact.distances[:, 0])
    everything = ssim.best(c, g, 2, among=84)
    np.testing.assert_array_equal(everything.indices, exact.indices)


def test_small_images_are_an_error() -> None:
    tiny = np.zeros((1, 6, 30), np.uint8)
    with pytest.raises(ClefganError, match=r"^ssim: images are 6x30; give images of at least 7x7$"):
        scan(SSIM(), tiny, tiny, Whole())


def test_features_are_an_error() -> None:
    rows = np.zeros((1, 30), np.float32)
    with pytest.raises(ClefganError, match=r"^ssim: images are float32 of shape \(1, 30\)"):
        scan(SSIM(), rows, rows, Whole())


def test_sizes_that_differ_are_an_error() -> None:
    with pytest.raises(ClefganError, match="candidates are 50x37, generated 50x38"):
        scan(SSIM(), smooth(1, 0), smooth(1, 0, 50, 38), Whole())
