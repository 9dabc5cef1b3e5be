"""What guessing scores: the exact distribution, given how many images a run calls used.

A run that calls `called` of the candidates used without knowing anything has a number of true
positives that is hypergeometric. So every metric of counts has an exact chance distribution: no
simulation, and the same as permuting the truth in every possible way.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from evaluation import given
from evaluation.counts import Counts, Values
from evaluation.errors import EvaluationError
from evaluation.metrics import Metric

Alternative: TypeAlias = Literal["two-sided", "better"]
"""Two-sided: as far from chance in either direction, the smaller tail doubled."""

SAME = 1e-12
"""Values closer than this are the same value reached by other arithmetic."""


@dataclass(frozen=True, slots=True, eq=False)
class Chance:
    """Distribution of a metric over guessing.

    table : every possible table, as arrays (tables,); of large n those further than 40 standard
        deviations from the mean are left out (less than 1 in 10^80 of all)
    probability : (tables,), sums to 1
    values : (tables,), of the metric; NaN where undefined
    """

    metric: Metric
    table: Counts
    probability: Values
    values: Values

    @property
    def mean(self) -> float:
        """Expected value."""
        return float(self.probability @ self.values)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return float(np.sqrt(self.probability @ (self.values - self.mean) ** 2))

    def limits(self, level: float = 0.95) -> tuple[float, float]:
        """Equal-tailed range of guessing; at most half of `1 - level` lies beyond each end."""
        if np.isnan(self.values).any():
            return float("nan"), float("nan")
        order = np.argsort(self.values)
        reached = np.cumsum(self.probability[order])
        tail = (1 - level) / 2
        low, high = np.searchsorted(reached, (tail, 1 - tail - SAME))
        return float(self.values[order[low]]), float(self.values[order[min(high, len(order) - 1)]])

    def p_value(self, observed: float, alternative: Alternative = "two-sided") -> float:
        """Probability that guessing does at least as well (or, two-sided, is as far off)."""
        if np.isnan(observed) or np.isnan(self.values).any():
            return float("nan")
        gap = self.metric.sign * (self.values - observed)
        better = float(self.probability[gap >= -SAME].sum())
        worse = float(self.probability[gap <= SAME].sum())
        return min(1.0, better if alternative == "better" else 2 * min(better, worse))


def chance(metric: Metric, n_used: int, n_not: int, called: int) -> Chance:
    """Exact distribution of a metric of counts for a run that calls `called` images used.

    Raises
    ------
    EvaluationError
        A metric that needs scores; numbers below 0; more images called used than there are.

    Examples
    --------
    >>> from evaluation.metrics import get
    >>> round(chance(get("cohen_kappa"), 100, 100, 100).sd, 3)  # of 200 random labels
    0.071
    """
    if metric.of_counts is None:
        raise EvaluationError(
            f"metric: {metric.name!r} is not one of counts; got needs {metric.needs.value!r}; "
            "use evaluation.significance.permutation"
        )
    for where, value in (("n_used", n_used), ("n_not", n_not), ("called", called)):
        given.whole(where, value, 0)
    if called > n_used + n_not or n_used + n_not == 0:
        raise EvaluationError(
            f"called: not possible; got {called} of {n_used} used and {n_not} not used; "
            "give 0 up to all of them"
        )
    tp = _support(n_used, n_not, called)
    fp = called - tp
    table = Counts(tp, n_not - fp, fp, n_used - tp)
    return Chance(metric, table, hypergeometric(n_used, n_not, called, tp), metric.of_counts(table))


def hypergeometric(
    n_used: int, n_not: int, called: int, tp: NDArray[np.float64], odds: float = 1.0
) -> Values:
    """Probability of each number of true positives; with `odds`, Fisher's noncentral form.

    `odds` is how much likelier (as odds) a used image is called used than one that is not.
    """
    log = _log_choose(n_used, tp) + _log_choose(n_not, called - tp) + tp * np.log(odds)
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def _support(n_used: int, n_not: int, called: int) -> Values:
    """Numbers of true positives that guessing can reach."""
    n = n_used + n_not
    mean = called * n_used / n
    reach = 1 + 40 * np.sqrt(mean * (n_not / n) * (n - called) / max(n - 1, 1))
    low = max(0, called - n_not, int(mean - reach))
    high = min(called, n_used, int(mean + reach) + 1)
    return np.arange(low, high + 1, dtype=np.float64)


def _log_choose(n: int, k: Values) -> Values:
    log_factorial = scipy.special.gammaln
    log = log_factorial(n + 1) - log_factorial(k + 1) - log_factorial(n - k + 1)
    return np.asarray(log, dtype=np.float64)
