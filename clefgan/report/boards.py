"""Leaderboards of an evaluation: one per protocol, over all repeats.

Repeats are scores of the same images, so they are no more images: an image, or its group, is
drawn again together with all its repeats, and trivial rows and the chance limit are those of one
repeat.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from clefgan.experiments.controls.by_method import Contrasts
from clefgan.experiments.trials.trials import Results, TrialPlan
from clefgan.method import Scores, promises
from clefgan.plugins import registry
from clefgan.report import blanks, controls
from clefgan.report.part import Part
from clefgan.report.sheet import Column, Entry, Extra, Holds
from clefgan.runs import job
from clefgan.runs.blank import BlankContrast
from clefgan.runs.record import Protocol
from evaluation.boards import leaderboard
from evaluation.boards.leaderboard import Leaderboard
from evaluation.boards.rows import Kind, best_first
from evaluation.meter import measure
from evaluation.metrics import Metric
from evaluation.runs import Panel, Run

TITLES = {"held-out": "held-out", "paper": "on the training images"}


def parts(
    plan: TrialPlan,
    results: Results,
    primary: Metric,
    level: float,
    beside: Contrasts | None = None,
    blank: Mapping[str, BlankContrast] = MappingProxyType({}),
) -> list[Part]:
    """A part of the report a protocol; held-out, which is the one to believe, first.

    `beside`, the negative controls, and `blank` (see `blanks.contrasts`) are columns and notes of
    the held-out part.
    """
    order: list[Protocol] = sorted(plan.protocols, key=lambda name: name != "held-out")
    of_protocols = [part(plan, results, protocol, primary, level) for protocol in order]
    if "held-out" in plan.protocols:
        first = of_protocols[0]
        said, extra = blanks.notes(blank, results), blanks.columns(blank)
        of_protocols[0] = replace(first, notes=(*first.notes, *said), extra=(*extra, *first.extra))
    if beside is not None:
        first = of_protocols[0]
        extra = (*controls.columns(beside), *first.extra)
        of_protocols[0] = replace(first, notes=(*first.notes, *controls.notes(beside)), extra=extra)
    return of_protocols


def part(
    plan: TrialPlan, results: Results, protocol: Protocol, primary: Metric, level: float
) -> Part:
    """The board of one protocol."""
    scores = results.scores[protocol]
    knows = {name: str(registry.configure(name).knowledge) for name in scores}
    panel = stacked(results, scores, knows)
    board = leaderboard.build(panel, primary=primary, level=level, seed=plan.seed)
    if plan.repeats > 1:
        board = of_one_repeat(board, single(results, scores, knows), primary, plan.seed)
    return Part(
        title=f"dev, {TITLES[protocol]}",
        board=board,
        panel=panel,
        notes=notes(plan, protocol, scores),
        extra=(*spread(plan, results, scores, primary), seconds(results)),
    )


def stacked(
    results: Results, scores: Mapping[str, NDArray[np.float64]], knows: Mapping[str, str]
) -> Panel:
    """All repeats one below the other."""
    repeats = len(next(iter(scores.values())))
    runs = {name: run(name, of_method.ravel(), knows[name]) for name, of_method in scores.items()}
    return Panel(np.tile(results.truth, repeats), runs, clusters(results, repeats))


def run(name: str, scores: Scores, knows: str) -> Run:
    """Scores as a run, with probabilities where they follow from them."""
    likely = job.probabilities(promises(type(registry.configure(name))), scores)
    return Run(scores > 0, scores, likely, knowledge=knows)


def single(
    results: Results, scores: Mapping[str, NDArray[np.float64]], knows: Mapping[str, str]
) -> Panel:
    """The first repeat."""
    return stacked(results, {name: repeats[:1] for name, repeats in scores.items()}, knows)


def clusters(results: Results, repeats: int) -> NDArray[np.str_] | None:
    """Groups of the images; None where each case stands for itself."""
    if repeats == 1 and len(set(results.groups)) == len(results.groups):
        return None
    return np.tile(np.array(results.groups), repeats)


def of_one_repeat(board: Leaderboard, one: Panel, primary: Metric, seed: int) -> Leaderboard:
    """The board with numbers of images, trivial rows and chance limit as of a single repeat."""
    small = leaderboard.build(one, primary=primary, level=board.level, seed=seed)
    kept = [row for row in board.rows if row.kind is Kind.RUN]
    others = [row for row in small.rows if row.kind is not Kind.RUN]
    return replace(
        board,
        rows=tuple(best_first([*kept, *others], board.primary)),
        n_used=small.n_used,
        n_not=small.n_not,
        power=small.power,
    )


def spread(
    plan: TrialPlan, results: Results, scores: Mapping[str, NDArray[np.float64]], primary: Metric
) -> tuple[Extra, ...]:
    """Standard deviation of the primary metric over the repeats, if there are some."""
    if plan.repeats < 2:
        return ()
    column = Column(
        "repeats_sd",
        f"SD of {primary.label} over repeats",
        Holds.MEASURE,
        help="How much other folds and seeds alone change it",
        short="SD repeats",
        lower_is_better=True,
    )
    entries = {}
    for name, repeats in scores.items():
        rows = {str(i): Run(row > 0, row) for i, row in enumerate(repeats)}
        values = measure(Panel(results.truth, rows), [primary])[0]
        entries[name] = Entry(float(np.std(values, ddof=1)))
    return ((column, entries),)


def seconds(results: Results) -> Extra:
    """Time of all fits of a method, by both protocols."""
    column = Column(
        "seconds",
        "Seconds",
        Holds.MEASURE,
        help="Of all fits, both protocols",
        lower_is_better=True,
    )
    return column, {name: Entry(taken) for name, taken in results.seconds.items()}


def notes(
    plan: TrialPlan, protocol: Protocol, scores: Mapping[str, NDArray[np.float64]]
) -> tuple[str, ...]:
    """What the reader of these scores must know."""
    if protocol == "held-out":
        many = "1 repeat" if plan.repeats == 1 else f"{plan.repeats} repeats"
        folds = f"{plan.n_folds} grouped folds, {many}, seeds from {plan.seed}"
        return (f"held-out: {folds}; used: a score above 0",)
    said = [(name, promises(type(registry.configure(name))).paper_note) for name in scores]
    return tuple(f"on the training images, {name}: {note}" for name, note in said if note)
