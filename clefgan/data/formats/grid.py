"""Images of different sizes on one grid, by area averaging."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clefgan.errors import ClefganError

Size: TypeAlias = tuple[int, int]
"""Height and width, in pixels."""

MAX_PIXELS = 8192 * 8192
"""Of one image, as it is stored or brought to a size: more is damage or a slip of the pen."""


def check(size: Size) -> None:
    """Refuse a size without a pixel, or with more than an image may have.

    Raises
    ------
    ClefganError
        A side below 1, or more than `MAX_PIXELS` pixels.
    """
    if min(size) < 1:
        raise ClefganError(f"size {size[1]}x{size[0]}: need at least 1 pixel")
    if size[0] * size[1] > MAX_PIXELS:
        raise ClefganError(f"size {size[1]}x{size[0]}: need at most {MAX_PIXELS} pixels")


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
