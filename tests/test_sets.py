"""Sets of any format in one grey scale, through one window, on one grid."""

import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import nibabel
import numpy as np
import pydicom
import pytest
import zarr
from numpy.typing import NDArray
from PIL import Image
from pydicom.uid import generate_uid

from building import save
from clefgan.data.notes import public
from clefgan.data.sets.grey import GreySets, read_sets
from clefgan.data.sets.volumes import whole_volumes
from clefgan.errors import ClefganError

BUNDLED = Path(pydicom.__file__).parent / "data/test_files"
RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (6, 16, 16), dtype=np.uint8)


pngs = partial(save, name="i{}", start=0)


def dicoms(folder: Path, values: NDArray[np.int16], patient: str = "P1", **header: Any) -> Path:
    """A series: CT_small's header with other values, one place after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    series = generate_uid()
    for number, image in enumerate(values):
        dataset = pydicom.dcmread(BUNDLED / "CT_small.dcm")
        del dataset.PixelPaddingValue
        dataset.Rows, dataset.Columns = image.shape
        dataset.PixelData = image.tobytes()
        dataset.PatientID, dataset.SeriesInstanceUID = patient, series
        dataset.ImagePositionPatient = [0, 0, -3.0 * number]
        for name, value in header.items():
            setattr(dataset, name, value)
        dataset.save_as(folder / f"i{number}.dcm")
    return folder


def as_npz(folder: Path, **arrays: NDArray[Any]) -> Path:
    np.savez(folder / "a.npz", **arrays)  # type: ignore[arg-type]
    return folder / "a.npz"


def as_h5(folder: Path, **arrays: NDArray[Any]) -> Path:
    with h5py.File(folder / "a.h5", "w") as file:
        for name, array in arrays.items():
            file[name] = array
    return folder / "a.h5"


def as_zarr(folder: Path, **arrays: NDArray[Any]) -> Path:
    store = zarr.open_group(folder / "a.zarr", mode="w")
    for name, array in arrays.items():
        store[name] = array
    return folder / "a.zarr"


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


class TestIdsAndPatients:
    def test_folders_are_in_the_ids(self, tmp_path: Path) -> None:
        pngs(tmp_path / "p10", GREY[:2])
        pngs(tmp_path / "p2/deep", GREY[:1])
        (tmp_path / "patients.csv").write_text("file,patient\n")
        (tmp_path / ".hidden").mkdir()
        pngs(tmp_path / ".hidden", GREY[:1])
        found = read_sets({"a": tmp_path})
        assert found["a"].ids == ("p2/deep/i0", "p10/i0", "p10/i1")
        assert found["a"].files[0] == tmp_path / "p2/deep/i0.png"
        assert found.notes[-1] == "a: passed over 1 file that is no image ('patients.csv')."

    def test_patients_of_headers(self, tmp_path: Path) -> None:
        dicoms(tmp_path / "a/x", GREY[:2].astype(np.int16), "P7")
        dicoms(tmp_path / "a/y", GREY[:1].astype(np.int16), " P9 ")
        found = read_sets({"a": tmp_path / "a"}, window=(0, 1))["a"]
        assert found.groups == {"x/i0": "P7", "x/i1": "P7", "y/i0": "P9"}
        assert found.volumes == ("x/i1", "x/i1", None)  # the lower place of the two
        assert found.modality == "CT"
        dicoms(tmp_path / "a/z", GREY[:1].astype(np.int16), "")
        assert read_sets({"a": tmp_path / "a"}, window=(0, 1))["a"].groups is None
        assert "P7" not in repr(found)

    def test_the_array_of_a_file(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "a.npz", train=GREY, test=GREY[:2], patient=[1, 1, 2, 2, 3, 3])
        found = read_sets({"a": f"{tmp_path / 'a.npz'}#train"})["a"]
        np.testing.assert_array_equal(found.images, GREY)
        assert found.groups == {f"a_{i + 1}": str(i // 2 + 1) for i in range(6)}
        assert found.volumes == (None,) * 6  # a file that is given by itself is a stack of images
        with pytest.raises(ClefganError, match=r"a\.npz: has no array 'dev'; it has train \(6, 16"):
            read_sets({"a": f"{tmp_path / 'a.npz'}#dev"})
        with pytest.raises(ClefganError, match=r": is a folder, and has no array 'x'; give a file"):
            read_sets({"a": f"{tmp_path}#x"})

    @pytest.mark.parametrize("write", [as_npz, as_h5, as_zarr])
    def test_other_arrays_of_a_file_are_said(
        self, write: Callable[..., Path], tmp_path: Path
    ) -> None:
        """Masks beside `images`, or what was trained on beside what was not."""
        path = write(tmp_path, images=GREY, masks=GREY[:2], held=GREY[:3], patient=np.arange(6))
        found = read_sets({"a": path})
        assert len(found["a"]) == 6
        note = found.notes[-1]
        assert note == (
            "a: 1 file holds arrays that could be images too and were passed over ('held', "
            "'masks'); FILE#NAME names another one."
        )
        assert public(note) == (
            "a: 1 file holds arrays that could be images too and were passed over."
        )
        asked = read_sets({"a": f"{path}#images"})
        assert not any("passed over" in note for note in asked.notes)

    def test_volumes_whole(self, tmp_path: Path) -> None:
        volume = np.repeat(np.repeat(np.repeat(GREY[:4, :4, :4], 2, 0), 4, 1), 4, 2)
        np.save(tmp_path / "v.npy", volume)
        np.save(tmp_path / "w.npy", volume[::-1])
        ids, cubes = whole_volumes(read_sets({"a": tmp_path})["a"], 4)
        assert ids == ("v", "w")
        np.testing.assert_array_equal(cubes, [GREY[:4, :4, :4], GREY[3::-1, :4, :4]])


class TestRefused:
    def said(self, **sources: Path) -> str:
        with pytest.raises(ClefganError) as error:
            read_sets(sources, window=(0, 1))
        return str(error.value)

    def test_sources(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "t.csv").write_text("a")
        assert self.said(a=tmp_path / "no").endswith("/no: no such folder or file")
        assert self.said(a=tmp_path / "empty").endswith(
            "/empty: no images; need PNG, JPEG, TIFF, DICOM, NIfTI or arrays"
        )
        assert self.said(a=tmp_path / "t.csv").endswith("arrays; convert it")
        assert self.said() == "no sets of images to read"

    def test_mixed_modalities_of_two_sets(self, tmp_path: Path) -> None:
        dicoms(tmp_path / "a", GREY[:3].astype(np.int16))
        dicoms(tmp_path / "b", GREY[:1].astype(np.int16), Modality="MR")
        assert self.said(a=tmp_path / "a", b=tmp_path / "b").endswith(
            "/b: images of 2 modalities: 3 are CT, 1 are MR; give those of one"
        )

    def test_a_damaged_file(self, tmp_path: Path) -> None:
        pngs(tmp_path / "a", GREY)
        (tmp_path / "a/x.png").write_bytes((tmp_path / "a/i0.png").read_bytes()[:-9])
        assert self.said(a=tmp_path / "a").endswith("'x.png' is truncated; replace it")
        shutil.copy(BUNDLED / "MR_truncated.dcm", tmp_path / "m.dcm")
        assert "whose pixels cannot be decoded" in self.said(a=tmp_path / "m.dcm")

    def test_two_of_one_id(self, tmp_path: Path) -> None:
        pngs(tmp_path / "a", GREY)
        shutil.copy(BUNDLED / "MR_small.dcm", tmp_path / "a/i3.dcm")
        assert "'i3.dcm' and 'i3.png' have the same id 'i3'; rename" in self.said(a=tmp_path / "a")

    def test_formats_that_are_not_read(self, tmp_path: Path) -> None:
        pngs(tmp_path / "a/deep", GREY)
        (tmp_path / "a/deep/v.nrrd").write_bytes(b"NRRD")
        assert "'deep/v.nrrd' is not PNG" in self.said(a=tmp_path / "a")


def test_sets_are_found_by_name(tmp_path: Path) -> None:
    found = read_sets({"b": pngs(tmp_path, GREY), "a": tmp_path})
    assert isinstance(found, GreySets)
    assert list(found) == ["b", "a"]
    assert len(found["a"]) == 6
