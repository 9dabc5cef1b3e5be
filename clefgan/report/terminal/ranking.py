"""A sheet in the terminal: the ranking with intervals drawn, then the other metrics.

Colour only repeats what a word or a sign says too.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.report.sheet import Column, Line, Sheet
from clefgan.report.terminal.room import is_wide
from clefgan.report.wording import MINUS, NOTHING, knowledge, number, p_value, short_limits, span
from evaluation.boards.rows import Kind

STYLES = {
    Kind.RUN: "",
    Kind.TRIVIAL: "cyan",
    Kind.SHORTCUT: "blue",
    Kind.CHANCE_LIMIT: "yellow",
    Kind.PUBLISHED: "magenta",
    Kind.INVALID: "red",
}
SIGNS = {
    Kind.TRIVIAL: "trivial",
    Kind.SHORTCUT: "short",
    Kind.CHANCE_LIMIT: "limit",
    Kind.PUBLISHED: "printed",
    Kind.INVALID: "invalid",
}
NAME, LEAST, MEASURE, PLOT, GAP = 30, 14, 14, (12, 40), 1
KNOWS, ALIKE = 9, 6
READABLE = 20
"""So wide the drawing stays where more metrics take room from it."""
SECOND = "auc"
"""The metric beside the primary one on a screen: it does not depend on the threshold."""


def show(sheet: Sheet, width: int, *, whole: bool = False) -> RenderableType:
    """The ranking, no wider than `width` columns; with `whole` all other metrics below it."""
    parts: list[RenderableType] = [title(sheet), ranking(sheet, width), legend(sheet)]
    if whole:
        rest = [column for column in sheet.measures if column.key != sheet.primary]
        name = name_width(sheet)
        for columns in chunks(rest, max(1, (width - name) // (MEASURE + GAP + 2))):
            parts += [Text(""), metrics(sheet, columns, name)]
    return Group(*parts)


def title(sheet: Sheet) -> Text:
    """Title and size."""
    return Text.assemble((sheet.title, "bold"), "  ", (sheet.subtitle, "dim"))


def ranking(sheet: Sheet, width: int) -> Table:
    """Rank, headline metrics, letters, and whether a run beats guessing.

    Where there is room: intervals of the ranks, intervals drawn, and more metrics.
    """
    heads = headline(sheet)
    knows = any(line["knowledge"].value for line in sheet.lines)
    spans, bounds = is_wide(width), drawn_range(sheet)
    fixed = [2, *[7] * spans, *[KNOWS] * knows, *[MEASURE] * len(heads), ALIKE, 8]
    room = width - sum(fixed) - GAP * (len(fixed) + 2)
    name = max(LEAST, min(name_width(sheet), room))
    letters = max(len(str(line["groups"].value or "")) for line in sheet.lines)
    alike = ALIKE + max(0, min(letters - ALIKE, room - name))
    room -= alike - ALIKE
    if spans:
        others = [column for column in sheet.measures if column not in heads]
        more = others[: max(0, room - name - READABLE) // (MEASURE + GAP)]
        heads, room = heads + more, room - len(more) * (MEASURE + GAP)
    plot = min(PLOT[1], room - name - GAP)
    table = Table(box=None, padding=(0, GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("#", justify="right", no_wrap=True)
    if spans:
        table.add_column("rank", no_wrap=True, style="dim")
    table.add_column("run", overflow="fold", max_width=name)
    if knows:
        table.add_column("knows", no_wrap=True)
    for column in heads:
        table.add_column(f" {column.brief}{' ↓' if column.lower_is_better else ''}", no_wrap=True)
    drawn = bounds if spans and plot >= PLOT[0] else None
    if drawn is not None:
        table.add_column(ruler(drawn, plot), no_wrap=True, width=plot)
    table.add_column("alike", overflow="fold", max_width=alike, style="bold")
    table.add_column("p guess", justify="right", no_wrap=True)
    for line in sheet.lines:
        cells: list[RenderableType] = [rank_of(line, spans)]
        if spans:
            cells.append(rank_span(line))
        cells.append(named(line))
        if knows:
            cells.append(known(line))
        cells += [measured(line, column) for column in heads]
        if drawn is not None:
            cells.append(drawing(sheet, line, drawn, plot))
        table.add_row(*cells, Text(str(line["groups"].value or "")), chance(line))
    return table


def headline(sheet: Sheet) -> list[Column]:
    """The metric that ranks, and the AUC where it is measured."""
    measures = {column.key: column for column in sheet.measures}
    return [measures[key] for key in dict.fromkeys((sheet.primary, SECOND)) if key in measures]


def rank_of(line: Line, spans: bool) -> Text:
    """The rank; where its interval has no column, a dot for a row without one."""
    value = line["rank"].value
    if value is not None:
        return Text(str(value), "bold")
    sign = "✗" if line.kind is Kind.INVALID else "·"
    return Text("" if spans else sign, STYLES[line.kind])


def named(line: Line) -> Text:
    """The name, bold for a run that beats guessing."""
    style = STYLES[line.kind]
    return Text(line.name, style=f"bold {style}" if line.beats_guessing else style)


def known(line: Line) -> Text:
    """What the method used, with its word; a sign if that is more than was allowed."""
    beyond = " ≠" if line.kind is Kind.RUN and not line.comparable else ""
    return Text(f"{knowledge(str(line['knowledge'].value or ''))}{beyond}")


def drawing(sheet: Sheet, line: Line, bounds: tuple[float, float], width: int) -> Text:
    """The interval of the metric that ranks, drawn to scale."""
    entry, style = line[sheet.primary], STYLES[line.kind]
    limit = limit_value(sheet)
    return interval_plot(entry.measure, entry.low, entry.high, bounds, width, limit, style)


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
    if line.below_guessing:
        return Text(f"{p_value(value)} ▼", style="yellow")
    return Text(
        f"{p_value(value)} {'●' if line.beats_guessing else '○'}",
        style="green" if line.beats_guessing else "dim",
    )


def measured(line: Line, column: Column) -> Text:
    """Value and short interval."""
    entry = line.entries.get(column.key)
    if entry is None or math.isnan(entry.measure):
        return Text(NOTHING, style="dim")
    value = number(entry.measure)
    aligned = value if value.startswith(MINUS) else f" {value}"
    return Text.assemble(
        (aligned, "bold" if line.kind is Kind.RUN else STYLES[line.kind]),
        (f" {short_limits(entry.low, entry.high)}", "dim"),
    )


def metrics(sheet: Sheet, columns: Sequence[Column], name: int) -> Table:
    """Some of the other metrics."""
    table = Table(box=None, padding=(0, GAP + 1, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("run", overflow="fold", min_width=name, max_width=name)
    for column in columns:
        arrow = " ↓" if column.lower_is_better else ""
        table.add_column(f" {column.brief}{arrow}", no_wrap=True, min_width=MEASURE)
    for line in sheet.lines:
        cells = [measured(line, column) for column in columns]
        table.add_row(Text(line.name, style=STYLES[line.kind]), *cells)
    return table


def legend(sheet: Sheet) -> Text:
    """What the signs mean, as far as they are used."""
    worse = ", ▼ worse" if any(line.below_guessing for line in sheet.lines) else ""
    text = (
        f"{sheet.level:.0%} intervals · p guess: ● better than guessing, ○ not distinguished from "
        f"it{worse} · alike: runs that share a letter do not differ significantly"
    )
    if any(line.kind is Kind.RUN and not line.comparable for line in sheet.lines):
        text += " · ≠ used more than was allowed: not comparable"
    return Text(text, style="dim")


def name_width(sheet: Sheet) -> int:
    """Room for the names."""
    return min(NAME, max(len(line.name) for line in sheet.lines))


def limit_value(sheet: Sheet) -> float:
    """Where the chance limit stands."""
    lines = sheet.of_kind(Kind.CHANCE_LIMIT)
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
    """Draw `├──●──┤` on a scale; `┆` stands at the chance limit."""

    def column_of(at: float) -> int:
        return min(
            width - 1, max(0, round((at - bounds[0]) / (bounds[1] - bounds[0]) * (width - 1)))
        )

    cells = [" "] * width
    if not math.isnan(critical):
        cells[column_of(critical)] = "┆"
    if math.isnan(value):
        return Text("".join(cells), style="dim")
    if not math.isnan(low):
        for column in range(column_of(low), column_of(high) + 1):
            cells[column] = "─"
        cells[column_of(low)], cells[column_of(high)] = "├", "┤"
    beyond = "◂" if value < bounds[0] else "▸" if value > bounds[1] else "●"
    cells[column_of(value)] = beyond
    return Text("".join(cells), style=style or "default")


def chunks(columns: Sequence[Column], size: int) -> Iterator[Sequence[Column]]:
    """Columns in tables of nearly equal width, at most `size` each."""
    if not columns:
        return
    many = -(-len(columns) // size)
    ends = [round(i * len(columns) / many) for i in range(many + 1)]
    for start, stop in pairwise(ends):
        yield columns[start:stop]
