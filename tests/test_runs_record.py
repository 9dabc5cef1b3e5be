"""A run and its record: written, read back, equal; both files or neither."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clefgan.errors import ClefganError
from clefgan.method import Knowledge
from clefgan.runs import record
from clefgan.runs.decisions.verdict import Verdict
from clefgan.runs.record import Run
from clefgan.runs.result import Scored
from submissions import editions, runfile

IDS = ("real_unknown_0001", "real_unknown_0002", "real_unknown_0003")


def part(**changes: Any) -> Scored:
    values: dict[str, Any] = {
        "ids": IDS,
        "scores": np.array([0.1 + 0.2, -1e-300, 2.5]),
        "truth": np.array([True, False, True]),
        "verdict": Verdict(np.array([True, False, False]), 1 / 3, "best f1 on dev: 1.000"),
    }
    return Scored(**(values | changes))


def example(**changes: Any) -> Run:
    values: dict[str, Any] = {
        "method": "spy",
        "knowledge": Knowledge.S1,
        "settings": "Spy(seed=4)",
        "edition": editions.get("2023"),
        "dev": {"paper": part(), "held-out": part(probabilities=np.array([0.5, 0.25, 1 / 3]))},
        "test": part(truth=None),
        "notes": ("a note",),
        "provenance": {
            "method": {"name": "spy", "class": "x:Spy", "knowledge": "S1"},
            "hyperparameters": {"sizes": (1, 2), "gap": float("nan")},
            "seconds": {"fit": 0.5},
        },
    }
    return Run(**(values | changes))


@pytest.mark.parametrize("run", [example(), example(test=None), example(dev={})])
@pytest.mark.parametrize("ending", ["", ".csv", ".json"])
def test_what_was_written_is_read_back_equal(run: Run, ending: str, tmp_path: Path) -> None:
    written = run.write(tmp_path / "a.b")
    assert [path.name for path in written] == (["a.b.csv"] if run.test else []) + ["a.b.json"]
    again = record.load(tmp_path / f"a.b{ending}")
    assert again == run
    assert record.text(again) == record.text(run)
    for before, after in zip(run.dev.values(), again.dev.values(), strict=True):
        np.testing.assert_array_equal(before.scores, after.scores)
        np.testing.assert_array_equal(before.decisions, after.decisions)
    assert again.edition == run.edition
    if run.test is not None:
        assert runfile.read(written[0], run.edition, IDS) == dict(
            zip(IDS, run.test.decisions.tolist(), strict=True)
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"notes": ()},
        {"settings": "Spy(seed=5)"},
        {"test": None},
        {"test": part(truth=None, scores=np.array([0.3, -1e-300, 2.5]))},
        {"edition": editions.get("2025_s1")},
    ],
)
def test_runs_that_differ_are_not_equal(changes: dict[str, Any]) -> None:
    assert example(**changes) != example()
    assert example() == example()
    assert hash(example()) == hash(example())
    assert example() != "a run"


def test_scores_are_arrays_of_the_candidates() -> None:
    table = example().scores
    assert table.id.tolist() == list(IDS)
    assert table.score.tolist() == [0.1 + 0.2, -1e-300, 2.5]
    assert table.decision.tolist() == [True, False, False]
    assert table.truth is None
    assert len(table) == 3
    assert list(table.as_columns()) == ["id", "score", "decision"]
    frame = example(test=part()).scores.to_frame()
    assert list(frame.columns) == ["id", "score", "decision", "truth"]
    assert frame["truth"].tolist() == [True, False, True]


def test_a_run_without_candidates_says_where_its_scores_are() -> None:
    with pytest.raises(ClefganError, match=r"no test candidates.*run\.dev\['held-out'\]\.table"):
        _ = example(test=None).scores


def test_an_earlier_run_is_replaced_only_when_asked(tmp_path: Path) -> None:
    example().write(tmp_path / "a")
    before = (tmp_path / "a.json").read_text()
    with pytest.raises(ClefganError, match=r"a\.csv: exists; give another name, or force"):
        example(notes=()).write(tmp_path / "a")
    assert (tmp_path / "a.json").read_text() == before
    example(notes=(), test=None).write(tmp_path / "a", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]  # the run file was of another
    (tmp_path / "b.json").mkdir()
    with pytest.raises(ClefganError, match=r"b\.json: is a folder"):
        example().write(tmp_path / "b", force=True)


def test_an_id_that_the_format_cannot_hold_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="x,y"):
        example(test=part(ids=("x,y", "b", "c"))).write(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (None, r"a\.json: no such file; give the record of a run"),
        ("[]", r"a\.json: not the record of a run; got TypeError"),
        ("{", r"a\.json: not the record of a run; got JSONDecodeError"),
        ("{}", r"a\.json: not the record of a run; got KeyError\('method'\)"),
        ({"test": {"images": {}}}, r"not the record of a run; got IndexError"),
        ({"method": {"name": "a", "knowledge": "S9"}}, r"'S9' is not a valid Knowledge"),
        ({"dev": 3}, r"not the record of a run; got TypeError"),
    ],
)
def test_what_is_no_record_is_one_line(change: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    if isinstance(change, str):
        path.write_text(change)
    elif change is not None:
        path.write_text(json.dumps(json.loads(record.text(example())) | change))
    with pytest.raises(ClefganError, match=message) as caught:
        record.load(path)
    assert "\n" not in str(caught.value)
