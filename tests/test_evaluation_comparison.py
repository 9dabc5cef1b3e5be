"""Two runs and all pairs: against statsmodels, scipy, and by trying every swap."""

from itertools import product

import numpy as np
import pytest

from evaluation import EvaluationError, metrics
from evaluation.intervals.bootstrap import bootstrap
from evaluation.meter import measure
from evaluation.metrics import METRICS, Metric
from evaluation.runs import Panel, Run
from evaluation.significance import comparison, multiple, permutation, swap_test
from evaluation.significance.comparison import Adjust, PairedTest
from evaluation.significance.mcnemar import mcnemar
from panels import panel_of

F1, AUC, ACCURACY, PRECISION = (
    metrics.get(name) for name in ("f1", "auc", "accuracy", "precision")
)


def every_swap(panel: Panel, metric: Metric) -> float:
    """P-value over all 2^n swaps; ranks within the run for scores."""
    a, b = panel.runs.values()
    assert a.scores is not None
    assert b.scores is not None
    assert a.probabilities is not None
    assert b.probabilities is not None
    ranked = [np.argsort(np.argsort(s)).astype(float) for s in (a.scores, b.scores)]  # no ties
    gaps = []
    for taken in product((False, True), repeat=len(panel.truth)):
        keep = np.array(taken)
        pair = {
            "a": Run(
                np.where(keep, a.decisions, b.decisions),
                np.where(keep, *ranked),
                np.where(keep, a.probabilities, b.probabilities),
            ),
            "b": Run(
                np.where(keep, b.decisions, a.decisions),
                np.where(keep, *ranked[::-1]),
                np.where(keep, b.probabilities, a.probabilities),
            ),
        }
        ours, theirs = measure(Panel(panel.truth, pair), [metric])[0]
        gaps.append(abs(ours - theirs))
    every = np.array(gaps)
    return float(np.mean(every[~np.isnan(every)] >= every[-1] - 1e-12))


@pytest.mark.parametrize("name", ["f1", "accuracy", "specificity", "cohen_kappa", "precision"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_swap_test_of_counts_is_exact(name: str, seed: int) -> None:
    panel = panel_of(10, seed=seed)
    metric = metrics.get(name)
    found = swap_test.p_value(panel, "run 0", "run 1", metric)
    assert found == pytest.approx(every_swap(panel, metric))


@pytest.mark.parametrize("name", ["auc", "average_precision", "brier"])
def test_the_swap_test_of_scores(name: str) -> None:
    panel = panel_of(10, seed=3)
    metric = metrics.get(name)
    found = swap_test.p_value(panel, "run 0", "run 1", metric, permutations=20_000)
    assert found == pytest.approx(every_swap(panel, metric), abs=0.015)


def test_many_disagreements_are_drawn() -> None:
    panel = panel_of(200)
    exact = swap_test.p_value(panel, "run 0", "run 1", F1)
    drawn = swap_test.p_value(panel, "run 0", "run 1", F1, permutations=20_000, most_exact=10)
    assert drawn != exact
    assert drawn == pytest.approx(exact, abs=0.01)


def test_single_cases_are_clusters_of_one() -> None:
    panel = panel_of(60)
    alone = Panel(panel.truth, panel.runs, np.arange(60))
    exact = swap_test.p_value(panel, "run 0", "run 1", F1)
    assert swap_test.p_value(alone, "run 0", "run 1", F1) == pytest.approx(exact, abs=0.02)


def test_swapping_patients_is_more_careful_than_swapping_images() -> None:
    panel = panel_of(40, seed=1)
    runs = {
        name: Run(np.repeat(run.decisions, 5)) for name, run in panel.runs.items()
    }  # five copies of every image
    copied = Panel(np.repeat(panel.truth, 5), runs)
    by_patient = Panel(copied.truth, runs, np.repeat(np.arange(40), 5))
    assert swap_test.p_value(copied, "run 0", "run 1", F1) < swap_test.p_value(
        panel, "run 0", "run 1", F1
    )
    assert swap_test.p_value(by_patient, "run 0", "run 1", F1) == pytest.approx(
        swap_test.p_value(panel, "run 0", "run 1", F1), abs=0.02
    )


def test_identical_and_undefined() -> None:
    truth = np.arange(20) < 10
    run, none = Run(truth.copy()), Run(np.zeros(20, bool))
    panel = Panel(truth, {"a": run, "b": run, "none": none})
    assert swap_test.p_value(panel, "a", "b", F1) == 1
    assert np.isnan(swap_test.p_value(panel, "a", "none", PRECISION))
    assert swap_test.p_value(panel, "a", "none", F1) < 0.01
    with pytest.raises(EvaluationError, match=r"run: not in the panel; got 'c'; have \['a', 'b'"):
        swap_test.p_value(panel, "a", "c", F1)


def test_the_swap_test_keeps_its_level() -> None:
    rejected = 0
    for seed in range(400):
        panel = panel_of(60, seed=seed, step=0.0)
        rejected += swap_test.p_value(panel, "run 0", "run 1", F1) <= 0.05
    assert rejected / 400 <= 0.07


def test_mcnemar_equals_statsmodels() -> None:
    from statsmodels.stats.contingency_tables import mcnemar as reference

    for seed in range(5):
        panel = panel_of(50, seed=seed)
        a, b = (run.decisions for run in panel.runs.values())
        found = mcnemar(panel.truth, a, b)
        right = [panel.truth == a, panel.truth == b]
        table = [
            [np.sum(right[0] & right[1]), np.sum(right[0] & ~right[1])],
            [np.sum(~right[0] & right[1]), np.sum(~right[0] & ~right[1])],
        ]
        assert found.exact == pytest.approx(reference(table, exact=True).pvalue)
        assert found.mid_p <= found.exact
        assert found.exact == pytest.approx(swap_test.p_value(panel, "run 0", "run 1", ACCURACY))


def test_mcnemar_mid_p_of_the_paper() -> None:
    # Fagerland, Lydersen, Laake (2013), airway data: 1 and 7; exact 0.0703, mid-p 0.0391.
    truth = np.ones(21, bool)
    first, second = truth.copy(), truth.copy()
    second[0], first[1:8] = False, False
    found = mcnemar(truth, first, second)
    assert (found.only_first, found.only_second) == (1, 7)
    assert (found.exact, found.mid_p) == pytest.approx((0.0703, 0.0391), abs=1e-4)
    assert mcnemar(truth, first, first) == (0, 0, 1.0, 1.0)


def test_p_values_are_not_constant_over_different_inputs() -> None:
    """A library tested a column against itself: its chi-squared test said p = 1 of anything."""
    panels = [panel_of(60, seed=seed) for seed in range(6)]
    pairs = [[run.decisions for run in panel.runs.values()] for panel in panels]
    exact = [mcnemar(panel.truth, *pair) for panel, pair in zip(panels, pairs, strict=True)]
    assert len({found.exact for found in exact}) > 3
    assert len({found.mid_p for found in exact}) > 3
    assert len({swap_test.p_value(panel, "run 0", "run 1", F1) for panel in panels}) > 3
    some = [F1, AUC]
    drawn = np.stack([permutation.p_values(p, some, permutations=999) for p in panels])
    for place in range(len(some)):
        assert len(np.unique(drawn[:, place])) > 3
    assert drawn.min() < 0.05


@pytest.mark.parametrize(("ours", "theirs"), [("holm", "holm"), ("benjamini_hochberg", "fdr_bh")])
def test_adjusted_p_values_equal_statsmodels(ours: str, theirs: str) -> None:
    from statsmodels.stats.multitest import multipletests

    adjust = getattr(multiple, ours)
    rng = np.random.default_rng(0)
    for n in (1, 2, 30):
        p_values = np.round(rng.random(n) ** 3, 2)
        np.testing.assert_allclose(adjust(p_values), multipletests(p_values, method=theirs)[1])
    with_gap = adjust([0.01, np.nan, 0.04])
    assert np.isnan(with_gap[1])
    np.testing.assert_allclose(with_gap[[0, 2]], adjust([0.01, 0.04]))
    assert adjust([]).shape == (0,)


def test_adjustment_checks_its_input() -> None:
    with pytest.raises(EvaluationError, match=r"p_values: outside 0\.\.1; give probabilities"):
        multiple.holm([1.2])
    with pytest.raises(EvaluationError, match=r"p_values: not a list; got shape \(1, 1\)"):
        multiple.benjamini_hochberg([[0.1]])


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_all_pairs_of_every_metric(metric: Metric) -> None:
    panel = panel_of(60, runs=3)
    replicates = bootstrap(panel, METRICS, resamples=200)
    found = comparison.all_pairs(panel, metric, replicates=replicates)
    assert found.test is comparison.usual_test(metric)
    np.testing.assert_allclose(found.p_value, found.p_value.T)
    np.testing.assert_allclose(found.advantage, -found.advantage.T)
    assert (found.adjusted >= found.p_value).all()
    assert (np.diag(found.p_value) == 1).all()
    lenient = comparison.all_pairs(
        panel, metric, replicates=replicates, adjust=Adjust.BENJAMINI_HOCHBERG
    )
    assert (lenient.adjusted <= found.adjusted + 1e-12).all()


def test_tests_agree_on_a_clear_difference() -> None:
    panel = panel_of(300, step=1.5)
    replicates = bootstrap(panel, METRICS, resamples=500)
    for metric, test in (
        (ACCURACY, PairedTest.MCNEMAR),
        (ACCURACY, PairedTest.SWAP),
        (AUC, PairedTest.DELONG),
        (AUC, PairedTest.SWAP),
        (AUC, PairedTest.BOOTSTRAP),
    ):
        found = comparison.all_pairs(
            panel, metric, test=test, replicates=replicates, permutations=500
        )
        assert found.p_value[0, 1] < 0.01
        assert found.advantage[1, 0] > 0


def test_a_run_without_scores_has_no_delong_test() -> None:
    panel = panel_of(30, runs=2)
    panel = Panel(panel.truth, {**panel.runs, "labels": Run(panel.truth)})
    found = comparison.all_pairs(panel, AUC)
    assert np.isnan(found.p_value[2, :2]).all()
    assert not np.isnan(found.p_value[0, 1])


def test_bad_input() -> None:
    panel = panel_of(20)
    with pytest.raises(
        EvaluationError, match=r"test: DeLong is for auc; got f1; use the swap test"
    ):
        comparison.all_pairs(panel, F1, test=PairedTest.DELONG)
    clustered = Panel(panel.truth, panel.runs, np.arange(20))
    with pytest.raises(EvaluationError, match=r"test: McNemar, mid-p takes cases as independent"):
        comparison.all_pairs(clustered, ACCURACY, test=PairedTest.MCNEMAR)
    with pytest.raises(
        EvaluationError, match=r"replicates: not those of the panel; give bootstrap"
    ):
        comparison.all_pairs(panel, F1, test=PairedTest.BOOTSTRAP)
