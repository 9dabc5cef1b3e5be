"""Pixels as features: whole, or what a coarse grid keeps of them."""

from dataclasses import dataclass

import numpy as np

from baselines.features.blocks import Features, in_blocks
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent

BLOCK = 64  # images at a time


@dataclass(frozen=True)
class Pixels:
    """Grey levels less their mean, scaled to length 1; a constant image is all 0."""

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, height * width) float32 features."""
        n_features = int(np.prod(images.shape[1:]))

        def features(block: Images) -> Features:
            return unit(block.reshape(len(block), -1).astype(np.float32))

        return in_blocks(
            features, images, n_features=n_features, block=BLOCK, stage="pixels", progress=progress
        )


@dataclass(frozen=True)
class Levels:
    """Grey levels as they are."""

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:  # noqa: ARG002
        """Return (n, height * width) float32 features, 0..255."""
        return np.asarray(images).reshape(len(images), -1).astype(np.float32)


@dataclass(frozen=True)
class LowPass:
    """Mean grey levels of a `size` x `size` grid of cells (of single pixels, if those are fewer).

    Fine texture, which belongs to the generator rather than to the image, is averaged away.
    """

    size: int = 32  # cells along each side

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return float32 features, grey levels 0..255.

        Raises
        ------
        ClefganError
            If the size is below 1.
        """
        if self.size < 1:
            raise ClefganError(f"low-pass: a grid of {self.size} cells; give at least 1")
        height, width = images.shape[1:]
        rows, columns = (edges(side, self.size) for side in (height, width))
        area = np.outer(np.diff([*rows, height]), np.diff([*columns, width]))

        def features(block: Images) -> Features:
            # whole rows first: they are contiguous, and leave fewer numbers to the columns
            sums = np.add.reduceat(block, rows, axis=1, dtype=np.int32)
            means = np.add.reduceat(sums, columns, axis=2, dtype=np.int64) / area
            return np.asarray(means.reshape(len(block), -1), np.float32)

        return in_blocks(
            features, images, n_features=area.size, block=BLOCK, stage="low-pass", progress=progress
        )


def edges(side: int, cells: int) -> list[int]:
    """First pixel of each of `cells` nearly equal cells, or of each pixel if those are fewer."""
    cells = min(side, cells)
    return [side * i // cells for i in range(cells)]


def unit(rows: Features) -> Features:
    """Rows less their mean, scaled to length 1; rows without any spread become 0."""
    wide = rows.astype(np.float64)
    wide -= wide.mean(axis=1, keepdims=True)
    # not a BLAS product: its threads and ours would wait for each other
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))[:, None]
    flat = lengths <= 1e-6 * np.abs(rows).max(axis=1, initial=0.0, keepdims=True)
    scaled = np.divide(wide, lengths, out=np.zeros_like(wide), where=~flat)
    return np.asarray(scaled, np.float32)
