"""A challenge with a known leak, and a study of several, as tables."""

from collections.abc import Sequence
from math import isnan

from rich.table import Table
from rich.text import Text

from clefgan.experiments.lab.make import DrawnChallenge
from clefgan.experiments.lab.power import CurvePoint
from clefgan.report.terminal.room import is_wide
from clefgan.report.wording import number, short_limits

CELL = len(" 0.50 .45–.55")
"""What a value with its interval takes."""


def roles_table(drawn: DrawnChallenge) -> Table:
    """Images of each role, and how many generated ones leak."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("role", "images", "leaking", "used images in it"):
        table.add_column(title, justify="left" if title == "role" else "right")
    n_used = int(drawn.truth.sum())
    n_candidates = len(drawn.truth)
    for part, made in (("dev", drawn.dev), ("test", drawn.test)):
        held = len({i for parents in made.parents for i in parents})
        total = len(drawn.devset.used) if part == "dev" else n_used
        by_model = bool(made.leaks.any()) and not held
        table.add_row(
            f"{part} generated",
            f"{len(made.leaks):,}",
            f"{made.leaks.sum():,}",
            f"{total if by_model else held} of {total}",
        )
        if part == "dev":
            table.add_row("dev used", f"{total:,}")
            table.add_row("dev not used", f"{len(drawn.devset.not_used):,}")
        else:
            table.add_row("test candidates", f"{n_candidates:,}")
    return table


def shows_intervals(points: Sequence[CurvePoint], methods: Sequence[str], width: int) -> bool:
    """Whether there are intervals over seeds, and room for them."""
    n_leaks = len({point.leak for point in points})
    known = any(not isnan(point.seeds_low) for point in points)
    return known and is_wide(width) and max(map(len, methods)) + n_leaks * CELL <= width


def power_table(points: Sequence[CurvePoint], methods: Sequence[str], width: int) -> Table:
    """A row per method, a column per strength; dim where chance is in the interval over seeds.

    The intervals themselves stand beside where there is room.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("leak", overflow="fold")
    leaks = list(dict.fromkeys(p.leak for p in points))
    limits = shows_intervals(points, methods, width)
    for leak in leaks:
        table.add_column(f"{leak:g}", justify="right", no_wrap=True)
    for name in methods:
        own = [p for p in points if p.method == name]
        cells = [
            Text.assemble(
                (number(p.mean, 2), "dim" if p.seeds_low <= 0.5 else ""),
                (f" {short_limits(p.seeds_low, p.seeds_high)}" if limits else "", "dim"),
            )
            for p in own
        ]
        table.add_row(Text(name), *cells)
    return table
