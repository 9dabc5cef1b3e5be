"""The rows of a leaderboard: runs, trivial ones, the chance limit, and published counts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from evaluation.boards import letters
from evaluation.boards.cells import NAN, Cell, blind_cells, interval_cells, measured_cells
from evaluation.boards.ranking import Stability
from evaluation.counts import Counts
from evaluation.intervals import bootstrap as boot
from evaluation.intervals.bca import Interval
from evaluation.intervals.bootstrap import Replicates
from evaluation.membership import Used
from evaluation.meter import Meter
from evaluation.metrics import Metric
from evaluation.runs import Panel, Run, of_counts
from evaluation.significance import multiple
from evaluation.significance.blind_groups import BlindGroups
from evaluation.significance.comparison import PairedTests
from evaluation.significance.power import ChanceLimit


class Kind(StrEnum):
    """What a row stands for; only runs have ranks."""

    RUN = "run"
    TRIVIAL = "trivial"
    SHORTCUT = "shortcut"
    CHANCE_LIMIT = "chance limit"
    PUBLISHED = "published"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    counts : tp, tn, fp, fn; None of rows that are no single run
    rank, rank_low, rank_high : by the primary metric, with the middle `level` under resampling;
        None of a run whose primary metric is undefined
    groups : letters; runs that share one cannot be told apart; none without a rank
    p_chance : of the primary metric against guessing with as many called used, two-sided,
        adjusted (Holm) for the number of runs
    told_from_chance : better than guessing, and `p_chance` below 1 - level
    below_chance : worse than guessing, and `p_chance` below 1 - level
    comparable : it used no more than what was allowed
    """

    name: str
    kind: Kind
    cells: Mapping[str, Cell]
    knowledge: str = ""
    comparable: bool = True
    counts: tuple[int, int, int, int] | None = None
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    groups: tuple[str, ...] = ()
    p_chance: float = NAN
    told_from_chance: bool | None = None
    below_chance: bool = False


def of_runs(
    panel: Panel,
    columns: tuple[Metric, ...],
    replicates: Replicates,
    stability: Stability,
    pairs: PairedTests,
    level: float,
    draws: int,
    seed: int,
    allows: Callable[[str], bool],
) -> list[Row]:
    """One row per run, in the order of the panel, ranked, lettered and held against guessing."""
    tables = Meter(panel, ()).tables(np.ones((1, len(panel.truth))))
    counts = np.concatenate(tables, axis=1).astype(int).tolist()
    cells = measured_cells(panel, columns, replicates, level=level, permutations=draws, seed=seed)
    p_chance = multiple.holm([row[columns[0].name].p_chance for row in cells])
    ranked = [not np.isnan(row[columns[0].name].value) for row in cells]
    marks = _letters(stability, pairs, level, ranked)
    return [
        Row(
            name=name,
            kind=Kind.RUN,
            cells=cells[number],
            knowledge=run.knowledge,
            comparable=allows(run.knowledge),
            counts=tuple(counts[number]),
            rank=int(stability.rank[number]) if ranked[number] else None,
            rank_low=int(stability.low[number]) if ranked[number] else None,
            rank_high=int(stability.high[number]) if ranked[number] else None,
            groups=marks[number],
            p_chance=float(p_chance[number]),
            told_from_chance=_told(
                cells[number][columns[0].name], columns[0], p_chance[number], level
            ),
            below_chance=_below(
                cells[number][columns[0].name], columns[0], p_chance[number], level
            ),
        )
        for number, (name, run) in enumerate(panel.runs.items())
    ]


def _told(cell: Cell, metric: Metric, p_value: float, level: float) -> bool | None:
    """Better than guessing? None where that cannot be tested."""
    if np.isnan(p_value):
        return None
    return bool(p_value <= 1 - level and metric.sign * (cell.value - cell.chance) > 0)


def _below(cell: Cell, metric: Metric, p_value: float, level: float) -> bool:
    """Worse than guessing? A run that is has its answers the wrong way round."""
    return bool(p_value <= 1 - level and metric.sign * (cell.value - cell.chance) < 0)


def _letters(
    stability: Stability, pairs: PairedTests, level: float, ranked: Sequence[bool]
) -> list[tuple[str, ...]]:
    """Letters of each run that has a rank, given out from the best run on."""
    order = [run for run in np.argsort(stability.rank, kind="stable") if ranked[run]]
    groups = letters.groups(pairs.adjusted[np.ix_(order, order)], level) if order else []
    by_rank = letters.letters(groups, len(order))
    marks: list[tuple[str, ...]] = [()] * len(ranked)
    for number, run in enumerate(order):
        marks[run] = by_rank[number]
    return marks


def trivial(
    truth: Used,
    columns: tuple[Metric, ...],
    draws: int,
    level: float,
    seed: int,
    groups: BlindGroups | None,
) -> list[Row]:
    """What needs no method: call everything used, nothing, or each image by the throw of a coin."""
    everything, nothing = np.ones_like(truth), np.zeros_like(truth)
    constant = {
        "all used": Run(everything, np.zeros(len(truth))),
        "all not used": Run(nothing, np.zeros(len(truth))),
    }
    panel = Panel(truth, constant)
    values = Meter(panel, columns).once()
    rows = [
        Row(
            name=name,
            kind=Kind.TRIVIAL,
            cells={m.name: Cell(float(v)) for m, v in zip(columns, values[:, number], strict=True)},
        )
        for number, name in enumerate(constant)
    ]
    coin = blind_cells(truth, columns, draws=draws, level=level, seed=seed, groups=groups)
    return [*rows, Row(name="coin", kind=Kind.TRIVIAL, cells=coin)]


def of_power(columns: tuple[Metric, ...], power: Mapping[str, ChanceLimit]) -> Row:
    """The least value of each metric that can be told from guessing."""
    cells = {metric.name: Cell(power[metric.name].critical) for metric in columns}
    return Row(name=Kind.CHANCE_LIMIT.value, kind=Kind.CHANCE_LIMIT, cells=cells)


def of_published(
    published: Mapping[str, tuple[int, int, int, int]],
    columns: tuple[Metric, ...],
    draws: int,
    level: float,
    seed: int,
) -> list[Row]:
    """Runs of which only tp, tn, fp, fn are known; they have no scores and no rank."""
    if not published:
        return []
    tables = Counts.of(*np.array(list(published.values()), dtype=np.float64).T)
    limits = boot.of_counts(columns, tables, resamples=draws, level=level, seed=seed)
    rows = []
    for number, (name, counts) in enumerate(published.items()):
        truth, decisions = of_counts(*counts)
        panel = Panel(truth, {name: Run(decisions)})
        values = Meter(panel, columns).once()[:, 0]
        own = Interval(limits.low[:, number], limits.high[:, number])
        cells = interval_cells(panel, columns, values, own, level)
        cell = cells[columns[0].name]
        rows.append(
            Row(
                name=name,
                kind=Kind.PUBLISHED,
                cells=cells,
                comparable=False,
                counts=counts,
                p_chance=cell.p_chance,
                told_from_chance=_told(cell, columns[0], cell.p_chance, level),
                below_chance=_below(cell, columns[0], cell.p_chance, level),
            )
        )
    return rows


def of_invalid(names: Iterable[str], columns: tuple[Metric, ...]) -> list[Row]:
    """Runs that could not be read: nothing is measured, and there is no rank."""
    cells = {metric.name: Cell(NAN) for metric in columns}
    return [Row(name=name, kind=Kind.INVALID, cells=cells, comparable=False) for name in names]


def best_first(rows: list[Row], primary: Metric) -> list[Row]:
    """Sort by the primary metric; equals keep their order; undefined last."""

    def key(row: Row) -> tuple[bool, float]:
        value = row.cells[primary.name].value
        return bool(np.isnan(value)), -primary.sign * value

    return sorted(rows, key=key)
