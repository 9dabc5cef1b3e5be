"""Features of attribution against formulas, written out or of other libraries."""

import numpy as np
import pytest
from scipy import fft, ndimage

from baselines.features.histogram import LevelHistogram
from baselines.features.residual import Autocorrelation, half_plane, residual
from baselines.features.spectrum import LITTLE, BlockDct, LogDct, RadialSpectrum, cells, cosines
from building import grey, normal
from clefgan.testing import blobs


def test_the_cosine_matrix_is_scipys_dct() -> None:
    images = blobs(np.random.default_rng(0), 3)
    found = np.kron(cosines(), cosines()) @ cells(images)
    tile = images[1, 8:16, 24:32].astype(float)
    np.testing.assert_allclose(
        found[1, :, 7].reshape(8, 8), fft.dctn(tile, norm="ortho"), atol=1e-4
    )


def test_block_dct_recovers_planted_laplace_scales() -> None:
    rng = np.random.default_rng(0)
    scales = rng.uniform(3, 12, 64)
    scales[0] = 0
    coefficients = rng.laplace(0, scales, (2, 32 * 32, 64))
    blocks = fft.idctn(coefficients.reshape(2, 32, 32, 8, 8), axes=(3, 4), norm="ortho")
    images = grey(128 + blocks.swapaxes(2, 3).reshape(2, 256, 256))
    assert images.min() > 0
    assert images.max() < 255
    found = np.exp(BlockDct()(images)) - LITTLE
    np.testing.assert_allclose(found, np.tile(scales[1:], (2, 1)), rtol=0.12)
    assert np.abs(found / scales[1:] - 1).mean() < 0.03


@pytest.mark.parametrize("shape", [(5, 7), (8, 8), (19, 25)])
def test_block_dct_takes_images_of_any_size(shape: tuple[int, int]) -> None:
    found = BlockDct()(grey(100 + 20 * normal((2, *shape))))
    assert found.shape == (2, 63)
    assert np.isfinite(found).all()


def test_the_radial_spectrum_of_white_noise_is_flat() -> None:
    found = RadialSpectrum()(grey(128 + 20 * normal((40, 64, 64)))).mean(axis=0)
    assert found.shape == (31,)
    assert np.ptp(found[2:]) < 0.25  # the window smears the missing mean into the first radii


def test_a_sinusoid_is_in_its_radius() -> None:
    wave = 50 * np.sin(2 * np.pi * 10 * np.arange(64) / 64)
    ground = 128 + 5 * normal((1, 64, 64))
    more = RadialSpectrum()(grey(ground + wave)) - RadialSpectrum()(grey(ground))
    assert np.argmax(more[0]) == 10 - 1


def test_log_dct_is_the_log_of_scipys_dct_and_bands_average_it() -> None:
    images = grey(128 + 20 * normal((2, 16, 16)))
    wanted = np.log(np.abs(fft.dctn(images.astype(float), axes=(1, 2), norm="ortho")) + 1e-12)
    np.testing.assert_allclose(LogDct(64)(images), wanted.reshape(2, -1), rtol=1e-4, atol=1e-5)
    bands = wanted.reshape(2, 4, 4, 4, 4).mean(axis=(2, 4)).reshape(2, -1)
    np.testing.assert_allclose(LogDct(4)(images), bands, rtol=1e-4, atol=1e-5)


def test_autocorrelation_is_the_direct_sum_over_a_moved_image() -> None:
    images = grey(128 + 20 * normal((2, 16, 12)))
    found = Autocorrelation(2)(images)
    left = residual(images).astype(float)
    left -= left.mean(axis=(1, 2), keepdims=True)
    for number, (down, right) in enumerate(half_plane(2)):
        moved = np.roll(left, (-down, -right), axis=(1, 2))
        wanted = (left * moved).sum(axis=(1, 2)) / (left * left).sum(axis=(1, 2))
        np.testing.assert_allclose(found[:, number], wanted, atol=1e-5)
    np.testing.assert_allclose(found[:, -1], np.log(left.std(axis=(1, 2)) + 1e-3), rtol=1e-5)


def test_a_residual_is_the_image_less_a_gaussian_or_what_wiener_keeps() -> None:
    image = grey(100 + 20 * normal((1, 20, 20)))
    smooth = ndimage.gaussian_filter(image[0].astype(float), 1.0, mode="nearest")
    np.testing.assert_allclose(residual(image)[0], image[0] - smooth, atol=1e-3)
    flat = np.full((1, 9, 9), 50, np.uint8)
    assert np.abs(residual(flat, "wiener")).max() == 0
    window = image[0, 4:7, 9:12].astype(float)
    means = ndimage.generic_filter(image[0].astype(float), np.var, 3, mode="nearest").mean()
    share = min(1.0, means / window.var())
    wanted = (image[0, 5, 10] - window.mean()) * share
    assert residual(image, "wiener")[0, 5, 10] == pytest.approx(wanted, rel=1e-3)


def test_the_level_histogram_is_the_root_of_shares() -> None:
    image = np.array([[[0, 0], [7, 255]]], np.uint8)
    found = LevelHistogram()(image)[0]
    assert found[[0, 7, 255]].tolist() == pytest.approx([np.sqrt(0.5), 0.5, 0.5])
    assert np.square(found).sum() == pytest.approx(1)
