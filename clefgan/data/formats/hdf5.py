"""HDF5 files: the dataset that holds the images, one image at a time."""

from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from clefgan.data.formats import stacks
from clefgan.data.formats.raw import ImageError
from clefgan.data.formats.stacks import Shapes
from clefgan.data.formats.stored import StoredImage

DAMAGE = (OSError, ValueError, RuntimeError, KeyError, TypeError)


def images(path: Path, name: str, *, key: str | None, volumes: bool) -> tuple[StoredImage, ...]:
    """The images of one file, by the shapes of its datasets.

    Raises
    ------
    ImageError
        It is damaged, or holds no dataset that can be images.
    """
    try:
        with h5py.File(path, "r") as file:
            arrays: dict[str, Shapes] = {}

            def note(member: str, item: Any) -> None:
                if isinstance(item, h5py.Dataset) and item.shape is not None:
                    arrays[member] = Shapes(tuple(item.shape), item.dtype)

            file.visititems(note)
            array = stacks.chosen(arrays, None if key is None else key.strip("/"))
            ids = column(file, arrays, stacks.IDS, array)
            groups = column(file, arrays, stacks.GROUPS, array)
    except DAMAGE as error:
        raise ImageError(damaged(error)) from error
    take = partial(read, path, array)
    return stacks.images(
        path, name, arrays[array], take, "HDF5", ids=ids, groups=groups, volumes=volumes,
        passed_over=stacks.others(arrays, array, key),
    )  # fmt: skip


def column(
    file: Any, arrays: dict[str, Shapes], names: tuple[str, ...], array: str
) -> list[str] | None:
    """The values beside the images under one of these names, as text."""
    beside = stacks.beside(arrays, names, array, arrays[array].shape[0])
    if beside is None:
        return None
    values = file[beside][()].tolist()
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def read(path: Path, array: str, index: tuple[int, ...]) -> NDArray[Any]:
    """One image."""
    try:
        with h5py.File(path, "r") as file:
            return np.asarray(file[array][index] if index else file[array][()])
    except DAMAGE as error:
        raise ImageError(damaged(error)) from error


def damaged(error: BaseException) -> str:
    """What is wrong with a file, as a predicate."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return f"cannot be read as HDF5 ({reason})"
