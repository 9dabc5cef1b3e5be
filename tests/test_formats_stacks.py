"""Stacks of images in npy, npz, HDF5 and zarr, against the arrays that were written."""

import shutil
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr
from numpy.typing import NDArray

from clefgan.data import images
from clefgan.data.formats import opening
from clefgan.errors import ClefganError
from listed_arrays import BUNDLED, LUMA, RNG, STACK, WRITERS, as_zarr, as_zarr_group, fill, stored


@pytest.mark.parametrize("write", WRITERS)
class TestStacks:
    def test_bytes_pass_bit_for_bit(self, tmp_path: Path, write: Any) -> None:
        write(tmp_path / "s", STACK)
        found = images.listing(tmp_path)
        assert [each.id for each in found] == [f"s_{i}" for i in range(1, 6)]
        assert {each.volume for each in stored(found)} == {"s"}
        np.testing.assert_array_equal(images.read(found), STACK)
        assert len({each.read_bytes() for each in found}) == 5

    @pytest.mark.parametrize("dtype", ["i2", ">i2", "u2", "i4", "f4", "f8"])
    def test_other_types_go_through_the_window(
        self, tmp_path: Path, write: Any, dtype: str
    ) -> None:
        levels = np.array([[[0, 100, 150, 200, 300]]]).astype(dtype)
        if write in (as_zarr, as_zarr_group):
            levels = levels.astype(levels.dtype.newbyteorder("="))
        write(tmp_path / "s", levels)
        found = images.read(images.listing(tmp_path), window=(100, 200))
        np.testing.assert_array_equal(found, [[[0, 0, 128, 255, 255]]])
        with pytest.raises(ClefganError, match=r"' is (16|32|64)-bit.*; give a window of levels"):
            images.read(images.listing(tmp_path))

    def test_colour_is_luma(self, tmp_path: Path, write: Any) -> None:
        colour = RNG.integers(0, 256, (2, 8, 6, 3), dtype=np.uint8)
        write(tmp_path / "s", colour)
        found = images.read(images.listing(tmp_path))
        assert np.abs(found - colour @ LUMA).max() <= 0.5

    def test_one_channel_in_either_place(self, tmp_path: Path, write: Any) -> None:
        for array in (STACK[..., None], STACK[:, None]):
            shutil.rmtree(tmp_path)
            tmp_path.mkdir()
            write(tmp_path / "s", array)
            found = images.listing(tmp_path)
            assert [each.id for each in found] == [f"s_{i}" for i in range(1, 6)]
            np.testing.assert_array_equal(images.read(found), STACK)

    def test_volumes(self, tmp_path: Path, write: Any) -> None:
        volumes = RNG.integers(0, 256, (2, 6, 8, 7), dtype=np.uint8)
        write(tmp_path / "s", volumes)
        found = images.listing(tmp_path)
        assert [each.id for each in found[5:7]] == ["s_1_6", "s_2_1"]
        assert [each.volume for each in stored(found)[5:7]] == ["s_1", "s_2"]
        np.testing.assert_array_equal(images.read(found), volumes.reshape(-1, 8, 7))

    @pytest.mark.parametrize(
        ("array", "message"),
        [
            (
                np.zeros((2, 3, 8, 8), np.uint8),
                r"holds an array of shape .*, whose second axis may be colour or depth; save",
            ),
            (np.zeros((2, 8, 8, 3), np.float32), r"holds colour of 32 bits a channel \(float32\)"),
            (np.zeros((2, 2, 2, 6, 6), np.uint8), r"holds an array of shape \(2, 2, 2, 6, 6\); ne"),
            (np.zeros((0, 6, 6), np.uint8), r"holds an array of shape \(0, 6, 6\); need \(heigh"),
        ],
    )
    def test_refused(self, tmp_path: Path, write: Any, array: NDArray[Any], message: str) -> None:
        if write is as_zarr_group and not array.size:
            pytest.skip("zarr makes no chunks of nothing")
        write(tmp_path / "s", array)
        with pytest.raises(ClefganError, match=rf"1 of 1 file cannot be read: 's\..*' {message}"):
            images.listing(tmp_path)

    def test_nan(self, tmp_path: Path, write: Any) -> None:
        write(tmp_path / "s", np.array([[[0.5, np.nan]], [[0, 1]]]))
        with pytest.raises(
            ClefganError, match=r"1 of 2 images cannot be read: .* not numbers \(NaN"
        ):
            images.read(images.listing(tmp_path), window=(0, 1))


class TestContainers:
    def test_a_single_plane_is_one_image_under_the_files_id(self, tmp_path: Path) -> None:
        np.save(tmp_path / "p.npy", STACK[0])
        np.save(tmp_path / "q.npy", np.stack([STACK[0]] * 3, axis=-1))
        np.save(tmp_path / "m.npy", STACK[0] > 100)
        mask, plane, colour = images.listing(tmp_path)
        assert (mask.id, plane.id, colour.id) == ("m", "p", "q")
        np.testing.assert_array_equal(images.read([plane, colour]), [STACK[0]] * 2)
        np.testing.assert_array_equal(images.read([mask])[0], (STACK[0] > 100) * 255)

    @pytest.mark.parametrize("kind", ["npz", "hdf5", "zarr"])
    def test_ids_and_patients_beside_the_images(self, tmp_path: Path, kind: str) -> None:
        ids, patients = ["b", "a", "c", "d", "e"], [3, 3, 1, 1, 2]
        if kind == "npz":
            np.savez(tmp_path / "s.npz", images=STACK, id=ids, patient=patients)
        elif kind == "hdf5":
            with h5py.File(tmp_path / "s.h5", "w") as file:
                file.update({"images": STACK, "ids": ids, "patient": patients})
        else:
            group = zarr.open_group(tmp_path / "s.zarr", mode="w")
            fill(group, "images", STACK)
            fill(group, "patient", np.array(patients))
            fill(group, "id", np.array([0, 10, 20, 30, 40]))
        found = stored(images.listing(tmp_path))
        want = ["0", "10", "20", "30", "40"] if kind == "zarr" else ["a", "b", "c", "d", "e"]
        assert [each.id for each in found] == want
        assert [each.group for each in found] == ["3", "3", "1", "1", "2"]

    @pytest.mark.parametrize(
        ("arrays", "message"),
        [
            ({"a": STACK, "b": STACK}, r"has several of its arrays as images: a \(5, 8, 6\), b "),
            ({"a": np.zeros(3)}, r"has none of its arrays as images: a \(3,\); call one of them '"),
            ({"images": np.array([None])}, r"has none of its arrays"),
        ],
    )
    def test_which_array_is_not_guessed(
        self, tmp_path: Path, arrays: dict[str, Any], message: str
    ) -> None:
        np.savez(tmp_path / "s.npz", **arrays)
        with pytest.raises(ClefganError, match=message):
            images.listing(tmp_path)

    def test_pickles_are_not_loaded(self, tmp_path: Path) -> None:
        np.save(tmp_path / "s.npy", np.array([{}], dtype=object), allow_pickle=True)
        with pytest.raises(
            ClefganError, match=r"'s\.npy' holds Python objects, which are not read"
        ):
            images.listing(tmp_path)

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("a.npy", r"cannot be read as plain arrays \("),
            ("a.npz", r"cannot be read as plain arrays \("),
            ("a.h5", r"cannot be read as HDF5 \("),
        ],
    )
    def test_damage(self, tmp_path: Path, name: str, message: str) -> None:
        for data in (b"", b"abc" * 200):
            (tmp_path / name).write_bytes(data)
            with pytest.raises(ClefganError, match=f"'{name}' {message}"):
                images.listing(tmp_path)

    def test_a_cut_npz_and_a_damaged_store(self, tmp_path: Path) -> None:
        np.savez_compressed(tmp_path / "a.npz", images=STACK)
        whole = (tmp_path / "a.npz").read_bytes()
        (tmp_path / "a.npz").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ClefganError, match=r"'a\.npz' cannot be read as plain arrays"):
            images.listing(tmp_path)
        (tmp_path / "a.npz").unlink()
        (tmp_path / "z.zarr").mkdir()
        (tmp_path / "z.zarr/zarr.json").write_text("{")
        with pytest.raises(ClefganError, match=r"'z\.zarr' cannot be read as zarr \("):
            images.listing(tmp_path)

    def test_content_tells_where_no_ending_does(self, tmp_path: Path) -> None:
        np.save(tmp_path / "s.npy", STACK)
        (tmp_path / "s.npy").rename(tmp_path / "array")
        shutil.copy(BUNDLED / "anatomical.nii", tmp_path / "volume")
        assert len(images.listing(tmp_path)) == 5 + 25


@pytest.mark.parametrize(
    ("kind", "library", "message"),
    [
        ("dicom", "pydicom", r"is DICOM, which needs pydicom; pip install 'clefgan\[dicom\]'"),
        ("nifti", "nibabel", r"is NIfTI, which needs nibabel; pip install 'clefgan\[nifti\]'"),
        ("hdf5", "h5py", r"is HDF5, which needs h5py; pip install 'clefgan\[arrays\]'"),
        ("zarr", "zarr", r"is zarr, which needs zarr; pip install 'clefgan\[arrays\]'"),
    ],
)
def test_a_library_that_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, library: str, message: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    for name in [each for each in sys.modules if each.startswith("clefgan.data.formats.")]:
        if name.rpartition(".")[2].startswith(opening.READERS[kind][0]):
            monkeypatch.delitem(sys.modules, name)
    ending = {"dicom": "dcm", "nifti": "nii.gz", "hdf5": "hdf5", "zarr": "zarr"}[kind]
    if kind == "zarr":
        (tmp_path / "a.zarr").mkdir()
        (tmp_path / "a.zarr/zarr.json").write_text("{}")
    else:
        (tmp_path / f"a.{ending}").write_bytes(b"a")
    with pytest.raises(
        ClefganError, match=rf": 1 of 1 file cannot be read: 'a\.{ending}' {message}$"
    ):
        images.listing(tmp_path)
