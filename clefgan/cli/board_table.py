"""A board on the screen: table, notes, and what they say, the sentence that matters last."""

from __future__ import annotations

from clefgan.cli.console import console
from clefgan.report import findings, sheet
from clefgan.report.terminal import ranking
from evaluation.boards import leaderboard


def show(board: leaderboard.Leaderboard, table: sheet.Sheet, everything: bool) -> None:
    """Print the headlines, or every metric and finding."""
    console.print(ranking.show(table, console.width, whole=everything))
    console.print()
    if everything:
        console.print(findings.made(board), style="dim")
    for note in table.notes:
        console.print(note, style="yellow")
    *others, last = findings.short(board)
    for sentence in (*(findings.more(board) if everything else ()), *others):
        console.print(sentence)
    console.print(last, style="bold")
