"""What a leaderboard of classes says, in sentences: the same in the terminal and on the page."""

import numpy as np

from clefgan.errors import counted
from clefgan.report.class_part import ClassPart
from clefgan.report.findings import leader, listed
from clefgan.report.wording import number, percent
from clefgan.runs.classes import knows
from evaluation.boards.class_board import ONE_CLASS, ClassBoard, label_free
from evaluation.boards.rows import Kind


def sentences(part: ClassPart) -> list[str]:
    """The findings, the most important first."""
    board = part.board
    findings = [from_chance(board), first_place(board), shortcuts(board), known(part)]
    return [sentence for sentence in findings if sentence]


def short(part: ClassPart) -> list[str]:
    """The findings for a screen: those that matter most last, in one line."""
    board = part.board
    last = (first_place(board), from_chance(board), shortcuts(board))
    return [sentence for sentence in (known(part), " ".join(filter(None, last))) if sentence]


def from_chance(board: ClassBoard) -> str:
    """How many runs beat guessed labels, and the trivial answer."""
    above = [row.name for row in board.runs if row.told_from_chance]
    tested = [row for row in board.runs if row.told_from_chance is not None]
    label = board.metric.label
    one = next(row for row in board.rows if row.name == ONE_CLASS and row.kind is Kind.TRIVIAL)
    value = one.cells[board.primary].value
    trivial = f"the largest class for every image scores {number(value)}"
    if np.isnan(value):
        trivial = f"of the largest class for every image there is no {label}"
    if not tested:
        who = "The run has" if len(board.runs) == 1 else "The runs have"
        why = "as names of clusters have none"
        if label_free(board.primary):
            why = "which is undefined for these labels"
        return (
            f"{who} no {label}, {why}, so a comparison with guessed labels is not possible; "
            f"{trivial}."
        )
    if len(tested) == 1:
        who = "The run" if len(board.runs) == 1 else tested[0].name
        verb = "is better than" if above else "cannot be distinguished from"
        return f"{who} {verb} guessed labels by its {label}; {trivial}."
    if not above:
        return f"No run can be distinguished from guessed labels by {label}; {trivial}."
    verb = "is" if len(above) == 1 else "are"
    return (
        f"{len(above)} of {len(tested)} runs {verb} better than guessed labels by {label}: "
        f"{listed(above)}; {trivial}."
    )


def first_place(board: ClassBoard) -> str:
    """Who leads, where several runs have a rank."""
    ranked = [row for row in board.runs if row.rank is not None]
    return leader(board.metric.label, ranked) if len(ranked) > 1 else ""


def shortcuts(board: ClassBoard) -> str:
    """How far the shortcuts get: what a score proves is what is beyond them."""
    rows = [row for row in board.rows if row.kind is Kind.SHORTCUT]
    if not rows:
        return ""
    values = {row.name: row.cells[board.primary].value for row in rows}
    name = max(values, key=lambda one: -1.0 if np.isnan(values[one]) else values[one])
    best = values[name]
    if np.isnan(best):
        return ""
    said = [f"{row.name} {number(values[row.name])}" for row in rows]
    scored = [row.cells[board.primary].value for row in board.runs]
    runs = [value for value in scored if not np.isnan(value)]
    text = f"Shortcuts, which see no real image: {listed(said)}"
    if not runs:
        return f"{text}."
    n_beaten = sum(value < best for value in runs)
    many = f"{n_beaten} of {len(runs)} runs" if len(runs) > 1 else "the run" if n_beaten else ""
    more = f"{name} scores more than {many}" if n_beaten else "no run scores less"
    return f"{text}; {more}."


def known(part: ClassPart) -> str:
    """What each run's method knows, by the labs."""
    groups: dict[str, list[str]] = {}
    for row in part.board.runs:
        if labs := part.labs.get(row.name):
            groups.setdefault(knows.meaning(labs, part.n_classes), []).append(row.name)
    said = [f"{what} ({listed(names)})" for what, names in groups.items()]
    return f"What runs know, by the labs: {'; '.join(said)}." if said else ""


def made(part: ClassPart) -> str:
    """How the numbers were made."""
    board = part.board
    unit = "images" if board.n_groups is None else counted(board.n_groups, "group")
    return (
        f"{percent(board.level)} intervals: bias-corrected bootstrap of {unit}, Wilson where all "
        f"or none are right, half-samples for metrics of pairs, seed {board.seed}; {ONE_CLASS}: "
        "the largest class for every image; coin: one side per class, and the range of its tosses. "
        "Pairs of runs: labels are exchanged at random, p-values adjusted (Holm); ranks follow the "
        "pairs that differ significantly."
    )
