"""Metric objects: chance levels against simulation, direction, and the vectorised forms."""

import math

import numpy as np
import pytest

from evaluation import EvaluationError, membership, metrics
from evaluation.meter import Meter, measure
from evaluation.metrics import METRICS, Direction, Metric, Needs
from evaluation.runs import Panel, Run


def some_panel(n: int = 60, runs: int = 3, seed: int = 0) -> Panel:
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 3 == 0
    made = {}
    for number in range(runs):
        scores = np.round(rng.normal(size=n) + number * truth, 1)
        made[f"run {number}"] = Run(scores > 0.5, scores, 1 / (1 + np.exp(-scores)))
    return Panel(truth, made)


def test_names_are_those_of_evaluate() -> None:
    panel = some_panel(runs=1)
    (run,) = panel.runs.values()
    found = membership.evaluate(panel.truth, run.decisions, run.scores, run.probabilities)
    assert [metric.name for metric in METRICS] == list(found)
    values = measure(panel, METRICS)[:, 0]
    np.testing.assert_allclose(values, list(found.values()), atol=1e-12)


def test_weights_count_cases_again() -> None:
    panel = some_panel()
    rng = np.random.default_rng(1)
    picks = rng.integers(len(panel.truth), size=(5, len(panel.truth)))
    weights = np.stack([np.bincount(row, minlength=len(panel.truth)) for row in picks])
    for dtype in (np.int32, np.float64):
        measured = Meter(panel, METRICS)(weights.astype(dtype))
        for column, run in enumerate(panel.runs.values()):
            assert run.scores is not None
            assert run.probabilities is not None
            for row, drawn in enumerate(picks):
                expected = membership.evaluate(
                    panel.truth[drawn],
                    run.decisions[drawn],
                    run.scores[drawn],
                    run.probabilities[drawn],
                )
                np.testing.assert_allclose(
                    measured[:, column, row], list(expected.values()), atol=1e-12
                )


def test_a_run_without_scores_is_nan_where_they_are_needed() -> None:
    panel = Panel(np.array([True, False]), {"a": Run(np.array([True, True]))})
    for metric, value in zip(METRICS, measure(panel, METRICS)[:, 0], strict=True):
        assert metric.needs is Needs.DECISIONS or math.isnan(value)


def test_direction_belongs_to_the_metric() -> None:
    lower = {metric.name for metric in METRICS if metric.direction is Direction.LOWER}
    assert lower == {"brier", "calibration_error"}
    assert metrics.get("brier").advantage(np.array(0.1), np.array(0.3)) == pytest.approx(0.2)
    assert metrics.get("f1").advantage(np.array(0.1), np.array(0.3)) == pytest.approx(-0.2)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_chance_level_is_what_blind_calls_score(metric: Metric) -> None:
    n, prevalence, called = 40_000, 0.3, 0.6
    rng = np.random.default_rng(0)
    truth = np.arange(n) < prevalence * n
    scores = rng.random(n)
    prior = np.full(n, prevalence)  # what "always the prevalence" answers
    panel = Panel(truth, {"blind": Run(scores > 1 - called, scores, prior)})
    blind = measure(panel, [metric])[0, 0]
    assert blind == pytest.approx(metric.chance(prevalence, called), abs=0.012)


def test_chance_level_of_extreme_calls() -> None:
    assert metrics.get("f1").chance(0.5, 1.0) == pytest.approx(2 / 3)
    assert math.isnan(metrics.get("f1").chance(0.0, 0.0))
    assert math.isnan(metrics.get("precision").chance(0.5, 0.0))
    assert math.isnan(metrics.get("mcc").chance(0.5, 1.0))


def test_an_unknown_metric_lists_the_known_ones() -> None:
    with pytest.raises(EvaluationError, match=r"metric: not known; got 'kappa'; known are f1, acc"):
        metrics.get("kappa")
