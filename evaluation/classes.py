"""Attribution metrics of one run with intervals, all from one table of classes.

The tables of all resamples are drawn at once, and each metric is computed for all of them. Images
are drawn within their true class, so that its size stays; with groups, whole groups are drawn.
Metrics of pairs, which an image that is there twice raises, have intervals of halves of the images,
each image at most once: the spread of a half among the halves is that of the whole among samples.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation import given
from evaluation.attribution import Labels, validate
from evaluation.class_tables import METRICS
from evaluation.counts import Tables, Values
from evaluation.intervals import bca
from evaluation.intervals.proportions import wilson

SHARES = ("accuracy", "matched_accuracy")
"""Metrics that are a share of the images."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its limits; NaN where undefined.

    how : `BC bootstrap`, `half-samples` or `Wilson`
    """

    value: float
    low: float
    high: float
    how: str = "BC bootstrap"


def measure(
    truth: Labels,
    predicted: Labels,
    *,
    groups: Labels | None = None,
    level: float = 0.95,
    resamples: int = 2_000,
    seed: int = 0,
) -> dict[str, Measured]:
    """Every metric by name, with its interval.

    Parameters
    ----------
    groups : (n,) such as the patient of each image; whole groups are drawn again

    Raises
    ------
    EvaluationError
        Not one label, or group, for each image; fewer than 2 resamples; a level that is no share.

    Notes
    -----
    Limits of the bootstrap are BC, without acceleration. Where all images are right, or none is, it
    has no width: limits of the shares of images are then Wilson's, over images or groups. What
    agrees by chance agrees more in a resample, in which images are there twice; so pairs are
    counted in halves, see above.
    """
    validate(truth, predicted)
    given.whole("resamples", resamples, 2)
    given.share("level", level)
    names = np.unique(np.concatenate([truth, predicted]))
    true, decided = np.searchsorted(names, truth), np.searchsorted(names, predicted)
    rng = np.random.default_rng(seed)
    if groups is None:
        whole = _tables(true, decided, np.zeros(len(true), np.intp), len(names))
        drawn = _by_class(whole[0], resamples, rng)
        halves = _halves_by_class(whole[0], resamples, rng)
    else:
        groups = given.labels("groups", groups, len(truth))
        by_group = _tables(true, decided, np.unique(groups, return_inverse=True)[1], len(names))
        whole = by_group.sum(axis=0, keepdims=True)
        weights = rng.multinomial(
            len(by_group), np.full(len(by_group), 1 / len(by_group)), resamples
        )
        drawn = np.tensordot(weights, by_group, axes=1)
        halves = _halves_of_groups(by_group, resamples, rng)
    n = len(true) if groups is None else len(by_group)
    return {
        name: _halved(metric.of_tables, whole, halves, level)
        if metric.of_pairs
        else _measured(metric.of_tables, whole, drawn, level, n if name in SHARES else None)
        for name, metric in METRICS.items()
    }


def _measured(
    metric: Callable[[Tables], Values],
    whole: Tables,
    drawn: Tables,
    level: float,
    n: int | None,
) -> Measured:
    """The value and its limits; of a share of `n` images or groups also where it is 0 or 1."""
    value = metric(whole)
    if n is not None and value[0] in (0, 1):
        ends = wilson(value[0] * n, n, level)
        return Measured(float(value[0]), float(ends.low), float(ends.high), "Wilson")
    limits = bca.interval(value, metric(drawn)[None], np.zeros(1), level)
    return Measured(float(value[0]), float(limits.low[0]), float(limits.high[0]))


def _halved(
    metric: Callable[[Tables], Values], whole: Tables, halves: Tables, level: float
) -> Measured:
    """The value, and limits as far from it as those of the halves are from their median.

    References
    ----------
    Half-sampling: the delete-half jackknife, Shao, Tu (1995), doi:10.1007/978-1-4612-0795-5, 2.3.
    """
    value, of_halves = float(metric(whole)[0]), metric(halves)
    if np.isnan(value) or np.isnan(of_halves).any():
        return Measured(value, float("nan"), float("nan"), "half-samples")
    tail = (1 - level) / 2
    low, middle, high = np.quantile(of_halves, [tail, 0.5, 1 - tail])
    ends = value - (high - middle), value + (middle - low)
    least = -1.0 if metric.__name__.startswith("adjusted") else 0.0
    return Measured(value, float(max(least, ends[0])), float(min(1.0, ends[1])), "half-samples")


def _halves_by_class(
    table: NDArray[np.float64], resamples: int, rng: np.random.Generator
) -> Tables:
    """Half of the images of each true class, none twice; of an odd number, one more or less."""
    rows = []
    for row in np.rint(table).astype(np.int64):
        size = int(row.sum())
        few = rng.multivariate_hypergeometric(row, size // 2, resamples)
        if size % 2:
            more = rng.multivariate_hypergeometric(row, size - size // 2, resamples)
            few = np.where(rng.random(resamples)[:, None] < 0.5, few, more)
        rows.append(few)
    return np.stack(rows, axis=1).astype(np.float64)


def _halves_of_groups(by_group: Tables, resamples: int, rng: np.random.Generator) -> Tables:
    """Half of the groups, none twice."""
    order = rng.random((resamples, len(by_group))).argsort(axis=1)
    kept = (order < max(1, len(by_group) // 2)).astype(np.float64)
    return np.asarray(np.tensordot(kept, by_group, axes=1))


def _tables(
    true: NDArray[np.intp], decided: NDArray[np.intp], unit: NDArray[np.intp], many: int
) -> Tables:
    """A table for each unit."""
    cell_of = (unit * many + true) * many + decided
    units = int(unit.max()) + 1
    cells = np.bincount(cell_of, minlength=units * many * many).astype(np.float64)
    return cells.reshape(units, many, many)


def _by_class(table: NDArray[np.float64], resamples: int, rng: np.random.Generator) -> Tables:
    """Draw the images of each true class again."""
    rows = []
    for row in table:
        size = int(row.sum())
        shares = row / size if size else np.full(len(row), 1 / len(row))
        rows.append(rng.multinomial(size, shares, resamples))
    return np.stack(rows, axis=1).astype(np.float64)
