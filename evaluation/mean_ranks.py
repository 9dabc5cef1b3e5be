"""Ranks of values where equal ones share the mean of their places, by NumPy alone.

As `scipy.stats.rankdata`, whose package takes longer to load than a leaderboard to compute.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation import given


def mean_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Return the rank of each value, 1 for the lowest.

    Parameters
    ----------
    values : (n,), finite

    Raises
    ------
    EvaluationError
        Another shape or type, or a value that is not finite.

    Examples
    --------
    >>> mean_ranks([0.5, 0.1, 0.5]).tolist()
    [2.5, 1.0, 2.5]
    """
    values = given.finite("values", values)
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray(((last - counts + 1 + last) / 2)[which], np.float64)
