"""Zarr stores: folders that hold one array or more, in chunks."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray

from clefgan.data.formats import stacks
from clefgan.data.formats.raw import ImageError
from clefgan.data.formats.stacks import Shapes
from clefgan.data.formats.stored import StoredImage

DAMAGE = (OSError, ValueError, RuntimeError, KeyError, TypeError)
ALONE = "array"  # what the array of a store without groups is called here


def images(path: Path, name: str, *, key: str | None, volumes: bool) -> tuple[StoredImage, ...]:
    """The images of one store, by the shapes of its arrays.

    Raises
    ------
    ImageError
        It is damaged, or holds no array that can be images.
    """
    try:
        store = zarr.open(path, mode="r")
        members = {ALONE: store}
        if isinstance(store, zarr.Group):
            members = dict(store.members(max_depth=None))
        inner = {
            inner_name: item for inner_name, item in members.items() if isinstance(item, zarr.Array)
        }
        arrays = {
            inner_name: Shapes(tuple(item.shape), item.dtype) for inner_name, item in inner.items()
        }
        array = stacks.chosen(arrays, key)
        columns = []
        for names in (stacks.IDS, stacks.GROUPS):
            beside = stacks.beside(arrays, names, array, arrays[array].shape[0])
            values = None if beside is None else np.asarray(inner[beside][:]).tolist()
            columns.append(None if values is None else [str(value) for value in values])
    except DAMAGE as error:
        raise ImageError(damaged(error)) from error
    take = partial(read, path, array)
    ids, groups = columns
    return stacks.images(
        path, name, arrays[array], take, "zarr", ids=ids, groups=groups, volumes=volumes,
        passed_over=stacks.others(arrays, array, key),
    )  # fmt: skip


def read(path: Path, array: str, index: tuple[int, ...]) -> NDArray[Any]:
    """One image."""
    try:
        store: Any = zarr.open(path, mode="r")
        whole = store if isinstance(store, zarr.Array) else store[array]
        return np.asarray(whole[index] if index else whole[...])
    except DAMAGE as error:
        raise ImageError(damaged(error)) from error


def damaged(error: BaseException) -> str:
    """What is wrong with a store, as a predicate."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return f"cannot be read as zarr ({reason})"
