"""Ranks by NumPy alone are those of SciPy, and the binomial of fair coins too."""

import numpy as np
import pytest
import scipy.stats

from evaluation.mean_ranks import mean_ranks
from evaluation.significance import swap_test


@pytest.mark.parametrize("n", [0, 1, 2, 7, 200])
def test_ranks_are_those_of_scipy(n: int) -> None:
    values = np.random.default_rng(n).integers(0, 20, n) / 7
    np.testing.assert_array_equal(mean_ranks(values), scipy.stats.rankdata(values))


@pytest.mark.parametrize("n", [0, 1, 5, 80, 2000])
def test_probabilities_of_fair_coins_are_those_of_scipy(n: int) -> None:
    ours = swap_test._halves(n)
    np.testing.assert_allclose(ours, scipy.stats.binom.pmf(np.arange(n + 1), n, 0.5), rtol=1e-9)
    assert ours.sum() == pytest.approx(1)
