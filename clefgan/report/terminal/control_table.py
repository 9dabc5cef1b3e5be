"""The negative controls of `clefgan evaluate --controls`, as a table of their own."""

from math import isnan

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.experiments.controls.by_method import Contrasts


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
            gap = f"{row.difference:+.3f} [{row.low:+.2f}, {row.high:+.2f}]"
            cells = (f"{row.auc:.3f}", f"{row.control_auc:.3f}", gap, f"{row.p_value:.2g}")
            add(table, (name, row.control, *cells), above=row.above)
        noise = contrast.noise
        limit = "–" if isnan(noise.limit) else f"<{noise.limit:.3f}"
        p = "–" if isnan(noise.p_value) else f"{noise.p_value:.2g}"
        add(table, (name, "permuted labels", f"{noise.auc:.3f}", limit, "", p), above=noise.above)
    return Group(Text("negative controls of the held-out AUC", style="dim"), table, Text(""))


def add(table: Table, cells: tuple[str, ...], *, above: bool) -> None:
    """Add a row; one that is not above its control says so, and not by its colour alone."""
    table.add_row(*cells, "yes" if above else "no", style="" if above else "yellow")
