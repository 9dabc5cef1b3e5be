"""What `clefgan run` shows: how many called used, and scores with intervals beside all used."""

from collections.abc import Mapping

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.report.terminal import blank_table
from clefgan.report.wording import limits, number
from clefgan.runs.record import Run, Scored
from evaluation import metrics
from evaluation.boards.cells import Cell, interval_cells
from evaluation.intervals import bootstrap
from evaluation.intervals.bca import Interval
from evaluation.runs import Panel
from evaluation.runs import Run as Measured

SHOWN = ("f1", "accuracy", "precision", "specificity", "recall", "cohen_kappa", "auc")
RESAMPLES = 2_000  # enough for two digits of an interval, in a tenth of a second


def show(run: Run) -> RenderableType:
    """The summary of a run: what was called used, then a table a part, then notes."""
    lines: list[RenderableType] = [
        Text.assemble((run.method, "bold"), f"  {run.knowledge}"),
        Text(run.settings, style="dim"),
        Text(called(run)),
    ]
    for title, table in tables(run):
        lines += [Text(""), Text(title, style="dim"), table]
    contrasts = blank_table.parts(run)
    if contrasts:
        title_of_blank = "blank: the same images against another generator's; 95% intervals"
        lines += [Text(""), Text(title_of_blank, style="dim"), blank_table.table(contrasts)]
    notes = (*blank_table.warnings(run), *run.notes)
    lines += [Text(note, style="yellow") for note in notes]
    return Group(*lines)


def called(run: Run) -> str:
    """How many candidates the run calls used."""
    if run.test is None:
        return "no test candidates: dev scores only, no run file"
    said = f"test: {int(run.test.decisions.sum())} of {len(run.test.ids)} candidates called used"
    verdict = run.test.verdict
    if verdict is None:
        return said
    expected = verdict.false_calls
    if expected is not None and run.test.decisions.any():
        said += f", about {expected:.1f} of them expected to be false"
    return f"{said}; {verdict.note}"


def tables(run: Run) -> list[tuple[str, Table]]:
    """Title and table of dev by protocol, and of test where the truth is known."""
    titled = []
    if run.dev:
        parts = {str(name): part for name, part in run.dev.items()}
        titled.append((title("dev", parts), score_table(parts)))
    if run.test is not None and run.test.truth is not None:
        parts = {run.method: run.test}
        titled.append((title("test", parts), score_table(parts)))
    return titled


def title(name: str, parts: Mapping[str, Scored]) -> str:
    """Part, how many images of each class, and what the brackets are."""
    truth = next(iter(parts.values())).truth
    assert truth is not None
    n_used = int(truth.sum())
    return f"{name}: {n_used} used / {len(truth) - n_used} not used; 95% intervals"


def score_table(parts: Mapping[str, Scored]) -> Table:
    """A row a metric, a column a part, and a file of ones last."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", no_wrap=True)
    for name in parts:
        table.add_column(Text(name), no_wrap=True, overflow="ellipsis", max_width=24)
    table.add_column("all used", no_wrap=True, style="dim")
    *cells, ones = measured(parts)
    for metric in SHOWN:
        texts = [cell_text(row[metric]) for row in cells]
        table.add_row(metrics.get(metric).brief, *texts, number(ones[metric].value))
    return table


def measured(parts: Mapping[str, Scored]) -> list[Mapping[str, Cell]]:
    """Cells of each part, and of a file of ones after them."""
    columns = [metrics.get(name) for name in SHOWN]
    truth = next(iter(parts.values())).truth
    assert truth is not None
    runs = {f"{i}": Measured(part.decisions, part.scores) for i, part in enumerate(parts.values())}
    runs["ones"] = Measured(np.ones(len(truth), bool), np.zeros(len(truth)))
    replicates = bootstrap.bootstrap(Panel(truth, runs), columns, resamples=RESAMPLES)
    ends = replicates.intervals()
    nothing = np.full(len(columns), np.nan)  # no p-values here: they take longer than the rest
    return [
        interval_cells(
            Panel(truth, {name: run}),
            columns,
            replicates.values[:, place],
            Interval(ends.low[:, place], ends.high[:, place]),
            0.95,
            nothing,
        )
        for place, (name, run) in enumerate(runs.items())
    ]


def cell_text(cell: Cell) -> Text:
    """`0.921 [0.87, 0.96]`; a dash where there is nothing to measure."""
    brackets = limits(cell.low, cell.high)
    return Text.assemble((number(cell.value), "bold"), (f" {brackets}" if brackets else "", "dim"))
