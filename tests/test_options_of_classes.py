"""Options of membership alone: an edition of classes refuses each, and ignores none."""

from pathlib import Path

import pytest

from running import clefgan

RUN = "run", "--method", "class-coin"
EVALUATE = "evaluate", "--method", "class-coin"


@pytest.mark.parametrize("command", [RUN, EVALUATE, ("data", "info")])
@pytest.mark.parametrize(
    "option",
    [("--size", "16"), ("--patients", "x.csv"), ("--file-column", "a"), ("--patient-column", "a")],
)
def test_how_images_are_read(
    command: tuple[str, ...], option: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert clefgan(*command, "--edition", "2025_s2", *option) == 2
    assert f"{option[0]}: not for an edition of classes" in said(capsys)


@pytest.mark.parametrize(
    "option", [("--protocol", "paper"), ("--json",), ("--cluster", "tcp://127.0.0.1:1")]
)
def test_of_a_run(option: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert clefgan(*RUN, "--edition", "2025_s2", *option) == 2
    assert f"{option[0]}: not for an edition of classes" in said(capsys)


@pytest.mark.parametrize("option", [("--names", "n.csv"), ("--contact", "me"), ("--pairs", "p")])
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
