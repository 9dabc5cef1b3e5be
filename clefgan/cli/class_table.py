"""A board of classes on the screen: table, notes, and what they say, what matters last."""

from __future__ import annotations

from clefgan.cli.console import console, say
from clefgan.report import class_findings, class_part
from clefgan.report.terminal import class_ranking


def show(part: class_part.ClassPart, everything: bool) -> None:
    """Print the headlines, or every metric, the class tables and how the numbers are made."""
    console.print(class_ranking.show(part, console.width, whole=everything))
    if everything:
        say(class_findings.made(part), "dim")
    for note in part.notes:
        say(note, "yellow")
    *others, last = class_findings.short(part)
    for sentence in others:
        say(sentence)
    say(last, "bold")
