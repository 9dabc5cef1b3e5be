"""The one table object: every export and every display of a leaderboard renders this."""

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from clefgan.runs.frames import data_frame
from evaluation.boards.leaderboard import Leaderboard
from evaluation.boards.rows import Kind, Row
from evaluation.metrics import Metric

FOR_MACHINES = ("kind", "comparable", "told_from_chance", "tp", "tn", "fp", "fn")


class Holds(StrEnum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole number"
    MEASURE = "measure"
    P_VALUE = "p-value"
    YES_NO = "yes or no"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    key : as CSV and JSON name it
    interval : entries have limits
    """

    key: str
    title: str
    holds: Holds
    interval: bool = False
    help: str = ""
    short: str = ""
    lower_is_better: bool = False

    @property
    def brief(self) -> str:
        """The title where space is short."""
        return self.short or self.title


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell; None where there is nothing to say, NaN where a metric is undefined."""

    value: str | int | float | bool | None = None
    low: float = math.nan
    high: float = math.nan
    interval: str = ""

    @property
    def measure(self) -> float:
        """The value of a measure as a number."""
        return float(self.value) if isinstance(self.value, (int, float)) else math.nan


def text_of(entry: Entry) -> str:
    """What a cell without a number says; nothing for None, yes or no for a flag."""
    if entry.value is None:
        return ""
    if isinstance(entry.value, bool):
        return "yes" if entry.value else "no"
    return str(entry.value)


@dataclass(frozen=True, slots=True)
class Line:
    """One row."""

    name: str
    kind: Kind
    entries: Mapping[str, Entry]
    comparable: bool = True
    beats_guessing: bool | None = None
    below_guessing: bool = False

    def __getitem__(self, key: str) -> Entry:
        return self.entries[key]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title, the key of the metric that ranks, and sentences for below it."""

    title: str
    subtitle: str
    primary: str
    level: float
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[Column, ...]:
        """The columns of metrics, the primary one first."""
        return tuple(column for column in self.columns if column.holds is Holds.MEASURE)

    @property
    def for_people(self) -> tuple[Column, ...]:
        """The columns that say something, without counts and flags."""
        return tuple(
            column
            for column in self.columns
            if column.key not in FOR_MACHINES
            and any(
                line.entries.get(column.key, Entry()).value not in (None, "") for line in self.lines
            )
        )

    def column(self, key: str) -> Column:
        """The column of this key."""
        return next(column for column in self.columns if column.key == key)

    def of_kind(self, kind: Kind) -> tuple[Line, ...]:
        """Rows of one kind, in order."""
        return tuple(line for line in self.lines if line.kind is kind)


Extra: TypeAlias = tuple[Column, Mapping[str, Entry]]
"""A column beside the metrics, and its entries by name of run."""

FIXED = (
    Column("rank", "Rank", Holds.WHOLE, True, "Rank by the primary metric, and its interval"),
    Column("run", "Run", Holds.TEXT),
    Column("kind", "Kind", Holds.TEXT, help="What the row stands for"),
    Column(
        "knowledge",
        "Knows",
        Holds.TEXT,
        help="What the method used: S0 (image), S1 (pool), S2 (unused), S3 (labels)",
    ),
    Column("comparable", "Comparable", Holds.YES_NO, help="The run used no more than was allowed"),
    Column(
        "groups",
        "Alike",
        Holds.TEXT,
        help="Runs that share a letter do not differ significantly",
    ),
    Column(
        "p_chance",
        "p guess",
        Holds.P_VALUE,
        help="Against guessing, adjusted for the number of runs (Holm); not so for printed rows",
    ),
    Column(
        "told_from_chance",
        "Better than guessing",
        Holds.YES_NO,
        help="Above what guessing scores, and the p-value is small enough",
    ),
)
COUNTS = ("tp", "tn", "fp", "fn")


def of(
    board: Leaderboard, title: str, notes: tuple[str, ...] = (), extra: tuple[Extra, ...] = ()
) -> Sheet:
    """The leaderboard as a sheet; `extra` columns come after the metrics."""
    taken = {row.name for row in board.runs}
    columns = (
        *FIXED,
        *(measure(metric) for metric in board.columns),
        *(column for column, _ in extra),
        *(Column(key, key.upper(), Holds.WHOLE) for key in COUNTS),
    )
    return Sheet(
        title=title,
        subtitle=f"{board.n_used} used / {board.n_not} not used",
        primary=board.primary.name,
        level=board.level,
        columns=columns,
        lines=tuple(line(row, shown_name(row, taken), extra) for row in board.rows),
        notes=(*board.notes, *notes),
    )


def measure(metric: Metric) -> Column:
    """The column of a metric."""
    return Column(
        metric.name,
        metric.label,
        Holds.MEASURE,
        interval=True,
        help=metric.formula,
        short=metric.short,
        lower_is_better=metric.sign < 0,
    )


def shown_name(row: Row, taken: Container[str]) -> str:
    """The name; of a row that is no run and is called as one, with what it stands for."""
    return row.name if row.kind is Kind.RUN or row.name not in taken else f"{row.name} ({row.kind})"


def line(row: Row, title: str, extra: tuple[Extra, ...] = ()) -> Line:
    """One row of a leaderboard."""
    nothing = math.nan
    entries = {
        "rank": Entry(
            row.rank,
            nothing if row.rank_low is None else row.rank_low,
            nothing if row.rank_high is None else row.rank_high,
        ),
        "run": Entry(title),
        "kind": Entry(row.kind.value),
        "knowledge": Entry(row.knowledge),
        "comparable": Entry(row.comparable if row.kind is Kind.RUN else None),
        "groups": Entry(("" if all(len(g) == 1 for g in row.groups) else " ").join(row.groups)),
        "p_chance": Entry(row.p_chance),
        "told_from_chance": Entry(row.told_from_chance),
    }
    for name, cell in row.cells.items():
        entries[name] = Entry(cell.value, cell.low, cell.high, cell.interval)
    for key, count in zip(COUNTS, row.counts or (None,) * 4, strict=True):
        entries[key] = Entry(count)
    for column, entry_by_run in extra:
        if row.kind is Kind.RUN and row.name in entry_by_run:
            entries[column.key] = entry_by_run[row.name]
    return Line(title, row.kind, entries, row.comparable, row.told_from_chance, row.below_chance)


def to_frame(sheets: Sequence[Sheet]) -> Any:
    """Tables as one pandas DataFrame, a row per line of each.

    Raises
    ------
    ClefganError
        pandas is not installed.
    """
    rows = [
        {"table": one.title, **{key: entry.value for key, entry in line.entries.items()}}
        for one in sheets
        for line in one.lines
    ]
    return data_frame(rows)
