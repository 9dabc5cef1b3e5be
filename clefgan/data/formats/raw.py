"""Values of one image as its file means them, and the one step from there to grey levels.

The order is that of DICOM (PS3.3 C.11): stored value, rescale (slope and intercept, or a modality
look-up table), window of levels, and the inversion of MONOCHROME1 last.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError

Window: TypeAlias = tuple[float, float]
"""Two levels, `low < high`: `low` and all below become 0, `high` and all above 255."""

LUMA = (299, 587, 114)  # ITU-R BT.601, in thousandths


class ImageError(ClefganError):
    """What is wrong with one image, as a predicate: `is truncated`."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of its image before anything is decoded."""

    width: int
    height: int
    kind: str
    format: str


@dataclass(frozen=True, slots=True, eq=False)
class RawImage:
    """The values of one image before any window.

    values : (height, width), of any real type; rescaled, not inverted
    kind : such as `16-bit grey`
    is_grey : the values are grey levels 0..255 already, and pass bit for bit
    inverted : 0 is white (MONOCHROME1)
    background : pixels that hold no measurement (padding); they become black
    """

    values: NDArray[Any]
    kind: str
    is_grey: bool
    inverted: bool = False
    background: NDArray[np.bool_] | None = None

    def measured(self) -> NDArray[Any]:
        """The values without padding and what is not finite, (n,)."""
        values = self.values.ravel()
        if self.background is not None:
            values = values[~self.background.ravel()]
        return values[np.isfinite(values)] if values.dtype.kind == "f" else values

    def grey(self, window: Window | None) -> NDArray[np.uint8]:
        """Grey levels, (height, width); the window is not for values that are grey already.

        Raises
        ------
        ImageError
            The values need a window and there is none, or they hold NaN.
        """
        if self.is_grey:
            levels = self.values.astype(np.uint8, copy=False)
        elif window is None:
            raise ImageError(f"is {self.kind.removesuffix(' grey')}")
        else:
            levels = windowed(self.values, window)
        if self.inverted:
            levels = np.uint8(255) - levels
        if self.background is not None:
            levels = np.where(self.background, np.uint8(0), levels)
        return np.ascontiguousarray(levels)  # slices of a volume are views


def windowed(levels: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    """Map levels linearly from `window` to 0..255, rounded half up, clipped outside.

    Raises
    ------
    ImageError
        A level is NaN.
    """
    low, high = window
    with np.errstate(invalid="ignore"):  # NaN is refused below
        share = (levels.astype(np.float64) - low) / (high - low)
    if np.isnan(share).any():
        raise ImageError("holds values that are not numbers (NaN)")
    return np.floor(np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)


def check_window(window: Window | None) -> None:
    """Refuse a window whose levels are not finite and rising.

    Raises
    ------
    ClefganError
        They are not.
    """
    if window is None:
        return
    low, high = window
    if not (np.isfinite(window).all() and low < high):
        raise ClefganError(f"window of levels {window}: the first must be the lower one")


def luma(colour: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """ITU-R BT.601 luma of 8-bit RGB (height, width, 3), rounded half up."""
    total = colour.astype(np.uint32) @ np.array(LUMA, np.uint32)
    grey: NDArray[np.uint8] = ((total + 500) // 1000).astype(np.uint8)
    return grey


def needs_window(reason: str) -> bool:
    """Whether an image was refused for want of a window alone."""
    head, _, depth = reason.partition(" ")
    return head == "is" and depth.split("-bit")[0].isdigit()
