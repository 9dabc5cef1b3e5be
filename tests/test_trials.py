"""Trials of an evaluation: what they fit on, what is kept, what is done again."""

import json
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from building import challenge
from clefgan.errors import ClefganError
from clefgan.experiments import processes
from clefgan.experiments.trials import trials
from clefgan.experiments.trials.evaluate import evaluate
from clefgan.experiments.trials.trials import TrialPlan
from clefgan.method import Images
from clefgan.plugins import registry
from clefgan.report import blanks, boards
from clefgan.report.terminal import blanks_table
from clefgan.runs import job
from clefgan.runs.blank import BlankContrast
from clefgan.runs.record import PROTOCOLS
from clefgan.runs.request import Extras
from evaluation import metrics
from evaluation.boards.rows import Kind
from running import one_core

METHOD = '''
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from clefgan.errors import ClefganError
from clefgan.method import Knowledge

LOG = Path(__file__).with_name("log")


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Remembers the mean of the used images it was fitted on."""

    knowledge: ClassVar[Knowledge] = Knowledge.S3
    paper_note: ClassVar[str] = "it saw the answers"
    limit: int = 99  # fits that succeed

    def fit(self, dev, /, *, progress=None):
        done = LOG.read_text().count("fit") if LOG.exists() else 0
        if done >= self.limit:
            raise ClefganError("counted: no more fits")
        with LOG.open("a") as log:
            log.write("fit\\n")
        return Scorer(float(dev.used.mean()))


@dataclass(frozen=True)
class Scorer:
    level: float

    def score(self, candidates, generated, /, *, progress=None):
        return candidates.mean(axis=(1, 2)) - self.level
'''


def draw(rng: np.random.Generator, role: str) -> Images:
    return rng.integers(0, 200 + 55 * (role == "used"), (16, 16), np.uint8)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return challenge(tmp_path / "data", {"generated": 6, "used": 8, "not_used": 8}, draw=draw)


@pytest.fixture
def counted(tmp_path: Path) -> str:
    (tmp_path / "counted.py").write_text(METHOD)
    return f"{tmp_path / 'counted.py'}:Counted"


def plan(data: Path, *methods: str, **others: object) -> TrialPlan:
    given = {"methods": methods, "data": str(data), "folder": data.parent / "trials", **others}
    return TrialPlan(**given)  # type: ignore[arg-type]


def fits(data: Path) -> int:
    log = data.parent / "log"
    return log.read_text().count("fit") if log.exists() else 0


def test_scores_are_those_of_the_job(data: Path) -> None:
    found = evaluate(plan(data, "nearest", "coin", repeats=2, n_folds=4, seed=5), jobs=1)
    for name in ("nearest", "coin"):
        for repeat in range(2):
            run = job.run(
                trials.read(plan(data, name)),
                name,
                registry.configure(name, seed=5 + repeat),
                n_folds=4,
                seed=5 + repeat,
            )
            for protocol, scored in run.dev.items():
                assert scored.ids == found.ids
                np.testing.assert_array_equal(found.scores[protocol][name][repeat], scored.scores)


def test_a_method_without_chance_is_fitted_once_by_the_paper_protocol(data: Path) -> None:
    given = plan(data, "nearest", "coin", repeats=3, protocols=("paper",))
    names = [trial.method for trial in trials.trials(given)]
    assert (names.count("nearest"), names.count("coin")) == (1, 3)


def test_what_is_done_is_not_done_again(data: Path, counted: str) -> None:
    given = plan(data, counted, n_folds=2)
    first = evaluate(given, jobs=1)
    assert fits(data) == 3
    again = evaluate(given, jobs=1)
    assert fits(data) == 3
    for protocol in PROTOCOLS:
        np.testing.assert_array_equal(
            first.scores[protocol][counted], again.scores[protocol][counted]
        )
    evaluate(replace(given, repeats=2), jobs=1)
    assert fits(data) == 5


def test_stopped_in_the_middle_it_goes_on_there(data: Path, counted: str) -> None:
    limited = f"{counted}(limit=2)"
    given = plan(data, limited, n_folds=3)
    stopped = evaluate(given, jobs=1)
    assert "counted: no more fits" in stopped.failures[limited]
    assert stopped.failures[limited].startswith(f"{limited}: held-out, repeat 1, fold 2: ")
    assert len(list((data.parent / "trials").iterdir())) == 2
    (data.parent / "log").unlink()
    assert evaluate(given, jobs=1).failures == {}
    assert fits(data) == 2


def test_an_edited_method_new_data_and_a_damaged_file_are_done_again(
    data: Path, counted: str
) -> None:
    given = plan(data, counted, protocols=("paper",))
    evaluate(given, jobs=1)
    source = data.parent / "counted.py"
    source.write_text(METHOD + "\n# edited\n")
    evaluate(given, jobs=1)
    assert fits(data) == 2
    Image.fromarray(np.full((16, 16), 9, np.uint8)).save(data / "used" / "used_0001.png")
    evaluate(given, jobs=1)
    assert fits(data) == 3
    for path in (data.parent / "trials").iterdir():
        path.write_text("{")
    evaluate(given, jobs=1)
    assert fits(data) == 4


def test_folds_by_other_groups_are_done_again(data: Path, counted: str) -> None:
    given = plan(data, counted, n_folds=2)
    evaluate(given, jobs=1)
    names = [f"{role}_{i + 1:04d}" for role in ("used", "not_used") for i in range(8)]
    lines = [f"{name},patient {i // 2}\n" for i, name in enumerate(names)]
    (data / "groups.csv").write_text("id,group\n" + "".join(lines))
    grouped = evaluate(given, jobs=1)
    assert len(set(grouped.groups)) == 8
    assert fits(data) == 3 + 2  # the paper protocol has no folds


def test_another_number_of_cores_is_done_again(data: Path, counted: str) -> None:
    given = plan(data, counted, protocols=("paper",))
    evaluate(given, jobs=1)
    with one_core():
        evaluate(given, jobs=1)
    assert fits(data) == 2


def test_a_method_that_fails_stops_no_other(data: Path, counted: str) -> None:
    broken = f"{counted}(limit=0)"
    found = evaluate(plan(data, broken, "coin", n_folds=2), jobs=1)
    assert list(found.failures) == [broken]
    assert list(found.scores["held-out"]) == ["coin"]


def test_a_kept_trial_says_what_it_is(data: Path) -> None:
    evaluate(plan(data, "coin", protocols=("paper",)), jobs=1)
    (path,) = (data.parent / "trials").iterdir()
    record = json.loads(path.read_text())
    assert record["trial"] == "coin: paper, repeat 1"
    assert record["index"] == list(range(16))
    assert len(record["scores"]) == 16


def test_progress_counts_trials(data: Path) -> None:
    seen: list[tuple[str, int, int, str]] = []

    def report(stage: str, done: int, total: int, note: str, /) -> None:
        seen.append((stage, done, total, note))

    evaluate(plan(data, "coin", n_folds=2), jobs=1, progress=report)
    assert [done for _, done, _, _ in seen] == [0, 1, 2, 3]
    assert {total for _, _, total, _ in seen} == {3}
    assert seen[-1][3] == "coin: held-out, repeat 1, fold 2"


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"methods": ("coin", "coin")}, "--method: 'coin' is given twice; give each method once"),
        ({"repeats": 0}, "repeats: 0 is too few; give 1 or more"),
    ],
)
def test_a_bad_plan_is_refused(others: dict[str, object], message: str, data: Path) -> None:
    with pytest.raises(ClefganError, match=message):
        plan(data, "coin", **others)


@pytest.mark.parametrize("jobs", [1, 2])
def test_too_many_folds_are_refused_before_any_fit(data: Path, counted: str, jobs: int) -> None:
    given = plan(data, counted, n_folds=9)
    with pytest.raises(ClefganError, match="folds: 9 is more than the 8 groups of images used"):
        evaluate(given, jobs=jobs)
    assert fits(data) == 0
    evaluate(replace(given, protocols=("paper",)), jobs=1)
    assert fits(data) == 1


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
