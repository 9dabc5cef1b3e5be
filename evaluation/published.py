"""Results that were printed, as data (`published.toml`), and a check of every row.

A row is consistent if some whole numbers of true and false calls give all of its values, each
rounded or cut off after its last digit (papers do both, even within a row).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from evaluation import metrics
from evaluation.counts import Counts
from evaluation.errors import EvaluationError

_HAIR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One printed run.

    printed : metric name to the text of its value
    digits : decimals that the table prints at least ("0.5" of a table of two decimals is 0.50)
    n_used, n_not_used : size of the truth, or None where it is not printed
    counts : tp, tn, fp, fn, or None where they do not follow from what is printed
    """

    name: str
    team: str
    edition: str
    task: str
    split: str
    title: str
    source: str
    printed: Mapping[str, str]
    digits: int
    table: str = ""
    note: str = ""
    n_used: int | None = None
    n_not_used: int | None = None
    counts: tuple[int, int, int, int] | None = None


class Consistency(StrEnum):
    """What the check of a row found."""

    CONSISTENT = "consistent"
    CONTRADICTORY = "contradictory"
    UNKNOWN = "not enough printed"


@dataclass(frozen=True, slots=True)
class Check:
    """Which whole numbers can be behind a row.

    tables : every (tp, tn, fp, fn) that gives all printed values
    culprits : of a contradictory row, each value without which the others can be given
    without : for each culprit the tables that give the other values
    cut : values that every table gives only if they were cut off, not rounded
    """

    verdict: Consistency
    tables: tuple[tuple[int, int, int, int], ...] = ()
    culprits: tuple[str, ...] = ()
    without: Mapping[str, tuple[tuple[int, int, int, int], ...]] | None = None
    cut: tuple[str, ...] = ()


def read() -> tuple[Published, ...]:
    """Every printed run, in the order of the file."""
    text = files("evaluation").joinpath("published.toml").read_text(encoding="utf-8")
    return tuple(_published(row) for row in tomllib.loads(text)["run"])


def get(name: str) -> Published:
    """Find a printed run by its name."""
    rows = {row.name: row for row in read()}
    if name not in rows:
        raise EvaluationError(
            f"published run: not known; got {name!r}; known are {', '.join(rows)}"
        )
    return rows[name]


def counts_of(row: Published) -> tuple[int, int, int, int] | None:
    """The counts tp, tn, fp, fn behind a row: as stored, or the only ones that give it."""
    if row.counts is not None:
        return row.counts
    tables = check(row).tables
    return tables[0] if len(tables) == 1 else None


def check(row: Published) -> Check:
    """Search all tables of this truth for those that give the row.

    Examples
    --------
    >>> found = check(get("aimultimedialab-2023-dev-vgg16-rbf"))
    >>> found.verdict.value, found.culprits
    ('contradictory', ('f1',))
    """
    if row.n_used is None or row.n_not_used is None or row.task != "membership":
        return Check(Consistency.UNKNOWN)
    tables = _all_tables(row.n_used, row.n_not_used)
    fits = {name: _fits(row, name, tables) for name in row.printed}
    every = np.logical_and.reduce([rounded | cut for rounded, cut in fits.values()])
    if every.any():
        cut_only = tuple(name for name, (rounded, _) in fits.items() if not (rounded & every).any())
        return Check(Consistency.CONSISTENT, _listed(tables, every), cut=cut_only)
    without = {}
    for name in row.printed:
        others = [rounded | cut for other, (rounded, cut) in fits.items() if other != name]
        rest = np.logical_and.reduce(others) if others else np.ones_like(every)
        if rest.any():
            without[name] = _listed(tables, rest)
    return Check(Consistency.CONTRADICTORY, culprits=tuple(without), without=without)


def _published(row: dict[str, object]) -> Published:
    fields = dict(row)
    counts = fields.pop("counts", None)
    if isinstance(counts, dict):
        fields["counts"] = (counts["tp"], counts["tn"], counts["fp"], counts["fn"])
    return Published(**fields)  # type: ignore[arg-type]  # a test reads the whole file


def _all_tables(n_used: int, n_not: int) -> Counts:
    """Every table of this truth, as arrays of one axis."""
    tp, tn = np.meshgrid(np.arange(n_used + 1), np.arange(n_not + 1), indexing="ij")
    return Counts.of(tp.ravel(), tn.ravel(), n_not - tn.ravel(), n_used - tp.ravel())


def _fits(row: Published, name: str, tables: Counts) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each table gives the printed value when rounded, and when cut off."""
    metric = metrics.get(name)
    if metric.of_counts is None:
        raise EvaluationError(f"{row.name}: {name} does not follow from counts; print it as a note")
    value = Decimal(row.printed[name])
    exponent = value.as_tuple().exponent
    decimals = max(row.digits, -exponent if isinstance(exponent, int) else 0)
    unit = 10.0**-decimals
    gap = metric.of_counts(tables) - float(value)
    rounded = np.abs(gap) <= unit / 2 + _HAIR
    toward_zero = gap if value >= 0 else -gap
    return rounded, (toward_zero >= -_HAIR) & (toward_zero < unit - _HAIR)


def _listed(tables: Counts, chosen: NDArray[np.bool_]) -> tuple[tuple[int, int, int, int], ...]:
    """Chosen tables as whole numbers tp, tn, fp, fn."""
    rows = np.stack(tables, axis=1)[chosen].astype(np.int64).tolist()
    return tuple((tp, tn, fp, fn) for tp, tn, fp, fn in rows)
