"""Values that the shell completes, by the protocol that it speaks with a Typer program."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

START = "import sys; sys.argv[0] = 'clefgan'; from clefgan.__main__ import main; main()"


def completed(line: str, folder: Path) -> list[str]:
    """What bash is offered at the end of the line."""
    words = len(shlex.split(line)) - (0 if line.endswith(" ") else 1)
    done = subprocess.run(
        [sys.executable, "-P", "-c", START],
        env=os.environ
        | {"COMP_WORDS": line, "COMP_CWORD": str(words), "_CLEFGAN_COMPLETE": "complete_bash"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("clefgan run --method fus", ["fusion"]),
        ("clefgan run --decide dev-best:f", ["dev-best:f1"]),
        ("clefgan run --decide con", ["conformal:"]),
        ("clefgan run --protocol h", ["held-out"]),
        ("clefgan evaluate --protocol g", ["grouped"]),
        ("clefgan evaluate --metric accuracy", ["accuracy"]),
        ("clefgan score run.csv --edition 2025_s2 --metric m", ["macro_f1", "matched_accuracy"]),
        ("clefgan score run.csv --edition 2023 --metric f", ["f1"]),
        ("clefgan leaderboard a/mine.csv --knowledge mine=S", [f"mine=S{n}" for n in range(4)]),
        ("clefgan editions sh", ["show"]),
        ("clefgan editions show 2025", ["2025_s1", "2025_s2"]),
        ("clefgan data info ph", ["phantom_ct", "phantom_classes"]),
    ],
)
def test_values_are_completed(line: str, offered: list[str], tmp_path: Path) -> None:
    assert completed(line, tmp_path) == offered
