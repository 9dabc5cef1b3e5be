"""Subset-patches: are the parts of this image those of one class's real images?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from baselines.attribution.sources import reals
from baselines.features.pixels import LowPass
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked
from clefgan.similarity.threads import in_threads, single_blas
from clefgan.similarity.whole_numbers import Floats

SLICE = 512  # images under test at a time
LEAST = 1e-6  # of 1 - correlation: below it, differences are rounding

Grey = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class SubsetPatches:
    """Each tile's distance to the most alike real tile of the class at its place, summed as logs.

    `-(d / 2) sum_p log(1 - NCC_p)`, where NCC_p is the largest correlation of tile p, of d pixels,
    with the tiles of the class's real images there or up to `shift` pixels away: the log-likelihood
    of a Gaussian around the most alike tile, its variance estimated. A second grid, half a tile
    further down and right, sees what the borders of the first cut; the sum is then scaled to that
    of one grid, as no pixel is there twice.

    References
    ----------
    The limit of a hard minimum of nonparametric data attribution (2025), arXiv:2510.14269.

    Notes
    -----
    Images are averaged to `cells` cells along each side first, so that tiles show the same part of
    a patient at any resolution. A tile without any contrast correlates with none.
    """

    evidence: ClassVar[Evidence] = Evidence.A1
    source: ClassVar[str] = "ours, after arXiv:2510.14269"

    cells: int = 64  # along each side of the image
    tiles: int = 4  # along each side
    shift: int = 1  # cells that a real tile may be moved by
    grids: int = 2  # 1: tiles side by side; 2: also those around the inner corners of these

    def __post_init__(self) -> None:
        if self.tiles < 1 or self.cells < 2 * self.tiles or self.shift < 0:
            raise ValueError(
                f"{self.tiles} tiles of {self.cells} cells with a shift of {self.shift}: a tile "
                "has at least 2 cells, a shift is 0 or more"
            )
        if self.grids not in (1, 2):
            raise ValueError(f"grids {self.grids} must be 1 or 2")

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Keep the real images."""
        images = [cells_of(of_class, self.cells) for of_class in reals(sources)]
        progress("real tiles", len(images), len(images), "")
        return Patches(images, self)


@dataclass(frozen=True, eq=False)
class Patches:
    """Real images of each class, in cells."""

    images: Sequence[Grey]
    settings: SubsetPatches

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Log-likelihood of each class, up to a constant per row."""
        likelihoods = np.zeros((len(generated), len(self.images)))
        under_test = cells_of(generated, self.settings.cells)
        frames = Frames.of(under_test.shape[1:], self.settings)
        weight = frames.area / 2 * frames.first / len(frames.places)
        for done, (row, column) in enumerate(frames.places, start=1):
            rows = standard(frames.cut(under_test, row, column))
            for number, images in enumerate(self.images):
                windows = frames.windows(images, row, column)
                best = largest_products(rows, windows)
                likelihoods[:, number] -= weight * np.log(np.maximum(1 - best, LEAST))
            progress("tiles", done, len(frames.places), "")
        return likelihoods


@dataclass(frozen=True)
class Frames:
    """Where the tiles of an image are; how many of the places are of the first grid."""

    places: Sequence[tuple[int, int]]
    first: int
    sides: tuple[int, int]
    shape: tuple[int, int]
    shift: int

    @classmethod
    def of(cls, shape: tuple[int, ...], settings: SubsetPatches) -> "Frames":
        """Cut; neighbouring tiles of a grid overlap where the size is not a multiple."""
        height, width = shape
        down, across = (min(settings.tiles, max(1, side // 2)) for side in (height, width))
        sides = -(-height // down), -(-width // across)
        rows = np.linspace(0, height - sides[0], down).round().astype(int)
        columns = np.linspace(0, width - sides[1], across).round().astype(int)
        places = [(row, column) for row in rows.tolist() for column in columns.tolist()]
        first = len(places)
        if settings.grids == 2:
            between = [((starts[:-1] + starts[1:]) // 2).tolist() for starts in (rows, columns)]
            places += [(row, column) for row in between[0] for column in between[1]]
        return cls(places, first, sides, (height, width), settings.shift)

    @property
    def area(self) -> int:
        """Cells of a tile."""
        return self.sides[0] * self.sides[1]

    def cut(self, images: Grey, row: int, column: int) -> Grey:
        """The tile at a place of each image, (n, area)."""
        part = images[:, row : row + self.sides[0], column : column + self.sides[1]]
        return part.reshape(len(images), -1)

    def windows(self, images: Grey, row: int, column: int) -> Grey:
        """Standard tiles at a place and around it, (n * n_shifts, area)."""
        tops = around(row, self.shape[0] - self.sides[0], self.shift)
        lefts = around(column, self.shape[1] - self.sides[1], self.shift)
        return np.concatenate(
            [standard(self.cut(images, top, left)) for top in tops for left in lefts]
        )


def around(at: int, last: int, shift: int) -> range:
    """Places up to `shift` away that are within the image."""
    return range(max(0, at - shift), min(last, at + shift) + 1)


def cells_of(images: Images, cells: int) -> Grey:
    """Grey levels averaged to at most `cells` along each side, (n, height, width)."""
    shape = tuple(min(side, cells) for side in images.shape[1:])
    return LowPass(cells)(np.asarray(images)).reshape(len(images), *shape)


def standard(rows: Grey) -> Grey:
    """Rows less their mean, of length 1; rows of less spread than half a grey level are 0."""
    centred = rows.astype(np.float64) - rows.mean(axis=1, dtype=np.float64)[:, None]
    lengths = np.sqrt(np.vecdot(centred, centred))[:, None]
    flat = lengths <= 0.5
    scaled = np.divide(centred, lengths, out=np.zeros_like(centred), where=~flat)
    return np.asarray(scaled, np.float32)


def largest_products(rows: Grey, windows: Grey) -> Floats:
    """Largest scalar product of each row with any window, (n,), in float32."""
    best = np.empty(len(rows))

    def some(part: slice) -> None:
        for start in range(part.start, part.stop, SLICE):
            stop = min(start + SLICE, part.stop)
            best[start:stop] = (rows[start:stop] @ windows.T).max(axis=1)

    with single_blas():
        in_threads(some, len(rows))
    return best
