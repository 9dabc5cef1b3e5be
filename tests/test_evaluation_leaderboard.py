"""The leaderboard as one object: order, ranks, letters, trivial rows, odd inputs."""

import math
from typing import Any

import numpy as np
import pytest

from evaluation import EvaluationError, metrics, published
from evaluation.boards import leaderboard
from evaluation.boards.leaderboard import Leaderboard
from evaluation.boards.rows import Kind, Row
from evaluation.metrics import METRICS
from evaluation.runs import Panel, Run
from evaluation.significance import multiple


def panel_of(steps: dict[str, float], n: int = 120, clusters: int | None = None) -> Panel:
    rng = np.random.default_rng(0)
    truth = np.arange(n) < n // 2
    runs = {}
    for name, step in steps.items():
        scores = rng.normal(size=n) + step * truth
        runs[name] = Run(scores > step / 2, scores, 1 / (1 + np.exp(-scores)), "S0")
    by = None if clusters is None else np.arange(n) // clusters
    return Panel(truth, runs, by)


def build(panel: Panel, primary: str | None = None, **how: Any) -> Leaderboard:
    chosen = None if primary is None else metrics.get(primary)
    return leaderboard.build(panel, primary=chosen, resamples=300, **how)


def row(board: Leaderboard, name: str) -> Row:
    return next(row for row in board.rows if row.name == name)


STEPS = {"blind": 0.0, "good": 2.5, "fair": 1.4}


@pytest.mark.parametrize("primary", [metric.name for metric in METRICS])
def test_every_metric_can_rank(primary: str) -> None:
    board = build(panel_of(STEPS), primary)
    assert board.columns[0].name == primary
    assert len(board.columns) == len(METRICS)
    values = [metrics.get(primary).sign * row.cells[primary].value for row in board.rows]
    told = [value for value in values if not math.isnan(value)]
    assert told == sorted(told, reverse=True)
    assert all(math.isnan(value) for value in values[len(told) :])
    assert sorted(row.rank or 0 for row in board.runs) == [1, 2, 3]


def test_runs_trivial_rows_and_the_chance_limit() -> None:
    board = build(panel_of(STEPS))
    assert [row.name for row in board.runs] == ["good", "fair", "blind"]
    assert [row.rank for row in board.runs] == [1, 2, 3]
    kinds = {row.name: row.kind for row in board.rows if row.kind is not Kind.RUN}
    assert kinds == {
        "all used": Kind.TRIVIAL,
        "all not used": Kind.TRIVIAL,
        "coin": Kind.TRIVIAL,
        "chance limit": Kind.CHANCE_LIMIT,
    }
    assert row(board, "all used").cells["f1"].value == pytest.approx(2 / 3)
    assert row(board, "all used").cells["auc"].value == 0.5
    coin = row(board, "coin").cells["cohen_kappa"]
    assert coin.low < coin.value < coin.high
    assert coin.value == pytest.approx(0, abs=0.02)
    assert row(board, "chance limit").cells["f1"].value > 2 / 3
    assert row(board, "good").told_from_chance
    assert row(board, "blind").told_from_chance is False
    assert row(board, "good").groups == ("a",)
    assert not set(row(board, "good").groups) & set(row(board, "blind").groups)
    assert 0 < board.detectable < 0.5


def test_every_cell_of_a_run_has_an_interval() -> None:
    board = build(panel_of(STEPS))
    for run in board.runs:
        for metric in board.columns:
            cell = run.cells[metric.name]
            assert cell.low <= cell.value + 1e-9, metric.name
            assert cell.value <= cell.high + 1e-9, metric.name
            assert cell.interval == ("Wilson" if metric.share else "BCa")
            assert 0 <= cell.p_chance <= 1


def test_a_run_worse_than_chance_is_not_told_from_it_as_better() -> None:
    panel = panel_of({"good": 2.5})
    good = panel.runs["good"]
    panel = Panel(panel.truth, {"good": good, "flipped": Run(~good.decisions)})
    board = build(panel, "cohen_kappa")
    assert row(board, "flipped").p_chance < 0.001
    assert row(board, "flipped").told_from_chance is False


def test_p_values_against_chance_are_adjusted_for_the_number_of_runs() -> None:
    board = build(panel_of({"a": 0.7, "b": 0.6, "c": 0.5}))
    runs = board.runs
    single = [run.cells[board.primary.name].p_chance for run in runs]
    adjusted = [run.p_chance for run in runs]
    assert adjusted == pytest.approx(list(multiple.holm(single)))
    assert any(more > less for more, less in zip(adjusted, single, strict=True))


def test_patients_change_intervals_and_tests() -> None:
    board = build(panel_of(STEPS, clusters=4))
    assert board.n_clusters == 30
    cell = row(board, "good").cells["recall"]
    assert cell.interval == "BCa"
    assert row(board, "good").told_from_chance
    assert row(board, "blind").told_from_chance is False
    assert math.isnan(row(board, "good").cells["average_precision"].p_chance)


def test_published_runs_are_shown_but_not_ranked() -> None:
    counts = {
        found.name: table
        for found in published.read()
        if found.split == "test" and (table := published.counts_of(found))
    }
    board = leaderboard.build(panel_of(STEPS), published=counts, resamples=500)
    shown = {row.name: row for row in board.rows if row.kind is Kind.PUBLISHED}
    assert shown.keys() == counts.keys()
    assert all(row.rank is None and row.groups == () for row in shown.values())
    best = shown["vcmi-2023-best"]
    assert best.cells["f1"].value == pytest.approx(0.802, abs=1e-3)
    assert math.isnan(best.cells["auc"].value)
    assert [row.name for row in shown.values() if row.told_from_chance] == ["vcmi-2023-best"]


def test_labels_alone_leave_columns_of_scores_out() -> None:
    truth = np.arange(20) < 10
    board = build(Panel(truth, {"a": Run(truth)}))
    assert [metric.name for metric in board.columns] == [m.name for m in METRICS[:8]]


def test_a_run_that_used_more_than_was_allowed_is_marked() -> None:
    panel = panel_of(STEPS)
    assert all(row.comparable for row in build(panel).runs)
    mixed = Panel(panel.truth, {**panel.runs, "s3": Run(panel.truth, knowledge="S3")})
    assert all(row.comparable for row in build(mixed).runs)
    board = build(mixed, allows=lambda knowledge: knowledge != "S3")
    assert [row.name for row in board.runs if not row.comparable] == ["s3"]
    assert board.notes == ("not comparable, as they used more than was allowed: s3",)


def test_one_run_alone() -> None:
    board = build(panel_of({"only": 1.0}))
    only = row(board, "only")
    assert (only.rank, only.rank_low, only.rank_high, only.groups) == (1, 1, 1, ("a",))
    assert math.isnan(board.detectable)
    assert math.isnan(board.stability.mean_tau)
    assert board.notes == ()


def test_identical_runs_share_rank_and_letter() -> None:
    panel = panel_of({"a": 1.0})
    board = build(Panel(panel.truth, dict.fromkeys("xyz", panel.runs["a"])))
    assert [row.rank for row in board.runs] == [1, 1, 1]
    assert {row.groups for row in board.runs} == {("a",)}
    assert math.isnan(board.detectable)
    np.testing.assert_array_equal(board.pairs.adjusted, np.ones((3, 3)))


def test_one_image_and_one_class() -> None:
    board = build(Panel(np.array([True]), {"a": Run(np.array([True]), np.array([2.0]))}))
    assert row(board, "a").cells["f1"].value == 1
    assert row(board, "a").told_from_chance is False
    assert any("one class only" in note for note in board.notes)
    assert any("no chance limit of F1: with 1 used of 1 images" in note for note in board.notes)
    board = build(Panel(np.zeros(5, bool), {"a": Run(np.zeros(5, bool))}))
    assert row(board, "a").told_from_chance is None


def test_a_run_whose_metric_is_undefined_has_no_rank_and_no_letter() -> None:
    truth = np.arange(20) % 2 == 0
    runs = {"ones": Run(np.ones(20, bool)), "right": Run(truth), "turned": Run(~truth)}
    board = build(Panel(truth, runs), "mcc")
    assert math.isnan(row(board, "ones").cells["mcc"].value)
    ones = row(board, "ones")
    assert (ones.rank, ones.rank_low, ones.rank_high, ones.groups) == (None, None, None, ())
    ranks = {name: (row(board, name).rank, row(board, name).groups) for name in runs}
    assert ranks == {"ones": (None, ()), "right": (1, ("a",)), "turned": (2, ("b",))}
    assert [one.rank for one in build(Panel(truth, {"ones": runs["ones"]}), "mcc").runs] == [None]


def test_what_has_no_chance_limit_is_not_said_to_be_chance() -> None:
    truth = np.arange(20) % 2 == 0
    board = build(Panel(truth, {"right": Run(truth), "ones": Run(np.ones(20, bool))}), "recall")
    assert row(board, "right").told_from_chance is True
    why = "with 10 used of 20 images some guesses get as good a value as there is"
    assert board.notes == (f"no chance limit of Recall: {why}",)
    likely = Run(truth, truth * 1.0, truth * 0.5 + 0.25)
    notes = build(Panel(truth, {"likely": likely}), "brier").notes
    why = "it depends on the probabilities that a run gives"
    assert notes == (f"no chance limit of {metrics.get('brier').label}: {why}",)


@pytest.mark.parametrize(("size", "few"), [(60, True), (20, True), (6, False)])
def test_few_groups_are_said_to_be_few(size: int, few: bool) -> None:
    board = build(panel_of({"a": 1.0, "b": 0.2}, clusters=size))
    n_groups = 120 // size
    assert any(note.startswith(f"only {n_groups} groups: ") for note in board.notes) is few


def test_default_resamples() -> None:
    assert [leaderboard.default_resamples(n) for n in (1, 200, 20_000, 50_000, 10**7)] == [
        10_000,
        10_000,
        10_000,
        4_000,
        1_000,
    ]


def test_a_primary_metric_that_nobody_has() -> None:
    truth = np.arange(4) < 2
    with pytest.raises(
        EvaluationError, match=r"primary metric: 'auc' is not measured here; got no"
    ):
        build(Panel(truth, {"a": Run(truth)}), "auc")
