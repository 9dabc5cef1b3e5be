"""Attribution metrics of one run with bootstrap intervals, all from one table of classes.

The tables of all resamples are drawn at once, and each metric is computed for all of them. Images
are drawn within their true class, so that its size stays; with groups, whole groups are drawn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.attribution import Labels, validate
from evaluation.counts import Values, ratio
from evaluation.errors import EvaluationError
from evaluation.intervals import bca

Tables = NDArray[np.float64]
"""(tables, classes, classes): true class, then label; both in one order."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its limits (bias-corrected bootstrap); NaN where undefined."""

    value: float
    low: float
    high: float


def accuracy(tables: Tables) -> Values:
    """Share of the images with the right label."""
    return ratio(np.trace(tables, axis1=1, axis2=2), tables.sum(axis=(1, 2)))


def macro_f1(tables: Tables) -> Values:
    """Mean F1 of the classes that occur in truth or labels."""
    right = np.diagonal(tables, axis1=1, axis2=2)
    total = tables.sum(axis=1) + tables.sum(axis=2)
    there = total > 0
    f1 = np.where(there, 2 * right / np.where(there, total, 1), 0.0)
    return ratio(f1.sum(axis=1), there.sum(axis=1).astype(np.float64))


def matched_accuracy(tables: Tables) -> Values:
    """Accuracy after the best one-to-one matching of labels to classes."""
    from scipy.optimize import linear_sum_assignment

    best = [table[linear_sum_assignment(table, maximize=True)].sum() for table in tables]
    return ratio(np.array(best), tables.sum(axis=(1, 2)))


def adjusted_rand(tables: Tables) -> Values:
    """Agreement on pairs of images beyond chance."""
    together = _pairs(tables).sum(axis=(1, 2))
    same_class = _pairs(tables.sum(axis=2)).sum(axis=1)
    same_label = _pairs(tables.sum(axis=1)).sum(axis=1)
    expected = ratio(same_class * same_label, _pairs(tables.sum(axis=(1, 2))))
    return ratio(together - expected, (same_class + same_label) / 2 - expected)


def normalised_mutual_information(tables: Tables) -> Values:
    """Mutual information over the mean of the two entropies."""
    shares = tables / tables.sum(axis=(1, 2), keepdims=True)
    apart = _entropy(shares.sum(axis=2)) + _entropy(shares.sum(axis=1))
    shared = np.maximum(0.0, apart - _entropy(shares.reshape(len(shares), -1)))
    return ratio(2 * shared, apart)


METRICS: Mapping[str, Callable[[Tables], Values]] = {
    metric.__name__: metric
    for metric in (
        accuracy, macro_f1, matched_accuracy, adjusted_rand, normalised_mutual_information,
    )
}  # fmt: skip


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
    Limits are BC, without acceleration. What agrees by chance agrees more in a resample, in which
    images are there twice, so NMI of a blind run lies below most of its resamples.
    """
    validate(truth, predicted)
    if resamples < 2 or not 0 < level < 1:
        raise EvaluationError(
            f"bootstrap: not possible; got {resamples} resamples at level {level}; give 2 or more, "
            "and a share such as 0.95"
        )
    names = np.unique(np.concatenate([truth, predicted]))
    true, told = np.searchsorted(names, truth), np.searchsorted(names, predicted)
    rng = np.random.default_rng(seed)
    if groups is None:
        whole = _tables(true, told, np.zeros(len(true), np.intp), len(names))
        drawn = _by_class(whole[0], resamples, rng)
    else:
        validate(truth, groups)
        each = _tables(true, told, np.unique(groups, return_inverse=True)[1], len(names))
        whole = each.sum(axis=0, keepdims=True)
        weights = rng.multinomial(len(each), np.full(len(each), 1 / len(each)), resamples)
        drawn = np.tensordot(weights, each, axes=1)
    return {name: _measured(metric, whole, drawn, level) for name, metric in METRICS.items()}


def _measured(
    metric: Callable[[Tables], Values], whole: Tables, drawn: Tables, level: float
) -> Measured:
    value = metric(whole)
    limits = bca.interval(value, metric(drawn)[None], np.zeros(1), level)
    return Measured(float(value[0]), float(limits.low[0]), float(limits.high[0]))


def _tables(
    true: NDArray[np.intp], told: NDArray[np.intp], unit: NDArray[np.intp], many: int
) -> Tables:
    """A table for each unit."""
    place = (unit * many + true) * many + told
    units = int(unit.max()) + 1
    cells = np.bincount(place, minlength=units * many * many).astype(np.float64)
    return cells.reshape(units, many, many)


def _by_class(table: NDArray[np.float64], resamples: int, rng: np.random.Generator) -> Tables:
    """Draw the images of each true class again."""
    rows = []
    for row in table:
        size = int(row.sum())
        shares = row / size if size else np.full(len(row), 1 / len(row))
        rows.append(rng.multinomial(size, shares, resamples))
    return np.stack(rows, axis=1).astype(np.float64)


def _pairs(sizes: NDArray[np.float64]) -> Values:
    return np.asarray(sizes * (sizes - 1) / 2, dtype=np.float64)


def _entropy(shares: NDArray[np.float64]) -> Values:
    logs = np.log(np.where(shares > 0, shares, 1.0))
    return np.asarray(-(shares * logs).sum(axis=1), dtype=np.float64)
