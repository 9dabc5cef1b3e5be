"""Curves of a run with bands from the bootstrap: ROC, precision-recall, metric by assumed share."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evaluation import assumed_share
from evaluation.counts import Values
from evaluation.intervals.resampling import Units, draws
from evaluation.metrics import Metric
from evaluation.score_curve import Ranked

Truth: TypeAlias = NDArray[np.bool_]
POINTS = 101
WORK = 40_000_000
"""Cases drawn in all for one run's bands, at most; at least 200 resamples all the same."""


@dataclass(frozen=True, slots=True, eq=False)
class CurveBand:
    """A curve at fixed places: value, and limits that hold at each place by itself."""

    x: Values
    value: Values
    low: Values
    high: Values


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """ROC (recall at each false positive rate) and precision at each recall."""

    roc: CurveBand
    precision: CurveBand


def default_resamples(n: int) -> int:
    """1,000, and fewer where there are many cases."""
    return int(np.clip(WORK // max(n, 1), 200, 1_000))


def bands(
    truth: Truth,
    scores: Values,
    clusters: NDArray[np.generic] | None = None,
    *,
    level: float = 0.95,
    resamples: int | None = None,
    seed: int = 0,
) -> Bands | None:
    """Both curves of one run with percentile bands; None with one class only."""
    if truth.all() or not truth.any():
        return None
    grid = np.linspace(0, 1, POINTS)
    ranked = Ranked.of(truth, scores)
    whole = ranked.cumulate(np.ones((1, len(truth)))).from_nobody()
    many = default_resamples(len(truth)) if resamples is None else resamples
    roc, precision = np.empty((many, POINTS)), np.empty((many, POINTS))
    start = 0
    for weights in draws(Units.of(truth, clusters), many, np.random.default_rng(seed)):
        drawn = ranked.cumulate(weights).from_nobody()
        for used, not_used in zip(drawn.used, drawn.not_used, strict=True):
            roc[start] = recall_at(used, not_used, grid)
            precision[start] = precision_at(used, not_used, grid)
            start += 1
    used, not_used = whole.used[0], whole.not_used[0]
    return Bands(
        banded(grid, recall_at(used, not_used, grid), roc, level),
        banded(grid, precision_at(used, not_used, grid), precision, level),
    )


def banded(grid: Values, value: Values, drawn: Values, level: float) -> CurveBand:
    """Percentile limits at each place."""
    low, high = np.nanquantile(drawn, ((1 - level) / 2, (1 + level) / 2), axis=0)
    return CurveBand(grid, value, np.minimum(low, value), np.maximum(high, value))


def recall_at(used: Values, not_used: Values, grid: Values) -> Values:
    """Recall at each false positive rate, straight between thresholds as the AUC takes it."""
    if used[-1] == 0 or not_used[-1] == 0:
        return np.full(len(grid), np.nan)
    rate = not_used / not_used[-1]
    last = np.append(np.flatnonzero(np.diff(rate)), len(rate) - 1)  # the top of a vertical step
    return np.asarray(np.interp(grid, rate[last], used[last] / used[-1]), dtype=np.float64)


def precision_at(used: Values, not_used: Values, grid: Values) -> Values:
    """Precision of the first threshold that reaches each recall; no interpolation."""
    if used[-1] == 0:
        return np.full(len(grid), np.nan)
    least = np.maximum(grid * used[-1], 1e-9) - 1e-12  # recall 0 is that of the first one found
    step = np.minimum(np.searchsorted(used, least), len(used) - 1)
    return np.asarray(used[step] / (used[step] + not_used[step]), dtype=np.float64)


def by_share(truth: Truth, scores: Values, metric: Metric) -> tuple[Values, Values]:
    """A metric of counts when the highest-scored share is called used: shares and values.

    Of equal scores each is called used equally often, so the table is the expected one.
    """
    assert metric.of_counts is not None
    shares = np.linspace(0, 1, POINTS)
    tables = assumed_share.tables(truth, scores, shares)
    return shares, np.asarray(metric.of_counts(tables), dtype=np.float64)
