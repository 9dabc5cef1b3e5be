"""Sets of any format in one grey scale, through one window, on one grid."""

import re
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

from clefgan.data.sets.grey import read_sets
from clefgan.data.sets.volumes import whole_volumes
from clefgan.errors import ClefganError
from grey_sets import GREY, RNG, dicoms, pngs


class TestOneGreyScale:
    def test_a_dicom_series_is_the_same_data_as_png(
        self, tmp_path: Path, shared_data: Path
    ) -> None:
        with np.load(shared_data / "tcga_ct/tcga_luad_ct100_hu512.npz") as file:
            hounsfield = next(file[name] for name in file.files if file[name].ndim == 3)[:5]
        stored = (hounsfield.astype(np.int32) + 1024).astype(np.int16)  # CT_small: intercept -1024
        share = np.clip((hounsfield.astype(float) + 1000) / 1400, 0, 1)
        grey = np.floor(share * 255 + 0.5).astype(np.uint8)
        dicoms(tmp_path / "dicom", stored)
        pngs(tmp_path / "png", grey)
        one = read_sets({"x": tmp_path / "dicom"}, window=(-1000, 400), largest=None)
        two = read_sets({"x": tmp_path / "png"}, largest=None)
        np.testing.assert_array_equal(one["x"].images, grey)
        assert one["x"].digest() == two["x"].digest()
        small = [
            read_sets({"x": tmp_path / each}, window=(-1000, 400)) for each in ("dicom", "png")
        ]
        assert small[0].size == (128, 128)
        assert small[0]["x"].digest() == small[1]["x"].digest()

    def test_every_format_of_one_series_is_the_same(self, tmp_path: Path) -> None:
        values = RNG.integers(-200, 1200, (4, 10, 12), dtype=np.int16)
        dicoms(tmp_path / "dicom", values[::-1])  # falling places: the last one lies lowest
        rising = values[::-1]
        levels = rising.astype(np.int16) - 1024
        np.save(tmp_path / "v.npy", levels)
        volume = nibabel.Nifti1Image(levels[::-1].transpose(2, 1, 0), np.diag([-1, -1, 1, 1]))  # type: ignore[no-untyped-call]
        nibabel.save(volume, tmp_path / "v.nii.gz")
        sources = {"a": tmp_path / "dicom", "b": tmp_path / "v.npy", "c": tmp_path / "v.nii.gz"}
        found = read_sets(sources, window=(-1000, 0))
        np.testing.assert_array_equal(found["a"].images, found["b"].images)
        np.testing.assert_array_equal(found["c"].images, found["b"].images[::-1])
        cubes = {name: whole_volumes(found[name], 8)[1] for name in ("a", "c")}
        np.testing.assert_array_equal(cubes["a"], cubes["c"])  # both from the feet up

    def test_16_bit_and_8_bit_stand_beside_each_other(self, tmp_path: Path) -> None:
        pngs(tmp_path / "a", GREY)
        pngs(tmp_path / "b", GREY.astype(np.uint16) * 10)
        found = read_sets({"a": tmp_path / "a", "b": tmp_path / "b"}, window=(0, 2550))
        np.testing.assert_array_equal(found["a"].images, found["b"].images)
        assert found.window == (0, 2550)

    def test_float_tiffs(self, tmp_path: Path) -> None:
        tmp_path.joinpath("a").mkdir()
        Image.fromarray(GREY[0] / np.float32(255)).save(tmp_path / "a/f.tif")
        Image.fromarray(GREY[1].astype(np.int32) - 100).save(tmp_path / "a/g.tif")
        found = read_sets({"a": tmp_path / "a"}, window=(0, 1))
        np.testing.assert_array_equal(found["a"].images[0], GREY[0])


class TestWindow:
    def test_percentiles_are_of_the_sets_that_may_be_looked_at(self, tmp_path: Path) -> None:
        train = RNG.normal(500, 100, (6, 16, 16)).astype(np.int16)
        dicoms(tmp_path / "t", train, Modality="MR", RescaleIntercept=0)
        dicoms(tmp_path / "s", (train + 9000).astype(np.int16), Modality="MR", RescaleIntercept=0)
        sources = {"train": tmp_path / "t", "released": tmp_path / "s"}
        found = read_sets(sources, window_from=("train",))
        assert found.window == tuple(np.percentile(train, (0.5, 99.5)))
        assert re.match(r"window of levels .*: percentiles 0\.5 and 99\.5 .* of train, one for all",
                        found.notes[0])  # fmt: skip
        both = read_sets(sources).window
        assert both is not None
        assert both[1] > 9000

    def test_percentiles_on_request(self, tmp_path: Path) -> None:
        pngs(tmp_path / "a", GREY.astype(np.uint16))
        found = read_sets({"a": tmp_path / "a"}, window="percentiles")
        assert found.window == tuple(np.percentile(GREY, (0.5, 99.5)))

    def test_that_of_the_headers(self, tmp_path: Path) -> None:
        dicoms(tmp_path / "a", GREY.astype(np.int16), WindowCenter=40, WindowWidth=400)
        assert read_sets({"a": tmp_path / "a"}, window="header").window == (-160, 239)
        dicoms(tmp_path / "b", GREY[:2].astype(np.int16), WindowCenter=50, WindowWidth=400)
        message = r"do not give one window for all: 6 have -160 to 239, 2 have -150 to 249; give tw"
        with pytest.raises(ClefganError, match=message):
            read_sets({"a": tmp_path / "a", "b": tmp_path / "b"}, window="header")
        pngs(tmp_path / "c", GREY[:1].astype(np.uint16))
        message = (
            r"one window for all: 1 of 7 images have none; 6 have -160 to 239; give two levels"
        )
        with pytest.raises(ClefganError, match=message):
            read_sets({"a": tmp_path / "a", "c": tmp_path / "c"}, window="header")

    def test_none_is_needed_for_8_bits(self, tmp_path: Path) -> None:
        found = read_sets({"a": pngs(tmp_path / "a", GREY)}, window="header")
        assert found.window is None
        assert found.notes == ("no image has more than 8 bits, so no window is needed.",)

    def test_hounsfield_units_are_not_guessed(self, tmp_path: Path) -> None:
        dicoms(tmp_path / "a", GREY.astype(np.int16))
        message = (
            r"/a: 'i0\.dcm' is 16-bit signed CT, and 6 images need a window of levels; give one "
            r"for all sets \(low, high\), 'header' or 'percentiles'$"
        )
        with pytest.raises(ClefganError, match=message):
            read_sets({"a": tmp_path / "a"})

    def test_16_bit_png_without_a_window(self, tmp_path: Path) -> None:
        pngs(tmp_path / "a", GREY.astype(np.uint16))
        with pytest.raises(ClefganError, match=r"'i0\.png' is 16-bit, and 6 images need a window"):
            read_sets({"a": tmp_path / "a"})

    def test_constant_images_give_no_percentiles(self, tmp_path: Path) -> None:
        pngs(tmp_path / "a", np.full((2, 4, 4), 7, np.uint16))
        with pytest.raises(
            ClefganError, match=r"all values are 7, so they give no window; give two"
        ):
            read_sets({"a": tmp_path / "a"}, window="percentiles")

    @pytest.mark.parametrize("window", [(5, 5), (9, 1), (float("nan"), 1), (0, float("inf"))])
    def test_levels_that_are_no_window(self, tmp_path: Path, window: tuple[float, float]) -> None:
        pngs(tmp_path / "a", GREY.astype(np.uint16))
        with pytest.raises(
            ClefganError, match=r"^window of levels .*: the first must be the lower"
        ):
            read_sets({"a": tmp_path / "a"}, window=window)


class TestGrid:
    def test_the_mean_of_what_each_pixel_covers(self, tmp_path: Path) -> None:
        pngs(tmp_path / "a", np.repeat(np.repeat(GREY, 16, axis=1), 16, axis=2))
        pngs(tmp_path / "b", GREY[:2])
        found = read_sets({"a": tmp_path / "a", "b": tmp_path / "b"}, largest=16)
        assert found.size == (16, 16)
        np.testing.assert_array_equal(found["a"].images, GREY)
        assert found["a"].sizes[0] == (256, 256)
        assert found.notes[1] == (
            "a: 6 of 6 images were brought to 16x16 by area averaging (6 are 256x256)."
        )
        half = read_sets({"b": tmp_path / "b"}, largest=8)["b"].images
        means = GREY[:2].reshape(2, 8, 2, 8, 2).mean(axis=(2, 4))
        np.testing.assert_array_equal(half, np.floor(means + 0.5))

    def test_an_odd_size_is_stretched_and_said(self, tmp_path: Path) -> None:
        pngs(tmp_path / "a", GREY)
        pngs(tmp_path / "a", GREY[:1, :8], name="odd{}")
        found = read_sets({"a": tmp_path / "a"})
        assert found["a"].images.shape == (7, 16, 16)
        np.testing.assert_array_equal(found["a"].images[-1], np.repeat(GREY[0, :8], 2, axis=0))
        assert found.notes[1].endswith(
            "(1 is 16x8); 1 was stretched to its ratio of sides; 1 was smaller than that."
        )

    def test_sizes_that_are_to_be_kept(self, tmp_path: Path) -> None:
        pngs(tmp_path / "a", GREY)
        pngs(tmp_path / "b", GREY[:1, :8])
        message = r"/a and .*/b: images of 2 sizes: 6 are 16x16, 1 is 16x8; bring them to one$"
        with pytest.raises(ClefganError, match=message):
            read_sets({"a": tmp_path / "a", "b": tmp_path / "b"}, largest=None)

    def test_no_pixel_is_no_grid(self, tmp_path: Path) -> None:
        with pytest.raises(ClefganError, match=r"^largest side 0: need at least 1 pixel$"):
            read_sets({"a": pngs(tmp_path / "a", GREY)}, largest=0)
