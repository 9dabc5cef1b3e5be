"""A reproduction, all of it, as one object and as the numbers that are written beside the page."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from clefgan.data.reading import Challenge
from clefgan.experiments.reproduction import printed, rows, separation
from clefgan.experiments.reproduction.paper import Paper, Sizes
from clefgan.experiments.reproduction.rows import MeasuredPart, RowsRun
from clefgan.experiments.reproduction.separation import SeparationSplit
from clefgan.method import Images, Progress, silent
from clefgan.runs import loading
from evaluation.published import Published


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What was run, on what, and what came out.

    own : images of the DCGAN, None where no row could run
    """

    paper: Paper
    data: str
    edition: str
    sizes: Sizes
    seed: int
    n_folds: int
    outcome: RowsRun
    separation: Mapping[str, tuple[SeparationSplit, ...]]
    real: Images
    given: Images
    own: Images | None


def make(
    paper: Paper,
    challenge: Challenge,
    edition: str,
    sizes: Sizes,
    *,
    seed: int = 0,
    n_folds: int = 3,
    progress: Progress = silent,
) -> Reproduction:
    """Run the rows and the check of the two generated sets.

    Raises
    ------
    ClefganError
        No dev images, or as `clefgan.runs.job.run` does.
    """
    dev = loading.load_dev(challenge, progress).dev
    outcome = rows.run(paper, challenge, sizes, seed=seed, n_folds=n_folds, progress=progress)
    own, separated = separation.run(
        paper, dev.not_used, dev.generated, sizes, seed=seed, progress=progress
    )
    real = np.concatenate([dev.used, dev.not_used])
    return Reproduction(
        paper,
        challenge.source,
        edition,
        sizes,
        seed,
        n_folds,
        outcome,
        separated,
        real,
        dev.generated,
        own,
    )


def numbers(made: Reproduction) -> dict[str, Any]:
    """Every number of the page, for JSON; undefined ones are NaN still."""
    outcome = made.outcome
    return {
        "paper": made.paper.name,
        "data": made.data,
        "edition": made.edition,
        "sizes": asdict(made.sizes),
        "seed": made.seed,
        "folds": made.n_folds,
        "rows": {
            row_done.row.key: {
                "method": row_done.run.settings,
                "parts": {part: measured(scored) for part, scored in row_done.parts.items()},
            }
            for row_done in outcome.done
        },
        "all_used": {part: measured(scored) for part, scored in outcome.all_used.items()},
        "not_run": dict(outcome.not_run),
        "printed": {row.name: printed_numbers(row) for row in printed.results(made.paper)},
        "flags": printed.flags(printed.results(made.paper)),
        "separation": {
            key: [{**asdict(split), "accuracy": split.accuracy} for split in splits]
            for key, splits in made.separation.items()
        },
        "provenance": dict(outcome.done[0].run.provenance) if outcome.done else None,
    }


def measured(part: MeasuredPart) -> dict[str, Any]:
    """One part of one row."""
    counts = None
    if part.counts is not None:
        counts = dict(zip(("tp", "tn", "fp", "fn"), part.counts, strict=True))
    return {
        "n": part.n,
        "called_used": part.called_used,
        "counts": counts,
        "metrics": {
            name: {"value": cell.value, "low": cell.low, "high": cell.high, "by": cell.interval}
            for name, cell in part.cells.items()
        },
    }


def printed_numbers(row: Published) -> dict[str, Any]:
    """One printed row: its values as text, and the counts behind them."""
    counts = printed.counts(row)
    return {
        "table": row.table,
        "values": dict(row.printed),
        "counts": None if counts is None else counts.table,
        "counts_without": "" if counts is None else counts.without,
    }
