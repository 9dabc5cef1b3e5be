"""The bench as a table on the terminal."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from clefgan.experiments.lab.bench.table import BenchRow
from clefgan.report.terminal.room import is_wide
from clefgan.report.wording import number

TITLES = ("method", "AUC", "worst", "rank", "TPR 1%", "accuracy", "false", "no leak", "claims")
MORE = ("behind", "silent")
LEGEND = (
    "Over challenges with a leak: mean AUC, the worst, mean rank, TPR at 1% false alarms, "
    "accuracy. false: share of the images called used by conformal:0.1 that were not. no leak: "
    "AUC where nothing leaks; claims: how many of those challenges have an image called used"
)
LEGEND_OF_MORE = (
    "behind: how far below the best method, at most; silent: leaks of which conformal:0.1 calls no "
    "image used"
)


def legend(width: int) -> str:
    """What the columns hold."""
    return f"{LEGEND}; {LEGEND_OF_MORE}" if is_wide(width) else LEGEND


def rows_table(rows: Sequence[BenchRow], width: int) -> Table:
    """A row per method, best mean AUC first; all that `BenchRow` says where there is room."""
    more = MORE if is_wide(width) else ()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (*TITLES, *more):
        if title == "method":  # a long name is broken, never a number
            table.add_column(title, overflow="fold")
        else:
            table.add_column(title, justify="right", no_wrap=True, min_width=len(title))
    for row in rows:
        table.add_row(
            Text(row.method),
            number(row.auc, 3),
            number(row.worst, 3),
            number(row.rank, 1),
            number(row.tpr, 2),
            number(row.accuracy, 2),
            number(row.false_share, 2),
            number(row.no_leak_auc, 3),
            str(row.claims),
            *((number(row.behind, 3), str(row.silent)) if more else ()),
        )
    return table
