"""What a leaderboard says, in sentences: the same in the terminal and on the page."""

import math
from collections.abc import Sequence

import numpy as np

from clefgan.errors import counted
from clefgan.report.wording import number, percent
from evaluation.boards.class_board import ClassRow
from evaluation.boards.leaderboard import Leaderboard
from evaluation.boards.rows import Kind, Row
from evaluation.metrics import FPRS


def sentences(board: Leaderboard) -> list[str]:
    """The findings, the most important first."""
    texts = [
        from_chance(board),
        first_place(board),
        unranked(board),
        against_the_limit(board),
        low_end(board),
        trivial(board),
        power(board),
        detectable(board),
        stability(board),
    ]
    return [sentence for sentence in texts if sentence]


def short(board: Leaderboard) -> list[str]:
    """The findings for a screen: the one that matters most last."""
    findings = [
        power(board),
        trivial(board),
        unranked(board),
        against_the_limit(board),
        low_end(board),
        " ".join(filter(None, (first_place(board), from_chance(board)))),
    ]
    return [sentence for sentence in findings if sentence]


def more(board: Leaderboard) -> list[str]:
    """What the short list leaves out."""
    return [sentence for sentence in (detectable(board), stability(board)) if sentence]


def from_chance(board: Leaderboard) -> str:
    """How many runs are better than guessing, and which are worse."""
    worse = [row.name for row in board.runs if row.below_chance]
    better = [row.name for row in board.runs if row.told_from_chance]
    tested = [row for row in board.runs if row.told_from_chance is not None]
    if not tested:
        return "Whether a run is better than guessing cannot be tested here."
    label = board.primary.label
    wrong = "its answers point the wrong way" if len(worse) == 1 else "they point the wrong way"
    if len(tested) == 1:
        who = "The run" if len(board.runs) == 1 else tested[0].name
        verb = "is better than" if better else "cannot be distinguished from"
        if worse:
            return f"{who} is worse than guessing by its {label}: {wrong}."
        return f"{who} {verb} guessing by its {label}."
    tail = f" Worse than guessing, so {wrong}: {listed(worse)}." if worse else ""
    if not better:
        verdict = "is better than" if worse else "can be distinguished from"
        return f"None of {len(tested)} runs {verdict} guessing by {label}.{tail}"
    verb = "is" if len(better) == 1 else "are"
    return (
        f"{len(better)} of {len(tested)} runs {verb} better than guessing by {label}: "
        f"{listed(better)}.{tail}"
    )


def against_the_limit(board: Leaderboard) -> str:
    """Why a run is on the one side of the chance limit and its p-value on the other."""
    limit = board.power[board.primary.name].critical
    if math.isnan(limit):
        return ""
    gaps = {
        row.name: board.primary.sign * (row.cells[board.primary.name].value - limit)
        for row in board.runs
    }
    above = [r.name for r in board.runs if r.told_from_chance is False and gaps[r.name] > 0]
    below = [r.name for r in board.runs if r.told_from_chance and gaps[r.name] <= 0]
    sentences = []
    if above:
        why = "the p-value is adjusted for the number of runs"
        if board.n_clusters is not None:
            why = "the p-value counts groups and is adjusted for the number of runs"
        sentences.append(
            f"Past the chance limit, yet not distinguished from guessing, because {why}: "
            f"{listed(above)}."
        )
    if below:
        verb = "is" if len(below) == 1 else "are"
        sentences.append(
            f"{listed(below)} {verb} better than guesses that call as many images used, but not "
            "past the chance limit, which allows for guesses that call any number used."
        )
    return " ".join(sentences)


def low_end(board: Leaderboard) -> str:
    """Which runs find used images at few false alarms, and what an average cannot exclude."""
    named: set[str] = set()
    clauses: list[str] = []
    for fpr in FPRS:
        shares: list[str] = []
        for row in board.runs:
            cell = row.cells.get(f"tpr_at_fpr_{fpr:g}")
            if cell is not None and cell.low > fpr and row.name not in named:
                verb = "" if shares else " finds"
                of = "" if shares else " of the used images"
                shares.append(f"{row.name}{verb} {number(100 * cell.value, 0)}%{of}")
                named.add(row.name)
        if shares:
            clauses.append(f"at {percent(fpr)} false alarms {listed(shares)}")
    if clauses:
        return f"Images that stand out: {'; '.join(clauses)}."
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
    said = f"A file that says used for every image scores {metric.label} {number(value)}"
    gaps = [metric.sign * (value - run.cells[metric.name].value) for run in board.runs]
    gaps = [gap for gap in gaps if not math.isnan(gap)]
    beaten = [gap for gap in gaps if gap > 0]
    if not gaps:
        return f"{said}."
    if len(board.runs) == 1:
        tail = "more than the run" if beaten else "no more than the run"
    else:
        of = counted(len(gaps), "run")
        tail = f"more than {len(beaten)} of {of}" if beaten else "no run is worse"
    if metric.sign < 0:
        tail = tail.replace("more", "better")
    return f"{said}: {tail}."


def first_place(board: Leaderboard) -> str:
    """Who leads among the comparable runs, alone or with others, and who may be as good."""
    runs = [run for run in board.runs if run.comparable]
    beyond = [run.name for run in board.runs if not run.comparable]
    aside = f" Not compared: {listed(beyond)}." if beyond else ""
    if len(board.runs) == 1:
        return "There is a single run, so its rank says nothing."
    if len(runs) < 2:
        return f"There are fewer than two comparable runs, so ranks say nothing.{aside}"
    ranked = [run for run in runs if run.rank is not None]
    if len(ranked) < 2:
        which = f"Only {ranked[0].name} has a rank, which says nothing.{aside}" if ranked else aside
        return which.strip()
    return leader(board.primary.label, ranked) + aside


def unranked(board: Leaderboard) -> str:
    """Which runs the primary metric says nothing of."""
    without = [run.name for run in board.runs if run.rank is None]
    which = "which has" if len(without) == 1 else "which have"
    undefined = f"{board.primary.label} is undefined for {listed(without)}" if without else ""
    return f"{undefined}, {which} no rank." if without else ""


def leader(metric: str, runs: Sequence[Row] | Sequence[ClassRow]) -> str:
    """Who leads these runs, of two or more, best first, and who cannot be told from the leader."""
    first = [run for run in runs if run.rank == runs[0].rank]
    others = runs[len(first) :]
    if not others:
        return f"All {len(runs)} runs have the same {metric}: no run leads."
    alike = {group for run in first for group in run.groups}
    near = [run.name for run in others if alike & set(run.groups)]
    who, leads, be, it = first[0].name, "leads", "is", "it"
    if len(first) > 1:
        who, leads, be, it = listed([run.name for run in first]), "share the lead", "are", "them"
    if not near:
        return f"{who} {be} better than every other run."
    if len(near) == len(others):
        return f"{who} {leads}, but no other run differs significantly from {it}."
    verb = "does" if len(near) == 1 else "do"
    return f"{who} {leads}; {listed(near)} {verb} not differ significantly from {it}."


def power(board: Leaderboard) -> str:
    """Which value guessing hardly ever passes."""
    line = board.power[board.primary.name]
    if math.isnan(line.critical):
        return ""
    worse = "below" if board.primary.sign < 0 else "above"
    size = f"{board.n_used} used of {counted(board.n_used + board.n_not, 'image')}"
    guessing = "guessing"
    if board.n_clusters is not None:
        size += f" in {counted(board.n_clusters, 'group')}"
        guessing = "guessing by whole groups"
    text = (
        f"Chance limit: with {size}, {guessing} rarely gets {worse} {board.primary.label} "
        f"{number(line.critical)}, however many it says are used"
    )
    if not math.isnan(line.detectable):
        passes = f"is {number(line.detectable)} passes it 4 times in 5"
        text += f"; a run whose true {board.primary.label} {passes}"
    return text + "."


def detectable(board: Leaderboard) -> str:
    """How far apart two runs must be."""
    if math.isnan(board.detectable):
        return ""
    return (
        f"Two runs must differ by about {number(board.detectable, 2)} in {board.primary.label} "
        "for 4 tests in 5 to notice it."
    )


def stability(board: Leaderboard) -> str:
    """How far the order can be trusted."""
    tau = board.stability.mean_tau
    if len(board.runs) < 3 or math.isnan(tau):
        return ""
    own = [value for value in board.robustness.tau[0][1:] if not np.isnan(value)]
    text = (
        "If other images had been drawn, the order would agree with this one with a Kendall's tau "
        f"of {number(tau, 2)} on average (1: the same order, 0: any order)"
    )
    if own and min(own) > 0.999:
        text += "; every other metric gives the same order"
    elif own:
        text += f"; with the metric that agrees least, tau is {number(float(min(own)), 2)}"
    return text + "."


def made(board: Leaderboard) -> str:
    """How the numbers were made, for a footnote."""
    unit = "images" if board.n_clusters is None else counted(board.n_clusters, "group")
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
