"""A fine grid to draw tissue on, averaged down to the pixels of the slice.

Coordinates are those of a radiologist's screen: x to the right (the patient's left), y down
(the patient's back), the image from -1 to 1 both ways. Tissue is given in Hounsfield units, -1000
air to 500 bone, held as 8-bit codes 6 HU apart: noise of 10 HU and more is added later.
"""

from copy import copy

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from clefgan.data.phantom.shapes import Points

FINE = 4
"""Fine grid points a pixel each way: 512 x 512, a scanner's matrix, for a slice of 128 x 128."""

_LOWEST, _STEP = -1024.0, 6.0


def code(hounsfield: float) -> int:
    """The 8-bit code of a tissue; what is denser than 506 HU is cut, far above every window."""
    return min(255, max(0, round((hounsfield - _LOWEST) / _STEP)))


class Canvas:
    """Tissue on the fine grid; later shapes cover earlier ones."""

    def __init__(self, size: int, *, turn: float, shift: tuple[float, float]) -> None:
        cos, sin = np.cos(turn), np.sin(turn)
        self._unit = size * FINE / 2
        self._turn = np.array([[cos, sin], [-sin, cos]]) * self._unit
        self._shift = (np.array(shift) + 1.0) * self._unit
        self._blank(size * FINE, code(-1000))

    def _blank(self, side: int, value: int) -> None:
        self.image = Image.new("L", (side, side), value)
        self._pen = ImageDraw.Draw(self.image)

    def mask(self) -> "Canvas":
        """Return an empty canvas (code 0) of the same size, shift and turn."""
        other = copy(self)
        other._blank(self.image.width, 0)
        return other

    def area(self, outline: Points, hounsfield: float) -> None:
        """Fill a closed outline with a tissue."""
        self.cover(outline, code(hounsfield))

    def line(self, path: Points, width: float, hounsfield: float) -> None:
        """Stroke an open path with a tissue."""
        pixels = max(1, round(width * self._unit))
        self._pen.line(self._flat(path), fill=code(hounsfield), width=pixels, joint="curve")

    def cover(self, outline: Points, value: int) -> None:
        """Fill a closed outline with a code."""
        self._pen.polygon(self._flat(outline), fill=value)

    def strokes(
        self, starts: Points, ends: Points, widths: NDArray[np.float64], value: int
    ) -> None:
        """Draw many straight strokes of one code, each of its own width."""
        segments = np.concatenate([starts, ends], axis=1).reshape(-1, 2)
        flat = (segments @ self._turn + self._shift).reshape(-1, 4).tolist()
        pixels = np.maximum(1, np.round(widths * self._unit)).astype(int).tolist()
        for segment, width in zip(flat, pixels, strict=True):
            self._pen.line(segment, fill=value, width=width)

    def fill(self, cover: "Canvas", hounsfield: float, *, within: "Canvas") -> None:
        """Lay a tissue over as much of each point as `cover` says, only within a mask."""
        share = ImageChops.multiply(cover.image, within.image)
        self.image.paste(code(hounsfield), mask=share)

    def _flat(self, points: Points) -> list[float]:
        flat: list[float] = (points @ self._turn + self._shift).ravel().tolist()
        return flat

    def hounsfield(self) -> NDArray[np.float32]:
        """Average the tissue down: (size, size), in HU."""
        return np.asarray(self.image.reduce(FINE), dtype=np.float32) * _STEP + _LOWEST

    def share(self) -> NDArray[np.float32]:
        """Average a mask down: the share of each pixel that it covers, 0 to 1."""
        return np.asarray(self.image.reduce(FINE), dtype=np.float32) / 255.0
