"""Folds of labelled generated images, with near-copies on one side.

A generator that repeats itself makes most images near-copies of others. In plain folds each then
has one whose label is known, which says nothing of images that are new.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from clefgan.method import Images, Progress, silent
from clefgan.similarity.engine import scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Block, Folded

ALIKE = 0.95  # correlation from which two images are near-copies, what all share taken off
GRID = 32  # cells along each side on which they are compared

Edges = NDArray[np.int64]


@dataclass(frozen=True)
class Near(Folded[Edges]):
    """Of blocks of distances: the pairs that are no further apart than a limit, (n_pairs, 2)."""

    limit: float

    def partial(self, block: Block, /) -> Edges:
        """The pairs of a block."""
        rows, columns = np.nonzero(block.values <= self.limit)
        return np.stack([rows, columns + block.start], axis=1)

    def fold(self, state: Edges, partial: Edges, /) -> Edges:
        """Put the pairs of the next block after those before it."""
        return np.concatenate([state, partial])


def groups(images: Images, *, progress: Progress = silent) -> NDArray[np.int64]:
    """Number of each image's connected component of near-copies, (n,).

    Two images are near-copies if what tells them from the mean image correlates: slices of one part
    of the body are alike anyway.
    """
    rows = averaged(images)
    rows -= rows.mean(axis=0)
    edges = scan(Metric.PEARSON, rows, rows, Near(1 - ALIKE), progress=progress, stage="copies")
    n = len(images)
    graph = scipy.sparse.coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n, n))
    return np.asarray(scipy.sparse.csgraph.connected_components(graph, directed=False)[1], np.int64)


def averaged(images: Images) -> NDArray[np.float32]:
    """Mean grey levels of a grid of cells, (n, <= 32 * 32)."""
    starts = [
        np.array([side * i // cells for i in range(cells)])
        for side, cells in ((side, min(side, GRID)) for side in images.shape[1:])
    ]
    sizes = [
        np.diff(np.append(start, side))
        for start, side in zip(starts, images.shape[1:], strict=True)
    ]
    small = np.empty((len(images), len(starts[0]) * len(starts[1])), np.float32)
    for i, image in enumerate(images):
        sums = np.add.reduceat(image.astype(np.int64), starts[0], axis=0)
        sums = np.add.reduceat(sums, starts[1], axis=1)
        small[i] = (sums / np.outer(*sizes)).ravel()
    return small


def plain(labels: NDArray[np.int64], n_folds: int, seed: int) -> NDArray[np.int64]:
    """Fold of each image, the images of each class spread evenly and at random."""
    return grouped(labels, np.arange(len(labels)), n_folds, seed)


def grouped(
    labels: NDArray[np.int64], group: NDArray[np.int64], n_folds: int, seed: int
) -> NDArray[np.int64]:
    """Fold of each image: groups stay whole within a class, large ones go first."""
    rng = np.random.default_rng(seed)
    fold = np.empty(len(labels), np.int64)
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        names, index, sizes = np.unique(group[own], return_inverse=True, return_counts=True)
        order = rng.permutation(len(names))
        order = order[np.argsort(-sizes[order], kind="stable")]
        held = np.zeros(n_folds)
        places = np.empty(len(names), np.int64)
        for name in order:
            places[name] = np.argmin(held)
            held[places[name]] += sizes[name]
        fold[own] = places[index]
    return fold


def fewest(labels: NDArray[np.int64], group: NDArray[np.int64]) -> int:
    """How many groups the class with the fewest has: folds need as many."""
    return min(len(np.unique(group[labels == label])) for label in np.unique(labels))
