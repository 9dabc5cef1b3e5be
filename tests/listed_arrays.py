"""Stored images of a folder, and arrays as files of each kind."""

import shutil
from pathlib import Path
from typing import Any

import h5py
import nibabel
import numpy as np
import zarr
from numpy.typing import NDArray

from clefgan.data import images
from clefgan.data.formats.stored import StoredImage
from clefgan.data.listing import Listed

BUNDLED = Path(nibabel.__file__).parent / "tests/data"
RNG = np.random.default_rng(0)
STACK = RNG.integers(0, 256, (5, 8, 6), dtype=np.uint8)
DEEP = RNG.integers(-1000, 1000, (4, 8, 6), dtype=np.int16)
LUMA = np.array([0.299, 0.587, 0.114])


def stored(found: tuple[Listed, ...]) -> list[StoredImage]:
    return [each for each in found if isinstance(each, StoredImage)]


def only(folder: Path, name: str) -> list[StoredImage]:
    folder.mkdir(exist_ok=True)
    shutil.copy(BUNDLED / name, folder / name)
    return stored(images.listing(folder))


def as_npy(path: Path, array: NDArray[Any]) -> Path:
    np.save(path.with_suffix(".npy"), array)
    return path


def as_npz(path: Path, array: NDArray[Any]) -> Path:
    np.savez_compressed(path.with_suffix(".npz"), images=array, other=np.zeros(3))
    return path


def as_hdf5(path: Path, array: NDArray[Any]) -> Path:
    with h5py.File(path.with_suffix(".h5"), "w") as file:
        file["train/images"] = array
        file["note"] = np.zeros(3)
    return path


def as_zarr(path: Path, array: NDArray[Any]) -> Path:
    zarr.create_array(path.with_suffix(".zarr"), data=array)
    return path


def as_zarr_group(path: Path, array: NDArray[Any]) -> Path:
    group = zarr.open_group(path.with_suffix(".zarr"), mode="w")
    fill(group.create_group("train"), "images", array)
    return path


def fill(group: Any, name: str, array: NDArray[Any]) -> None:
    """Put an array into a zarr group, in chunks of one row."""
    made = group.create_array(
        name, shape=array.shape, dtype=array.dtype, chunks=(1, *array.shape[1:])
    )
    made[...] = array


WRITERS = [as_npy, as_npz, as_hdf5, as_zarr, as_zarr_group]
