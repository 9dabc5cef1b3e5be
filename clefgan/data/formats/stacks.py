"""Arrays of images: which of their axes is which, and one image of them at a time.

Shapes
------
(height, width), (n, height, width), (n, height, width, channels) with 1, 3 or 4 channels,
(n, 1, height, width), and (n, depth, height, width) for n volumes. What may be colour or depth,
(n, 3, height, width), is refused: no axis is guessed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clefgan.data.formats.raw import ImageError, RawImage, luma
from clefgan.data.formats.stored import StoredImage

CHANNELS = (1, 3, 4)
IMAGES = ("images", "image", "data")  # names of the array, looked for in this order
IDS = ("id", "ids", "file", "files", "filename", "name")
GROUPS = ("patient", "patient_id", "group", "patients", "groups", "subject")
WORDS = {"u": "grey", "i": "signed grey", "f": "float"}
SHOWN = 5  # arrays that an error names

Take: TypeAlias = Callable[[tuple[int, ...]], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shape and type of an array in a file."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def holds_images(self) -> bool:
        """Whether it may be one image or more."""
        return len(self.shape) >= 2 and self.dtype.kind in "biuf"


def chosen(arrays: Mapping[str, Shapes], key: str | None) -> str:
    """Name of the array that holds the images.

    Raises
    ------
    ImageError
        There is none, or it cannot be told which.
    """
    there = ", ".join(f"{name} {array.shape}" for name, array in [*arrays.items()][:SHOWN])
    if key is not None:
        if key not in arrays:
            raise ImageError(f"has no array {key!r}; it has {there or 'none'}")
        return key
    fitting = [name for name in arrays if arrays[name].holds_images]
    for wanted in IMAGES:
        named = [name for name in fitting if name.rpartition("/")[2] == wanted]
        if len(named) == 1:
            return named[0]
    if len(fitting) != 1:
        count = "none" if not fitting else "several"
        raise ImageError(
            f"has {count} of its arrays as images: {there or 'no array'}; call one of them 'images'"
        )
    return fitting[0]


def others(arrays: Mapping[str, Shapes], array: str, key: str | None) -> tuple[str, ...]:
    """Arrays that could be images too and are passed over; none where one was asked for by name."""
    if key is not None:
        return ()
    return tuple(name for name in arrays if name != array and arrays[name].holds_images)


def beside(arrays: Mapping[str, Shapes], names: Sequence[str], array: str, n: int) -> str | None:
    """The array of n values that lies beside the images under one of these names."""
    folder = array.rpartition("/")[0]
    for name in names:
        path = f"{folder}/{name}" if folder else name
        if path in arrays and arrays[path].shape == (n,):
            return path
    return None


def images(
    path: Path,
    name: str,
    array: Shapes,
    take: Take,
    form: str,
    *,
    ids: Sequence[str] | None = None,
    groups: Sequence[str | None] | None = None,
    volumes: bool = True,
    passed_over: tuple[str, ...] = (),
) -> tuple[StoredImage, ...]:
    """The images of an array.

    Parameters
    ----------
    take : reads what an index leaves, (height, width) or (height, width, channels)
    ids, groups : one for each along the first axis
    volumes : whether (n, height, width) is one volume of n slices, not n images; images that have
        ids are no slices
    passed_over : see `others`

    Raises
    ------
    ImageError
        A shape or type that has no rule.
    """
    leading, size = axes(array)
    kind = kind_of(array.dtype, colour=len(array.shape) > len(leading) + 2 and array.shape[-1] > 1)
    n = int(np.prod(leading, dtype=np.int64))
    stored = []
    for index in np.ndindex(*leading):
        names = [str(i + 1) for i in index]
        if ids is not None and index:
            names[0] = ids[index[0]]
        first = ids is not None and len(index) > 0
        own = "_".join(names if first else [name, *names])
        of = None
        if len(index) == 2:
            of = names[0] if first else f"{name}_{names[0]}"
        elif len(index) == 1 and volumes and n > 1 and ids is None:
            of = name
        stored.append(
            StoredImage(
                id=own,
                path=path,
                label=f"{path.name}, image {'.'.join(str(i + 1) for i in index)}"
                if index
                else path.name,
                size=size,
                kind=kind,
                format=form,
                values=partial(read, take, index),
                group=groups[index[0]] if groups is not None and index else None,
                volume=of,
                position=float(index[-1]) if index else 0.0,
                in_file=max(n, 2),  # its bytes are not those of the image
                passed_over=passed_over,
            )
        )
    return tuple(stored)


def axes(array: Shapes) -> tuple[tuple[int, ...], tuple[int, int]]:
    """Lengths of the axes before an image, and its height and width.

    Raises
    ------
    ImageError
        A shape that has no rule.
    """
    shape = array.shape
    trailing = len(shape) >= 3 and shape[-1] in CHANNELS and min(shape[-3:-1]) > max(CHANNELS)
    inner = shape[:-1] if trailing else shape
    if len(inner) == 4 and inner[1] in CHANNELS[1:]:
        raise ImageError(
            f"holds an array of shape {shape}, whose second axis may be colour or depth; save "
            "colour as (n, height, width, channels)"
        )
    if not 2 <= len(inner) <= 4 or 0 in shape:
        raise ImageError(
            f"holds an array of shape {shape}; need (height, width), (n, height, width) or "
            "(n, depth, height, width)"
        )
    leading = inner[:1] if len(inner) == 4 and inner[1] == 1 else inner[:-2]
    return leading, (inner[-2], inner[-1])


def kind_of(dtype: np.dtype[Any], *, colour: bool = False) -> str:
    """What values of a type are, such as `16-bit signed grey`.

    Raises
    ------
    ImageError
        A type that has no rule.
    """
    bits = dtype.itemsize * 8
    if colour:
        if dtype != np.uint8:
            raise ImageError(f"holds colour of {bits} bits a channel ({dtype})")
        return "RGB"
    if dtype.kind not in "biuf":
        raise ImageError(f"holds values of type {dtype}, which have no rule for grey levels")
    if dtype.kind == "b":
        return "1-bit"
    return f"{bits}-bit {WORDS[dtype.kind]}"


def read(take: Take, index: tuple[int, ...]) -> RawImage:
    """One image of an array."""
    values = take(index)
    if values.ndim == 3 and values.shape[0] == 1:
        values = values[0]
    if values.ndim == 3 and values.shape[-1] == 1:
        values = values[..., 0]
    return raw(values)


def raw(values: NDArray[Any]) -> RawImage:
    """The values of one image as they stand in an array."""
    if values.ndim == 3:
        return RawImage(luma(values[..., :3]), "RGB", is_grey=True)
    kind = kind_of(values.dtype)
    if kind == "1-bit":
        return RawImage(values.astype(np.uint8) * np.uint8(255), kind, is_grey=True)
    return RawImage(
        values.astype(values.dtype.newbyteorder("="), copy=False), kind, kind == "8-bit grey"
    )
