"""Volumes in an audit: what is known of them from files of every format."""

import shutil
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest

import volumes
from clefgan.auditing import inputs
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.volumes.cubes import SIDE, cubed
from clefgan.auditing.volumes.slices import Slices
from clefgan.data.patients import PatientsFrom
from clefgan.errors import ClefganError

NIFTI_FILES = Path(nibabel.__file__).parent / "tests/data"
BY_NAME = PatientsFrom(pattern=r"([a-z]+\d+)")
Write = Callable[[Path, volumes.Volumes, str], list[str]]


def read(
    folder: Path,
    *,
    train: Write = volumes.as_nifti,
    made: Write = volumes.as_nifti,
    held: Write = volumes.as_nifti,
    whose: PatientsFrom = BY_NAME,
    released: volumes.Volumes | None = None,
) -> Inputs:
    if released is None:
        released = volumes.drawn(4, 3, depth=7, side=24)
    train(folder / "train", volumes.drawn(3, 1), "scan")
    held(folder / "held", volumes.drawn(5, 2), "other")
    made(folder / "made", released, "made")
    return inputs.read(
        folder / "train", folder / "made", folder / "held", whose, window=(0, 255)
    )  # fmt: skip


def test_volumes_of_nifti_are_known_with_their_patients(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.volumes is not None
    cubes = found.volumes.cubes
    assert cubes is not None
    assert cubes.real.shape == (8, SIDE * SIDE, SIDE)
    assert len(cubes.released) == 4
    assert [cubes.names[group] for group in cubes.group] == [
        "other000", "other001", "other002", "other003", "other004", "scan000", "scan001", "scan002",
    ]  # fmt: skip
    assert cubes.training.tolist() == [False] * 5 + [True] * 3
    assert [found.volumes.real.ids[number] for number in cubes.order[-3:]] == [
        "scan000", "scan001", "scan002",
    ]  # fmt: skip
    assert [found.material.names[group] for group in found.volumes.groups] == list(cubes.names)
    assert found.volumes.released.counts().tolist() == [7] * 4
    assert [found.released_ids[row] for row in found.volumes.released.rows(1)] == [
        f"made001_{level}" for level in range(1, 8)
    ]
    assert "train: 3 volumes of 12 slices." in found.notes
    assert "volumes are compared whole, on 32x32x32 voxels, and by slice." in found.notes


def test_a_dicom_series_is_the_same_volume_as_nifti_and_its_slices_are_the_pictures(
    tmp_path: Path,
) -> None:
    made = volumes.drawn(4, 3)
    nifti = read(tmp_path / "n", released=made)
    series = read(
        tmp_path / "s", train=volumes.as_series, made=volumes.as_series, held=volumes.as_series,
        released=made,
    )  # fmt: skip
    pictures = read(
        tmp_path / "p", train=volumes.as_pictures, made=volumes.as_pictures,
        held=volumes.as_pictures, released=made,
    )  # fmt: skip
    assert nifti.volumes is not None
    assert series.volumes is not None
    assert pictures.volumes is None
    assert not any("volume" in note for note in pictures.notes)
    first, second = nifti.volumes.cubes, series.volumes.cubes
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.real, second.real)
    np.testing.assert_array_equal(first.released, second.released)
    for volume in range(4):
        rows = [found.released.rows(volume) for found in (nifti.volumes, series.volumes)]
        np.testing.assert_array_equal(nifti.material.released[rows[0]], made[volume])
        np.testing.assert_array_equal(series.material.released[rows[1]], made[volume])
    np.testing.assert_array_equal(nifti.material.released, pictures.material.released)
    np.testing.assert_array_equal(nifti.material.real, pictures.material.real)


def test_volumes_of_other_sizes_and_numbers_of_slices_come_to_one_cube() -> None:
    small = volumes.drawn(1, 0, depth=8, side=16)[0]
    large = small.repeat(3, axis=0).repeat(2, axis=1).repeat(2, axis=2)
    cubes = []
    for volume in (small, large):
        slices = Slices(
            ("v",), np.zeros(len(volume), np.int64), np.arange(len(volume), dtype=float)
        )
        cubes.append(cubed(volume, slices))
    np.testing.assert_array_equal(cubes[0], cubes[1])
    assert cubes[0].shape == (1, SIDE * SIDE, SIDE)


def test_the_cube_is_in_the_order_of_places_whatever_the_order_of_the_images() -> None:
    volume = volumes.drawn(1, 0)[0]
    order = np.random.default_rng(0).permutation(len(volume))
    in_order = Slices(("v",), np.zeros(len(volume), np.int64), np.arange(len(volume), dtype=float))
    mixed = Slices(("v",), np.zeros(len(volume), np.int64), order.astype(float))
    np.testing.assert_array_equal(cubed(volume[order], mixed), cubed(volume, in_order))


def test_volumes_and_single_images_may_be_mixed(tmp_path: Path) -> None:
    volumes.as_pictures(tmp_path / "made", volumes.drawn(2, 9, depth=2), "single")
    volumes.as_pictures(tmp_path / "train", volumes.drawn(2, 8, depth=2), "alone")
    found = read(tmp_path)
    assert found.volumes is not None
    assert found.volumes.cubes is not None
    assert found.volumes.cubes.n_training == 3
    assert found.material.n_training == 5
    assert (found.volumes.released.of < 0).sum() == 4
    assert "released: 4 volumes of 7 slices, and 4 single images." in found.notes


@pytest.mark.parametrize(
    ("pictures", "said"),
    [
        (("train",), "as train has none"),
        (("made",), "as released has none"),
        (("held",), "as held-out has none"),
        (("train", "held"), "as train and held-out have none"),
    ],
)
def test_volumes_on_one_side_alone_count_by_their_slices_and_the_notes_say_so(
    tmp_path: Path, pictures: tuple[str, ...], said: str
) -> None:
    ways: dict[str, Write] = dict.fromkeys(pictures, volumes.as_pictures)
    found = read(tmp_path, **ways)  # type: ignore[arg-type]
    assert found.volumes is not None
    assert found.volumes.cubes is None
    line = f"volumes are not compared whole, {said}: they count by their slices."
    assert line in found.notes


def test_a_file_of_several_patients_is_no_volume(tmp_path: Path) -> None:
    stack = volumes.drawn(1, 5)[0]
    (tmp_path / "train").mkdir()
    np.savez(tmp_path / "train/more.npz", images=stack)
    table = {f"more_{level + 1}": f"P{level}" for level in range(len(stack))}
    found = read(tmp_path, whose=PatientsFrom(pattern=r"(more_\d+|[a-z]+\d+)"))
    assert found.material.n_training == 3 + len(table)
    assert found.volumes is not None
    assert "more" not in found.volumes.real.ids
    assert "train: 1 file holds images of several patients, taken as single images." in found.notes


def test_images_that_have_ids_are_no_slices(tmp_path: Path) -> None:
    stack = volumes.drawn(1, 5)[0]
    for name in ("train", "made", "held"):
        (tmp_path / name).mkdir()
        ids = [f"{name}{level}" for level in range(len(stack))]
        shifted = np.roll(stack, len(name), axis=2)
        np.savez(tmp_path / name / "all.npz", images=shifted, id=ids)
    found = inputs.read(
        tmp_path / "train", tmp_path / "made", tmp_path / "held", PatientsFrom(one_image_each=True)
    )
    assert found.volumes is None
    assert found.material.n_training == len(stack)


def test_one_image_each_takes_a_volume_for_one_patient(tmp_path: Path) -> None:
    found = read(tmp_path, whose=PatientsFrom(one_image_each=True))
    assert (found.material.n_training, found.material.n_held_out) == (3, 5)
    line = "patients: every image is taken for a patient of its own, and so is every volume."
    assert line in found.notes


def test_what_nibabel_ships_is_several_volumes(tmp_path: Path) -> None:
    """A file of two times is two volumes, in a set beside other volumes."""
    (tmp_path / "made").mkdir()
    shutil.copy(NIFTI_FILES / "example4d.nii.gz", tmp_path / "made")
    shutil.copy(NIFTI_FILES / "anatomical.nii", tmp_path / "made")
    found = read(tmp_path)
    assert found.volumes is not None
    assert found.volumes.cubes is not None
    assert found.volumes.released.ids[:3] == ("anatomical", "example4d_1", "example4d_2")
    assert len(found.volumes.cubes.released) == 7


def test_some_patients_or_images_keep_their_volumes(tmp_path: Path) -> None:
    found = read(tmp_path)
    chosen = np.isin(found.material.names, ["other000", "other001", "scan001", "scan002"])
    some = found.of_groups(chosen)
    assert some.volumes is not None
    assert some.volumes.cubes is not None
    assert [some.material.names[group] for group in some.volumes.groups] == [
        "other000", "other001", "scan001", "scan002",
    ]  # fmt: skip
    assert [some.volumes.real.ids[number] for number in some.volumes.cubes.order] == [
        "other000", "other001", "scan001", "scan002",
    ]  # fmt: skip
    lone = found.of_groups(np.isin(found.material.names, ["other000", "other001", "scan002"]))
    assert lone.volumes is not None
    assert lone.volumes.cubes is None
    kept = [row for row in range(28) if row not in (0, *range(14, 21))]
    fewer = found.keep(kept, "kept")
    assert fewer.volumes is not None
    assert fewer.volumes.cubes is not None
    assert fewer.volumes.released.ids == ("made001", "made003")  # the first lost a slice
    np.testing.assert_array_equal(
        fewer.volumes.cubes.released, found.volumes.cubes.released[[1, 3]]  # type: ignore[union-attr]
    )  # fmt: skip
    assert [fewer.released_ids[row] for row in fewer.volumes.released.rows(0)] == [
        f"made001_{level}" for level in range(1, 8)
    ]


def test_a_slice_that_is_chosen_takes_its_volume_with_it() -> None:
    slices = Slices(("a", "b"), np.array([0, 1, -1, 0, -1, 1]), np.zeros(6))
    chosen = np.array([False, False, True, True, False, False])
    assert slices.whole(chosen).tolist() == [True, False, True, True, False, False]
    none = np.zeros(6, bool)
    assert not slices.whole(none).any()


def test_a_damaged_volume_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    path = tmp_path / "made/made999.nii"
    path.write_bytes((NIFTI_FILES / "anatomical.nii").read_bytes()[:4000])
    with pytest.raises(ClefganError, match=r"made999\.nii.*is NIfTI whose values cannot be read"):
        read(tmp_path)
