"""Ranks, and how far they can be trusted.

A rank is 1 plus the number of runs that are better; equal runs share it. A run whose metric is
undefined comes after all others. Which way is better is the metric's business.

References
----------
Wiesenfarth et al. (2021), doi:10.1038/s41598-021-82017-6, on what a challenge should show.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation import given
from evaluation.counts import Values, ratio
from evaluation.intervals.bootstrap import Replicates
from evaluation.intervals.resampling import CELLS
from evaluation.metrics import Metric
from evaluation.significance.chance import SAME

FEWEST = 3
"""Runs between whose orders by two metrics a correlation says something."""


def ranks(values: Values, sign: int = 1) -> NDArray[np.intp]:
    """Rank along the first axis: 1 plus how many are better.

    Examples
    --------
    >>> ranks(np.array([0.9, 0.1, 0.5, 0.1]))
    array([1, 3, 2, 3])
    """
    given.refuse_no_numbers("values", np.asarray(values))
    filled = np.where(np.isnan(values), -np.inf, sign * values)
    result = np.empty(filled.shape, np.intp)
    for row, own in enumerate(filled):
        result[row] = 1 + np.count_nonzero(filled > own + SAME, axis=0)
    return result


def kendall_tau(first: Values, second: Values) -> Values:
    """Kendall's tau-b of values along the first axis; NaN where one side is all ties.

    Parameters
    ----------
    first, second : (runs, ...), which broadcast; the same way up

    References
    ----------
    Kendall (1945), doi:10.1093/biomet/33.3.239.
    """
    agree = np.zeros(np.broadcast_shapes(first.shape[1:], second.shape[1:]))
    ours, theirs = agree.copy(), agree.copy()
    for row in range(1, len(first)):
        a = _order(first[row] - first[:row])
        b = _order(second[row] - second[:row])
        agree += (a * b).sum(axis=0)
        ours += (a * a).sum(axis=0)
        theirs += (b * b).sum(axis=0)
    return ratio(agree, np.sqrt(ours) * np.sqrt(theirs))


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """The ranking by one metric, and the same on every resample.

    rank : (runs,), on all the cases
    low, high : (runs,), the middle `level` of the ranks on resamples
    share : (runs, runs), share of resamples in which the run of the row has rank column + 1
    tau : (resamples,), Kendall's tau to the full ranking
    """

    metric: Metric
    rank: NDArray[np.intp]
    low: NDArray[np.intp]
    high: NDArray[np.intp]
    share: Values
    tau: Values

    @property
    def mean_tau(self) -> float:
        """Mean of tau over the resamples where it is defined; NaN for one run or all equal."""
        defined = self.tau[~np.isnan(self.tau)]
        return float(defined.mean()) if len(defined) else float("nan")


def stability(replicates: Replicates, metric: Metric, level: float = 0.95) -> Stability:
    """How the ranking by one metric changes when cases are drawn again."""
    number = replicates.of(metric.name)
    values, drawn = replicates.values[number], replicates.drawn[number]
    rank = ranks(values, metric.sign)
    runs, resamples = drawn.shape
    again = np.empty((runs, resamples), np.intp)
    tau = np.empty(resamples)
    step = max(1, CELLS // runs)
    for start in range(0, resamples, step):
        part = slice(start, start + step)
        again[:, part] = ranks(drawn[:, part], metric.sign)
        tau[part] = kendall_tau(rank[:, None].astype(np.float64), again[:, part].astype(np.float64))
    share = np.stack([np.bincount(row, minlength=runs + 1)[1:] for row in again]) / resamples
    reached = np.cumsum(share, axis=1)
    low = 1 + np.count_nonzero(reached <= (1 - level) / 2 + SAME, axis=1)
    high = 1 + np.count_nonzero(reached < (1 + level) / 2 - SAME, axis=1)
    return Stability(metric, rank, low, np.minimum(high, runs), share, tau)


@dataclass(frozen=True, slots=True, eq=False)
class Robustness:
    """Does the order depend on the metric that was chosen?

    rank : (metrics, runs)
    tau : (metrics, metrics), Kendall's tau between the orders by two metrics, over the runs for
        which both are defined; NaN if these are fewer than three, or fewer than half of the runs
    """

    metrics: tuple[Metric, ...]
    rank: NDArray[np.intp]
    tau: Values


def robustness(metrics: Sequence[Metric], values: Values) -> Robustness:
    """Rank the runs by every metric: `values` is (metrics, runs)."""
    rank = np.stack([ranks(row, m.sign) for m, row in zip(metrics, values, strict=True)])
    tau = np.full((len(metrics), len(metrics)), np.nan)
    for first, second in np.ndindex(tau.shape):
        both = ~(np.isnan(values[first]) | np.isnan(values[second]))
        if both.sum() >= max(min(FEWEST, len(both)), len(both) / 2):
            pair = rank[[first, second]][:, both].astype(np.float64)
            tau[first, second] = kendall_tau(pair[0], pair[1])
    return Robustness(tuple(metrics), rank, tau)


def _order(gaps: Values) -> Values:
    """-1, 0 or 1."""
    return np.sign(np.where(np.abs(gaps) <= SAME, 0.0, gaps))
