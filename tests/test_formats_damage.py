"""Damage of any kind is one error of ours, for every format: never a traceback, never a warning."""

import random
from pathlib import Path

import h5py
import nibabel
import numpy as np
import pydicom
import pytest

from clefgan.data import images
from clefgan.data.formats import marks
from clefgan.data.quiet import quiet_decoders
from clefgan.errors import ClefganError

DICOM = Path(pydicom.__file__).parent / "data/test_files"
NIFTI = Path(nibabel.__file__).parent / "tests/data"
BUNDLED = [
    *(
        DICOM / f"{name}.dcm"
        for name in ("CT_small", "MR_small_RLE", "rtdose", "SC_rgb_rle_2frame")
    ),
    NIFTI / "resampled_anat_moved.nii",
    NIFTI / "standard.nii.gz",
]
STACK = np.arange(72, dtype=np.uint8).reshape(2, 6, 6)


def whole(folder: Path, name: str) -> bytes:
    """A file of ours, whole."""
    path = folder / name
    if name.endswith("npy"):
        np.save(path, STACK)
    elif name.endswith("npz"):
        np.savez_compressed(path, images=STACK, patient=[1, 2])
    else:
        with h5py.File(path, "w") as file:
            file["images"] = STACK
    data = path.read_bytes()
    path.unlink()
    return data


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Cut short, or with some bytes changed, most of them in the header."""
    if rng.random() < 0.2:
        return data[: rng.randrange(len(data))]
    changed = bytearray(data)
    end = min(len(data), 2000) if rng.random() < 0.7 else len(data)
    for _ in range(rng.choice([1, 2, 8])):
        changed[rng.randrange(end)] = rng.choice([0, 255, rng.randrange(256)])
    return bytes(changed)


@pytest.mark.parametrize(
    "source", [*BUNDLED, "a.npy", "a.npz", "a.h5"], ids=lambda each: Path(each).name
)
def test_a_damaged_file_is_one_line(tmp_path: Path, source: Path | str) -> None:
    data = source.read_bytes() if isinstance(source, Path) else whole(tmp_path, source)
    path, rng = tmp_path / Path(source).name, random.Random(0)
    refused: list[str] = []
    for _ in range(25):
        path.write_bytes(damaged(data, rng))
        try:
            images.read(images.listing(tmp_path), window=(0, 100), size=(4, 4))
            with quiet_decoders():
                marks.read(path)
        except ClefganError as error:
            refused.append(str(error))
    assert refused
    assert not any("\n" in message for message in refused)
