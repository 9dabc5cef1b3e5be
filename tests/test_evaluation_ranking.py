"""Ranks, their stability, groups of runs that cannot be told apart, and power."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import EvaluationError, metrics
from evaluation.boards import letters, ranking
from evaluation.intervals.bootstrap import bootstrap
from evaluation.metrics import METRICS
from evaluation.runs import Panel, Run
from evaluation.significance.chance import chance
from evaluation.significance.power import chance_limit, minimum_detectable_difference

F1, KAPPA, AUC = (metrics.get(name) for name in ("f1", "cohen_kappa", "auc"))


def test_ranks_are_not_argsort() -> None:
    assert ranking.ranks(np.array([0.9, 0.1, 0.5])).tolist() == [1, 3, 2]
    assert ranking.ranks(np.array([0.9, 0.1, 0.5]), sign=-1).tolist() == [3, 1, 2]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_ranks_equal_scipy(values: list[int]) -> None:
    from scipy.stats import rankdata

    array = np.array(values, dtype=np.float64)
    np.testing.assert_array_equal(ranking.ranks(array), rankdata(-array, method="min"))


def test_undefined_comes_last() -> None:
    assert ranking.ranks(np.array([np.nan, 0.2, -0.5, np.nan])).tolist() == [3, 1, 2, 3]
    assert ranking.ranks(np.array([np.nan, 0.2, 0.5]), sign=-1).tolist() == [3, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=15))
@settings(max_examples=50, deadline=None)
def test_kendall_tau_equals_scipy(pairs: list[tuple[int, int]]) -> None:
    from scipy.stats import kendalltau

    a, b = (np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True))
    expected = kendalltau(a, b).statistic if len(set(a)) > 1 and len(set(b)) > 1 else np.nan
    assert float(ranking.kendall_tau(a, b)) == pytest.approx(expected, nan_ok=True)


def panel_of(n: int, steps: list[float], seed: int = 0) -> Panel:
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2 == 0
    runs = {}
    for number, step in enumerate(steps):
        scores = rng.normal(size=n) + step * truth
        runs[f"run {number}"] = Run(scores > step / 2, scores)
    return Panel(truth, runs)


def test_stability_of_a_clear_and_of_an_unclear_ranking() -> None:
    clear = bootstrap(panel_of(400, [0, 1.5, 3.5]), [F1, AUC], resamples=500)
    found = ranking.stability(clear, F1)
    assert found.rank.tolist() == found.low.tolist() == found.high.tolist() == [3, 2, 1]
    assert found.mean_tau == pytest.approx(1)
    np.testing.assert_allclose(found.share.sum(axis=1), 1)
    unclear = ranking.stability(bootstrap(panel_of(60, [0, 0, 0]), [F1], resamples=500), F1)
    assert unclear.mean_tau < 0.9
    assert (unclear.low <= unclear.rank).all()
    assert (unclear.rank <= unclear.high).all()
    assert (unclear.high - unclear.low >= 1).all()


def test_a_rank_interval_holds_its_share() -> None:
    replicates = bootstrap(panel_of(60, [0, 0.3, 0.5, 0.8]), [F1], resamples=2000)
    found = ranking.stability(replicates, F1, level=0.9)
    drawn = ranking.ranks(replicates.drawn[0])
    for run in range(4):
        inside = (found.low[run] <= drawn[run]) & (drawn[run] <= found.high[run])
        assert inside.mean() >= 0.9


def test_one_run_and_equal_runs() -> None:
    alone = ranking.stability(bootstrap(panel_of(20, [1]), [F1], resamples=50), F1)
    assert (alone.rank[0], alone.low[0], alone.high[0]) == (1, 1, 1)
    assert np.isnan(alone.mean_tau)
    panel = panel_of(20, [1])
    (run,) = panel.runs.values()
    twins = bootstrap(Panel(panel.truth, {"a": run, "b": run}), [F1], resamples=50)
    found = ranking.stability(twins, F1)
    assert found.rank.tolist() == found.high.tolist() == [1, 1]
    assert np.isnan(found.mean_tau)


def test_robustness_to_the_metric() -> None:
    values = np.array([[0.9, 0.5, 0.1], [0.1, 0.5, 0.9], [0.1, 0.5, 0.9]])
    found = ranking.robustness([F1, KAPPA, metrics.get("brier")], values)
    assert found.rank.tolist() == [[1, 2, 3], [3, 2, 1], [1, 2, 3]]  # Brier: lower is better
    np.testing.assert_allclose(found.tau, [[1, -1, 1], [-1, 1, -1], [1, -1, 1]])


def test_robustness_says_nothing_of_a_metric_that_few_runs_have() -> None:
    first = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    few = np.where(np.arange(7) < 2, first, np.nan)
    third = np.where(np.arange(7) < 3, first, np.nan)
    half = np.where(np.arange(7) < 4, -first, np.nan)
    found = ranking.robustness([F1, KAPPA, metrics.get("mcc"), metrics.get("auc")],
                               np.stack([first, few, third, half]))  # fmt: skip
    np.testing.assert_allclose(found.tau[0], [1, np.nan, np.nan, -1])
    np.testing.assert_allclose(found.tau, found.tau.T)
    pair = ranking.robustness([F1, KAPPA], np.array([[0.9, 0.5], [0.2, 0.7]]))
    assert pair.tau[0].tolist() == [1, -1]


def test_groups_overlap() -> None:
    p_values = np.array([[1, 0.5, 0.01], [0.5, 1, 0.5], [0.01, 0.5, 1]])
    found = letters.groups(p_values)
    assert found == [(0, 1), (1, 2)]
    assert letters.letters(found, 3) == [("a",), ("a", "b"), ("b",)]
    assert letters.groups(np.eye(2)) == [(0,), (1,)]
    assert letters.groups(np.full((2, 2), np.nan)) == [(0, 1)]


@given(st.integers(1, 9), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_letters_say_exactly_who_cannot_be_told_apart(n: int, random: Random) -> None:
    p_values = np.ones((n, n))
    for a in range(n):
        for b in range(a):
            p_values[a, b] = p_values[b, a] = random.choice([0.001, 0.5])
    marks = letters.letters(letters.groups(p_values), n)
    for a in range(n):
        assert marks[a]
        for b in range(n):
            assert bool(set(marks[a]) & set(marks[b])) == (p_values[a, b] > 0.05)


def test_more_groups_than_letters() -> None:
    marks = letters.letters([(run,) for run in range(30)], 30)
    assert marks[25:28] == [("z",), ("aa",), ("ab",)]


def test_groups_check_their_input() -> None:
    with pytest.raises(EvaluationError, match=r"p_values: not one for each pair; got shape \(2,\)"):
        letters.groups(np.ones(2))


def test_the_chance_limit_of_kappa_is_that_of_the_challenge() -> None:
    """The challenge's rule: |kappa| below about 0.14 at n = 200, 0.08 at n = 500, is chance."""
    assert chance_limit(KAPPA, 100, 100).critical == pytest.approx(0.14, abs=0.005)
    assert chance_limit(KAPPA, 250, 250).critical == pytest.approx(0.085, abs=0.006)


def test_the_chance_limit_of_f1_lies_above_all_used() -> None:
    line = chance_limit(F1, 100, 100)
    assert 2 / 3 < line.critical < line.detectable < 0.75
    for called in range(0, 201, 10):
        blind = chance(F1, 100, 100, called)
        reached = blind.probability[blind.values > line.critical + 1e-12].sum()
        assert reached <= 0.025


def test_recall_alone_tells_nothing() -> None:
    for name in ("recall", "precision", "specificity"):
        assert np.isnan(chance_limit(metrics.get(name), 100, 100).critical)
    assert chance_limit(metrics.get("recall"), 100, 100, called=100).critical == pytest.approx(0.57)


def test_a_run_at_the_detectable_value_passes_four_times_in_five() -> None:
    line = chance_limit(KAPPA, 100, 100, called=100)
    # A run that calls 100 of 200 used: kappa k means 50 + 50 k true positives on average.
    rng = np.random.default_rng(0)
    share = 0.5 + line.detectable / 2
    odds = (share / (1 - share)) ** 2
    from scipy.stats import nchypergeom_fisher

    drawn = nchypergeom_fisher(200, 100, 100, odds).rvs(4000, random_state=rng)
    passed = np.mean((2 * drawn - 100) / 100 > line.critical + 1e-12)
    assert passed == pytest.approx(0.8, abs=0.03)


def test_the_chance_limit_of_the_auc_is_that_of_the_rank_test() -> None:
    spread = np.sqrt(201 / (12 * 100 * 100))
    line = chance_limit(AUC, 100, 100)
    assert line.critical == pytest.approx(0.5 + 1.96 * spread, abs=0.004)
    assert np.isnan(line.detectable)


def test_where_there_is_no_chance_limit() -> None:
    assert np.isnan(chance_limit(metrics.get("brier"), 10, 10).critical)
    assert np.isnan(chance_limit(KAPPA, 1, 1).critical)
    assert np.isnan(chance_limit(KAPPA, 5, 0).critical)
    assert np.isnan(chance_limit(AUC, 5, 0).critical)


def test_a_large_test_set_has_a_chance_limit_too() -> None:
    for metric in METRICS[:8]:
        chance_limit(metric, 50_000, 50_000)
    assert chance_limit(KAPPA, 50_000, 50_000).critical == pytest.approx(0.0062, abs=3e-4)


def test_minimum_detectable_difference() -> None:
    assert minimum_detectable_difference(0.1) == pytest.approx(0.28016, abs=1e-4)
    from statsmodels.stats.power import NormalIndPower

    effect = NormalIndPower().solve_power(nobs1=50, alpha=0.05, power=0.8, ratio=0)
    assert minimum_detectable_difference(1 / np.sqrt(50)) == pytest.approx(effect, rel=1e-3)
    with pytest.raises(EvaluationError, match=r"power: not between 0 and 1; got 80; give a share"):
        minimum_detectable_difference(0.1, power=80)
