"""The rows of the paper run again, measured with intervals."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clefgan.data.reading import Challenge
from clefgan.experiments.reproduction.paper import Paper, PaperRow, Sizes, why_not
from clefgan.method import Progress, silent
from clefgan.runs import job
from clefgan.runs.record import Run
from clefgan.runs.result import Scored
from evaluation import membership, metrics
from evaluation.boards.cells import Cell, interval_cells
from evaluation.intervals import bootstrap
from evaluation.intervals.bca import Interval
from evaluation.runs import Panel, cells
from evaluation.runs import Run as Called

METRICS = ("f1", "accuracy", "precision", "specificity", "recall", "balanced_accuracy", "auc")
RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class MeasuredPart:
    """One part of one row: dev by a protocol, or test.

    Parameters
    ----------
    counts : tp, tn, fp, fn; None where the truth is not known
    cells : metric to value and limits; empty where the truth is not known
    """

    n: int
    called_used: int
    counts: tuple[int, int, int, int] | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """A row that was run.

    parts : "paper", "held-out" and, where there are candidates, "test"
    """

    row: PaperRow
    run: Run
    parts: Mapping[str, MeasuredPart]


@dataclass(frozen=True, slots=True)
class RowsRun:
    """All rows, those that ran and those that did not.

    all_used : part to what calling every image used scores there
    """

    done: tuple[Done, ...]
    not_run: Mapping[str, str]
    all_used: Mapping[str, MeasuredPart]


def run(
    paper: Paper,
    challenge: Challenge,
    sizes: Sizes,
    *,
    seed: int = 0,
    n_folds: int = 3,
    progress: Progress = silent,
) -> RowsRun:
    """Run every row that can run here, by both protocols and on the candidates.

    The DCGAN is trained once for all rows: its samples are kept by what decides them.

    Raises
    ------
    ClefganError
        As `clefgan.runs.job.run` does.
    """
    not_run = why_not(paper.rows)
    done = []
    for row in paper.rows:
        if row.key in not_run:
            continue
        method = row.configured(sizes, seed)
        row_run = job.run(
            challenge,
            row.method,
            method,
            n_folds=n_folds,
            seed=seed,
            progress=under(progress, row.key),
        )
        done.append(Done(row, row_run, measured_parts(row_run, challenge)))
    return RowsRun(tuple(done), not_run, all_used(done, challenge))


def under(progress: Progress, name: str) -> Progress:
    """Report under the name of a row."""

    def report(stage: str, done: int, total: int, note: str, /) -> None:
        progress(f"{name}: {stage}", done, total, note)

    return report


def scored_parts(run: Run) -> dict[str, Scored]:
    """What was scored, dev by protocol and then test."""
    parts: dict[str, Scored] = {str(name): scored for name, scored in run.dev.items()}
    return parts | ({"test": run.test} if run.test is not None else {})


def measured_parts(run: Run, challenge: Challenge) -> dict[str, MeasuredPart]:
    """Measure everything that was scored."""
    return {
        name: measured(scored, clusters(challenge, scored.ids))
        for name, scored in scored_parts(run).items()
    }


def all_used(done: Sequence[Done], challenge: Challenge) -> dict[str, MeasuredPart]:
    """What calling every image used scores, part by part."""
    if not done:
        return {}
    return {
        name: measured(
            Scored(scored.ids, np.ones(len(scored.ids)), scored.truth),
            clusters(challenge, scored.ids),
        )
        for name, scored in scored_parts(done[0].run).items()
        if scored.truth is not None
    }


def clusters(challenge: Challenge, ids: Sequence[str]) -> NDArray[np.str_] | None:
    """Group of each image, where some group has more than one of them; else None."""
    known = challenge.groups or {}
    names = [known.get(image.rpartition("/")[2], f"image {image}") for image in ids]
    return np.array(names) if len(set(names)) < len(names) else None


def measured(scored: Scored, groups: NDArray[np.str_] | None) -> MeasuredPart:
    """Counts and metrics with 95% limits: Wilson's for shares, else BCa; whole groups are drawn."""
    called = int(scored.decisions.sum())
    if scored.truth is None:
        return MeasuredPart(len(scored.ids), called)
    columns = [metrics.get(name) for name in METRICS]
    panel = Panel(scored.truth, {"row": Called(scored.decisions, scored.scores)}, groups)
    drawn = bootstrap.bootstrap(panel, columns, resamples=RESAMPLES)
    limits = drawn.intervals()
    by_metric = interval_cells(
        panel,
        columns,
        drawn.values[:, 0],
        Interval(limits.low[:, 0], limits.high[:, 0]),
        0.95,
        np.full(len(columns), math.nan),  # no p-values: the intervals say it
    )
    table = membership.confusion(scored.truth, scored.decisions)
    return MeasuredPart(len(scored.ids), called, cells(table), by_metric)
