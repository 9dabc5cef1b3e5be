"""The highest values of each candidate, after each generated image's column was transformed.

A block holds all candidates, so what is usual for one generated image is known: its *column*. The
columns are laid out as rows here, one after the other in memory, so that a sum over the candidates
has the same bits whatever block the column came in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from clefgan.similarity.reductions import PAGE, Block, Folded
from clefgan.similarity.whole_numbers import Floats

Transform: TypeAlias = Callable[[Floats], Floats]
"""Similarities, (n_generated, n_candidates), to values of the same shape."""


@dataclass(frozen=True)
class LessUsual:
    """Less the mean of the image's `neighbours` largest similarities (as in CSLS)."""

    neighbours: int

    def __call__(self, similarity: Floats) -> Floats:
        """Subtract."""
        k = min(self.neighbours, similarity.shape[1])
        largest = np.sort(similarity, axis=1)[:, -k:]
        return np.asarray(similarity - largest.mean(axis=1, keepdims=True))


@dataclass(frozen=True, eq=False)
class OwnDirection:
    """Similarity with what no other candidate has: see `own_direction`."""

    weights: Floats  # (n, n), of the candidates in each residual

    def __call__(self, similarity: Floats) -> Floats:
        """Multiply a page of columns at a time, filled up: one shape, one order of adding."""
        n_columns, n = similarity.shape
        product = np.empty_like(similarity)
        page = np.zeros((PAGE, n))
        for start in range(0, n_columns, PAGE):
            part = similarity[start : start + PAGE]
            page[: len(part)] = part
            page[len(part) :] = 0
            product[start : start + len(part)] = (page @ self.weights.T)[: len(part)]
        return product


def own_direction(similarity: Floats, ridge: float) -> OwnDirection:
    """Return the residuals of each candidate after regression on all others, scaled to length 1.

    Parameters
    ----------
    similarity : (n, n) correlations of the candidates, 1 on the diagonal
    ridge : added to the diagonal, above 0
    """
    n = len(similarity)
    inverse = np.linalg.inv(similarity + ridge * np.eye(n))
    lengths = np.sqrt(np.maximum((inverse @ similarity * inverse).sum(axis=1), 0))
    scale = np.divide(1.0, lengths, out=np.zeros(n), where=lengths > 1e-9)
    return OwnDirection(inverse * scale[:, None])


@dataclass(frozen=True)
class Highest(Folded[tuple[Floats, ...]]):
    """The `k` highest values of each candidate after each transform; all of them in one pass."""

    of: tuple[tuple[Transform, int], ...]  # what is done to the columns, and k

    def partial(self, block: Block, /) -> tuple[Floats, ...]:
        """Those of one block of distances `1 - similarity`: (n, at most k) each, highest first."""
        similarity = np.ascontiguousarray(1 - block.values.T)
        return tuple(highest(transform(similarity).T, k) for transform, k in self.of)

    def fold(self, state: tuple[Floats, ...], partial: tuple[Floats, ...], /) -> tuple[Floats, ...]:
        """The highest of both."""
        return tuple(
            highest(np.hstack([old, new]), k)
            for old, new, (_, k) in zip(state, partial, self.of, strict=True)
        )


def highest(values: Floats, k: int) -> Floats:
    """The k highest of each row, highest first; fewer where there are fewer."""
    if values.shape[1] > k:
        values = np.partition(values, values.shape[1] - k, axis=1)[:, -k:]
    return np.asarray(-np.sort(-values, axis=1))
