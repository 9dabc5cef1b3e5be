"""Views compared as a whole, and one of them also tile by tile, in the same pass.

The views are worked out once for both. Tiles are cut from a reduced view: what they are for, parts
of a training image that a generator puts beside parts of others, is larger than a few pixels.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Images
from clefgan.similarity.detail_images import worked
from clefgan.similarity.products import Metric
from clefgan.similarity.views import ViewPairs, Views
from clefgan.similarity.whole_numbers import Floats, Rows

LONGER = 64  # pixels along the longer side of the view that is cut, at most
LEAST = 4  # pixels along a side of a tile


@dataclass(frozen=True)
class Cut:
    """How a view is cut into `across` x `across` tiles.

    view : its number among the views
    work : (height, width) of the views
    """

    view: int
    work: tuple[int, int]
    across: int

    @classmethod
    def fitting(cls, view: int, work: tuple[int, int], across: int) -> "Cut":
        """Return a cut of so many tiles, or of fewer where they would be too small."""
        return cls(view, work, max(1, min(across, min(work) // LEAST)))

    def __len__(self) -> int:
        return self.across**2

    def tiles(self, rows: NDArray[Any]) -> Images:
        """Return (n, n_tiles, n_pixels) uint8; neighbours overlap where sides do not divide."""
        height, width = self.work
        images = np.asarray(rows[:, self.view]).reshape(-1, height, width)
        longer = max(height, width)
        if longer > LONGER:
            height, width = (max(1, round(side * LONGER / longer)) for side in self.work)
            images = np.rint(worked(images, (height, width))).astype(np.uint8)
        down, right = (-(-side // self.across) for side in (height, width))
        tops, lefts = (
            np.linspace(0, side - tile, self.across).round().astype(int)
            for side, tile in ((height, down), (width, right))
        )
        tiles = [images[:, i : i + down, j : j + right] for i in tops for j in lefts]
        return np.stack([tile.reshape(len(images), -1) for tile in tiles], axis=1)


@dataclass(frozen=True)
class ViewsAndTiles:
    """Distance in each view, then of each tile: (n_candidates, n_generated, n_views + n_tiles)."""

    metric: Metric
    cut: Cut

    def against(self, candidates: Rows, *, memory_mib: int) -> "TiledPairs":
        """Make the candidates ready."""
        rows = np.asarray(candidates[0 : len(candidates)])
        views, half = Views(self.metric), max(1, memory_mib // 2)
        whole = views.against(rows, memory_mib=half)
        return TiledPairs(whole, views.against(self.cut.tiles(rows), memory_mib=half), self.cut)


@dataclass(frozen=True)
class TiledPairs:
    """Candidates ready to be compared in each view and tile."""

    whole: ViewPairs
    tiles: ViewPairs
    cut: Cut

    def column_bytes(self) -> int:
        """Of both: they are held together."""
        return self.whole.column_bytes() + self.tiles.column_bytes()

    def __call__(self, generated: NDArray[Any]) -> Floats:
        """Distances, (n_candidates, n_generated, n_views + n_tiles), each contiguous by itself."""
        both = self.whole(generated), self.tiles(self.cut.tiles(generated))
        return np.moveaxis(np.concatenate([np.moveaxis(part, 2, 0) for part in both]), 0, 2)
