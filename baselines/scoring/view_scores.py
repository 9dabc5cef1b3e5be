"""Scores of the candidates in one view of the images, each from the same pass over all pairs.

==========  ========================================================================================
score       of candidate `x`; `s` is correlation in the view
==========  ========================================================================================
csls        largest `s(x, g) - usual(g)`, less half of `usual(x)`
own         mean of the five largest similarities of `g` with what no other candidate has of `x`
==========  ========================================================================================

`usual` is the mean of the 20 largest similarities with candidates: of `x`, with others.
"""

from typing import NamedTuple

import numpy as np

from baselines.scoring.columns import Highest, LessUsual, OwnDirection, own_direction
from clefgan.method import Scores
from clefgan.similarity.whole_numbers import Floats

USUAL = 20  # largest similarities that say what is usual
TOP = 5  # generated images that speak for a candidate
RIDGE = 0.3  # of the regression on the other candidates, of correlations


class Pool(NamedTuple):
    """What the candidates say about each other in one view."""

    usual: Floats  # (n,) mean of the largest similarities with others; 0 where there is none
    own: OwnDirection


def pool(distances: Floats) -> Pool:
    """Return what the (n, n) distances `1 - correlation` say; inf on the diagonal."""
    n = len(distances)
    similarity = 1 - np.where(np.isfinite(distances), distances, 0)
    np.fill_diagonal(similarity, 1)
    own = own_direction(similarity, RIDGE)
    if n == 1:
        return Pool(np.zeros(1), own)
    others = np.sort(distances, axis=1)[:, : n - 1]
    return Pool(1 - others[:, :USUAL].mean(axis=1), own)


def reduction(pool: Pool) -> Highest:
    """Return what to keep of the comparison with the generated images."""
    return Highest(((np.positive, 1), (LessUsual(USUAL), 1), (pool.own, TOP)))


def scores(pool: Pool, kept: tuple[Floats, ...]) -> dict[str, Scores]:
    """Return each score by its name, from what `reduction` kept."""
    _, corrected, own = kept
    return {"csls": corrected[:, 0] - pool.usual / 2, "own": own.mean(axis=1)}
