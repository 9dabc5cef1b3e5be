"""Intervals of proportions against statsmodels, and their coverage."""

import numpy as np
import pytest

from evaluation import EvaluationError
from evaluation.intervals.bca import Interval
from evaluation.intervals.proportions import clopper_pearson, wilson


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_equal_to_statsmodels(level: float) -> None:
    from statsmodels.stats.proportion import proportion_confint

    for n in (1, 7, 100, 200_000):
        for hits in {0, 1, n // 3, n - 1, n}:
            for ours, method in ((wilson, "wilson"), (clopper_pearson, "beta")):
                low, high = proportion_confint(hits, n, alpha=1 - level, method=method)
                found = ours(hits, n, level)
                assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def coverage(limits: Interval, share: float, n: int) -> float:
    """Exact probability that the limits of `0 ... n` successes hold the true share."""
    from scipy.stats import binom

    inside = (limits.low <= share) & (share <= limits.high)
    return float(binom.pmf(np.arange(n + 1), n, share)[inside].sum())


def test_coverage_is_nominal() -> None:
    n = 100
    shares = np.linspace(0.05, 0.95, 181)
    score = [coverage(wilson(np.arange(n + 1), n), s, n) for s in shares]
    exact = [coverage(clopper_pearson(np.arange(n + 1), n), s, n) for s in shares]
    assert 0.945 < np.mean(score) < 0.955
    assert np.mean((np.array(score) > 0.93) & (np.array(score) < 0.97)) > 0.95
    assert min(exact) >= 0.95


def test_no_trials_is_undefined() -> None:
    for method in (wilson, clopper_pearson):
        assert np.isnan(method(0, 0)).all()
        low, high = method([0, 5], [0, 5])
        assert np.isnan(low[0])
        assert high[1] == 1


def test_bad_input() -> None:
    with pytest.raises(EvaluationError, match=r"successes: not from 0 to the number of trials"):
        wilson(3, 2)
    with pytest.raises(EvaluationError, match=r"level: not between 0 and 1; got 95; give a share"):
        clopper_pearson(1, 2, 95)
