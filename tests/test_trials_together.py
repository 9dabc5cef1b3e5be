"""Trials in several processes, over repeats, with notes and beside the blank."""

from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from building import challenge
from clefgan.errors import ClefganError
from clefgan.experiments import processes
from clefgan.experiments.trials import trials
from clefgan.experiments.trials.evaluate import evaluate
from clefgan.plugins import registry
from clefgan.report import blanks, boards
from clefgan.report.terminal import blanks_table
from clefgan.runs import job
from clefgan.runs.blank import BlankContrast
from clefgan.runs.record import PROTOCOLS
from clefgan.runs.request import Extras
from evaluation import metrics
from evaluation.boards.rows import Kind
from planned_trials import METHOD, counting, dev_only, draw, plan


@pytest.fixture
def counted(tmp_path: Path) -> str:
    return counting(tmp_path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return dev_only(tmp_path)


def test_processes_give_what_one_gives(data: Path, counted: str) -> None:
    broken = f"{counted}(limit=0)"
    methods = ("nearest", "coin", broken)
    alone = evaluate(plan(data, *methods, n_folds=2), jobs=1)
    other = plan(data, *methods, n_folds=2, folder=data.parent / "others")
    together = evaluate(other, jobs=2)
    for protocol in PROTOCOLS:
        for name in ("nearest", "coin"):
            np.testing.assert_array_equal(
                alone.scores[protocol][name], together.scores[protocol][name]
            )
    assert list(together.failures) == [broken]
    assert "counted: no more fits" in together.failures[broken]


def test_a_process_that_dies_is_one_clear_error(data: Path, tmp_path: Path) -> None:
    source = METHOD.replace('raise ClefganError("counted: no more fits")', "import os; os._exit(1)")
    (tmp_path / "dies.py").write_text(source)
    dies = f"{tmp_path / 'dies.py'}:Counted(limit=0)"
    with pytest.raises(ClefganError, match="a process died, perhaps for lack of memory"):
        evaluate(plan(data, dies, n_folds=2), jobs=2)


def test_workers_share_the_cores() -> None:
    four = (0, 1, 2, 5)
    assert [processes.share_of_cores(i, 2, four) for i in range(2)] == [[0, 2], [1, 5]]
    assert [processes.share_of_cores(i, 3, four) for i in range(3)] == [[0], [1], [2]]
    assert processes.share_of_cores(5, 6, four) == [1]
    assert [processes.cores_each(many, four) for many in (1, 2, 3, 6)] == [4, 2, 1, 1]


def test_repeats_are_no_more_images(data: Path) -> None:
    one, three = (plan(data, "coin", "nearest", repeats=n, n_folds=2) for n in (1, 3))
    f1 = metrics.get("f1")
    small = boards.parts(one, evaluate(one, jobs=1), f1, 0.95)[0]
    large = boards.parts(three, evaluate(three, jobs=1), f1, 0.95)[0]
    assert small.title == large.title == "dev, held-out"
    assert (large.board.n_used, large.board.n_not) == (8, 8)
    assert large.board.n_clusters == 16
    assert large.board.power["f1"].critical == small.board.power["f1"].critical
    trivial = [
        {row.name: astuple(row.cells["f1"]) for row in part.board.rows if row.kind is Kind.TRIVIAL}
        for part in (small, large)
    ]
    assert len(trivial[0]) == 3
    np.testing.assert_equal(trivial[0], trivial[1])  # NaN is NaN, which == of dataclasses denies
    assert [row.name for row in large.board.runs] == [
        row.name for row in sorted(large.board.runs, key=lambda r: -r.cells["f1"].value)
    ]


def test_the_spread_over_repeats_is_that_of_each_repeat(data: Path) -> None:
    given = plan(data, "coin", repeats=4, n_folds=2)
    results = evaluate(given, jobs=1)
    (part, _) = boards.parts(given, results, metrics.get("accuracy"), 0.95)
    shown = {column.key: entries for column, entries in part.extra}
    each = [
        float(((row > 0) == results.truth).mean()) for row in results.scores["held-out"]["coin"]
    ]
    assert shown["repeats_sd"]["coin"].measure == pytest.approx(np.std(each, ddof=1))
    assert part.board.runs[0].cells["accuracy"].value == pytest.approx(np.mean(each))


def test_notes_say_what_the_scores_hide(data: Path, counted: str) -> None:
    given = plan(data, counted, n_folds=2)
    held_out, paper = boards.parts(given, evaluate(given, jobs=1), metrics.get("f1"), 0.95)
    assert held_out.notes == (
        "held-out: 2 grouped folds, 1 repeat, seeds from 0; used: a score above 0",
    )
    assert paper.notes == (f"on the training images, {counted}: it saw the answers",)


SETS = {
    "dev/generated": 12, "dev/used": 9, "dev/not_used": 9,
    "test/real_unknown_1": 6, "test/generated_1": 20,
}  # fmt: skip


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A challenge with a test part."""
    return challenge(tmp_path / "whole", SETS, draw=draw)


def test_the_blank_is_that_of_the_run(whole: Path) -> None:
    given = plan(whole, "nearest", "coin", protocols=("held-out",), blank=True)
    found = evaluate(given, jobs=1)
    held = job.run(
        trials.read(given), "nearest", registry.configure("nearest"), extras=Extras(blank=True)
    ).dev["held-out"]
    assert held.blank is not None
    np.testing.assert_array_equal(found.blank["nearest"][0], held.blank.scores)
    contrast = blanks.contrasts(found, 0)["nearest"]
    assert isinstance(held.blank.contrast, BlankContrast)
    assert contrast == held.blank.contrast
    assert found.no_blank == {"coin": "no blank: the method scores images without generated ones"}
    again = evaluate(given, jobs=1)  # from what is kept
    np.testing.assert_array_equal(again.blank["nearest"], found.blank["nearest"])


def test_the_blank_is_in_the_table_and_in_words(whole: Path) -> None:
    given = plan(whole, "nearest", "coin", protocols=("held-out",), blank=True)
    found = evaluate(given, jobs=1)
    auc = metrics.get("auc")
    beside = blanks.contrasts(found, 0)
    (part,) = boards.parts(given, found, auc, 0.95, blank=beside)
    columns = {column.key: entries for column, entries in part.extra}
    assert columns["auc_blank"]["nearest"].value == beside["nearest"].blank_auc
    less = columns["auc_less_blank"]["nearest"]
    assert (less.low, less.high) == (beside["nearest"].low, beside["nearest"].high)
    assert columns["used_against_used"]["nearest"].low == beside["nearest"].halves_low
    assert "coin" not in columns["auc_blank"]
    assert "no blank: the method scores images without generated ones (coin)" in part.notes
    console = Console(width=100, record=True)
    console.print(blanks_table.show(beside))
    assert "beyond it" in console.export_text()


def test_methods_whose_blank_is_as_high_are_named_and_many_in_one_sentence(whole: Path) -> None:
    given = plan(whole, "nearest", protocols=("held-out",), blank=True)
    found = evaluate(given, jobs=1)
    one = BlankContrast(0.7, 0.7, 0.0, -0.1, 0.1, 0.5, 0.4, 0.6)
    bare = replace(found, no_blank={})
    (said,) = blanks.notes({"a": one}, bare)
    assert said.startswith("a: the blank is as high: AUC 0.700 against images of another generator")
    lower = replace(one, blank_auc=0.6, difference=0.1)
    (said,) = blanks.notes({"a": lower}, bare)
    assert said.startswith("a: the blank may be as high: AUC 0.600 against images of another")
    (said,) = blanks.notes(dict.fromkeys("abcd", one), bare)
    assert said.endswith("gave the images away, for: a, b, c, d")
    assert blanks.notes({"a": replace(one, low=0.1)}, bare) == ()


def test_without_a_test_part_there_is_no_blank_and_that_is_said(data: Path) -> None:
    given = plan(data, "nearest", "coin", protocols=("held-out",), blank=True)
    found = evaluate(given, jobs=1)
    assert found.blank == {}
    (said,) = blanks.notes({}, found)
    assert said.startswith("no blank: without a test part there are no images of another generator")
    assert blanks.columns({}) == ()
