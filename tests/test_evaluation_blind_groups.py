"""Guessing of whole groups: equal to the exact ones where groups are single or all alike."""

import numpy as np
import pytest

from clefgan.report import findings
from evaluation import metrics
from evaluation.boards import leaderboard
from evaluation.boards.rows import Kind
from evaluation.metrics import METRICS
from evaluation.runs import Panel, Run
from evaluation.significance.blind_groups import BlindGroups
from evaluation.significance.power import chance_limit

TRUTH = np.arange(60) % 2 == 0
COUNTED = ("f1", "cohen_kappa", "accuracy", "mcc", "auc", "tpr_at_fpr_10")


@pytest.mark.parametrize("slices", [1, 5])
@pytest.mark.parametrize("metric", [m for m in METRICS if m.name in COUNTED], ids=lambda m: m.name)
def test_alike_slices_are_no_more_than_one(metric: metrics.Metric, slices: int) -> None:
    truth = np.repeat(TRUTH, slices)
    groups = np.repeat(np.arange(60), slices)
    drawn = BlindGroups.draw(truth, groups, [metric], draws=10_000, seed=1)
    exact = chance_limit(metric, 30, 30, permutations=20_000)
    assert drawn.chance_limit(metric).critical == pytest.approx(exact.critical, abs=0.035)


def test_the_more_images_a_group_holds_the_higher_is_the_line() -> None:
    truth = np.repeat(TRUTH, 5)
    kappa = metrics.get("cohen_kappa")
    alone = chance_limit(kappa, 150, 150).critical
    whole = BlindGroups.draw(truth, np.repeat(np.arange(60), 5), [kappa], draws=4_000)
    assert whole.chance_limit(kappa).critical > 2 * alone
    assert np.isnan(whole.chance_limit(kappa).detectable)


def test_groups_of_both_classes_and_of_any_size() -> None:
    rng = np.random.default_rng(0)
    groups = rng.integers(12, size=60)
    f1 = metrics.get("f1")
    drawn = BlindGroups.draw(TRUTH, groups, [f1], draws=500, seed=3)
    for table in drawn.tables():
        assert (table.tp + table.fn == 30).all()
        assert (table.fp + table.tn == 30).all()
    assert list(drawn.tried) == list(range(len(np.unique(groups)) + 1))
    assert f1.of_counts is not None
    last = list(drawn.tables())[-1]  # every group called used
    assert (f1.of_counts(last) == 2 / 3).all()


def test_where_there_is_no_line() -> None:
    drawn = BlindGroups.draw(TRUTH, np.arange(60), METRICS, draws=200)
    for name in ("recall", "precision", "brier"):
        assert np.isnan(drawn.chance_limit(metrics.get(name)).critical)
    one = BlindGroups.draw(np.ones(6, bool), np.arange(6) // 2, METRICS, draws=50)
    assert np.isnan(one.chance_limit(metrics.get("f1")).critical)
    assert np.isnan(one.chance_limit(metrics.get("auc")).critical)


def test_many_groups_are_drawn_in_bounded_memory() -> None:
    truth = np.arange(40_000) % 2 == 0
    kappa = metrics.get("cohen_kappa")
    drawn = BlindGroups.draw(truth, np.arange(40_000) // 2, [kappa], draws=64)
    assert drawn.tp.shape == (len(drawn.tried), 64)
    assert len(drawn.tried) <= 400


def test_a_board_with_groups_has_line_coin_and_sentence_by_whole_groups() -> None:
    truth = np.repeat(TRUTH, 4)
    scores = np.random.default_rng(0).normal(size=240)
    runs = {"run": Run(scores > 0, scores)}
    boards = [
        leaderboard.build(Panel(truth, runs, clusters), resamples=1_000)
        for clusters in (None, np.repeat(np.arange(60), 4))
    ]
    coins = []
    for board in boards:
        found = {row.kind: row for row in board.rows if row.name in ("coin", "chance limit")}
        assert found[Kind.CHANCE_LIMIT].cells["cohen_kappa"].value == (
            board.power["cohen_kappa"].critical
        )
        coins.append(found[Kind.TRIVIAL].cells)
    for name, chance in (("cohen_kappa", 0.0), ("auc", 0.5)):
        lines = [board.power[name].critical - chance for board in boards]
        assert lines[1] > 1.5 * lines[0]
        widths = [cells[name].high - cells[name].low for cells in coins]
        assert widths[1] > 1.5 * widths[0]
    assert "in 60 groups, guessing by whole groups rarely gets" in findings.power(boards[1])
    assert "groups" not in findings.power(boards[0])
