"""What the tests of the similarity engine scan, on NumPy and on devices alike."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.similarity.engine import scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import BestTwo, Both, CountBelow, Smallest, Sum
from clefgan.similarity.whole_numbers import Rows

EVERYTHING = Both(Both(Smallest(5), CountBelow(33.0)), Both(BestTwo(), Sum(np.sqrt)))


def features(n: int, n_features: int = 5000, *, seed: int = 0) -> NDArray[np.float32]:
    """Rows of normal values around 2."""
    return np.random.default_rng(seed).normal(2, 1, (n, n_features)).astype(np.float32)


def everything(c: Rows, g: Rows, metric: Metric, memory: int) -> list[NDArray[Any]]:
    """What every reduction makes of one scan, blocks in so many MiB."""
    (near, below), (best, total) = scan(metric, c, g, EVERYTHING, memory_mib=memory)
    return [*near, below, *best, total]
