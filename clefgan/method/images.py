"""Images as every method takes them, and how it reports what it does."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError

Images: TypeAlias = NDArray[np.uint8]
"""(n, height, width), grey levels 0..255; may be memory-mapped, so read it in slices."""

Progress: TypeAlias = Callable[[str, int, int, str], None]
"""Called as `progress(stage, done, total, note)`; `note` holds figures such as losses, or is ''."""


def silent(_stage: str, _done: int, _total: int, _note: str, /) -> None:
    """Report nothing: the default of every `progress` argument."""


def refuse_other_kinds(images: Images, name: str, where: str) -> None:
    """Raise unless these are images: uint8, (n, height, width), of at least one pixel each.

    Parameters
    ----------
    name, where : what they are, and what they were given to, for the error

    Raises
    ------
    ClefganError
        Something else.
    """
    shape, dtype = getattr(images, "shape", None), getattr(images, "dtype", None)
    if shape is None or dtype is None:
        got = f"of type {type(images).__name__!r}"
    else:
        got = f"{dtype} of shape {shape}"
    if dtype != np.uint8 or shape is None or len(shape) != 3 or (len(images) and 0 in shape):
        raise ClefganError(f"{where}: {name} are {got}; give uint8 images (n, height, width)")


def size_of(images: Images) -> str:
    """Height and width as in messages: `32x32`."""
    return "x".join(map(str, images.shape[1:]))
