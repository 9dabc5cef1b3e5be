"""npy and npz, by NumPy alone: plain arrays, never pickles."""

import zipfile
import zlib
from functools import lru_cache, partial
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from clefgan.data.formats import stacks
from clefgan.data.formats.raw import ImageError
from clefgan.data.formats.stacks import Shapes
from clefgan.data.formats.stored import StoredImage

DAMAGE = (
    ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, KeyError, SyntaxError,
    TokenError, NotImplementedError, RuntimeError, TypeError,
)  # fmt: skip
IN_MEMORY = 2  # arrays of an npz that are kept while their images are read


def images(path: Path, name: str, *, key: str | None, volumes: bool) -> tuple[StoredImage, ...]:
    """The images of one file, by the shapes of its arrays.

    Raises
    ------
    ImageError
        It is damaged, holds pickles, or no array that can be images.
    """
    try:
        if path.suffix.lower() == ".npz" or zipfile.is_zipfile(path):
            return of_npz(path, name, key, volumes)
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except DAMAGE as error:
        raise ImageError(damaged(error)) from error
    return stacks.images(
        path, name, Shapes(array.shape, array.dtype), partial(of_npy, path), "npy", volumes=volumes
    )


def of_npz(path: Path, name: str, key: str | None, volumes: bool) -> tuple[StoredImage, ...]:
    """The images of an npz, with the ids and groups beside them."""
    with zipfile.ZipFile(path) as file:
        arrays = {
            member.removesuffix(".npy"): shape_of(file, member)
            for member in file.namelist()
            if member.endswith(".npy")
        }
    array = stacks.chosen(arrays, key)
    n = arrays[array].shape[0]
    columns = []
    with np.load(path, allow_pickle=False) as content:
        for names in (stacks.IDS, stacks.GROUPS):
            beside = stacks.beside(arrays, names, array, n)
            columns.append(None if beside is None else [str(value) for value in content[beside]])
    take = partial(of_member, path, array)
    ids, groups = columns
    return stacks.images(
        path, name, arrays[array], take, "npz", ids=ids, groups=groups, volumes=volumes,
        passed_over=stacks.others(arrays, array, key),
    )  # fmt: skip


def shape_of(file: zipfile.ZipFile, member: str) -> Shapes:
    """Shape and type of an array in an npz; its values are not read."""
    with file.open(member) as stream:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read(stream)
    return Shapes(tuple(shape), dtype)


def of_npy(path: Path, index: tuple[int, ...]) -> NDArray[Any]:
    """One image of an npy, mapped from disk."""
    try:
        return np.array(np.load(path, mmap_mode="r", allow_pickle=False)[index])
    except DAMAGE as error:
        raise ImageError(damaged(error)) from error


def of_member(path: Path, name: str, index: tuple[int, ...]) -> NDArray[Any]:
    """One image of an array in an npz."""
    try:
        return np.array(whole(path, name, path.stat().st_mtime_ns)[index])
    except DAMAGE as error:
        raise ImageError(damaged(error)) from error


@lru_cache(maxsize=IN_MEMORY)
def whole(path: Path, name: str, _changed: int) -> NDArray[Any]:
    """A whole array of an npz: it is compressed or not, but cannot be mapped."""
    with np.load(path, allow_pickle=False) as content:
        array: NDArray[Any] = content[name]
    return array


def damaged(error: BaseException) -> str:
    """What is wrong with a file, as a predicate."""
    if "Python objects" in str(error) or str(error).startswith("Object arrays"):
        return "holds Python objects, which are not read; save plain arrays"
    reason = " ".join(str(error).split()) or type(error).__name__
    return f"cannot be read as plain arrays ({reason})"
