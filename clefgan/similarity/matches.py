"""For each candidate, the generated images that are most like it, and how unusual that is.

The z-score says by how many standard deviations a candidate is more like a generated image than the
pool of candidates is: an image that is like everybody is no evidence against anybody.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Block, smallest_k
from clefgan.similarity.whole_numbers import Floats

FLAT = 1e-9
"""Spread of the similarities of one generated image below which the pool says nothing: z is 0."""


class Matches(NamedTuple):
    """The most similar generated images, most similar first: (n, at most k) each.

    similarity : correlation or cosine, or minus the Euclidean distance
    z : similarity less its mean over the pool of candidates, in standard deviations of the pool
    indices : of the generated images
    """

    similarity: Floats
    z: Floats
    indices: NDArray[np.int64]


@dataclass(frozen=True)
class MostAlike:
    """A reduction that keeps the `k` most similar generated images of each candidate.

    metric : of the distances in a block
    view : number of the view, where a block has several
    """

    metric: Metric
    k: int
    view: int | None = None

    def partial(self, block: Block, /) -> Matches:
        """Those of a block, which holds all candidates."""
        values = block.values if self.view is None else block.values[:, :, self.view]
        columns = smallest_k(values, self.k)
        chosen, inverse = np.unique(columns, return_inverse=True)
        # a generated image a row, contiguous: sums over the pool have one order of adding
        similarity = similarities(self.metric, np.ascontiguousarray(values.T[chosen]))
        z = standardised(similarity)
        rows = np.arange(len(values))[:, None]
        inverse = inverse.reshape(columns.shape)
        return Matches(similarity[inverse, rows], z[inverse, rows], columns + block.start)

    def fold(self, state: Matches, partial: Matches, /) -> Matches:
        """The k most similar of both; the earlier one wins a tie."""
        similarity = np.hstack([state.similarity, partial.similarity])
        order = np.argsort(-similarity, axis=1, kind="stable")[:, : self.k]
        z = np.hstack([state.z, partial.z])
        indices = np.hstack([state.indices, partial.indices])
        return Matches(
            np.take_along_axis(similarity, order, axis=1),
            np.take_along_axis(z, order, axis=1),
            np.take_along_axis(indices, order, axis=1),
        )

    def finish(self, state: Matches, /) -> Matches:
        """As it is."""
        return state


def similarities(metric: Metric, distances: Floats) -> Floats:
    """Correlations or cosines where the metric has any, else minus the distances."""
    if metric is Metric.EUCLIDEAN:
        return np.negative(distances)
    if metric is Metric.UNIT:
        return np.subtract(1, distances * distances / 2)
    return np.subtract(1, distances)


def standardised(similarity: Floats) -> Floats:
    """Rows less their mean, over their standard deviation; 0 where a row is constant."""
    mean = similarity.mean(axis=1, keepdims=True)
    spread = similarity.std(axis=1, keepdims=True)
    deviations = np.zeros_like(similarity)
    return np.asarray(np.divide(similarity - mean, spread, out=deviations, where=spread > FLAT))
