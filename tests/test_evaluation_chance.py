"""Exact chance distributions and permutation p-values, against scipy and by trying everything."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluation import EvaluationError, membership, metrics
from evaluation.meter import measure
from evaluation.metrics import METRICS, Needs
from evaluation.runs import Panel, Run, of_counts
from evaluation.significance import permutation
from evaluation.significance.chance import Alternative, chance

F1, KAPPA, AUC = (metrics.get(name) for name in ("f1", "cohen_kappa", "auc"))


def test_true_positives_are_hypergeometric() -> None:
    from scipy.stats import hypergeom

    for n_used, n_not, called in ((100, 100, 146), (3, 50, 10), (80, 1, 81), (5, 5, 0)):
        found = chance(F1, n_used, n_not, called)
        expected = hypergeom(n_used + n_not, n_used, called).pmf(found.table.tp)
        np.testing.assert_allclose(found.probability, expected, atol=1e-13)
        assert found.probability.sum() == pytest.approx(1)
    large = chance(KAPPA, 100_000, 100_000, 90_000)
    assert large.mean == pytest.approx(0, abs=1e-9)
    assert len(large.values) < 20_000


@pytest.mark.parametrize("metric", [m for m in METRICS if m.of_counts], ids=lambda m: m.name)
def test_equal_to_trying_every_truth(metric: metrics.Metric) -> None:
    decisions = np.arange(9) < 4
    values = []
    for used in combinations(range(9), 3):
        truth = np.isin(np.arange(9), used)
        values.append(membership.evaluate(truth, decisions)[metric.name])
    every = np.array(values)
    found = chance(metric, 3, 6, 4)
    assert found.mean == pytest.approx(every.mean())
    assert found.sd == pytest.approx(every.std())
    for value in np.unique(every):
        assert found.p_value(value, "better") == pytest.approx(np.mean(every >= value - 1e-12))


def test_the_spread_of_kappa_that_the_challenge_shows() -> None:
    assert chance(KAPPA, 100, 100, 100).sd == pytest.approx(0.0709, abs=1e-4)
    assert chance(KAPPA, 250, 250, 250).sd == pytest.approx(0.0448, abs=1e-4)
    low, high = chance(KAPPA, 100, 100, 100).limits()
    assert (low, high) == pytest.approx((-0.14, 0.14))


def test_the_seed_paper_cannot_be_told_from_chance() -> None:
    found = chance(F1, 100, 100, 77 + 69)
    value = membership.f1(*of_counts(77, 31, 69, 23))
    assert found.p_value(value) == pytest.approx(0.265, abs=1e-3)
    assert found.p_value(value, "better") == pytest.approx(0.1324, abs=1e-3)
    assert found.mean == pytest.approx(146 / 246)


def test_calling_everything_used_is_chance_itself() -> None:
    found = chance(F1, 100, 100, 200)
    assert found.p_value(2 / 3) == 1
    assert found.limits() == pytest.approx((2 / 3, 2 / 3))
    assert np.isnan(chance(metrics.get("mcc"), 5, 5, 10).p_value(0.0))
    assert np.isnan(chance(metrics.get("mcc"), 5, 5, 10).limits()).all()


def test_bad_input() -> None:
    with pytest.raises(
        EvaluationError, match=r"metric: 'auc' is not one of counts; got needs 'sco"
    ):
        chance(AUC, 5, 5, 5)
    for n_used, n_not, called in ((5, 5, 11), (0, 0, 0)):
        with pytest.raises(EvaluationError, match=rf"called: not possible; got {called} of"):
            chance(F1, n_used, n_not, called)
    for where, sizes in {"called": (5, 5, -1), "n_used": (-1, 5, 2)}.items():
        with pytest.raises(EvaluationError, match=rf"{where}: too few; got -1; give 0 or more"):
            chance(F1, *sizes)


def panel_of(n: int, ties: bool = False) -> Panel:
    rng = np.random.default_rng(4)
    truth = np.arange(n) % 2 == 0
    runs = {}
    for name, shift in (("blind", 0.0), ("good", 1.5), ("bad", -1.5)):
        scores = rng.normal(size=n) + shift * truth
        scores = np.round(scores) if ties else scores
        runs[name] = Run(scores > 0.5, scores, 1 / (1 + np.exp(-scores)))
    return Panel(truth, runs)


def test_auc_equals_the_exact_rank_test() -> None:
    from scipy.stats import mannwhitneyu

    panel = panel_of(16)
    p_values = permutation.p_values(panel, [AUC], permutations=20_000)[0]
    for p_value, run in zip(p_values, panel.runs.values(), strict=True):
        assert run.scores is not None
        expected = mannwhitneyu(
            run.scores[panel.truth], run.scores[~panel.truth], method="exact"
        ).pvalue
        assert p_value == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("alternative", ["better", "two-sided"])
@pytest.mark.parametrize("name", ["average_precision", "auc", "brier"])
def test_drawn_p_values_are_those_of_scipy(name: str, alternative: Alternative) -> None:
    from scipy import stats
    from sklearn import metrics as sk

    reference: Callable[..., float] = {
        "average_precision": sk.average_precision_score,
        "auc": sk.roc_auc_score,
        "brier": sk.brier_score_loss,
    }[name]
    metric = metrics.get(name)
    rng = np.random.default_rng(5)
    truth = np.arange(24) % 2 == 0
    likely = np.round(1 / (1 + np.exp(-rng.normal(size=24) - 0.9 * truth)), 2)

    def statistic(used: NDArray[np.bool_]) -> float:
        return metric.sign * reference(used.astype(bool), likely)

    test: Any = stats.permutation_test
    expected = test(
        (truth,), statistic, permutation_type="pairings", n_resamples=1_000,
        alternative="greater" if alternative == "better" else alternative,
        rng=np.random.default_rng(1),
    ).pvalue  # fmt: skip
    panel = Panel(truth, {"run": Run(likely > 0.5, likely, likely)})
    found = permutation.p_values(panel, [metric], permutations=20_000, alternative=alternative)
    assert found[0, 0] == pytest.approx(expected, abs=0.03)
    assert 0.001 < expected < 0.9


def test_drawn_permutations_are_those_of_the_truth() -> None:
    panel = panel_of(8, ties=True)
    null = permutation.null_values(panel, METRICS, permutations=6_000)
    every = []
    for used in combinations(range(8), 4):
        truth = np.isin(np.arange(8), used)
        every.append(measure(Panel(truth, panel.runs), METRICS))
    exact = np.stack(every, axis=-1)
    np.testing.assert_allclose(null.mean(axis=-1), exact.mean(axis=-1), atol=0.02)
    np.testing.assert_allclose(null.std(axis=-1), exact.std(axis=-1), atol=0.02)


def test_good_blind_and_bad_runs() -> None:
    p_values = permutation.p_values(panel_of(100), METRICS, permutations=999)
    by_name = dict(zip([m.name for m in METRICS], p_values, strict=True))
    for name in ("auc", "cohen_kappa", "brier", "average_precision"):
        blind, good, bad = by_name[name]
        assert blind > 0.05
        assert good < 0.01
        assert bad < 0.01  # two-sided: far worse than chance is no chance either
    better = permutation.p_values(panel_of(100), [AUC, KAPPA], alternative="better")
    assert (better[:, 2] > 0.99).all()


def test_p_values_are_uniform_for_blind_runs() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(60) < 30
    runs = {}
    for number in range(200):
        scores = rng.normal(size=60)
        runs[str(number)] = Run(scores > 0, scores)
    p_values = permutation.p_values(Panel(truth, runs), [AUC, KAPPA], permutations=500)
    assert 0.01 <= np.mean(p_values[0] <= 0.05) <= 0.1
    assert np.mean(p_values[1] <= 0.05) <= 0.08  # exact and discrete: never too many


def test_runs_without_ties_share_their_draws() -> None:
    panel = panel_of(40)
    together = permutation.p_values(panel, [AUC], permutations=500)[0]
    for place, (name, run) in enumerate(panel.runs.items()):
        alone = permutation.p_values(Panel(panel.truth, {name: run}), [AUC], permutations=500)
        assert alone[0, 0] == together[place] or abs(alone[0, 0] - together[place]) < 0.06


def test_truth_is_permuted_within_strata() -> None:
    # The truth follows the scanner, and so do the scores: within a scanner nothing is left.
    rng = np.random.default_rng(0)
    scanner = np.arange(80) % 2
    truth = rng.random(80) < np.where(scanner == 1, 0.85, 0.15)
    scores = scanner + rng.normal(scale=0.3, size=80)
    panel = Panel(truth, {"nuisance": Run(scores > 0.5, scores)})
    over_all = permutation.p_values(panel, [AUC, KAPPA], permutations=999)
    within = permutation.p_values(panel, [AUC, KAPPA], permutations=999, strata=scanner)
    assert (over_all < 0.01).all()
    assert (within > 0.05).all()


def test_bad_permutations() -> None:
    panel = panel_of(10)
    with pytest.raises(EvaluationError, match=r"permutations: too few; got 0; give 1 or more"):
        permutation.p_values(panel, [AUC], permutations=0)
    with pytest.raises(EvaluationError, match=r"strata: not one for each image; got 3 for 10"):
        permutation.p_values(panel, [AUC], strata=np.arange(3))


def test_metrics_by_need_are_all_told() -> None:
    p_values = permutation.p_values(panel_of(30), METRICS, permutations=99)
    assert not np.isnan(p_values).any()
    assert {metric.needs for metric in METRICS} == set(Needs)
