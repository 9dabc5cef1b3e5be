"""What a leaderboard says, in sentences: the same in the terminal and on the page."""

import math

import numpy as np

from clefgan.report.wording import number, percent
from evaluation.boards.leaderboard import Leaderboard
from evaluation.boards.rows import Kind
from evaluation.metrics import FPRS


def sentences(board: Leaderboard) -> list[str]:
    """The findings, the most important first."""
    texts = [
        from_chance(board),
        trivial(board),
        first_place(board),
        power(board),
        detectable(board),
        stability(board),
        low_end(board),
    ]
    return [sentence for sentence in texts if sentence]


def from_chance(board: Leaderboard) -> str:
    """How many runs can be told from blind calls."""
    told = [row.name for row in board.runs if row.told_from_chance]
    some = [row for row in board.runs if row.told_from_chance is not None]
    if not some:
        return "Whether a run is better than chance cannot be tested here."
    if len(some) == 1:
        verb = "can" if told else "cannot"
        return f"The run {verb} be told from blind calls by its {board.primary.label}."
    if not told:
        return f"None of {len(some)} runs can be told from blind calls by {board.primary.label}."
    return (
        f"{len(told)} of {len(some)} runs can be told from blind calls by {board.primary.label}: "
        f"{listed(told)}."
    )


def low_end(board: Leaderboard) -> str:
    """Which runs find used images at few false alarms, and what an average cannot exclude."""
    leading: list[tuple[str, str]] = []
    for fpr in FPRS:
        name = f"tpr_at_fpr_{fpr:g}"
        for row in board.runs:
            cell = row.cells.get(name)
            if cell is not None and cell.low > fpr and row.name not in dict(leading):
                leading.append(
                    (row.name, f"{row.name} ({number(cell.value, 2)} at {percent(fpr)})")
                )
    if leading:
        said = listed([words for _, words in leading])
        return f"Found at few false alarms, where an average says nothing: {said}."
    if any(row.told_from_chance for row in board.runs):
        return ""
    return (
        "An average cannot exclude that single images were copied; clefgan audit looks for those."
    )


def trivial(board: Leaderboard) -> str:
    """What a file of ones scores, and whom it beats."""
    metric = board.primary
    row = next((r for r in board.rows if r.kind is Kind.TRIVIAL and r.name == "all used"), None)
    if row is None or math.isnan(value := row.cells[metric.name].value):
        return ""
    beaten = [run for run in board.runs if metric.sign * (value - run.cells[metric.name].value) > 0]
    if len(board.runs) == 1:
        tail = "more than the run" if beaten else "no more than the run"
    else:
        tail = (
            f"more than {len(beaten)} of {len(board.runs)} runs" if beaten else "more than no run"
        )
    if metric.sign < 0:
        tail = tail.replace("more", "better")
    return f"Calling every image used scores {metric.label} {number(value)}, {tail}."


def first_place(board: Leaderboard) -> str:
    """Who leads, alone or with others, and who cannot be told from the leader."""
    runs = board.runs
    if len(runs) == 1:
        return "One run alone: its rank says nothing."
    if math.isnan(runs[0].cells[board.primary.name].value):
        return ""
    first = [run for run in runs if run.rank == runs[0].rank]
    others = runs[len(first) :]
    if not others:
        return f"All {len(runs)} runs have the same {board.primary.label}: no run leads."
    alike = {group for run in first for group in run.groups}
    near = [run.name for run in others if alike & set(run.groups)]
    who, lead, be, it = first[0].name, "leads", "is", "it"
    if len(first) > 1:
        who, lead, be, it = listed([run.name for run in first]), "share the lead", "are", "them"
    if not near:
        return f"{who} {be} better than every other run."
    if len(near) == len(others):
        return f"{who} {lead}, but no other run can be told from {it}."
    return f"{who} {lead}; {listed(near)} cannot be told from {it}."


def power(board: Leaderboard) -> str:
    """Which value blind calls hardly ever reach."""
    line = board.power[board.primary.name]
    if math.isnan(line.critical):
        return ""
    worse = "less" if board.primary.sign < 0 else "more"
    size = f"{board.n_used} used of {board.n_used + board.n_not} images"
    calls = "blind calls"
    if board.n_clusters is not None:
        size += f" in {board.n_clusters} groups"
        calls = "blind calls of whole groups"
    text = (
        f"With {size}, {calls} hardly ever reach {worse} than {board.primary.label} "
        f"{number(line.critical)}, whatever they call (power line)"
    )
    if not math.isnan(line.detectable):
        text += f"; a run that is worth {number(line.detectable)} passes it 4 times in 5"
    return text + "."


def detectable(board: Leaderboard) -> str:
    """How far apart two runs must be."""
    if math.isnan(board.detectable):
        return ""
    return (
        f"Two runs must differ by about {number(board.detectable, 2)} in {board.primary.label} "
        "before 4 tests in 5 would notice."
    )


def stability(board: Leaderboard) -> str:
    """How far the order can be trusted."""
    tau = board.stability.mean_tau
    if len(board.runs) < 3 or math.isnan(tau):
        return ""
    own = [value for value in board.robustness.tau[0][1:] if not np.isnan(value)]
    text = (
        f"Drawn again, the order agrees with this one at Kendall's tau {number(tau, 2)} on average"
    )
    if own:
        text += f"; ordered by another metric, at {number(float(np.min(own)), 2)} or more"
    return text + "."


def made(board: Leaderboard) -> str:
    """How the numbers were made, for a footnote."""
    unit = "images" if board.n_clusters is None else f"{board.n_clusters} groups"
    how = "Wilson for proportions, else " if board.n_clusters is None else ""
    return (
        f"{percent(board.level)} intervals: {how}BCa bootstrap of {unit}, {board.resamples:,} "
        f"resamples, seed {board.seed}. Pairs: {board.pairs.test.value}, adjusted "
        f"({board.pairs.adjust.value})."
    )


def listed(names: list[str], most: int = 6) -> str:
    """a, b and c; after `most` names only how many more."""
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
