"""Features of an image that say nothing of what a generator learned."""

from pathlib import Path

import numpy as np
import pytest

from building import save
from clefgan.data import nuisance, reading
from clefgan.testing import blobs


class TestNuisance:
    def test_one_row_an_image_and_one_column_more_with_file_sizes(self) -> None:
        images = blobs(np.random.default_rng(0), 5)
        assert nuisance.features(images).shape == (5, 30)
        assert nuisance.features(images[:0]).shape == (0, 30)
        with_sizes = nuisance.features(images, [10, 20, 30, 40, 50])
        assert with_sizes.shape == (5, 31)
        assert np.array_equal(with_sizes[:, -1], np.log([11, 21, 31, 41, 51]))

    def test_a_histogram_counts_its_bins(self) -> None:
        image = np.array([[0, 15, 16, 255]] * 4, np.uint8)
        found = nuisance.of_image(image)
        shares = found[:16] ** 2
        assert shares == pytest.approx([0.5, 0.25, *[0] * 13, 0.25])
        assert found[16] == pytest.approx(71.5)  # mean level
        assert found[18:20] == pytest.approx([0.25, 0.25])  # at 0, at 255

    @pytest.mark.parametrize("shape", [(1, 1), (2, 3), (3, 2), (8, 5), (16, 16)])
    def test_any_size_and_constant_images_are_finite(self, shape: tuple[int, int]) -> None:
        for level in (0, 128, 255):
            image = np.full((1, *shape), level, np.uint8)
            assert np.isfinite(nuisance.features(image)).all()

    def test_blur_lowers_sharpness_noise_and_fine_power(self) -> None:
        rng = np.random.default_rng(0)
        sharp = rng.integers(0, 256, (32, 32)).astype(np.float64)
        soft = (sharp + np.roll(sharp, 1, 0) + np.roll(sharp, 1, 1)) / 3
        assert nuisance.sharpness(soft) < nuisance.sharpness(sharp)
        assert nuisance.noise(soft) < nuisance.noise(sharp)
        assert nuisance.spectrum(soft)[-1] < nuisance.spectrum(sharp)[-1]

    def test_a_wave_is_in_its_ring(self) -> None:
        wave = np.cos(2 * np.pi * np.arange(64) * 20 / 64)[None].repeat(64, 0)  # 20 of 32 cycles
        assert np.argmax(nuisance.spectrum(wave)) == 5  # 0.625 of 8 rings

    def test_bytes_of_the_files_in_the_order_of_the_ids(self, tmp_path: Path) -> None:
        for name in ("used", "not_used", "generated"):
            for i in (10, 2):
                pixels = np.random.default_rng(i).integers(0, i, (1, 8, 8), np.uint8)
                save(tmp_path / name, pixels, name + "_{}", start=i)
        dev = reading.read(tmp_path).dev
        assert dev is not None
        wanted = [(tmp_path / "used" / f"used_{i}.png").stat().st_size for i in (2, 10)]
        assert nuisance.file_sizes(dev.used) == wanted
