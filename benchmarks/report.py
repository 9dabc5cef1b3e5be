"""The report of 20 runs of 200 candidates: seconds and size, one core."""

import time

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.timing import one_core
from clefgan.report.page import page
from clefgan.report.part import Part
from evaluation.boards import leaderboard
from evaluation.runs import Panel, Run

RUNS, CANDIDATES = 20, 200


def main() -> None:
    """Print seconds of the board and of the page, and the size of the page."""
    rng = np.random.default_rng(0)
    truth = rng.permutation(CANDIDATES) < CANDIDATES // 2
    runs = {}
    for number in range(RUNS):
        scores = rng.normal(size=CANDIDATES) + truth * number / 10
        runs[f"run {number + 1}"] = Run(scores > 0, scores)
    panel = Panel(truth, runs)
    with one_core():
        start = time.perf_counter()
        board = leaderboard.build(panel)
        built = time.perf_counter()
        text = page.html("Leaderboard", [Part("Leaderboard", board, panel)])
        done = time.perf_counter()
    table = Table(title=f"report, {RUNS} runs, {CANDIDATES} candidates, one core")
    for name in ("", "measured", "at most"):
        table.add_column(name, justify="right")
    table.add_row("leaderboard, s", f"{built - start:.2f}", "")
    table.add_row("page, s", f"{done - built:.2f}", "")
    table.add_row("both, s", f"{done - start:.2f}", "10")
    table.add_row("size, MB", f"{len(text.encode()) / 1e6:.2f}", "5")
    Console().print(table)


if __name__ == "__main__":
    main()
