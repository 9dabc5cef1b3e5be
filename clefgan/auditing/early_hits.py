"""Chances of many hits before some decoy, where hits and decoys come in random order.

The number of hits before the (d+1)-th decoy is negative binomial. Hits and decoys are counts, so
each chance is worked out once, however many sequences it occurs in.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincc

Counts = NDArray[np.int64]
Values = NDArray[np.float64]


def chance(hits: Counts, decoys: Counts, share: float) -> Values:
    """Chance of at least so many hits before decoy number `decoys + 1`; 1 for no hits.

    Parameters
    ----------
    hits, decoys : of one shape
    share : chance that the next is a hit, above 0 and below 1
    """
    occurs = np.zeros((decoys.max(initial=0) + 1, hits.max(initial=0) + 1), bool)
    occurs[decoys, hits] = True
    table = np.ones(occurs.shape)
    d, k = np.nonzero(occurs[:, 1:])
    table[d, k + 1] = betaincc(d + 1, k + 1, 1 - share)
    return np.asarray(table[decoys, hits])


@lru_cache(maxsize=16)
def table(longest: int, share: float) -> Values:
    """The chances in sequences of up to `longest`: (longest + 1 decoys, longest + 1 hits)."""
    decoys, hits = np.indices((longest + 1, longest + 1))
    short = decoys + hits <= longest
    chances = np.ones(short.shape)
    chances[short] = chance(hits[short], decoys[short], share)
    return chances
