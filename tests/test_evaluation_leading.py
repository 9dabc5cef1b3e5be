"""Who leads a list: the tail by SciPy, ties, and what chance gives."""

import numpy as np
import pytest
from scipy import stats

from evaluation.significance import leading


def test_the_tail_is_that_of_the_negative_binomial_distribution() -> None:
    """So many of ours come before the next of the others."""
    tails = leading.surprise(6, 0.3)
    for ours in range(7):
        for others in range(7 - ours):
            expected = stats.nbinom.sf(ours - 1, others + 1, 0.7)
            assert tails[ours, others] == pytest.approx(expected)


def test_the_place_that_is_most_surprising_is_given() -> None:
    kind = np.array([True] * 9 + [False] + [True] * 11 + [False] * 79)
    head = leading.lead(kind, -np.arange(100.0))
    assert (head.ours, head.others) == (20, 1)
    assert head.p_value == 1 / 2000
    within = leading.lead(kind, -np.arange(100.0), stratum=kind.astype(np.intp))
    assert within.p_value == 1  # no label can be exchanged
    assert np.isnan(leading.lead(kind[:5], np.arange(5.0)).p_value)  # of one kind
    assert np.isnan(leading.lead(kind[:0], np.empty(0)).p_value)


@pytest.mark.parametrize("n_ours", [150, 250, 350])
def test_equal_scores_lead_nobody_where_the_head_ends_among_them(n_ours: int) -> None:
    """More images than are looked at: which of equals come first says nothing."""
    kind = np.arange(500) < n_ours
    assert leading.lead(kind, np.zeros(500)) == leading.Lead(0, 0, 1.0)
    some = np.zeros(500)
    some[[0, 499]] = 1
    assert leading.lead(kind, some).p_value > 0.5


@pytest.mark.parametrize("levels", [2, 4, 1_000_000])
def test_chance_gives_a_small_p_value_as_often_as_it_says(levels: int) -> None:
    rng = np.random.default_rng(0)
    kind = np.arange(400) < 300
    values = [
        leading.lead(
            kind, rng.integers(0, levels, 400).astype(np.float64), permutations=199, seed=k
        ).p_value
        for k in range(200)
    ]
    assert np.mean(np.array(values) <= 0.1) <= 0.1 + 3 * np.sqrt(0.09 / 200)
