"""Bootstrap of every metric of every run, on the same draws for all runs, so that they pair up.

Every case (or patient) can be drawn. Intervals are BCa; metrics are undefined in some resamples
(no image called used was drawn), and then those resamples do not count; see
`evaluation.intervals.bca`.

What it cannot do: a run that calls *every* used image used has recall 1 in every resample. The
bootstrap then says nothing of how far the truth may be below; for proportions
`evaluation.intervals.proportions.wilson` does, and the leaderboard uses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation import given
from evaluation.counts import Counts, Values
from evaluation.errors import EvaluationError
from evaluation.intervals import bca
from evaluation.intervals.bca import Interval
from evaluation.intervals.resampling import Units, deletions, draws
from evaluation.meter import Meter
from evaluation.metrics import Metric, Needs
from evaluation.runs import Panel

RESAMPLES = 10_000
"""Default; the end of a 95% interval then moves by about 2% of its length between seeds."""


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """Metrics of a panel, and what they were when cases were drawn again or left out.

    values : (metrics, runs)
    drawn : (metrics, runs, resamples)
    left_out : the jackknife: index of the stratum, (metrics, runs, units of it)
    """

    metrics: tuple[Metric, ...]
    names: tuple[str, ...]
    values: Values
    drawn: Values
    left_out: list[tuple[int, Values]]

    def intervals(self, level: float = 0.95) -> Interval:
        """BCa limits of every metric of every run: two arrays (metrics, runs)."""
        given.share("level", level)
        skew = bca.acceleration(self.left_out)
        return bca.interval(self.values, self.drawn, skew, level)

    def differences(self, first: int, second: int, level: float = 0.95) -> "Differences":
        """Compare two runs on every metric: the first minus the second, better is above 0."""
        given.share("level", level)
        signs = np.array([metric.sign for metric in self.metrics], dtype=np.float64)
        value = signs * (self.values[:, first] - self.values[:, second])
        drawn = signs[:, None] * (self.drawn[:, first] - self.drawn[:, second])
        left_out = [
            (stratum, signs[:, None] * (part[:, first] - part[:, second]))
            for stratum, part in self.left_out
        ]
        limits = bca.interval(value, drawn, bca.acceleration(left_out), level)
        return Differences(value, limits, _two_sided(drawn), _spread(drawn))

    def only(self, metric: str) -> "Paired":
        """Replicates of one metric, better above worse, for tests of many pairs."""
        number = self.of(metric)
        return Paired(self.metrics[number].sign * self.drawn[number])

    def of(self, metric: str) -> int:
        """Index of a metric."""
        for index, known in enumerate(self.metrics):
            if known.name == metric:
                return index
        raise EvaluationError(
            f"metric: not among the replicates; got {metric!r}; bootstrap it first"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Differences:
    """Two runs compared, metric by metric: every field is (metrics,).

    advantage : by how much the first run is better
    p_value : two-sided, from the share of resamples on either side of 0
    spread : standard deviation over the resamples
    """

    advantage: Values
    limits: Interval
    p_value: Values
    spread: Values


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """One metric on the same resamples for every run: (runs, resamples), higher is better."""

    drawn: Values

    def p_value(self, first: int, second: int) -> float:
        """Two-sided p-value of no difference."""
        return float(_two_sided(self.drawn[first] - self.drawn[second]))

    def against(self, value: float) -> Values:
        """Two-sided p-value of each run being no better and no worse than `value`: (runs,)."""
        return _two_sided(self.drawn - value)

    def spread(self, first: int, second: int) -> float:
        """Standard deviation of the difference."""
        return float(_spread(self.drawn[first] - self.drawn[second]))


def bootstrap(
    panel: Panel,
    metrics: Sequence[Metric],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Replicates:
    """Draw cases again and measure everything each time.

    With `panel.clusters`, whole clusters (patients) are drawn.

    Raises
    ------
    EvaluationError
        Fewer than 2 resamples; no metric.
    """
    given.whole("resamples", resamples, 2)
    if not metrics:
        raise EvaluationError("metrics: none; got an empty list; give at least one")
    meter = Meter(panel, metrics)
    units = Units.of(panel.truth, panel.clusters)
    rng = np.random.default_rng(seed)
    drawn = np.empty((len(metrics), len(panel.runs), resamples))
    start = 0
    for weights in draws(units, resamples, rng):
        drawn[:, :, start : start + len(weights)] = meter(weights)
        start += len(weights)
    left_out = [(stratum, meter(weights)) for stratum, weights in deletions(units)]
    return Replicates(tuple(metrics), panel.names, meter.once(), drawn, left_out)


def of_counts(
    metrics: Sequence[Metric],
    tables: Counts,
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """BCa limits of metrics of counts, for runs of which only the counts are known.

    Drawing cases within a class is a binomial draw of the correct ones, so no case is touched.

    Parameters
    ----------
    tables : cells of shape (tables,)

    Returns
    -------
    Two arrays (metrics, tables); NaN for metrics that need scores.
    """
    given.whole("resamples", resamples, 2)
    given.share("level", level)
    low = np.full((len(metrics), tables.tp.size), np.nan)
    high = low.copy()
    again = _drawn_tables(tables, resamples, np.random.default_rng(seed))
    without = _tables_without(tables)
    for number, metric in enumerate(metrics):
        if metric.needs is Needs.DECISIONS and metric.of_counts is not None:
            skew = _acceleration_of_counts(metric.of_counts(without), tables)
            limits = bca.interval(metric.of_counts(tables), metric.of_counts(again), skew, level)
            low[number], high[number] = limits
    return Interval(low, high)


def _drawn_tables(tables: Counts, resamples: int, rng: np.random.Generator) -> Counts:
    """Redrawn cells: (tables, resamples)."""
    shape = (*tables.tp.shape, resamples)
    hits = []
    for right, total in ((tables.tp, tables.used), (tables.tn, tables.not_used)):
        share = right / np.maximum(total, 1)
        trials = total.astype(np.int64)[..., None]
        hits.append(rng.binomial(trials, share[..., None], size=shape).astype(np.float64))
    tp, tn = hits
    return Counts(tp, tn, tables.not_used[..., None] - tn, tables.used[..., None] - tp)


def _tables_without(tables: Counts) -> Counts:
    """The table without one TP, TN, FP, FN, its class weighted up again: (tables, 4)."""
    whole = np.stack(tables, axis=-1)
    cells = np.repeat(whole[..., None], 4, axis=-1)  # (tables, cell, which is left out)
    for out in range(4):
        pair = [0, 3] if out in (0, 3) else [1, 2]
        total = whole[..., pair].sum(axis=-1)
        cells[..., out, out] = np.maximum(cells[..., out, out] - 1, 0)
        cells[..., pair, out] *= (total / np.maximum(total - 1, 1))[..., None]
    return Counts(*np.moveaxis(cells, -2, 0))


def _acceleration_of_counts(without: Values, tables: Counts) -> Values:
    """As `bca.acceleration`, each of the four values weighted by how many cases share it."""
    whole = np.stack(tables, axis=-1)
    second = np.zeros(tables.tp.shape)
    third = second.copy()
    for pair in ([0, 3], [1, 2]):
        many, values = whole[..., pair], np.where(whole[..., pair] > 0, without[..., pair], 0)
        units = np.maximum(many.sum(axis=-1, keepdims=True), 1)
        mean = (many * values).sum(axis=-1, keepdims=True) / units
        influence = (mean - values) * (units - 1) / units
        second += (many * influence**2).sum(axis=-1)
        third += (many * influence**3).sum(axis=-1)
    safe = np.where(second > 0, second, 1.0)
    return np.nan_to_num(np.where(second > 0, third / (6 * safe**1.5), 0.0))


def _two_sided(drawn: Values) -> Values:
    """Twice the smaller share of resamples at or beyond 0; at most 1; NaN where none is defined."""
    defined = np.count_nonzero(~np.isnan(drawn), axis=-1)
    lower = np.count_nonzero(drawn <= 0, axis=-1)
    upper = np.count_nonzero(drawn >= 0, axis=-1)
    p_value = np.minimum(1.0, 2 * (np.minimum(lower, upper) + 1) / (defined + 1))
    return np.where(defined > 0, p_value, np.nan)


def _spread(drawn: Values) -> Values:
    """Standard deviation over the defined resamples."""
    defined = ~np.isnan(drawn)
    many = np.count_nonzero(defined, axis=-1)
    filled = np.where(defined, drawn, 0.0)
    mean = filled.sum(axis=-1) / np.maximum(many, 1)
    squares = np.where(defined, (drawn - mean[..., None]) ** 2, 0.0).sum(axis=-1)
    return np.where(many > 1, np.sqrt(squares / np.maximum(many - 1, 1)), np.nan)
