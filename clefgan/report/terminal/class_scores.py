"""Scores of classes in the terminal: a row a metric, a column a run."""

from rich.table import Table
from rich.text import Text

from clefgan.report.sheet import Sheet
from clefgan.report.wording import limits, number


def show(sheet: Sheet) -> Table:
    """A row a metric, a column a run."""
    title = Text(f"{sheet.title}  {sheet.subtitle}")
    table = Table(title=title, box=None, title_justify="left")
    table.add_column("")
    for line in sheet.lines:
        table.add_column(Text(line.name), overflow="fold")
    for column in sheet.measures:
        cells = [line[column.key] for line in sheet.lines]
        table.add_row(
            column.title, *(f"{number(e.measure)} {limits(e.low, e.high)}".strip() for e in cells)
        )
    return table
