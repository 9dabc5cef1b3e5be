"""A board on the screen: table, notes, and what they say, the sentence that matters last."""

from __future__ import annotations

from clefgan.cli.console import console, say
from clefgan.report import findings, sheet
from clefgan.report.terminal import ranking
from evaluation.boards import leaderboard


def show(board: leaderboard.Leaderboard, table: sheet.Sheet, everything: bool) -> None:
    """Print the headlines, or every metric and finding."""
    console.print(ranking.show(table, console.width, whole=everything))
    console.print()
    if everything:
        say(findings.made(board), "dim")
    for note in table.notes:
        say(note, "yellow")
    *others, last = findings.short(board)
    for sentence in (*(findings.more(board) if everything else ()), *others):
        say(sentence)
    say(last, "bold")
