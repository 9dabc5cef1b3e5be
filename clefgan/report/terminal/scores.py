"""Scores in the terminal: a row per metric, a column per run, trivial answers last."""

import math
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.report.sheet import Column, Line, Sheet
from clefgan.report.terminal.ranking import STYLES
from clefgan.report.wording import NOTHING, knowledge, limits, number
from evaluation.boards.rows import Kind

CELL, MARGIN, MOST = 20, 2, 14
BESIDE = ("all used", "coin")
"""Trivial answers that stand beside the runs; `all not used` scores nothing but specificity."""


def show(sheet: Sheet, width: int) -> RenderableType:
    """Tables of as many runs as fit, the trivial answers in each."""
    runs = sheet.of_kind(Kind.RUN)
    beside = [line for line in sheet.of_kind(Kind.TRIVIAL) if line.name.startswith(BESIDE)]
    room = width - MOST - (MARGIN + 7) * len(beside)
    size = max(1, room // (CELL + MARGIN))
    parts: list[RenderableType] = [
        Text.assemble((sheet.title, "bold"), "  ", (sheet.subtitle, "dim"))
    ]
    for start in range(0, len(runs), size):
        parts += [Text(""), block(sheet, runs[start : start + size], beside)]
    return Group(*parts)


def block(sheet: Sheet, runs: Sequence[Line], beside: Sequence[Line]) -> Table:
    """Some runs."""
    table = Table(box=None, padding=(0, MARGIN, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for line in runs:
        table.add_column(Text(line.name), overflow="fold", max_width=CELL + 4)
    for line in beside:
        table.add_column(Text(line.name), no_wrap=True, style="dim")
    if any(line["knowledge"].value for line in sheet.lines):
        known = [
            f"{knowledge(str(line['knowledge'].value or '?'))}{'' if line.comparable else ' ≠'}"
            for line in runs
        ]
        table.add_row("knows", *map(Text, known))
    for column in sheet.measures:
        arrow = " ↓" if column.lower_is_better else ""
        table.add_row(
            Text(f"{column.brief}{arrow}"),
            *(full(line, column) for line in runs),
            *(Text(number(line[column.key].measure), STYLES[line.kind]) for line in beside),
        )
    cells = [" ".join(str(line[key].value) for key in ("tp", "tn", "fp", "fn")) for line in runs]
    table.add_row("TP TN FP FN", *map(Text, cells))
    return table


def full(line: Line, column: Column) -> Text:
    """Value and interval in brackets."""
    entry = line[column.key]
    if math.isnan(entry.measure):
        return Text(NOTHING, style="dim")
    return Text.assemble(
        (number(entry.measure), "bold"), (f" {limits(entry.low, entry.high)}", "dim")
    )
