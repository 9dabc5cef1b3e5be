"""Leaderboards of an evaluation of classes: one per protocol, over all repeats.

Repeats are labels of the same images, so they are no more images: an image, or its group of
near-copies, is drawn again together with all its repeats.
"""

import numpy as np
from numpy.typing import NDArray

from clefgan.experiments.trials.class_trials import SHORTCUTS, ClassPlan, ClassResults
from clefgan.method import Evidence
from clefgan.report.class_part import ClassPart
from clefgan.report.sheet import Column, Entry, Extra, Holds
from evaluation.boards import class_board
from evaluation.boards.class_board import ClassAnswer
from evaluation.boards.rows import Kind

MEANING = {
    "grouped": "grouped: near-copies of an image are in its own fold",
    "plain": "plain: random folds, so near-copies with a known label take part",
}
BESIDE = (
    "methods of evidence A1 (real) use no label of a generated image: fitted once; those of A0 "
    "(images) cluster the labelled images without their labels"
)


def parts(plan: ClassPlan, results: ClassResults, primary: str, level: float) -> list[ClassPart]:
    """A part a protocol, that of whole groups, which is the one to believe, first."""
    order = sorted(results.labels, key=lambda name: name != "grouped")
    return [part(plan, results, protocol, primary, level) for protocol in order]


def part(
    plan: ClassPlan, results: ClassResults, protocol: str, primary: str, level: float
) -> ClassPart:
    """The board of one protocol."""
    names = np.array(plan.data.names)
    answers = {
        name: ClassAnswer(
            called(names, labels, results.knows[name]),
            Kind.RUN if name in plan.methods or name not in SHORTCUTS else Kind.SHORTCUT,
            str(results.knows[name]),
            results.knows[name] is not Evidence.A0,
        )
        for name, labels in results.labels[protocol].items()
    }
    board = class_board.build(
        np.tile(names[results.truth], plan.repeats),
        answers,
        primary=primary,
        groups=units(results, plan.repeats),
        level=level,
        seed=plan.seed,
    )
    return ClassPart(
        title=f"dev, {protocol}",
        board=board,
        notes=notes(plan, results, protocol),
        labs=results.labs,
        extra=(seconds(results),),
    )


def called(
    names: NDArray[np.str_], labels: NDArray[np.int64], evidence: Evidence
) -> NDArray[np.str_]:
    """Labels of all repeats, one after the other; clusters are called by number."""
    if evidence is not Evidence.A0:
        return np.asarray(names[labels.ravel()])
    return np.array([f"cluster_{number + 1}" for number in labels.ravel().tolist()])


def units(results: ClassResults, repeats: int) -> NDArray[np.int64] | None:
    """Groups of near-copies; None where each image stands for itself."""
    if repeats == 1 and len(np.unique(results.groups)) == len(results.groups):
        return None
    return np.tile(results.groups, repeats)


def notes(plan: ClassPlan, results: ClassResults, protocol: str) -> tuple[str, ...]:
    """What the reader of these labels must know."""
    many = "1 repeat" if plan.repeats == 1 else f"{plan.repeats} repeats"
    return (
        f"{MEANING[protocol]}; {plan.n_folds} folds, {many}, seeds from {plan.seed}",
        BESIDE,
        *results.notes,
    )


def seconds(results: ClassResults) -> Extra:
    """Time of all fits of a method."""
    column = Column("seconds", "Seconds", Holds.MEASURE, help="Of all fits", lower_is_better=True)
    return column, {name: Entry(taken) for name, taken in results.seconds.items()}
