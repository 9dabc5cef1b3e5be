"""Leaderboards of classes: rows, ranks, tests of pairs, labs."""

import numpy as np
import pytest

from clefgan.report import class_findings, class_sheet
from clefgan.report.class_part import ClassPart
from clefgan.report.page.charts import class_table
from clefgan.runs.classes import knows
from clefgan.runs.classes.knows import TEXTURE, TRAINING
from evaluation.attribution import accuracy, adjusted_rand
from evaluation.boards import class_board
from evaluation.boards.class_board import ClassAnswer, ClassTable
from evaluation.boards.rows import Kind
from evaluation.class_tables import METRICS
from evaluation.errors import EvaluationError
from evaluation.significance import swap_classes

TRUTH = np.array(["a", "b", "c"] * 40)


def wrong_in(n: int, seed: int = 0) -> np.ndarray:
    """The truth with the labels of `n` images exchanged for another class."""
    labels = TRUTH.copy()
    at = np.random.default_rng(seed).permutation(len(labels))[:n]
    labels[at] = np.array(["b", "c", "a"])[np.searchsorted(["a", "b", "c"], labels[at])]
    return labels


def test_the_swap_test_is_the_sign_test_where_two_runs_differ_in_accuracy() -> None:
    """Of images on which one alone is right, as many heads as a coin throws: binomial."""
    binom = pytest.importorskip("scipy.stats").binom
    first, second = TRUTH, wrong_in(8)
    metric = METRICS["accuracy"].of_tables
    found = swap_classes.p_value(TRUTH, first, second, metric, permutations=20_000)
    assert found == pytest.approx(2 * binom.cdf(0, 8, 0.5), abs=0.002)
    assert swap_classes.p_value(TRUTH, second, second, metric) == 1
    groups = np.repeat(np.arange(2), 60)  # two whole groups: nothing is certain
    assert swap_classes.p_value(TRUTH, first, second, metric, groups=groups) > 0.3


def test_clusters_are_compared_under_the_classes_that_they_match() -> None:
    numbers = np.array([f"k{'cab'.index(name)}" for name in TRUTH])
    assert adjusted_rand(TRUTH, numbers) == 1
    assert swap_classes.matched(TRUTH, numbers).tolist() == TRUTH.tolist()
    metric = METRICS["adjusted_rand"].of_tables
    assert swap_classes.p_value(TRUTH, TRUTH, numbers, metric) == 1
    assert swap_classes.p_value(TRUTH, TRUTH, wrong_in(40), metric) < 0.01


def test_runs_are_ranked_lettered_and_held_against_blind_labels() -> None:
    blind = np.roll(TRUTH, 1)
    board = class_board.build(
        TRUTH,
        {
            "good": ClassAnswer(wrong_in(10), knowledge="A1"),
            "alike": ClassAnswer(wrong_in(12, seed=1), knowledge="A1"),
            "blind": ClassAnswer(blind, knowledge="A1"),
            "short": ClassAnswer(wrong_in(60), Kind.SHORTCUT, "A2"),
        },
        published={"printed": 0.9904},
    )
    rows = {row.name: row for row in board.rows}
    assert [row.name for row in board.runs] == ["good", "alike", "blind"]
    assert [row.rank for row in board.runs] == [1, 2, 3]
    assert (rows["good"].rank_low, rows["good"].rank_high) == (1, 2)
    assert set(rows["good"].groups) & set(rows["alike"].groups)
    assert not set(rows["good"].groups) & set(rows["blind"].groups)
    assert rows["good"].told_from_chance
    assert not rows["blind"].told_from_chance
    assert rows["good"].cells["accuracy"].value == accuracy(TRUTH, wrong_in(10))
    assert rows["short"].rank is None
    assert rows["printed"].kind is Kind.PUBLISHED
    assert rows["one class"].cells["accuracy"].value == pytest.approx(1 / 3)
    coin = rows["coin"].cells["accuracy"]
    assert coin.low < 1 / 3 < coin.high
    assert board.rows[0].name == "printed"


def test_clusters_have_no_accuracy_and_no_rank_by_it() -> None:
    numbers = np.array([f"cluster_{'cab'.index(name)}" for name in TRUTH])
    answers = {"k": ClassAnswer(numbers, named=False), "good": ClassAnswer(wrong_in(10))}
    board = class_board.build(TRUTH, answers)
    rows = {row.name: row for row in board.rows}
    assert np.isnan(rows["k"].cells["accuracy"].value)
    assert rows["k"].rank is None
    assert (rows["good"].rank_low, rows["good"].rank_high) == (1, 1)
    by_pairs = class_board.build(TRUTH, answers, primary="adjusted_rand")
    assert [row.name for row in by_pairs.runs] == ["k", "good"]
    table = rows["k"].table
    assert table is not None
    assert [table.names[k] for k in table.called] == ["cluster_0", "cluster_1", "cluster_2"]
    lines = {line.name: line for line in class_sheet.of(ClassPart("board", board)).lines}
    assert lines["k"].entries["blind_95"].value is None  # of what the run has not
    assert rows["good"].blind is not None
    assert lines["good"].entries["blind_95"].value == rows["good"].blind.upper


def test_findings_compare_clusters_with_nothing_by_a_metric_that_they_have_not() -> None:
    numbers = np.array([f"cluster_{'cab'.index(name)}" for name in TRUTH])
    clusters = {"k": ClassAnswer(numbers, named=False)}
    short = {"short": ClassAnswer(wrong_in(60), Kind.SHORTCUT, "A2")}

    alone = class_board.build(TRUTH, clusters | short)
    assert class_findings.from_chance(alone) == (
        "The run has no Accuracy, as names of clusters have none, so a comparison with guessed "
        "labels is not possible; the largest class for every image scores 0.333."
    )
    assert class_findings.shortcuts(alone) == "Shortcuts, which see no real image: short 0.500."

    beside = class_board.build(TRUTH, clusters | short | {"good": ClassAnswer(wrong_in(10))})
    assert class_findings.from_chance(beside).startswith(
        "good is better than guessed labels by its"
    )
    assert class_findings.shortcuts(beside).endswith("short 0.500; no run scores less.")

    matched = class_board.build(TRUTH, clusters, primary="matched_accuracy")
    assert "The run is better than guessed labels" in class_findings.from_chance(matched)


def test_a_board_refuses_what_is_none() -> None:
    with pytest.raises(EvaluationError, match="metric: no 'auc' of classes; give one of accuracy"):
        class_board.build(TRUTH, {"x": ClassAnswer(TRUTH)}, primary="auc")
    with pytest.raises(EvaluationError, match="board: no run; got 0; give at least one"):
        class_board.build(TRUTH, {})


@pytest.mark.parametrize(
    ("training", "texture", "what"),
    [
        (1.0, 0.2, "training data"),
        (0.2, 1.0, "only the network"),
        (0.9, 0.9, "training data and network"),
        (0.22, 0.18, "neither"),
    ],
)
def test_labs_say_what_a_method_knows(training: float, texture: float, what: str) -> None:
    assert knows.meaning({TRAINING: training, TEXTURE: texture}, 5) == what
    assert knows.meaning({}, 5) == ""


def test_the_picture_and_the_table_show_every_true_class() -> None:
    table = ClassTable.of(TRUTH, np.where(TRUTH == "a", "b<b", TRUTH))
    for shown in (class_table.confusion(table), class_table.picture("x", table)):
        assert "b&lt;b" in shown
        assert "<b<b" not in shown
    assert class_table.picture("x", table).count("<rect") == 3 * 4


@pytest.mark.parametrize(("name", "turned"), [("t", 0), ("patients_", 5)])
def test_names_of_classes_do_not_lie_upon_each_other(name: str, turned: int) -> None:
    labels = np.array([f"{name}{at % 5}" for at in range(20)])
    drawn = str(class_table.picture("x", class_board.ClassTable.of(labels, labels)))
    assert drawn.count("rotate(-90") == turned
    assert all(drawn.count(f">{name}{at}</text>") == 2 for at in range(5))
