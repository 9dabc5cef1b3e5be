"""The leaderboard as one plain object: whatever shows it (terminal, CSV, HTML) reads its cells.

Runs are ranked by the primary metric. Trivial rows stand among them, and a power line: the value
that a run must reach before it can be told from blind calls at this number of images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from evaluation import bootstrap as boot
from evaluation import comparison, groups, multiple, ranking
from evaluation.bca import Interval
from evaluation.blind_groups import BlindGroups
from evaluation.bootstrap import Replicates
from evaluation.cells import NAN, Cell, blind_cells, interval_cells, measured_cells
from evaluation.comparison import Adjust, Pairs
from evaluation.counts import Counts, Values
from evaluation.errors import EvaluationError
from evaluation.measure import Meter
from evaluation.membership import Used
from evaluation.metrics import METRICS, Metric, Needs
from evaluation.power import PowerLine, minimum_detectable_difference, power_line
from evaluation.ranking import Robustness, Stability
from evaluation.runs import Panel, Run, of_counts


class Kind(StrEnum):
    """What a row stands for; only runs have ranks."""

    RUN = "run"
    TRIVIAL = "trivial"
    POWER_LINE = "power line"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    counts : tp, tn, fp, fn; None of rows that are no single run
    rank, rank_low, rank_high : by the primary metric, with the middle `level` under resampling
    groups : letters; runs that share one cannot be told apart
    p_chance : of the primary metric against blind calls with as many called used, two-sided,
        adjusted (Holm) for the number of runs
    told_from_chance : better than blind calls, and `p_chance` below 1 - level
    comparable : nobody on the board used other knowledge
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leaderboard:
    """The table and everything that says how far to trust it.

    columns : the metrics, the primary one first
    rows : best first, all kinds mixed; undefined last
    detectable : difference of two runs in the primary metric found with 80% power: the median
        over pairs; NaN for one run
    notes : sentences to print under the table
    """

    primary: Metric
    columns: tuple[Metric, ...]
    rows: tuple[Row, ...]
    n_used: int
    n_not: int
    n_clusters: int | None
    level: float
    resamples: int
    seed: int
    power: Mapping[str, PowerLine]
    stability: Stability
    robustness: Robustness
    pairs: Pairs
    detectable: float
    notes: tuple[str, ...] = field(default=())

    @property
    def runs(self) -> tuple[Row, ...]:
        """Rows of runs, best first."""
        return tuple(row for row in self.rows if row.kind is Kind.RUN)


def default_resamples(n: int) -> int:
    """Resamples by default: 10,000 up to 20,000 images, then fewer, and 1,000 from 200,000 on.

    Intervals get so narrow with n that their ends move no further for it.
    """
    return int(np.clip(200_000_000 // n, 1_000, boot.RESAMPLES))


def build(
    panel: Panel,
    *,
    primary: Metric | None = None,
    metrics: Sequence[Metric] = METRICS,
    published: Mapping[str, tuple[int, int, int, int]] | None = None,
    level: float = 0.95,
    resamples: int | None = None,
    adjust: Adjust = Adjust.HOLM,
    seed: int = 0,
) -> Leaderboard:
    """Score, rank and compare the runs of a panel.

    Parameters
    ----------
    primary : ranks the runs; None: F1, as in the 2023 challenge
    metrics : columns; those that no run gives data for are left out
    published : name to counts tp, tn, fp, fn of runs on other or withheld truths; shown, not ranked
    level : of every interval; 1 - level is the significance level

    Raises
    ------
    EvaluationError
        The primary metric is not among `metrics`, or no run gives what it needs.
    """
    columns = _columns(panel, metrics, primary)
    draws = default_resamples(len(panel.truth)) if resamples is None else resamples
    replicates = boot.bootstrap(panel, columns, resamples=draws, seed=seed)
    pairs = comparison.all_pairs(
        panel, columns[0], adjust=adjust, replicates=replicates, permutations=draws, seed=seed
    )
    stability = ranking.stability(replicates, columns[0], level)
    n_used, n_not = int(panel.truth.sum()), int((~panel.truth).sum())
    blind = None
    if panel.clusters is not None:
        blind = BlindGroups.draw(panel.truth, panel.clusters, columns, draws=draws, seed=seed)
    power = {
        metric.name: power_line(metric, n_used, n_not, level=level, permutations=draws, seed=seed)
        if blind is None
        else blind.power_line(metric, level)
        for metric in columns
    }
    rows = [
        *_run_rows(panel, columns, replicates, stability, pairs, level, draws, seed),
        *_trivial_rows(panel.truth, columns, draws, level, seed, blind),
        _power_row(columns, power),
        *_published_rows(published or {}, columns, draws, level, seed),
    ]
    return Leaderboard(
        primary=columns[0],
        columns=columns,
        rows=tuple(_best_first(rows, columns[0])),
        n_used=n_used,
        n_not=n_not,
        n_clusters=None if panel.clusters is None else len(np.unique(panel.clusters)),
        level=level,
        resamples=draws,
        seed=seed,
        power=power,
        stability=stability,
        robustness=ranking.robustness(columns, replicates.values),
        pairs=pairs,
        detectable=_detectable(replicates, columns[0], level),
        notes=_notes(panel, power[columns[0].name], level),
    )


def _columns(panel: Panel, metrics: Sequence[Metric], primary: Metric | None) -> tuple[Metric, ...]:
    runs = panel.runs.values()
    given = {Needs.DECISIONS}
    if any(run.scores is not None for run in runs):
        given.add(Needs.SCORES)
    if any(run.probabilities is not None for run in runs):
        given.add(Needs.PROBABILITIES)
    shown = [metric for metric in metrics if metric.needs in given]
    if primary is None:
        return tuple(shown)
    if primary.name not in [metric.name for metric in shown]:
        raise EvaluationError(
            f"primary metric: {primary.name!r} is not measured here; got no run with "
            f"{primary.needs.value}; choose from {', '.join(metric.name for metric in shown)}"
        )
    return (primary, *(metric for metric in shown if metric.name != primary.name))


def _run_rows(
    panel: Panel,
    columns: tuple[Metric, ...],
    replicates: Replicates,
    stability: Stability,
    pairs: Pairs,
    level: float,
    draws: int,
    seed: int,
) -> list[Row]:
    tables = Meter(panel, ()).tables(np.ones((1, len(panel.truth))))
    counts = np.concatenate(tables, axis=1).astype(int).tolist()
    cells = measured_cells(panel, columns, replicates, level=level, permutations=draws, seed=seed)
    p_chance = multiple.holm([row[columns[0].name].p_chance for row in cells])
    marks = _letters(stability, pairs, level)
    mixed = len({run.knowledge for run in panel.runs.values()}) > 1
    return [
        Row(
            name=name,
            kind=Kind.RUN,
            cells=cells[place],
            knowledge=run.knowledge,
            comparable=not mixed,
            counts=tuple(counts[place]),
            rank=int(stability.rank[place]),
            rank_low=int(stability.low[place]),
            rank_high=int(stability.high[place]),
            groups=marks[place],
            p_chance=float(p_chance[place]),
            told_from_chance=_told(
                cells[place][columns[0].name], columns[0], p_chance[place], level
            ),
        )
        for place, (name, run) in enumerate(panel.runs.items())
    ]


def _told(cell: Cell, metric: Metric, p_value: float, level: float) -> bool | None:
    """Better than blind calls? None where that cannot be tested."""
    if np.isnan(p_value):
        return None
    return bool(p_value <= 1 - level and metric.sign * (cell.value - cell.chance) > 0)


def _letters(stability: Stability, pairs: Pairs, level: float) -> list[tuple[str, ...]]:
    """Letters of each run, given out from the best run on."""
    order = np.argsort(stability.rank, kind="stable")
    found = groups.groups(pairs.adjusted[np.ix_(order, order)], level)
    by_rank = groups.letters(found, len(order))
    marks: list[tuple[str, ...]] = [()] * len(order)
    for place, run in enumerate(order):
        marks[run] = by_rank[place]
    return marks


def _trivial_rows(
    truth: Used,
    columns: tuple[Metric, ...],
    draws: int,
    level: float,
    seed: int,
    groups: BlindGroups | None,
) -> list[Row]:
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
            cells={m.name: Cell(float(v)) for m, v in zip(columns, values[:, place], strict=True)},
        )
        for place, name in enumerate(constant)
    ]
    coin = blind_cells(truth, columns, draws=draws, level=level, seed=seed, groups=groups)
    return [*rows, Row(name="coin", kind=Kind.TRIVIAL, cells=coin)]


def _power_row(columns: tuple[Metric, ...], power: Mapping[str, PowerLine]) -> Row:
    cells = {metric.name: Cell(power[metric.name].critical) for metric in columns}
    return Row(name="power line", kind=Kind.POWER_LINE, cells=cells)


def _published_rows(
    published: Mapping[str, tuple[int, int, int, int]],
    columns: tuple[Metric, ...],
    draws: int,
    level: float,
    seed: int,
) -> list[Row]:
    if not published:
        return []
    tables = Counts.of(*np.array(list(published.values()), dtype=np.float64).T)
    limits = boot.of_counts(columns, tables, resamples=draws, level=level, seed=seed)
    rows = []
    for place, (name, counts) in enumerate(published.items()):
        truth, decisions = of_counts(*counts)
        panel = Panel(truth, {name: Run(decisions)})
        values = Meter(panel, columns).once()[:, 0]
        own = Interval(limits.low[:, place], limits.high[:, place])
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
            )
        )
    return rows


def _best_first(rows: list[Row], primary: Metric) -> list[Row]:
    """Sort by the primary metric; equals keep their order; undefined last."""

    def key(row: Row) -> tuple[bool, float]:
        value = row.cells[primary.name].value
        return bool(np.isnan(value)), -primary.sign * value

    return sorted(rows, key=key)


def _detectable(replicates: Replicates, primary: Metric, level: float) -> float:
    """Median over pairs of runs that differ at all."""
    paired = replicates.only(primary.name)
    runs = len(replicates.names)
    spreads = [paired.spread(a, b) for a in range(runs) for b in range(a)]
    some: Values = np.array([spread for spread in spreads if spread > 0])
    return float(minimum_detectable_difference(np.median(some), level=level)) if len(some) else NAN


def _notes(panel: Panel, line: PowerLine, level: float) -> tuple[str, ...]:
    notes = []
    if len({run.knowledge for run in panel.runs.values()}) > 1:
        notes.append("runs used different knowledge: they are not comparable")
    if panel.truth.all() or not panel.truth.any():
        notes.append("truth of one class only: most metrics are undefined")
    if np.isnan(line.critical):
        notes.append(
            f"no value of {line.metric.label} can be told from chance at {level:.0%} with "
            f"{int(panel.truth.sum())} used of {len(panel.truth)} images"
        )
    return tuple(notes)
