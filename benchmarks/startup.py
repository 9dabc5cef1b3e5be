"""What a start of the command line costs beside a bare Typer program with two commands.

The two take turns, so that other load on the machine falls on both, and the order within a turn
changes; each program keeps its fastest and its median run.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.command import run

TURNS = 15
BARE = '''
import typer

app = typer.Typer()


@app.command()
def one(n: int = 1) -> None:
    """Do one thing."""


@app.command()
def two(n: int = 1) -> None:
    """Do another."""


app()
'''
PAIRS = {
    "--help": (["--help"], ["--help"]),
    "score --help": (["one", "--help"], ["score", "--help"]),
    "check --help": (["one", "--help"], ["check", "--help"]),
    "audit --help": (["one", "--help"], ["audit", "--help"]),
    "weights": (["one"], ["weights"]),
}
"""What is compared: words for the bare program, words for clefgan."""


def main() -> None:
    """Print seconds of both, fastest and median, and the ratio of each."""
    table = Table(title="Start, seconds: fastest (median)", title_justify="left")
    for column in ("", "bare Typer", "clefgan", "ratio"):
        table.add_column(column, justify="right")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "bare.py"
        program.write_text(BARE, encoding="utf-8")
        for name, (bare, ours) in PAIRS.items():
            first = [sys.executable, "-P", str(program), *bare]
            table.add_row(name, *row(first, [sys.executable, "-P", "-m", "clefgan", *ours]))
    Console().print(table)


def row(bare: list[str], ours: list[str], turns: int = TURNS) -> list[str]:
    """Seconds of both, taken in turns, and their ratio."""
    run(bare)
    run(ours)  # neither is timed compiling
    seconds: dict[int, list[float]] = {0: [], 1: []}
    for turn in range(turns):
        for place in (0, 1) if turn % 2 else (1, 0):
            seconds[place].append(run((bare, ours)[place]).seconds)
    least = [min(seconds[place]) for place in (0, 1)]
    middle = [statistics.median(seconds[place]) for place in (0, 1)]
    shown = [f"{a:.2f} ({b:.2f})" for a, b in zip(least, middle, strict=True)]
    return [*shown, f"{least[1] / least[0]:.2f} ({middle[1] / middle[0]:.2f})"]


if __name__ == "__main__":
    main()
