"""What an audit takes from its files: one window for all sets, ids, and whose each image is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from clefgan.auditing import inputs
from clefgan.data.patients import PatientsFrom
from clefgan.data.sets.windows import WindowChoice
from clefgan.method import Images

SLICE = Path(pydicom.__file__).parent / "data/test_files/MR_small.dcm"
ALONE = PatientsFrom(one_image_each=True)
SIDE = 16
Write = Callable[[Path, NDArray[Any]], Path]


def as_scans(folder: Path, levels: NDArray[Any]) -> Path:
    """A DICOM file an image, of magnetic resonance: levels without a unit."""
    folder.mkdir()
    for number, image in enumerate(levels):
        scan = pydicom.dcmread(SLICE)
        scan.Rows, scan.Columns = image.shape
        scan.SOPInstanceUID = f"1.2.{len(folder.name)}.{number}"
        scan.SeriesInstanceUID = f"1.3.{len(folder.name)}.{number}"
        scan.PixelData = image.astype(np.int16).tobytes()
        scan.save_as(folder / f"{folder.name}{number}.dcm")
    return folder


def as_floats(folder: Path, levels: NDArray[Any]) -> Path:
    """All images in one file, as real numbers."""
    path = folder.with_suffix(".npz")
    np.savez(path, images=levels.astype(np.float32))
    return path


def seen(levels: NDArray[Any], window: tuple[float, float]) -> Images:
    """Levels as grey ones, worked out here."""
    share = (levels - window[0]) / (window[1] - window[0])
    return np.asarray(np.floor(np.clip(share, 0, 1) * 255 + 0.5), np.uint8)


@pytest.mark.parametrize(
    ("write", "window"), [(as_scans, None), (as_scans, "percentiles"), (as_floats, "percentiles")]
)
def test_sets_of_other_levels_are_seen_through_one_window_which_real_images_set(
    write: Write, window: WindowChoice, tmp_path: Path
) -> None:
    """A window of its own would make the levels of each set alike, and hide what tells them."""
    rng = np.random.default_rng(0)
    train, held, made = (
        rng.normal(level, 100, (4, SIDE, SIDE)).astype(np.int16) for level in (500, 1500, 3000)
    )
    found = inputs.read(
        write(tmp_path / "train", train), write(tmp_path / "made", made),
        write(tmp_path / "held", held), ALONE, window=window,
    )  # fmt: skip
    low, high = np.percentile(np.concatenate([train, held]), (0.5, 99.5))
    assert found.notes[0] == (
        f"window of levels {low:g} to {high:g}: percentiles 0.5 and 99.5 of the values of train "
        "and held-out, one for all sets."
    )
    own = found.material
    as_read = np.concatenate([train, held])[own.order]
    np.testing.assert_array_equal(own.real, seen(as_read, (low, high)))
    np.testing.assert_array_equal(own.released, seen(made, (low, high)))
    assert (own.released == 255).mean() > 0.95  # far above those of the real images


def test_a_released_image_that_is_there_more_than_once_is_said(tmp_path: Path) -> None:
    """Thirty of one image are thirty of a list when one patient is nearest to it by chance."""
    train, made = np.random.default_rng(0).integers(0, 256, (2, 6, SIDE, SIDE)).astype(np.uint8)
    made[2:4], made[4:] = made[0], 7  # constant images say nothing of anybody
    places = {"train": train, "twice": made, "once": made[:2]}
    for name, images in places.items():
        np.savez(tmp_path / f"{name}.npz", images=images)
    notes = {
        name: inputs.read(tmp_path / "train.npz", tmp_path / f"{name}.npz", None, ALONE).notes
        for name in ("twice", "once")
    }
    wanted = "released: 1 image is there more than once, 3 times in all, pixel for pixel; each of "
    assert [note for note in notes["twice"] if note.startswith(wanted)]
    assert "more than once" not in " ".join(notes["once"])


def test_images_of_one_grey_level_are_said_by_set(tmp_path: Path) -> None:
    """A window of other levels than the images makes them all black: nothing was compared then."""
    train, made = np.random.default_rng(0).integers(0, 256, (2, 6, SIDE, SIDE)).astype(np.uint8)
    made[:2] = 0
    for name, images in (("train", train), ("made", made)):
        np.savez(tmp_path / f"{name}.npz", images=images)
    found = inputs.read(tmp_path / "train.npz", tmp_path / "made.npz", None, ALONE)
    wanted = "of one grey level, so that nothing is compared of them: 2 of 6 images of released; if"
    assert [note for note in found.notes if note.startswith(wanted)]
