"""Ranks: the place of each value among the others."""

from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from clefgan.similarity.whole_numbers import Floats


def average_ranks(values: NDArray[Any]) -> Floats:
    """Ranks along the first axis from 1 for the lowest; equal values share the mean of theirs.

    >>> average_ranks(np.array([0.9, 0.1, 0.5, 0.5]))
    array([4. , 1. , 2.5, 2.5])
    """
    ranks: Floats = scipy.stats.rankdata(values, axis=0).astype(np.float64)
    return ranks


def places(values: Floats) -> Floats:
    """Ranks as shares of the whole, 0 to 1 for the lowest to the highest; one value: 0.5."""
    return (average_ranks(values) - 0.5) / max(1, len(values))
