"""Images of different sizes on one grid, by area averaging."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clefgan.errors import ClefganError

Size: TypeAlias = tuple[int, int]
"""Height and width, in pixels."""


def check(size: Size) -> None:
    """Refuse a size without a pixel.

    Raises
    ------
    ClefganError
        A side below 1.
    """
    if min(size) < 1:
        raise ClefganError(f"size {size[1]}x{size[0]}: need at least 1 pixel")


def resized(image: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """Grey levels (height, width) on another grid: each new pixel is the mean of what it covers.

    The whole image is brought to the whole grid, so another ratio of the sides is stretched. A
    larger grid repeats pixels.
    """
    if image.shape == size:
        return image
    exact = Image.fromarray(image.astype(np.float32))
    small = exact.resize((size[1], size[0]), Image.Resampling.BOX)
    return np.floor(np.asarray(small, np.float64) + 0.5).astype(np.uint8)
