"""Histograms of oriented gradients: outlines and where they lie, without grey levels."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baselines.features.blocks import Features, in_blocks
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent

BLOCK = 8  # images at a time
EACH = 64  # images that are handed out at a time


@dataclass(frozen=True)
class Hog:
    """Histograms of gradient directions in square cells, normalised in blocks of 2 x 2 cells.

    References
    ----------
    Dalal, Triggs (2005), doi:10.1109/CVPR.2005.177: unsigned directions, L2-Hys.

    Notes
    -----
    Every pixel votes for one bin of one cell, as in `skimage.feature.hog`; the paper interpolates.
    Pixels beyond the last whole cell are not used.
    """

    bins: int = 9  # directions over 180 degrees
    cell: int = 16  # pixels along each side

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, blocks * 4 * bins) float32 features.

        Raises
        ------
        ClefganError
            If an image does not hold 2 x 2 cells, or a setting is below 1.
        """
        rows, columns = self.check(images)
        n_features = (rows - 1) * (columns - 1) * 4 * self.bins
        return in_blocks(
            self.of_block, images, n_features=n_features, block=BLOCK, stage="HOG",
            progress=progress,
        )  # fmt: skip

    def each(self, images: Images) -> Iterator[Features]:
        """Yield the features some images at a time, so that a caller can keep what is done."""
        for start in range(0, len(images) or 1, EACH):
            yield self(images[start : start + EACH])

    def key(self) -> str:
        """Return a digest of the settings, and of the version of what is done with them."""
        return hashlib.sha256(repr(("Hog", 1, self.bins, self.cell)).encode()).hexdigest()

    def check(self, images: Images) -> tuple[int, int]:
        """Return the rows and columns of cells of an image that is large enough."""
        height, width = images.shape[1:]
        if self.bins < 1 or self.cell < 1 or min(height, width) < 2 * self.cell:
            raise ClefganError(
                f"hog: images of {height}x{width} with {self.bins} bins and cells of {self.cell} "
                "pixels; give at least 1 bin and images of at least 2x2 cells"
            )
        return height // self.cell, width // self.cell

    def of_block(self, images: Images) -> Features:
        """Return the features of a few images."""
        cells = self.cells(images, *self.check(images))
        pairs = np.concatenate([cells[:, :, :-1], cells[:, :, 1:]], axis=3)
        fours = np.concatenate([pairs[:, :-1], pairs[:, 1:]], axis=3)
        return l2_hys(fours).reshape(len(images), -1).astype(np.float32)

    def cells(self, images: Images, rows: int, columns: int) -> NDArray[np.float64]:
        """Mean gradient strength by direction in each cell: (n, rows, columns, bins)."""
        n = len(images)
        used = (slice(None), slice(rows * self.cell), slice(columns * self.cell))
        down, across = np.zeros(images.shape), np.zeros(images.shape)
        levels = images.astype(np.int16)
        down[:, 1:-1] = levels[:, 2:] - levels[:, :-2]
        across[:, :, 1:-1] = levels[:, :, 2:] - levels[:, :, :-2]
        down, across = down[used], across[used]
        angle = np.rad2deg(np.arctan2(down, across)) % 180
        # a tiny negative angle modulo 180 is 180 itself
        direction = np.minimum((angle * self.bins / 180).astype(np.int64), self.bins - 1)
        row, column = (np.arange(count * self.cell) // self.cell for count in (rows, columns))
        cell = (np.arange(n)[:, None, None] * rows + row[:, None]) * columns + column
        sums = np.bincount(
            (cell * self.bins + direction).ravel(),
            np.hypot(down, across).ravel(),
            n * rows * columns * self.bins,
        )
        return sums.reshape(n, rows, columns, self.bins) / self.cell**2


def l2_hys(blocks: NDArray[np.float64], epsilon: float = 1e-5) -> NDArray[np.float64]:
    """Length 1 along the last axis, no value above 0.2, and length 1 again."""
    for limit in (0.2, np.inf):
        lengths = np.sqrt(np.vecdot(blocks, blocks) + epsilon**2)
        blocks = np.minimum(blocks / lengths[..., None], limit)
    return blocks
