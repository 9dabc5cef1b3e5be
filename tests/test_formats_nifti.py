"""NIfTI, against nibabel."""

import gzip
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray

from clefgan.data import images
from clefgan.errors import ClefganError
from listed_arrays import BUNDLED, DEEP, LUMA, RNG, STACK, only

NIBABEL: Any = nibabel  # it is typed in part


def nifti(array: NDArray[Any], affine: NDArray[Any]) -> Any:
    return NIBABEL.Nifti1Image(array, affine)


def axial(path: Path) -> NDArray[Any]:
    """All slices by nibabel itself: right on the left, front at the top, feet first."""
    image = NIBABEL.as_closest_canonical(NIBABEL.load(path))
    values = np.asarray(image.get_fdata())  # x to the right, y to the front, z to the head
    return np.moveaxis(values[::-1, ::-1], (2, 1, 0), (0, 1, 2))


class TestNifti:
    @pytest.mark.parametrize(
        "name",
        ["anatomical.nii", "reoriented_anat_moved.nii", "resampled_anat_moved.nii",
         "standard.nii.gz"],
    )  # fmt: skip
    def test_slices_are_those_of_nibabel(self, tmp_path: Path, name: str) -> None:
        found = only(tmp_path, name)
        other = axial(BUNDLED / name)
        stem = name.partition(".")[0]
        assert [each.id for each in found] == [f"{stem}_{i + 1}" for i in range(len(other))]
        assert {each.volume for each in found} == {stem}
        for each, plane in zip(found, other, strict=True):
            assert each.size == plane.shape
            np.testing.assert_allclose(each.raw().values, plane)

    @pytest.mark.parametrize("turned", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)])
    @pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, -1), (-1, -1, 1)])
    @pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
    def test_any_orientation_is_the_same_patient(
        self, tmp_path: Path, turned: tuple[int, ...], signs: tuple[int, ...], ending: str
    ) -> None:
        body = DEEP.transpose(2, 1, 0)  # x, y, z
        straight = nifti(body, np.eye(4))
        order = np.stack([np.array(turned), np.array(signs)], axis=1)
        other = straight.as_reoriented(order)
        (tmp_path / "a").mkdir()
        NIBABEL.save(other, tmp_path / f"a/p{ending}")
        found = images.listing(tmp_path / "a")
        np.testing.assert_array_equal([each.raw().values for each in found], DEEP[:, ::-1, ::-1])

    def test_a_fourth_dimension_is_volumes(self, tmp_path: Path) -> None:
        found = only(tmp_path, "example4d.nii.gz")
        values = NIBABEL.load(BUNDLED / "example4d.nii.gz").get_fdata()
        assert len(found) == 24 * 2
        assert [found[i].id for i in (0, 23, 24)] == [
            "example4d_1_1",
            "example4d_1_24",
            "example4d_2_1",
        ]
        assert [found[i].volume for i in (23, 24)] == ["example4d_1", "example4d_2"]
        # left, front, head: x of the file runs to the left already, as images do
        np.testing.assert_array_equal(found[30].raw().values, values[:, ::-1, 6, 1].T)

    def test_scaled_values(self, tmp_path: Path) -> None:
        image = NIBABEL.load(BUNDLED / "functional.nii")
        found = only(tmp_path, "functional.nii")
        assert image.dataobj.slope != 1
        other = image.get_fdata()[:, ::-1, 1, 19].T
        np.testing.assert_allclose(found[-2].raw().values, other)
        assert found[-2].id == "functional_20_2"

    def test_bytes_pass_and_scaled_bytes_need_a_window(self, tmp_path: Path) -> None:
        plain = nifti(STACK.transpose(2, 1, 0), np.diag([-1, -1, 1, 1]))
        NIBABEL.save(plain, tmp_path / "a.nii")
        np.testing.assert_array_equal(images.read(images.listing(tmp_path)), STACK)
        assert all(each.raw().grey(None).data.c_contiguous for each in images.listing(tmp_path))
        plain.header.set_slope_inter(2, 0)
        data = plain.to_bytes()
        (tmp_path / "a.nii").write_bytes(data)
        with pytest.raises(
            ClefganError, match=r"slice 1' is 8-bit grey with a rescale, .*; give a"
        ):
            images.read(images.listing(tmp_path))

    def test_colour(self, tmp_path: Path) -> None:
        colour = RNG.integers(0, 256, (4, 5, 1, 3), dtype=np.uint8)
        packed = colour.view([("R", "u1"), ("G", "u1"), ("B", "u1")])[..., 0]
        NIBABEL.save(nifti(packed, np.diag([-1, -1, 1, 1])), tmp_path / "a.nii")
        found = images.read(images.listing(tmp_path))[0]
        assert np.abs(found - (colour[:, :, 0] @ LUMA).T).max() <= 0.5

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("row_major.dconn.nii", r"is a Cifti2Image, not a NIfTI volume"),
        ],
    )
    def test_refused(self, tmp_path: Path, name: str, message: str) -> None:
        with pytest.raises(ClefganError, match=message):
            only(tmp_path, name)

    def test_no_orientation_is_that_of_the_file(self, tmp_path: Path) -> None:
        data = bytearray(nifti(STACK.transpose(2, 1, 0), np.eye(4)).to_bytes())
        data[254:256] = (1).to_bytes(2, "little")  # sform_code
        data[280:328] = bytes(48)  # the three rows of the affine
        (tmp_path / "a.nii").write_bytes(data)
        found = images.read(images.listing(tmp_path))
        np.testing.assert_array_equal(found, STACK[:, ::-1, ::-1])

    def test_complex_values(self, tmp_path: Path) -> None:
        image = nifti(np.zeros((2, 2, 2), np.complex64), np.eye(4))
        NIBABEL.save(image, tmp_path / "a.nii")
        with pytest.raises(ClefganError, match=r"'a\.nii' holds values of type complex64, which"):
            images.listing(tmp_path)

    @pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
    def test_damage(self, tmp_path: Path, ending: str) -> None:
        whole = (BUNDLED / "anatomical.nii").read_bytes()[:20000]
        data = gzip.compress(whole)[:-50] if ending == ".nii.gz" else whole
        (tmp_path / f"a{ending}").write_bytes(data)
        with pytest.raises(ClefganError, match=r"' is NIfTI whose values cannot be read \("):
            images.read(images.listing(tmp_path), window=(0, 9))
        (tmp_path / f"a{ending}").write_bytes(b"abc" * 300)
        with pytest.raises(ClefganError, match=r"' is no NIfTI file, or its header is damaged"):
            images.listing(tmp_path)
