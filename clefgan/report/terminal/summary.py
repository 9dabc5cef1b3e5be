"""What `clefgan run` shows: scores beside a file of ones, and in words what they say."""

import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.report.terminal import blank_table
from clefgan.report.wording import knowledge, limits, number
from clefgan.runs.record import Run
from clefgan.runs.result import Scored
from evaluation import metrics
from evaluation.boards.cells import Cell, interval_cells
from evaluation.intervals import bootstrap
from evaluation.intervals.bca import Interval
from evaluation.runs import Panel
from evaluation.runs import Run as Measured

SHOWN = ("f1", "auc", "accuracy", "precision", "specificity", "recall", "cohen_kappa")
RESAMPLES = 2_000  # enough for two digits of an interval, in a tenth of a second
BEGIN_WITH = "fusion"
"""The method that the next step names after a run that says nothing."""


def show(run: Run) -> RenderableType:
    """The summary of a run: method, settings that differ, a table, notes, and what it says."""
    lines: list[RenderableType] = [
        Text.assemble(
            (run.method, "bold"), f"  {knowledge(run.knowledge)}: {run.knowledge.meaning}"
        )
    ]
    if changed := settings(run):
        lines.append(Text(changed, style="dim"))
    parts = shown_parts(run)
    if parts:
        lines += [Text(""), score_table(parts)]
    if contrasts := blank_table.parts(run):
        title_of_blank = "blank: the same images against another generator's; 95% intervals"
        lines += [Text(""), Text(title_of_blank, style="dim"), blank_table.table(contrasts)]
    notes = (*blank_table.warnings(run), *shown_notes(run, parts))
    lines += [Text(note, style="yellow") for note in notes]
    return Group(*lines, Text(""), Text(verdict(run), style="bold"))


def settings(run: Run) -> str:
    """The settings that differ from the defaults, as `--set` takes them; '' where none does."""
    return " ".join(f"--set {setting}" for setting in run.provenance["method"].get("set", ()))


def shown_parts(run: Run) -> dict[str, Scored]:
    """What is scored, by title: dev held out where it is, else on the training images; test."""
    protocol = "held-out" if "held-out" in run.dev else "paper"
    titles = {"held-out": "dev, held-out", "paper": "dev, training images"}
    parts = {titles[protocol]: run.dev[protocol]} if protocol in run.dev else {}  # type: ignore[index]
    if run.test is not None and run.test.truth is not None:
        parts["test"] = run.test
    return parts


def shown_notes(run: Run, parts: Mapping[str, Scored]) -> list[str]:
    """What the reader must know; of scores on the training images only where they are shown."""
    on_training = "dev, training images" in parts
    return [note for note in run.notes if on_training or not note.startswith("paper protocol")]


def verdict(run: Run) -> str:
    """What was found, in words: the decisions, then whether the scores beat chance."""
    said = [decided(run)]
    parts = shown_parts(run)
    if parts:
        title = list(parts)[-1]
        said.append(against_chance(parts[title], title))
    if run.test is not None and (agreement := run.test.agreement) is not None:
        said.append(capitalised(agreement.said()) + ".")
    return " ".join(said)


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
    expected = "" if false is None else f", about {false:.1f} of them expected to be wrong"
    return f"{run.method} calls {n_used} of {n} candidates used{expected}{why}."


def against_chance(part: Scored, title: str) -> str:
    """The AUC with its interval, and what it means."""
    cell = measured({title: part})[0]["auc"]
    if math.isnan(cell.value) or math.isnan(cell.low):
        return f"AUC on {title}: nothing to measure."
    value = f"AUC {cell.value:.2f} [{cell.low:.2f}, {cell.high:.2f}] on {title}"
    if cell.low > 0.5:
        return f"{value}: better than chance (0.5)."
    if cell.high < 0.5:
        return f"{value}: worse than chance (0.5), so the scores point the wrong way."
    return f"{value} is chance."


def says_nothing(run: Run) -> bool:
    """Whether all candidates get one decision, or the AUC may be that of guessing."""
    if run.test is not None and len(set(run.test.decisions.tolist())) == 1:
        return True
    parts = shown_parts(run)
    return bool(parts) and not measured({"": [*parts.values()][-1]})[0]["auc"].low > 0.5


def next_steps(
    run: Run, csv: Path, data: str, options: Mapping[str, object] = MappingProxyType({})
) -> list[str]:
    """The commands to go on with.

    Parameters
    ----------
    data : the one that holds the test part
    options : how images and rules were read, as typed; one without a value was not given
    """
    steps = []
    if says_nothing(run) and run.method != BEGIN_WITH:
        given = (f" {name} {quoted(str(value))}" for name, value in options.items() if value)
        steps.append(f"clefgan run --method {BEGIN_WITH}{''.join(given)}")
    elif run.test is not None:
        steps.append(f"clefgan check {quoted(str(csv))} --data {quoted(data)}")
        if run.edition.container == "zip":
            steps.append(f"clefgan bundle {quoted(str(csv))} --data {quoted(data)}")
    return steps


def quoted(text: str) -> str:
    """A word as a shell takes it."""
    plain = all(sign.isalnum() or sign in "/._-+=:@%" for sign in text) and text
    return text if plain else "'" + text.replace("'", "'\\''") + "'"


def as_object(run: Run, written: list[Path], steps: list[str]) -> dict[str, Any]:
    """The summary for a program to read."""
    return {
        "method": run.method,
        "knowledge": str(run.knowledge),
        "set": list(run.provenance["method"].get("set", ())),
        "edition": run.edition.name,
        "files": [str(path) for path in written],
        "candidates": None if run.test is None else len(run.test.ids),
        "used": None if run.test is None else int(run.test.decisions.sum()),
        "scores": {
            title: {name: as_numbers(cell) for name, cell in measured({title: part})[0].items()}
            for title, part in shown_parts(run).items()
        },
        "agreement": None
        if run.test is None or run.test.agreement is None
        else run.test.agreement.as_object(),
        "notes": list(run.notes),
        "verdict": verdict(run),
        "next": steps,
    }


def as_numbers(cell: Cell) -> dict[str, float | None]:
    """Value and limits, None where undefined."""
    values = {"value": cell.value, "low": cell.low, "high": cell.high}
    return {name: None if math.isnan(value) else value for name, value in values.items()}


def score_table(parts: Mapping[str, Scored]) -> Table:
    """A row a metric, a column a part, and a file of ones last."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", no_wrap=True)
    for name in parts:
        table.add_column(Text(name), no_wrap=True)
    table.add_column("all used", no_wrap=True, style="dim")
    table.add_row("used", *(Text(counted(part), style="dim") for part in parts.values()))
    *cells, ones = measured(parts)
    for metric in SHOWN:
        texts = [cell_text(row[metric]) for row in cells]
        table.add_row(metrics.get(metric).brief, *texts, number(ones[metric].value))
    return table


def counted(part: Scored) -> str:
    """How many of the images were used, and what the brackets below are."""
    assert part.truth is not None
    return f"{int(part.truth.sum())} of {len(part.truth)} [95%]"


def measured(parts: Mapping[str, Scored]) -> list[Mapping[str, Cell]]:
    """Cells of each part, and of a file of ones for the last after them."""
    columns = [metrics.get(name) for name in SHOWN]
    rows = []
    for part in parts.values():
        assert part.truth is not None
        rows.append(cells_of(part.truth, Measured(part.decisions, part.scores), columns))
    truth = [*parts.values()][-1].truth
    assert truth is not None
    return [
        *rows,
        cells_of(truth, Measured(np.ones(len(truth), bool), np.zeros(len(truth))), columns),
    ]


def cells_of(truth: Any, run: Measured, columns: list[metrics.Metric]) -> Mapping[str, Cell]:
    """Value and interval of each metric of one run."""
    panel = Panel(truth, {"run": run})
    replicates = bootstrap.bootstrap(panel, columns, resamples=RESAMPLES)
    ends = replicates.intervals()
    nothing = np.full(len(columns), np.nan)  # no p-values here: they take longer than the rest
    own = Interval(ends.low[:, 0], ends.high[:, 0])
    return interval_cells(panel, columns, replicates.values[:, 0], own, 0.95, nothing)


def cell_text(cell: Cell) -> Text:
    """`0.921 [0.87, 0.96]`; a dash where there is nothing to measure."""
    brackets = limits(cell.low, cell.high)
    return Text.assemble((number(cell.value), "bold"), (f" {brackets}" if brackets else "", "dim"))
