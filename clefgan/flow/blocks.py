"""Images as blocks of pixels, or as principal components of blocks: where the flow flows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.flow.config import FlowConfig
from clefgan.method import Images

Field = NDArray[np.float32]
LEAST = 0.02  # of the largest deviation: what varies less is not blown up to unit variance


@dataclass(frozen=True, eq=False)
class Blocks:
    """A linear code of images that is fitted on training images."""

    side: int
    mean: Field  # (side * side,)
    basis: Field  # (side * side, channels), orthonormal columns
    spread: Field  # (channels,)

    @classmethod
    def fit(cls, images: Images, config: FlowConfig) -> "Blocks":
        """Learn mean and spread, and in latent space the components too."""
        side = config.block
        rows = cut(unit(images), side).reshape(-1, side * side)
        if not config.components:
            n = side * side
            level, spread = float(rows.mean()), max(float(rows.std()), 1e-3)
            return cls(side, constant(n, level), np.eye(n, dtype=np.float32), constant(n, spread))
        mean = rows.mean(axis=0)
        centred = (rows - mean).astype(np.float64)
        values, vectors = np.linalg.eigh(centred.T @ centred / len(rows))
        order = np.argsort(-values)[: config.components]
        spread = np.sqrt(np.maximum(values[order], 0))
        spread = np.maximum(spread, max(LEAST * spread[0], 1e-3))
        basis = vectors[:, order].astype(np.float32)
        return cls(side, mean, basis, spread.astype(np.float32))

    def encode(self, images: Images) -> Field:
        """(n, height, width) to (n, height / side, width / side, channels), unit variance."""
        return np.asarray(((cut(unit(images), self.side) - self.mean) @ self.basis) / self.spread)

    def decode(self, codes: Field) -> Images:
        """Back to uint8 images."""
        pixels = (codes * self.spread) @ self.basis.T + self.mean
        n, rows, columns, _ = pixels.shape
        side = self.side
        whole = pixels.reshape(n, rows, columns, side, side).transpose(0, 1, 3, 2, 4)
        levels = (whole.reshape(n, rows * side, columns * side) + 1) * 127.5
        return np.asarray(np.clip(np.rint(levels), 0, 255), np.uint8)


def constant(n: int, value: float) -> Field:
    """`n` times the value."""
    return np.full(n, value, np.float32)


def unit(images: Images) -> Field:
    """Grey levels 0..255 as -1..1."""
    return np.asarray(images.astype(np.float32) / 127.5 - 1, np.float32)


def cut(images: Field, side: int) -> Field:
    """(n, height, width) to (n, height / side, width / side, side * side)."""
    n, height, width = images.shape
    rows, columns = height // side, width // side
    blocks = images.reshape(n, rows, side, columns, side).transpose(0, 1, 3, 2, 4)
    return blocks.reshape(n, rows, columns, side * side)
