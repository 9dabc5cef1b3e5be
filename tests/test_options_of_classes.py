"""Options of membership alone: an edition of classes refuses each, and ignores none."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from clefgan.report.terminal import class_summary
from clefgan.runs.classes import record
from running import clefgan

RUN = "run", "--method", "class-coin"
EVALUATE = "evaluate", "--method", "class-coin"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write no run into the folder that the tests are started in."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", [RUN, EVALUATE, ("data", "info")])
@pytest.mark.parametrize(
    "option",
    [("--patients", "x.csv"), ("--file-column", "a"), ("--patient-column", "a")],
)
def test_how_images_are_read(
    command: tuple[str, ...], option: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert clefgan(*command, "--edition", "2025_s2", *option) == 2
    assert f"{option[0]}: not for an edition of classes" in said(capsys)


@pytest.mark.parametrize(
    "option",
    [("--protocol", "paper"), ("--cluster", "tcp://127.0.0.1:1"), ("--no-pairs",), ("--no-blank",)],
)
def test_of_a_run(option: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert clefgan(*RUN, "--edition", "2025_s2", *option) == 2
    assert f"{option[0]}: not for an edition of classes" in said(capsys)


@pytest.mark.parametrize("option", [("--knowledge", "r=S1"), ("--pairs", "p")])
def test_of_a_leaderboard(
    option: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run.csv"
    run.write_text("a.png,class_1\n")
    assert clefgan("leaderboard", run, "--edition", "2025_s2", *option) == 2
    assert f"{option[0]}: not for an edition of classes" in said(capsys)


def test_quiet_evaluation_prints_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*EVALUATE, "--edition", "2025_s2", "--out", tmp_path, "--protocol", "plain"]
    assert clefgan(*words, "--quiet") == 0
    assert capsys.readouterr().out == ""
    assert list((tmp_path / "trials").iterdir())


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """The error, without the frame and line ends of usage errors."""
    frame = "\N{BOX DRAWINGS LIGHT VERTICAL}"
    return " ".join(capsys.readouterr().err.replace(frame, " ").split())


def test_the_summary_of_a_run_cuts_no_word_at_eighty_columns(tmp_path: Path) -> None:
    words = ["run", "--edition", "2025_s2", "--method", "radial-spectrum", "--out", tmp_path]
    assert clefgan(*words) == 0
    console = Console(file=io.StringIO(), width=80)
    console.print(class_summary.show(record.load(tmp_path / "radial-spectrum.json")))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "nearest-generated" in text
    assert "Macro F1" in text
    assert "…" not in text


def test_a_run_of_classes_ends_with_what_it_found_and_the_next_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "--edition", "2025_s2", "--method", "radial-spectrum", "--out", tmp_path]
    assert clefgan(*words) == 0
    printed = capsys.readouterr().out
    assert "RadialSpectrumAttributor" not in printed
    said = " ".join(printed.split())
    assert "on test: better than guessed labels" in said
    assert (
        "The best shortcut, nearest-generated, sees no real image and reaches 0.96, which is more."
        in said
    )
    assert "dev, grouped" in said
    assert "dev, plain" not in said, "random folds flatter where near-copies share one"
    csv = tmp_path / "radial-spectrum.csv"
    assert printed.splitlines()[-2:] == [
        f"next: clefgan check {csv} --data phantom_classes",
        f"next: clefgan bundle {csv} --data phantom_classes",
    ]
    assert clefgan(*words, "--force", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["verdict"].startswith("Accuracy 0.")
    assert len(result["next"]) == 2
