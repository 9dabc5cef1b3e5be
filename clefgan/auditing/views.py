"""The views in which images are compared: whole images, detail maps, and windows of them.

Whole-image views find copies; detail maps find what coarse anatomy drowns; windows find parts of
training images put together, to which every whole-image view is blind. `BATTERY` is what an audit
looks at, `CONFIRMING` what is kept back for a re-audit after images were withheld by the first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from clefgan.auditing import turns
from clefgan.auditing.turns import AS_IT_IS, Turn
from clefgan.method import Images
from clefgan.similarity import detail
from clefgan.similarity.detail import Maps

WINDOW_GRID = 64  # pixels: maps are averaged down to about this before windows are cut
REACH = 2  # pixels, of neighbours that are ranked
STEP = np.float32(4)  # grey levels at which a neighbour counts in full


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at images.

    across : windows along each side, overlapping by half; 1 is the whole image
    keep : nearest patients that are kept of each released image and window
    turned : released images are flipped and turned before they are compared, in every way but not
        at all; what counts is the one that is most alike
    inverted : copies with dark and bright exchanged are looked for too, turned or not
    coarse : maps are averaged down first, as many turns of whole maps would take too long
    """

    name: str
    title: str
    make: Callable[[Images], Maps]
    across: int = 1
    keep: int = 32
    turned: bool = False
    inverted: bool = False
    coarse: bool = False

    def cuts(self, images: Images) -> Maps:
        """Unit rows of each window of all images: (n_cuts, n, n_pixels)."""
        maps = self.make(images)
        if self.coarse or self.across > 1:
            maps = averaged(maps, max(1, min(maps.shape[1:]) // WINDOW_GRID))
        if self.across == 1:
            return detail.unit_rows(maps)[None]
        parts = np.stack([
            maps[:, rows, columns].reshape(len(maps), -1)
            for rows, columns in windows(maps.shape[1], maps.shape[2], self.across)
        ])  # fmt: skip
        return detail.unit_rows(parts.reshape(-1, parts.shape[2])).reshape(parts.shape)

    def turns(self, images: Images) -> tuple[Turn, ...]:
        """How released images are turned before they are compared."""
        if not self.turned:
            return (AS_IT_IS,)
        return turns.searched(square=images.shape[1] == images.shape[2], inverted=self.inverted)

    def filters_as(self, other: "View") -> bool:
        """Whether rows of real images are the same; released ones may be turned."""
        own, others = ((view.make, view.across, view.coarse) for view in (self, other))
        return own == others

    @property
    def n_cuts(self) -> int:
        """How many windows there are."""
        return self.across * self.across


def averaged(maps: Maps, step: int) -> Maps:
    """Maps on a coarser grid: means of `step` x `step` pixels; an odd edge is left out."""
    if step == 1:
        return maps
    height, width = (side // step * step for side in maps.shape[1:])
    whole = maps[:, :height, :width]
    columns = whole[:, :, ::step].copy()  # added up slice by slice: 20 times as fast as a mean
    for column in range(1, step):
        columns += whole[:, :, column::step]
    means = columns[:, ::step].copy()
    for row in range(1, step):
        means += columns[:, row::step]
    means /= np.float32(step * step)
    return means


def windows(height: int, width: int, across: int) -> Iterator[tuple[slice, slice]]:
    """Windows that overlap by half, from the top left; at least 2 pixels a side."""
    sides = [max(2, min(side, round(2 * side / (across + 1)))) for side in (height, width)]
    starts = [
        np.linspace(0, max(0, side - part), across).round().astype(int).tolist()
        for side, part in zip((height, width), sides, strict=True)
    ]
    for row in starts[0]:
        for column in starts[1]:
            yield slice(row, row + sides[0]), slice(column, column + sides[1])


def levels(images: Images) -> Maps:
    """Grey levels as they are."""
    return images.astype(np.float32)


def band(images: Images) -> Maps:
    """Structure of 1 to 3 pixels."""
    return detail.band_pass(images, 1.0, 3.0)


def fine_band(images: Images) -> Maps:
    """Structure of 0.7 to 2 pixels."""
    return detail.band_pass(images, 0.7, 2.0)


def contrast(images: Images) -> Maps:
    """Structure of 1 to 3 pixels over its strength around."""
    return detail.local_contrast(images, 1.0, 3.0)


def gradient(images: Images) -> Maps:
    """Strength of the slope after a blur of 1 pixel."""
    soft = detail.blurred(images.astype(np.float32), 1.0)
    down, right = np.gradient(soft, axis=(1, 2)) if min(soft.shape[1:]) > 1 else (soft, soft)
    return np.hypot(down, right)


def ranks(images: Images) -> Maps:
    """How many of the 24 pixels around are darker, after a blur of 0.7 pixels.

    References
    ----------
    Zabih, Woodfill (1994), doi:10.1007/BFb0028345 (rank transform); here a neighbour counts by how
    much darker or brighter it is, at most `STEP` grey levels, as noise would decide otherwise.
    """
    soft = detail.blurred(images.astype(np.float32), 0.7)
    height, width = soft.shape[1:]
    around = np.pad(soft, ((0, 0), (REACH, REACH), (REACH, REACH)), mode="edge")
    counted = np.zeros_like(soft)
    for row in range(2 * REACH + 1):
        for column in range(2 * REACH + 1):
            other = around[:, row : row + height, column : column + width]
            counted += np.clip((soft - other) / STEP, -1, 1)
    return counted


PIXELS = View("pixels", "whole images, grey levels", levels)
BAND = View("band", "whole images, structure of 1 to 3 pixels", band)
TURNED = View(
    "turned",
    "whole images flipped, turned or inverted, structure of 1 to 3 pixels",
    band,
    turned=True,
    inverted=True,
    coarse=True,
)
CONTRAST = View("contrast", "whole images, local contrast", contrast)
WINDOWS = View(
    "windows", "7 x 7 windows of a quarter of the width, fine structure", fine_band, 7, 4
)
TURNED_GRADIENT = View(
    "turned-gradient",
    "whole images flipped or turned, strength of slopes",
    gradient,
    turned=True,
    coarse=True,
)
GRADIENT = View("gradient", "whole images, strength of slopes", gradient)
RANK_WINDOWS = View(
    "rank-windows", "7 x 7 windows of a quarter of the width, ranks of neighbours", ranks, 7, 4
)

BATTERY = (PIXELS, BAND, CONTRAST, TURNED, WINDOWS)
CONFIRMING = (GRADIENT, TURNED_GRADIENT, RANK_WINDOWS)
