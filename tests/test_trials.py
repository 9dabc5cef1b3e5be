"""Trials are those of the job, done once, and done again where anything has changed."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clefgan.errors import ClefganError
from clefgan.experiments.trials import trials
from clefgan.experiments.trials.evaluate import evaluate
from clefgan.plugins import registry
from clefgan.runs import job
from clefgan.runs.record import PROTOCOLS
from planned_trials import METHOD, counting, dev_only, fits, plan
from running import one_core


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return dev_only(tmp_path)


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


@pytest.fixture
def counted(tmp_path: Path) -> str:
    return counting(tmp_path)


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
