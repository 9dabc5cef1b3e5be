"""Detail maps, against SciPy's filters."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import ndimage

from building import noise
from clefgan.errors import ClefganError
from clefgan.similarity import detail

IMAGES = noise(3, 24, 33, seed=1)


def test_a_band_is_the_difference_of_scipys_blurs() -> None:
    for image, band in zip(IMAGES, detail.band_pass(IMAGES, 0.7, 2.0), strict=True):
        soft, softer = (
            ndimage.gaussian_filter(image.astype(float), s, mode="nearest") for s in (0.7, 2)
        )
        assert_allclose(band, soft - softer, atol=2e-3)


@pytest.mark.parametrize("sigma", [0.1, 0.7, 2.0, 4.0, 30.0])
def test_a_blur_in_bands_is_scipys_blur(sigma: float) -> None:
    """Sides of several bands, the last one of few rows; a blur may reach over all of them."""
    images = noise(2, 70, 41, seed=3).astype(np.float32)
    for image, found in zip(images, detail.blurred(images, sigma), strict=True):
        expected = ndimage.gaussian_filter(image.astype(float), sigma, mode="nearest")
        assert_allclose(found, expected, atol=2e-3)


def test_local_contrast_divides_by_the_strength_around() -> None:
    for image, found in zip(IMAGES, detail.local_contrast(IMAGES, 1, 3), strict=True):
        soft, softer = (
            ndimage.gaussian_filter(image.astype(float), s, mode="nearest") for s in (1, 3)
        )
        band = soft - softer
        strength = np.sqrt(ndimage.gaussian_filter(band**2, 6, mode="nearest") + 4)
        assert_allclose(found, band / strength, atol=2e-3)


def test_a_constant_image_has_no_detail_and_stays_finite() -> None:
    flat = np.full((2, 16, 16), 77, np.uint8)
    for maps in (detail.band_pass(flat), detail.local_contrast(flat)):
        assert_allclose(maps, 0, atol=1e-3)
        assert (detail.unit_rows(maps) == 0).all()


def test_products_of_unit_rows_are_correlations() -> None:
    rows = detail.unit_rows(IMAGES)
    assert_allclose(rows @ rows.T, np.corrcoef(IMAGES.reshape(3, -1)), atol=1e-5)


def test_lengths_are_summed_in_double_precision() -> None:
    rows = detail.unit_rows(noise(3, 64, 65, seed=2) + np.float32(4e3))
    assert_allclose(np.linalg.norm(rows.astype(float), axis=1), 1, atol=2e-6)


def test_images_smaller_than_the_blur_are_finite() -> None:
    assert np.isfinite(detail.local_contrast(noise(2, 3, 1, seed=1), 1, 30)).all()


@pytest.mark.parametrize(("narrow", "wide"), [(-1, 2), (2, 2), (3, 1)])
def test_scales_that_leave_no_band_are_refused(narrow: float, wide: float) -> None:
    with pytest.raises(ClefganError, match=rf"scales {narrow} and {wide} leave no band; give 0"):
        detail.band_pass(IMAGES, narrow, wide)


def test_a_floor_of_0_is_refused() -> None:
    with pytest.raises(ClefganError, match="floor 0 must be above 0"):
        detail.local_contrast(IMAGES, floor=0)
