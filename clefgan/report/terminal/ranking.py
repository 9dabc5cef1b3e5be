"""A sheet in the terminal: the ranking with intervals drawn, then the other metrics.

Colour only repeats what a word or a sign says too.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.report.sheet import Column, Line, Sheet
from clefgan.report.wording import MINUS, NOTHING, number, p_value, short_limits, span
from evaluation.boards.rows import Kind

STYLES = {
    Kind.RUN: "",
    Kind.TRIVIAL: "cyan",
    Kind.SHORTCUT: "blue",
    Kind.POWER_LINE: "yellow",
    Kind.PUBLISHED: "magenta",
}
SIGNS = {
    Kind.TRIVIAL: "trivial",
    Kind.SHORTCUT: "short",
    Kind.POWER_LINE: "line",
    Kind.PUBLISHED: "printed",
}
NAME, MEASURE, PLOT, GAP = 30, 14, (12, 40), 2
FIXED = 2 + 7 + MEASURE + 6 + 9
"""Rank, its interval, the primary metric, groups and p-value."""


def show(sheet: Sheet, width: int) -> RenderableType:
    """The whole sheet, no wider than `width` columns."""
    parts: list[RenderableType] = [title(sheet), ranking(sheet, width), legend(sheet)]
    rest = [column for column in sheet.measures if column.key != sheet.primary]
    name = name_width(sheet)
    for columns in chunks(rest, max(1, (width - name) // (MEASURE + GAP + 1))):
        parts += [Text(""), metrics(sheet, columns, name)]
    return Group(*parts)


def title(sheet: Sheet) -> Text:
    """Title and size."""
    return Text.assemble((sheet.title, "bold"), "  ", (sheet.subtitle, "dim"))


def ranking(sheet: Sheet, width: int) -> Table:
    """Rank, primary metric with its interval drawn, groups, and whether it beats chance."""
    primary = sheet.column(sheet.primary)
    knows = any(line["knowledge"].value for line in sheet.lines)
    taken = FIXED + (5 if knows else 0) + 9 * GAP
    name = min(name_width(sheet), max(12, width - taken - 20))
    plot = min(PLOT[1], width - taken - name)
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), header_style="bold", pad_edge=False
    )
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("rank", no_wrap=True, style="dim")
    table.add_column("run", no_wrap=True, overflow="ellipsis", max_width=name)
    if knows:
        table.add_column("knows", no_wrap=True)
    table.add_column(f"{primary.brief}, {100 * sheet.level:g}%", no_wrap=True)
    bounds = drawn_range(sheet)
    drawn = plot >= PLOT[0] and bounds is not None
    if drawn and bounds is not None:
        table.add_column(ruler(bounds, plot), no_wrap=True, width=plot)
    table.add_column("group", no_wrap=True, overflow="ellipsis", max_width=6, style="bold")
    table.add_column("p chance", justify="right", no_wrap=True)
    for line in sheet.lines:
        style = STYLES[line.kind]
        entry = line[primary.key]
        cells: list[RenderableType] = [
            Text("" if line["rank"].value is None else str(line["rank"].value), style="bold"),
            rank_span(line),
            Text(line.name, style=f"bold {style}" if line.told else style),
        ]
        if knows:
            unlike = " ≠" if line.kind is Kind.RUN and not line.comparable else ""
            cells.append(Text(f"{line['knowledge'].value}{unlike}"))
        cells.append(measured(line, primary))
        if drawn and bounds is not None:
            critical = power_value(sheet)
            cells.append(
                interval_plot(entry.measure, entry.low, entry.high, bounds, plot, critical, style)
            )
        table.add_row(*cells, Text(str(line["groups"].value or "")), chance(line))
    return table


def rank_span(line: Line) -> Text:
    """The rank's interval."""
    rank = line["rank"]
    if rank.value is None or math.isnan(rank.low):
        return Text(SIGNS.get(line.kind, ""), style=STYLES[line.kind])
    return Text(span(int(rank.low), int(rank.high)))


def chance(line: Line) -> Text:
    """The p-value, and a sign for those that beat chance."""
    value = line["p_chance"].measure
    if math.isnan(value):
        return Text("")
    return Text(
        f"{p_value(value)} {'●' if line.told else '○'}", style="green" if line.told else "dim"
    )


def measured(line: Line, column: Column) -> Text:
    """Value and short interval."""
    entry = line.entries.get(column.key)
    if entry is None or math.isnan(entry.measure):
        return Text(NOTHING, style="dim")
    value = number(entry.measure)
    shown = value if value.startswith(MINUS) else f" {value}"
    return Text.assemble(
        (shown, "bold" if line.kind is Kind.RUN else STYLES[line.kind]),
        (f" {short_limits(entry.low, entry.high)}", "dim"),
    )


def metrics(sheet: Sheet, columns: Sequence[Column], name: int) -> Table:
    """Some of the other metrics."""
    table = Table(box=None, padding=(0, GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("run", no_wrap=True, overflow="ellipsis", min_width=name, max_width=name)
    for column in columns:
        arrow = " ↓" if column.lower_is_better else ""
        table.add_column(f" {column.brief}{arrow}", no_wrap=True, min_width=MEASURE)
    for line in sheet.lines:
        cells = [measured(line, column) for column in columns]
        table.add_row(Text(line.name, style=STYLES[line.kind]), *cells)
    return table


def legend(sheet: Sheet) -> Text:
    """What the signs mean, as far as they are used."""
    text = "●/○ can/cannot be told from blind calls · runs that share a letter cannot be told apart"
    if not math.isnan(power_value(sheet)):
        text += " · ┆ power line"
    if any(line.kind is Kind.RUN and not line.comparable for line in sheet.lines):
        text += " · ≠ runs know different things: not comparable"
    return Text(text, style="dim")


def name_width(sheet: Sheet) -> int:
    """Room for the names."""
    return min(NAME, max(len(line.name) for line in sheet.lines))


def power_value(sheet: Sheet) -> float:
    """Where the power line stands."""
    lines = sheet.of_kind(Kind.POWER_LINE)
    return lines[0][sheet.primary].measure if lines else math.nan


def drawn_range(sheet: Sheet) -> tuple[float, float] | None:
    """Ends of the drawing, in tenths; None if nothing is defined. Trivial rows may lie beyond."""
    ends = [
        end
        for line in sheet.lines
        if line.kind is not Kind.TRIVIAL
        for end in (line[sheet.primary].measure, line[sheet.primary].low, line[sheet.primary].high)
        if not math.isnan(end)
    ]
    if not ends:
        return None
    low, high = math.floor(min(ends) * 10) / 10, math.ceil(max(ends) * 10) / 10
    return (low, high) if high > low else (low - 0.1, low + 0.1)


def ruler(bounds: tuple[float, float], width: int) -> str:
    """The ends of the scale, as the heading of the drawing."""
    low, high = (f"{bound:.1f}".replace("-", MINUS) for bound in bounds)
    return low + high.rjust(width - len(low))


def interval_plot(
    value: float,
    low: float,
    high: float,
    bounds: tuple[float, float],
    width: int,
    critical: float,
    style: str = "",
) -> Text:
    """Draw `├──●──┤` on a scale; `┆` stands at the power line."""

    def place(at: float) -> int:
        return min(
            width - 1, max(0, round((at - bounds[0]) / (bounds[1] - bounds[0]) * (width - 1)))
        )

    cells = [" "] * width
    if not math.isnan(critical):
        cells[place(critical)] = "┆"
    if math.isnan(value):
        return Text("".join(cells), style="dim")
    if not math.isnan(low):
        for column in range(place(low), place(high) + 1):
            cells[column] = "─"
        cells[place(low)], cells[place(high)] = "├", "┤"
    beyond = "◂" if value < bounds[0] else "▸" if value > bounds[1] else "●"
    cells[place(value)] = beyond
    return Text("".join(cells), style=style or "default")


def chunks(columns: Sequence[Column], size: int) -> Iterator[Sequence[Column]]:
    """Columns in tables of nearly equal width, at most `size` each."""
    if not columns:
        return
    many = -(-len(columns) // size)
    ends = [round(i * len(columns) / many) for i in range(many + 1)]
    for start, stop in pairwise(ends):
        yield columns[start:stop]
