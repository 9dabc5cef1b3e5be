"""What a run says, in words: how many are used, and whether its scores beat chance."""

import math
from collections.abc import Mapping

import numpy as np

from clefgan.runs.record import Run
from clefgan.runs.result import Scored
from evaluation import metrics
from evaluation.boards.cells import Cell, interval_cells
from evaluation.intervals import bootstrap
from evaluation.intervals.bca import Interval
from evaluation.runs import Panel
from evaluation.runs import Run as Measured

METRICS = ("f1", "auc", "accuracy", "precision", "specificity", "recall", "cohen_kappa")
NEARLY = 0.95  # of all candidates called used: such a file says next to nothing


def scored_parts(run: Run) -> dict[str, Scored]:
    """What is scored, by title: dev held out where it is, else on the training images; test."""
    protocol = "held-out" if "held-out" in run.dev else "paper"
    titles = {"held-out": "dev, held-out", "paper": "dev, training images"}
    parts = {titles[protocol]: run.dev[protocol]} if protocol in run.dev else {}  # type: ignore[index]
    if run.test is not None and run.test.truth is not None:
        parts["test"] = run.test
    return parts


def verdict(run: Run) -> str:
    """What was found, in words: the decisions, then whether the scores beat chance."""
    said = [decided(run)]
    parts = scored_parts(run)
    if parts:
        title = list(parts)[-1]
        said.append(against_chance(parts[title], title))
    return " ".join(said)


def agreed(run: Run) -> str:
    """Whether the parts of the score agree; '' where it has none."""
    if run.test is None or run.test.agreement is None:
        return ""
    return capitalised(run.test.agreement.said()) + "."


def capitalised(text: str) -> str:
    """A sentence that begins with a capital letter; all else as it is."""
    return text[:1].upper() + text[1:]


def decided(run: Run) -> str:
    """How many candidates the run says are used."""
    if run.test is None:
        return "No test candidates: dev scores only, no run file."
    n, n_used = len(run.test.ids), int(run.test.decisions.sum())
    how = run.test.verdict
    why = f" ({how.note})" if how is not None else ""
    if n_used in (0, n):
        what, row = ("every", "all used") if n_used else ("no", "all not used")
        return (
            f"{run.method} calls {what} candidate used{why}: this file is the trivial row '{row}'."
        )
    false = how.false_calls if how is not None else None
    expected = ""
    if false is not None:
        many = "Fewer than 0.05" if false < 0.05 else f"About {min(false, n_used):.1f}"
        expected = f" {many} of them are expected to be wrong"
        if run.test.truth is not None:  # the table beside it shows how many are
            wrong = int((run.test.decisions & ~run.test.truth).sum())
            expected += f"; by the truth {wrong} {'is' if wrong == 1 else 'are'}"
        expected += "."
    trivial = ": this file is nearly the trivial row 'all used'" if n_used >= NEARLY * n else ""
    return f"{run.method} calls {n_used} of {n} candidates used{why}{trivial}.{expected}"


def against_chance(part: Scored, title: str) -> str:
    """The AUC with its interval, and what it means."""
    cell = measured({title: part})[0]["auc"]
    if math.isnan(cell.value) or math.isnan(cell.low):
        return f"The AUC on {title} is undefined: there is nothing to measure."
    value = f"AUC {cell.value:.2f} [{cell.low:.2f}, {cell.high:.2f}] on {title}"
    if cell.low > 0.5:
        return f"{value}: better than chance (0.5)."
    if cell.high < 0.5:
        return f"{value}: worse than chance (0.5), so the scores point the wrong way."
    return f"{value} does not differ from chance (0.5)."


def says_nothing(run: Run) -> bool:
    """Whether all candidates get one decision, or the AUC may be that of guessing."""
    if run.test is not None and len(set(run.test.decisions.tolist())) == 1:
        return True
    parts = scored_parts(run)
    return bool(parts) and not measured({"": [*parts.values()][-1]})[0]["auc"].low > 0.5


def measured(parts: Mapping[str, Scored]) -> list[Mapping[str, Cell]]:
    """Cells of each part, and of a file of ones for the last after them."""
    columns = [metrics.get(name) for name in METRICS]
    rows = [
        cells_of(part, Measured(part.decisions, part.scores), columns) for part in parts.values()
    ]
    last = [*parts.values()][-1]
    n = len(last.ids)
    return [*rows, cells_of(last, Measured(np.ones(n, bool), np.zeros(n)), columns)]


def cells_of(part: Scored, run: Measured, columns: list[metrics.Metric]) -> Mapping[str, Cell]:
    """Value and interval of each metric of one run; whole patients are drawn again."""
    assert part.truth is not None
    panel = Panel(part.truth, {"run": run}, part.patients)
    replicates = bootstrap.bootstrap(panel, columns)
    ends = replicates.intervals()
    nothing = np.full(len(columns), np.nan)  # no p-values here: they take longer than the rest
    own = Interval(ends.low[:, 0], ends.high[:, 0])
    return interval_cells(panel, columns, replicates.values[:, 0], own, 0.95, nothing)
