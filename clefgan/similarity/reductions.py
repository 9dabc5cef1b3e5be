"""What is kept of each block of distances, so that the whole matrix never has to be.

A reduction makes a *partial* from a block, wherever that is computed, and folds partials at home
in the order of the columns. A block holds **all candidates**, so column statistics are complete.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from clefgan.similarity.whole_numbers import Floats

PAGE = 64  # columns are always summed in pages of this size: one order of adding, any block size

P = TypeVar("P")
R_co = TypeVar("R_co", covariant=True)
P1 = TypeVar("P1")
P2 = TypeVar("P2")
R1 = TypeVar("R1")
R2 = TypeVar("R2")
Indices = NDArray[np.int64]


class Block(NamedTuple):
    """Distances of all candidates to some generated rows, of which the first is number `start`."""

    values: Floats  # (n_candidates, width); inf where a pair is left out
    start: int


class Reduction(Protocol[P, R_co]):
    """A running reduction over blocks."""

    def partial(self, block: Block, /) -> P:
        """What one block adds."""
        ...

    def fold(self, state: P, partial: P, /) -> P:
        """Join what earlier columns gave with what the next block gives."""
        ...

    def finish(self, state: P, /) -> R_co:
        """The result, after the last block."""
        ...


class Folded(Generic[P]):
    """Part of a reduction whose result is what the last fold gave."""

    def finish(self, state: P, /) -> P:
        """The state after the last block."""
        return state


class RunningMinimum(Folded[Floats]):
    """Part of a reduction that keeps the smallest of each entry; `partial` is the class's own."""

    def fold(self, state: Floats, partial: Floats, /) -> Floats:
        """The smaller of each entry."""
        return np.minimum(state, partial)


class Neighbours(NamedTuple):
    """The nearest ones, nearest first; equal distances in the order of the generated rows."""

    distances: Floats  # (n, at most k); inf where there is none
    indices: Indices  # the same shape; -1 where there is none


@dataclass(frozen=True)
class Smallest:
    """The k smallest distances of each candidate, with the numbers of the generated rows."""

    k: int
    apart: bool = False  # leave out exact copies: pairs at distance 0

    def partial(self, block: Block, /) -> Neighbours:
        """The k smallest of a block."""
        values = np.where(block.values == 0, np.inf, block.values) if self.apart else block.values
        order = smallest_k(values, self.k)
        near = np.take_along_axis(values, order, axis=1)
        return Neighbours(near, order + block.start)

    def fold(self, state: Neighbours, partial: Neighbours, /) -> Neighbours:
        """Merge; the earlier row wins a tie."""
        distances = np.hstack([state.distances, partial.distances])
        indices = np.hstack([state.indices, partial.indices])
        order = np.argsort(distances, axis=1, kind="stable")[:, : self.k]
        return Neighbours(
            np.take_along_axis(distances, order, axis=1), np.take_along_axis(indices, order, axis=1)
        )

    def finish(self, state: Neighbours, /) -> Neighbours:
        """Mark pairs that were left out."""
        return Neighbours(
            state.distances, np.where(np.isfinite(state.distances), state.indices, -1)
        )


def smallest_k(values: Floats, k: int) -> Indices:
    """Column numbers of the k smallest of each row, smallest first, ties in column order."""
    if k == 1:
        return np.asarray(np.argmin(values, axis=1)[:, None])
    if k >= values.shape[1] or len(values) == 0:
        return np.argsort(values, axis=1, kind="stable")[:, :k]
    kth = np.partition(values, k - 1, axis=1)[:, k - 1]
    chosen = values <= kth[:, None]
    if not (chosen.sum(axis=1) == k).all():  # ties at the k-th
        return np.argsort(values, axis=1, kind="stable")[:, :k]
    columns = np.nonzero(chosen)[1].reshape(-1, k)
    order = np.argsort(np.take_along_axis(values, columns, axis=1), axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1)


@dataclass(frozen=True)
class CountBelow(Folded[Indices]):
    """How many generated rows are nearer than a limit: one limit, or one per candidate."""

    limit: float | Floats

    def partial(self, block: Block, /) -> Indices:
        """How many of a block are below the limit, (n,)."""
        limit = np.broadcast_to(np.asarray(self.limit, np.float64), len(block.values))
        counts: Indices = (block.values < limit[:, None]).sum(axis=1)
        return counts

    def fold(self, state: Indices, partial: Indices, /) -> Indices:
        """Counts of all columns so far, (n,)."""
        return state + partial


@dataclass(frozen=True)
class Sum:
    """Sum over the generated rows of a function of the distance; pairs left out are not added."""

    of: Callable[[Floats], Floats] = np.positive

    def partial(self, block: Block, /) -> Floats:
        """One sum per page: (n_pages, n). A block starts where a page starts."""
        known = np.isfinite(block.values)
        values = np.where(known, self.of(np.where(known, block.values, 0.0)), 0.0)
        width = values.shape[1]
        return np.stack([values[:, at : at + PAGE].sum(axis=1) for at in range(0, width, PAGE)])

    def fold(self, state: Floats, partial: Floats, /) -> Floats:
        """Add page after page."""
        total = _down(state)
        for page in partial:
            total = total + page
        return total[None, :]

    def finish(self, state: Floats, /) -> Floats:
        """Sum over all generated rows, (n,)."""
        return _down(state)


def _down(pages: Floats) -> Floats:
    total: Floats = pages[0]
    for page in pages[1:]:
        total = total + page
    return total


class Best(NamedTuple):
    """The best candidates of each generated row."""

    distances: Floats  # (n_generated, 2), nearest first; inf where there is one candidate only
    indices: Indices  # the same shape; -1 where there is one candidate only


@dataclass(frozen=True)
class BestTwo(Folded[Best]):
    """The two nearest candidates of each generated row."""

    def partial(self, block: Block, /) -> Best:
        """Distances and numbers of the two nearest candidates of each column, (width, 2)."""
        values = block.values.copy()
        columns = np.arange(values.shape[1])
        first = np.argmin(values, axis=0)
        nearest = values[first, columns]
        values[first, columns] = np.inf
        second = np.argmin(values, axis=0)
        next_nearest = values[second, columns]
        distances = np.stack([nearest, next_nearest], axis=1)
        indices = np.stack([first, second], axis=1)
        return Best(distances, np.where(np.isfinite(distances), indices, -1))

    def fold(self, state: Best, partial: Best, /) -> Best:
        """Put the columns of the next block below those before it."""
        return Best(
            np.vstack([state.distances, partial.distances]),
            np.vstack([state.indices, partial.indices]),
        )


@dataclass(frozen=True)
class Whole(Folded[Floats]):
    """The whole matrix, (n, n_generated): for few pairs only."""

    def partial(self, block: Block, /) -> Floats:
        """All distances of a block, (n, width)."""
        return block.values

    def fold(self, state: Floats, partial: Floats, /) -> Floats:
        """Put the columns of the next block after those before it, (n, columns so far)."""
        return np.concatenate([state, partial], axis=1)


@dataclass(frozen=True)
class Both(Generic[P1, R1, P2, R2]):
    """Two reductions in one pass; nest it for more."""

    first: Reduction[P1, R1]
    second: Reduction[P2, R2]

    def partial(self, block: Block, /) -> tuple[P1, P2]:
        """The partial of each of the two reductions."""
        return self.first.partial(block), self.second.partial(block)

    def fold(self, state: tuple[P1, P2], partial: tuple[P1, P2], /) -> tuple[P1, P2]:
        """Fold the states of the two reductions, each by its own rule."""
        return self.first.fold(state[0], partial[0]), self.second.fold(state[1], partial[1])

    def finish(self, state: tuple[P1, P2], /) -> tuple[R1, R2]:
        """The two results, in the order of the reductions."""
        return self.first.finish(state[0]), self.second.finish(state[1])
