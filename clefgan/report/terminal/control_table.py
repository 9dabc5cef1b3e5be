"""The negative controls of `clefgan evaluate --controls`, as a table of their own."""

from math import isnan

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.experiments.controls.by_method import Contrasts
from clefgan.report.wording import NOTHING, limits, number, p_value


def show(contrasts: Contrasts) -> RenderableType:
    """Each method's held-out AUC beside those of its controls, and whether it is above."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("method", overflow="fold")
    table.add_column("control", no_wrap=True)
    for column in ("AUC", "control's", "difference", "p"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("above")
    for name, contrast in contrasts.methods.items():
        for row in contrast.rows:
            gap = f"{number(row.difference, signed=True)} {limits(row.low, row.high, signed=True)}"
            cells = (number(row.auc), number(row.control_auc), gap.rstrip(), p_value(row.p_value))
            add(table, (name, row.control, *cells), above=row.above)
        noise = contrast.noise
        limit = NOTHING if isnan(noise.limit) else f"<{number(noise.limit)}"
        cells = (number(noise.auc), limit, "", p_value(noise.p_value))
        add(table, (name, "permuted labels", *cells), above=noise.above)
    return Group(Text("negative controls of the held-out AUC", style="dim"), table, Text(""))


def add(table: Table, cells: tuple[str, ...], *, above: bool) -> None:
    """Add a row; one that is not above its control says so, and not by its colour alone."""
    table.add_row(*cells, "yes" if above else "no", style="" if above else "yellow")
