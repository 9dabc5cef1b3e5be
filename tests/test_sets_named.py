"""Sets of any format: ids, patients, arrays by name, and what is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr
from numpy.typing import NDArray

from clefgan.data.notes import public
from clefgan.data.sets.grey import GreySets, read_sets
from clefgan.data.sets.volumes import whole_volumes
from clefgan.errors import ClefganError
from dicom_files import BUNDLED
from grey_sets import GREY, dicoms, pngs


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
