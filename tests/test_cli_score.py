"""`clefgan score`, from run files to numbers."""

import csv
from pathlib import Path

import numpy as np
import pytest

from running import clefgan

COUNTS = {"run1": (77, 31, 69, 23), "run2": (75, 19, 81, 25)}
"""TP, TN, FP, FN of AIMultimediaLab's runs of 2023, whose printed scores are known."""


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ids = [f"real_unknown_{i + 1:04d}" for i in range(200)]
    truth = np.repeat([1, 0], 100)
    rows = [f"{name},{used}\n" for name, used in zip(ids, truth, strict=True)]
    (tmp_path / "truth.csv").write_text("".join(rows))
    for name, (tp, tn, fp, fn) in COUNTS.items():
        calls = np.repeat([1, 0, 1, 0], [tp, fn, fp, tn])
        rows = [f"{i},{call}\n" for i, call in zip(ids, calls, strict=True)]
        (tmp_path / f"{name}.csv").write_text("".join(rows))
    return tmp_path


def test_published_counts_give_the_printed_scores(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["score", folder / "run1.csv", folder / "run2.csv", "--truth", folder / "truth.csv"]
    assert clefgan(*words) == 0
    printed = capsys.readouterr().out
    lines = {line.split("  ")[0]: line for line in printed.splitlines() if line}
    assert "100 used / 100 not used" in printed
    for metric, first, second in (
        ("F1", "0.626", "0.586"),
        ("Accuracy", "0.540", "0.470"),
        ("Precision", "0.527", "0.481"),
        ("Specificity", "0.310", "0.190"),
        ("Recall", "0.770", "0.750"),
        ("Kappa", "0.080", "−0.060"),
    ):
        values = [word for word in lines[metric].split() if "." in word and "[" not in word]
        assert values[0] == first
        assert second in values
    assert "77 31 69 23" in printed
    assert "None of 2 runs can be distinguished from guessing by F1." in printed
    table = [line for line in printed.splitlines() if not line.endswith(".")]  # not the sentences
    assert len(table) > 8
    assert max(map(len, table)) <= 80


def test_scores_can_be_exported(folder: Path) -> None:
    table = folder / "out" / "table.csv"
    words = ["score", folder / "run1.csv", "--truth", folder / "truth.csv", "--csv", table]
    assert clefgan(*words) == 0
    row = next(csv.DictReader(table.read_text().splitlines()))
    assert row["kind"] in ("run", "chance limit", "trivial")
    found = {row["run"]: row for row in csv.DictReader(table.read_text().splitlines())}
    assert [found["run1"][key] for key in ("tp", "tn", "fp", "fn")] == ["77", "31", "69", "23"]


def test_what_runs_knew_is_said_in_a_word(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["score", folder / "run1.csv", folder / "run2.csv", "--truth", folder / "truth.csv"]
    assert clefgan(*words, "--knowledge", "run1=S0", "--knowledge", "run2=S3") == 0
    printed = capsys.readouterr().out
    assert "S0 image" in printed
    assert "S3 labels" in printed
    assert "≠" not in printed
    assert clefgan(*words) == 0
    assert "≠" not in capsys.readouterr().out


def test_one_run_has_no_rank_to_speak_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert clefgan("score", folder / "run1.csv", "--truth", folder / "truth.csv") == 0
    assert "rank" not in capsys.readouterr().out


def test_a_run_with_a_wrong_id_is_refused_by_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "run1.csv").read_text().replace("0007,", "0201,")
    (folder / "run1.csv").write_text(text)
    assert clefgan("score", folder / "run1.csv", "--truth", folder / "truth.csv") == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "run1.csv" in lines[0]
    assert "real_unknown_0" in lines[0]
    assert lines[0].endswith(f"; the ids are those of {folder / 'truth.csv'}")
