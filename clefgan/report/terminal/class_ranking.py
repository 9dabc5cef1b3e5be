"""A leaderboard of classes in the terminal: the ranking, the other metrics, the class tables."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.report import class_sheet
from clefgan.report.class_part import ClassPart
from clefgan.report.terminal import ranking
from clefgan.report.wording import number
from clefgan.runs.classes import knows
from evaluation.boards.class_board import ClassTable
from evaluation.boards.rows import Kind

TABLES = 3  # best runs whose class tables are shown


def show(part: ClassPart, width: int, *, whole: bool = False) -> RenderableType:
    """The leaderboard by the metric that ranks, no wider than `width` columns.

    Parameters
    ----------
    whole : every metric, what the labs say, and the class tables of the best runs too
    """
    lines: list[RenderableType] = [ranking.show(class_sheet.of(part), width, whole=whole), Text("")]
    if not whole:
        return Group(*lines)
    if any(part.labs.values()):
        lines += [lab_table(part), Text("")]
    rows = [row for row in part.board.runs if row.table is not None]
    for row in rows[:TABLES]:
        assert row.table is not None
        lines += [Text(f"{row.name}: true class, then called", style="dim"), of_table(row.table)]
        lines.append(Text(""))
    if len(rows) > TABLES:
        lines.append(Text(f"tables of {len(rows) - TABLES} more runs: --json or --html"))
    return Group(*lines)


def of_table(classes: ClassTable) -> Table:
    """The table of classes: a row a true class, and its recall."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    names, labels = classes.names, classes.called
    for title in ("", *(names[k] for k in labels), "recall"):
        table.add_column(Text(title), justify="right")
    for at in classes.true:
        cells = [str(classes.cells[at, k]) for k in labels]
        table.add_row(Text(names[at]), *cells, number(float(classes.figures["recall"][at])))
    return table


def lab_table(part: ClassPart) -> Table:
    """What each row knows: a column per lab, chance beside."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("what it knows, on labs", "by both", *knows.TITLES, "chance"):
        table.add_column(title)
    for name, cells in lab_rows(part):
        table.add_row(Text(name), *cells)
    return table


def lab_rows(part: ClassPart) -> Iterator[tuple[str, list[str]]]:
    """A row per run or shortcut."""
    for row in part.board.rows:
        labs = part.labs.get(row.name)
        if not labs or row.kind not in (Kind.RUN, Kind.SHORTCUT):
            continue
        what = knows.meaning(labs, part.n_classes, part.board.level)
        values = [number(labs[title]) for title in knows.TITLES]
        yield row.name, [what, *values, number(1 / part.n_classes)]
