"""The blank of each method of an evaluation on the screen: a row per method."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.report.terminal.blank_table import chance, difference
from clefgan.report.wording import number
from clefgan.runs.blank import BlankContrast


def show(contrasts: Mapping[str, BlankContrast]) -> RenderableType:
    """AUC, that of the blank, the difference, what is left, and what chance does."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("method", overflow="fold")
    for column in ("AUC", "blank", "difference", "beyond it", "by chance"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, one in contrasts.items():
        auc, blank, left = map(number, (one.auc, one.blank_auc, one.residual_auc))
        cells = (name, auc, blank, difference(one), left, chance(one))
        table.add_row(*cells, style="yellow" if one.is_not_above else "")
    heading = "blank: the held-out images against the generated images of test; 95% intervals"
    return Group(Text(heading, style="dim"), table, Text(""))
