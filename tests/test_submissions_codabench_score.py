"""The scoring program: evaluation's own numbers, and the checker's own words."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from competitions import RUNS, competition, labels, written
from evaluation import attribution, class_tables, membership
from submissions import RunFileError, editions, runfile
from submissions.codabench.init import init
from submissions.codabench.lint import lint
from submissions.codabench.score import score


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "comp"))


# --- scoring


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed."""
    return competition(tmp_path_factory.mktemp("made"))


def test_the_score_is_evaluation_s_to_the_last_digit(made: Path, tmp_path: Path) -> None:
    truth, answers = labels(60, seed=1), labels(60, seed=2)
    wanted = membership.evaluate(
        np.array(list(truth.values())), np.array([answers[i] for i in truth])
    )
    outcome = score(made, written(tmp_path))
    assert outcome.code == 0
    assert outcome.scores == wanted
    assert outcome.page is not None
    assert f"<td>{wanted['f1']:.4f}<td>" in outcome.page


def test_a_zip_scores_like_its_run(made: Path, tmp_path: Path) -> None:
    from submissions import bundle

    run = written(tmp_path)
    zipped = bundle.write(run, editions.get("2023"))
    assert score(made, zipped).scores == score(made, run).scores


def test_attribution_is_scored_without_scipy(tmp_path: Path) -> None:
    edition = editions.get("2025_s2")
    rng = np.random.default_rng(0)
    truth, answers = ({f"g{i}": f"class {rng.integers(5)}" for i in range(50)} for _ in range(2))
    runfile.write(tmp_path / "truth.csv", truth, edition)
    runfile.write(tmp_path / "run.csv", answers, edition)
    folder = init(tmp_path / "comp", edition, tmp_path / "truth.csv", class_tables.titles())
    assert lint(folder) == []
    outcome = score(folder, tmp_path / "run.csv")
    sides = [np.array(list(side.values())) for side in (truth, answers)]
    wanted = {key: getattr(attribution, key)(*sides) for key in class_tables.titles()}
    assert outcome.scores == wanted
    blocked = folder / "scoring_program" / "scipy.py"
    blocked.write_text("raise ImportError('not here')")
    assert score(folder, tmp_path / "run.csv").scores == wanted


def test_a_class_that_the_truth_has_not_is_said(tmp_path: Path) -> None:
    edition = editions.get("2025_s2")
    runfile.write(tmp_path / "truth.csv", {f"g{i}": f"t{i % 5}" for i in range(50)}, edition)
    runfile.write(tmp_path / "run.csv", {f"g{i}": f"t{i % 6}" for i in range(50)}, edition)
    folder = init(tmp_path / "comp", edition, tmp_path / "truth.csv", class_tables.titles())
    outcome = score(folder, tmp_path / "run.csv")
    said = "8 images are called what is no class of the truth, such as 't5', and so wrong"
    assert outcome.code == 0
    assert said in outcome.log
    assert outcome.page is not None
    assert outcome.page.count("no class of the truth") == 1
    runfile.write(tmp_path / "right.csv", {f"g{i}": f"t{i % 5}" for i in range(50)}, edition)
    assert "no class" not in score(folder, tmp_path / "right.csv").log


def test_an_undefined_metric_is_0_and_said(made: Path, tmp_path: Path) -> None:
    run = tmp_path / "none.csv"
    runfile.write(run, dict.fromkeys(labels(60, 1), False), editions.get("2023"))
    outcome = score(made, run)
    assert outcome.scores is not None
    assert outcome.scores["precision"] == 0
    assert "precision is not defined for this run" in outcome.log
    assert outcome.page is not None
    assert "precision is not defined for this run" in outcome.page


def test_a_wrong_run_fails_with_the_checker_s_text(made: Path, tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text("real_unknown_0001,<b>\n")
    outcome = score(made, run)
    assert outcome.code == 1
    assert outcome.scores is None
    assert "run.csv:1: decision '<b>' is not 0 or 1" in outcome.log
    assert "run.csv: and 39 more of the kind 'missing'" in outcome.log
    assert outcome.page is not None
    assert "decision &#x27;&lt;b&gt;&#x27; is not 0 or 1" in outcome.page


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("in_folder.zip", "run/run.csv: the run is in a folder; zip the file, not its folder"),
        ("two_runs.zip", "submission: 2 run files; got run1.csv, run2.csv; zip exactly one"),
        ("no_run.zip", "submission: 0 run files; got readme.md; zip exactly one, 'run.csv'"),
    ],
)
def test_a_wrong_zip_is_told_by_the_program(made: Path, name: str, message: str) -> None:
    outcome = score(made, RUNS / name)
    assert outcome.code == 1
    assert message in outcome.log


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("traversal.zip", "a path that leads outside the zip"),
        ("bomb.zip", "as a zip bomb does"),
        ("damaged.zip", "is a damaged zip; make it again"),
        ("nothing.csv", "no such run file"),
    ],
)
def test_a_dangerous_zip_is_not_unpacked(made: Path, name: str, message: str) -> None:
    with pytest.raises(RunFileError, match=message):
        score(made, RUNS / name)


def test_the_environment_is_clean(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither PYTHONPATH nor the installed packages take part."""
    foreign = tmp_path / "foreign" / "submissions"
    foreign.mkdir(parents=True)
    (foreign / "__init__.py").write_text("raise RuntimeError('foreign')")
    monkeypatch.setenv("PYTHONPATH", str(foreign.parent))
    assert score(copied, written(tmp_path)).code == 0
    (copied / "scoring_program" / "submissions" / "checker.py").write_text(
        "raise RuntimeError('own')"
    )
    outcome = score(copied, written(tmp_path))
    assert outcome.code == 1
    assert "RuntimeError: own" in outcome.log
    assert str(tmp_path) not in outcome.log


def test_what_score_needs(copied: Path, tmp_path: Path) -> None:
    run = written(tmp_path)
    with pytest.raises(
        RunFileError, match=r"competition\.yaml: no phase 'final'; known: development"
    ):
        score(copied, run, phase="final")
    assert score(copied, run, phase="0").code == 0
    with pytest.raises(RunFileError, match=r"nopython: no such file or directory"):
        score(copied, run, python="/nopython")
    (copied / "scoring_program" / "metadata.yaml").write_text("other: x\n")
    with pytest.raises(RunFileError, match=r"metadata\.yaml: no 'command'"):
        score(copied, run)
    (copied / "scoring_program" / "metadata.yaml").unlink()
    with pytest.raises(RunFileError, match=r"metadata\.yaml: missing; it says how"):
        score(copied, run)
    shutil.rmtree(copied / "scoring_program")
    with pytest.raises(RunFileError, match=r"scoring_program: no folder; `clefgan codabench lint`"):
        score(copied, run)
    with pytest.raises(RunFileError, match=r"competition\.yaml: no such file or directory"):
        score(tmp_path, run)


def test_a_program_that_never_ends(copied: Path, tmp_path: Path) -> None:
    (copied / "scoring_program" / "scoring.py").write_text("while True: pass")
    with pytest.raises(RunFileError, match=r"the scoring program took more than 0\.5 s"):
        score(copied, written(tmp_path), seconds=0.5)


def test_scores_are_plain_json(made: Path, tmp_path: Path) -> None:
    outcome = score(made, written(tmp_path))
    assert outcome.scores is not None
    json.dumps(outcome.scores, allow_nan=False)
