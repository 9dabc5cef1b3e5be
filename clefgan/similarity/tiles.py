"""Distances between tiles of two images, each tile free to shift by a few pixels.

A generator may reuse a part of a training image. A tile of the candidate is compared with the
windows of the generated image at the same place and up to `shift` pixels around it; the nearest
counts. Distances are root mean squares of grey-level differences, 0..255.

One matrix product a tile gives `|g|^2 - 2 x.g` for all candidates and windows: all numbers in it
are whole and exact, so blocks change nothing (see `rows`).

References
----------
Tiles and their largest distance: Carlini et al. 2023, arXiv:2301.13188. The shift is ours.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.similarity.reductions import Block, RunningMinimum
from clefgan.similarity.threads import cores, in_threads
from clefgan.similarity.whole_numbers import Floats, Rows

CENTRE = 128
LEAST_SIDE = 2  # pixels of a tile
LARGEST_IN_FLOAT32 = 18  # 18^2 pixels * 3 * 2^14 < 2^24


@dataclass(frozen=True)
class Tiles:
    """Distance of each tile: blocks of shape (n_candidates, n_generated, n_tiles)."""

    across: int = 8  # tiles along each side of the image
    shift: int = 2  # pixels

    def against(self, candidates: Rows, *, memory_mib: int) -> "TilePairs":  # noqa: ARG002
        """Cut the candidates into tiles."""
        return TilePairs.of(np.asarray(candidates[0 : len(candidates)]), self)


@dataclass(frozen=True)
class WorstTile:
    """Distance of two images: that of their worst tile (Carlini et al. 2023)."""

    across: int = 8  # tiles along each side of the image
    shift: int = 2  # pixels

    def against(self, candidates: Rows, *, memory_mib: int) -> "WorstTilePairs":
        """Cut the candidates into tiles."""
        return WorstTilePairs(
            Tiles(self.across, self.shift).against(candidates, memory_mib=memory_mib)
        )


@dataclass(frozen=True)
class WorstTilePairs:
    """Candidates cut into tiles; of the tiles' distances, the largest counts."""

    tiles: "TilePairs"

    def column_bytes(self) -> int:
        """As of the tiles: they are held while a block is in work."""
        return self.tiles.column_bytes()

    def __call__(self, generated: NDArray[Any]) -> Floats:
        """Distances, (n_candidates, n_generated)."""
        worst: Floats = self.tiles(generated).max(axis=2)
        return worst


@dataclass(frozen=True)
class TilePairs:
    """Candidates cut into tiles."""

    left: NDArray[Any]  # (n_tiles, n, side * side + 1): -2 * (levels - 128), and a 1
    squares: Floats  # (n_tiles, n)
    rows: NDArray[np.int64]  # first row of each line of tiles
    columns: NDArray[np.int64]
    sides: tuple[int, int]
    shape: tuple[int, int]
    shift: int

    @classmethod
    def of(cls, images: NDArray[Any], tiles: Tiles) -> "TilePairs":
        """Cut; neighbouring tiles overlap where the size is not a multiple."""
        if images.ndim != 3 or images.dtype != np.uint8:
            raise ClefganError(
                f"tiles: images are {images.dtype} of shape {images.shape}; "
                "give uint8 images (n, height, width)"
            )
        n, height, width = images.shape
        if tiles.across < 1 or tiles.shift < 0:
            raise ClefganError(
                f"tiles: {tiles.across} across with a shift of {tiles.shift}; "
                "give at least 1 tile and a shift of at least 0"
            )
        most = min(height, width) // LEAST_SIDE
        if tiles.across > max(1, most):
            raise ClefganError(
                f"tiles: {tiles.across} across images of {height}x{width}; a tile has at least "
                f"{LEAST_SIDE}x{LEAST_SIDE} pixels: give at most {max(1, most)}"
            )
        sides = (-(-height // tiles.across), -(-width // tiles.across))
        rows, columns = (
            np.linspace(0, size - side, tiles.across).round().astype(np.int64)
            for size, side in zip((height, width), sides, strict=True)
        )
        exact = np.float32 if max(sides) <= LARGEST_IN_FLOAT32 else np.float64
        area = sides[0] * sides[1]
        left = np.empty((len(rows) * len(columns), n, area + 1), exact)
        for number, (row, column) in enumerate(_places(rows, columns)):
            part = images[:, row : row + sides[0], column : column + sides[1]].reshape(n, area)
            np.subtract(part, exact(CENTRE), out=left[number, :, :area], dtype=exact)
        squares = np.vecdot(left[..., :area], left[..., :area]).astype(np.float64)
        left[..., :area] *= -2
        left[..., area] = 1
        return cls(left, squares, rows, columns, sides, (height, width), tiles.shift)

    def column_bytes(self) -> int:
        """A generated image, its windows of one tile, and its share of products and result."""
        n_tiles, n, area = self.left.shape
        windows = (2 * self.shift + 1) ** 2
        size = self.left.itemsize
        pixels = self.shape[0] * self.shape[1]
        return int(16 * n * n_tiles + cores() * windows * size * (n + area) + pixels)

    def __call__(self, generated: NDArray[Any]) -> Floats:
        """Distances, (n_candidates, n_generated, n_tiles)."""
        if generated.shape[1:] != self.shape:
            raise ClefganError(
                f"comparison: candidates are {self.shape[0]}x{self.shape[1]}, generated "
                f"{generated.shape[1]}x{generated.shape[2]}; give both the same image size"
            )
        n_tiles, n, _ = self.left.shape
        squares = np.empty((n, len(generated), n_tiles))
        places = _places(self.rows, self.columns)

        def some(part: slice) -> None:
            for number in range(part.start, part.stop):
                windows = self._windows(generated, *places[number])
                products = self.left[number] @ windows.T
                best = products.reshape(n, -1, len(generated)).min(axis=1)
                np.add(self.squares[number][:, None], best, out=squares[:, :, number])

        in_threads(some, n_tiles)
        squares /= self.sides[0] * self.sides[1]
        return np.sqrt(squares, out=squares)

    def _windows(self, generated: NDArray[Any], row: int, column: int) -> NDArray[Any]:
        """Windows around a place, (n_shifts * n_generated, area + 1), with their squares last."""
        down, right = self.sides
        tops = _around(row, self.shape[0] - down, self.shift)
        lefts = _around(column, self.shape[1] - right, self.shift)
        n, area, exact = len(generated), down * right, self.left.dtype
        region = generated[:, tops[0] : tops[-1] + down, lefts[0] : lefts[-1] + right].astype(exact)
        region -= CENTRE
        windows = np.empty((len(tops), len(lefts), n, area + 1), exact)
        for i in range(len(tops)):
            for j in range(len(lefts)):
                part = region[:, i : i + down, j : j + right]
                windows[i, j, :, :area] = part.reshape(n, area)
        flat = windows.reshape(-1, area + 1)
        flat[:, area] = np.vecdot(flat[:, :area], flat[:, :area])
        return flat


def _places(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> list[tuple[int, int]]:
    return [(int(row), int(column)) for row in rows for column in columns]


def _around(at: int, last: int, shift: int) -> range:
    return range(max(0, at - shift), min(last, at + shift) + 1)


@dataclass(frozen=True)
class NearestTile(RunningMinimum):
    """Of blocks of `Tiles`: the distance of each candidate's tile to the nearest generated one."""

    def partial(self, block: Block, /) -> Floats:
        """The smallest distance of each tile within a block, (n, n_tiles)."""
        least: Floats = block.values.min(axis=1)
        return least
