"""Run files by anybody, lined up with a truth."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from clefgan.data import truth_and_groups
from clefgan.errors import ClefganError
from clefgan.runs import run_files
from submissions import RunFileError, editions

TRUTH = {"real_unknown_0001": True, "real_unknown_0002": False, "real_unknown_0003": True}
EDITION = editions.get("2023")


def run_file(path: Path, labels: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{i},{label}\n" for i, label in zip(TRUTH, labels, strict=True)))
    return path


def record(path: Path, scores: list[object], knowledge: str = "S1") -> None:
    images = {
        i: {"score": s, "decision": int(isinstance(s, float) and s > 0)}
        for i, s in zip(TRUTH, scores, strict=True)
    }
    parts = {"method": {"knowledge": knowledge}, "test": {"images": images}}
    path.write_text(json.dumps(parts))


def truth_file(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_truth_file_may_have_a_header_and_extensions(tmp_path: Path) -> None:
    bare = truth_file(tmp_path / "a.csv", "x_1,1\nx_2,0\n")
    dressed = truth_file(tmp_path / "b.csv", "id,truth\nx_1.png,1\nx_2.png,0\n")
    answers = {"x_1": True, "x_2": False}
    assert truth_and_groups.truth_alone(bare) == (answers, {"x_1": "", "x_2": ""})
    assert truth_and_groups.truth_alone(dressed) == (answers, {"x_1": "x_1.png", "x_2": "x_2.png"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"t\.csv: no id; a truth file has an id and 0 or 1 on each line"),
        ("x_1,1\nx_2,2\n", r"t\.csv:2: truth of 'x_2' is '2', not 0 or 1"),
        ("x_1,1\nx_1,0\n", r"t\.csv:2: id 'x_1' is there twice"),
        ("x_1,1,3\n", r"t\.csv:1: need two columns"),
    ],
)
def test_a_bad_truth_file_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ClefganError, match=message):
        truth_and_groups.truth_alone(truth_file(tmp_path / "t.csv", text))


def test_a_truth_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ClefganError, match=r"none\.csv: cannot be read \(no such file"):
        truth_and_groups.truth_alone(tmp_path / "none.csv")


def test_a_run_by_anybody_has_decisions_only(tmp_path: Path) -> None:
    found = run_files.read(run_file(tmp_path / "run.csv", "101"), EDITION, TRUTH)
    assert list(found.decisions.values()) == [True, False, True]
    assert found.scores is None
    assert found.knowledge == ""
    assert found.notes == ()


def test_the_record_beside_a_run_adds_scores_and_knowledge(tmp_path: Path) -> None:
    path = run_file(tmp_path / "run.csv", "101")
    record(path.with_suffix(".json"), [0.5, -1.0, 2.0])
    found = run_files.read(path, EDITION, TRUTH)
    assert found.scores == dict(zip(TRUTH, (0.5, -1.0, 2.0), strict=True))
    assert found.knowledge == "S1"


def test_a_record_of_another_run_is_left_out_and_said(tmp_path: Path) -> None:
    path = run_file(tmp_path / "run.csv", "111")
    record(path.with_suffix(".json"), [0.5, -1.0, 2.0])
    found = run_files.read(path, EDITION, TRUTH)
    assert found.scores is None
    assert found.notes == ("run.json: says otherwise than run.csv; left out",)


@pytest.mark.parametrize("text", ["{", "[]", '{"test": null}', '"words"'])
def test_json_that_is_no_record_is_left_out_and_said(text: str, tmp_path: Path) -> None:
    path = run_file(tmp_path / "run.csv", "101")
    path.with_suffix(".json").write_text(text)
    found = run_files.read(path, EDITION, TRUTH)
    assert found.notes == ("run.json: not the record of a run; left out",)


@pytest.mark.parametrize("score", [None, "high"])
def test_a_score_that_is_not_finite_is_refused(score: object, tmp_path: Path) -> None:
    path = run_file(tmp_path / "run.csv", "001")
    record(path.with_suffix(".json"), [score, -1.0, 2.0])
    with pytest.raises(ClefganError, match=r"score of 'real_unknown_0001' is .*; need a finite"):
        run_files.read(path, EDITION, TRUTH)


def test_an_unknown_kind_of_knowledge_in_a_record(tmp_path: Path) -> None:
    path = run_file(tmp_path / "run.csv", "101")
    record(path.with_suffix(".json"), [0.5, -1.0, 2.0], knowledge="S9")
    with pytest.raises(ClefganError, match="knowledge 'S9' is not one of S0, S1, S2, S3"):
        run_files.read(path, EDITION, TRUTH)


def test_ids_that_differ_name_the_run_and_the_truth(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    path.write_text("real_unknown_0001,1\n")
    said = r"run\.csv: no line for id 'real_unknown_0002'.*; the ids are those of t\.csv$"
    with pytest.raises(ClefganError, match=said):
        run_files.read(path, EDITION, TRUTH, "t.csv")
    path.write_text("real_unknown_0001,5\n")
    with pytest.raises(RunFileError, match=r"run\.csv:1: .*'5'"):  # no matter of ids
        run_files.read(path, EDITION, TRUTH, "t.csv")


@pytest.mark.parametrize("given", [-0.25, None, "no number"])
def test_the_record_may_hold_a_threshold_and_digests(given: object, tmp_path: Path) -> None:
    path = run_file(tmp_path / "run.csv", "101")
    beside = path.with_suffix(".json")
    record(beside, [0.5, -1.0, 2.0])
    held = json.loads(beside.read_text())
    held["test"]["decision"] = {"threshold": given}
    held["data"] = {"sha256": {"test candidates": "abc"}}
    beside.write_text(json.dumps(held))
    found = run_files.read(path, EDITION, TRUTH)
    assert found.threshold == (-0.25 if given == -0.25 else None)
    assert found.digests == {"test candidates": "abc"}
    lined_up = run_files.line_up({"run": found}, TRUTH).runs["run"]
    assert lined_up.cut == (-0.25 if given == -0.25 else 0.0)


def test_names_have_as_many_folders_as_tell_them_apart(tmp_path: Path) -> None:
    paths = [run_file(tmp_path / team / "run1.csv", "101") for team in ("ours", "theirs")]
    assert run_files.names(paths) == ["ours/run1", "theirs/run1"]
    assert run_files.names(paths[:1]) == ["run1"]


def test_names_that_differ_by_ending_only_keep_it(tmp_path: Path) -> None:
    paths = [run_file(tmp_path / name, "101") for name in ("run1.csv", "run1.txt")]
    assert [name.rpartition("/")[2] for name in run_files.names(paths)] == ["run1.csv", "run1.txt"]


def test_a_run_given_twice_is_refused(tmp_path: Path) -> None:
    path = run_file(tmp_path / "run.csv", "101")
    with pytest.raises(ClefganError, match="given twice; give each run once"):
        run_files.names([path, tmp_path / "." / "run.csv"])


def test_runs_are_put_in_the_order_of_the_truth() -> None:
    decisions: Mapping[str, bool] = {"c": False, "a": True, "b": True}
    found = run_files.line_up(
        {"run": run_files.Entrant(Path("run.csv"), decisions, {"c": -1.0, "a": 1.0, "b": 2.0})},
        {"a": True, "b": False, "c": True},
        {"c": "p2", "b": "p1", "a": "p1"},
    )
    assert found.truth.tolist() == [True, False, True]
    assert found.runs["run"].decisions.tolist() == [True, True, False]
    scores = found.runs["run"].scores
    assert scores is not None
    np.testing.assert_array_equal(scores, [1.0, 2.0, -1.0])
    assert found.clusters is not None
    assert found.clusters.tolist() == ["p1", "p1", "p2"]


def test_knowledge_can_be_said_of_a_run() -> None:
    entrants = {"run=1": run_files.Entrant(Path("run=1.csv"), {})}
    assert run_files.with_knowledge(entrants, ["run=1=S2"])["run=1"].knowledge == "S2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("S1", "--knowledge: 'S1' is not RUN=KIND, such as run1=S0"),
        ("other=S1", "--knowledge: no run 'other'; got 'run'"),
        ("run=all", "--knowledge: knowledge 'all' is not one of S0, S1, S2, S3"),
    ],
)
def test_bad_words_about_knowledge(text: str, message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        run_files.with_knowledge({"run": run_files.Entrant(Path("run.csv"), {})}, [text])


def with_probabilities(path: Path, values: list[object]) -> None:
    record(path, [0.5, -1.0, 2.0])
    held = json.loads(path.read_text())
    for image, value in zip(held["test"]["images"].values(), values, strict=False):
        image["probability"] = value
    path.write_text(json.dumps(held))


def test_the_record_may_hold_probabilities(tmp_path: Path) -> None:
    path = run_file(tmp_path / "run.csv", "101")
    with_probabilities(path.with_suffix(".json"), [0.6, 0.3, 1])
    found = run_files.read(path, EDITION, TRUTH)
    likely = run_files.line_up({"run": found}, TRUTH).runs["run"].probabilities
    assert likely is not None
    assert likely.tolist() == [0.6, 0.3, 1.0]
    with_probabilities(path.with_suffix(".json"), [0.6, 0.3])  # not of every image
    assert run_files.read(path, EDITION, TRUTH).probabilities is None


@pytest.mark.parametrize("value", [1.5, -0.1, None, "0.5", float("nan")])
def test_a_probability_that_is_none_is_refused(value: object, tmp_path: Path) -> None:
    path = run_file(tmp_path / "run.csv", "101")
    with_probabilities(path.with_suffix(".json"), [0.6, value, 1.0])
    with pytest.raises(
        ClefganError, match=r"run\.json: probability of 'real_unknown_0002' is .*; need 0 to 1$"
    ):
        run_files.read(path, EDITION, TRUTH)
