"""Swap test of two runs that give classes to the same images, for any metric of class tables.

If two runs are equally good, whose label is whose does not matter: exchanging both labels of any
set of images gives a difference that was as likely. Labels that name no class (clusters) are first
named by the classes that they match best, since numbers of two clusterings mean different things.

References
----------
Yeh (2000), arXiv:cs/0008005.
"""

from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import NDArray

from evaluation import given
from evaluation.attribution import Labels, table, validate
from evaluation.counts import Tables, Values
from evaluation.significance.permutation import drawn_p_value

ROWS = 500  # permutations at a time


def p_value(
    truth: Labels,
    first: Labels,
    second: Labels,
    metric: Callable[[Tables], Values],
    *,
    groups: Labels | None = None,
    permutations: int = 5_000,
    seed: int = 0,
) -> float:
    """Two-sided p-value of the difference between two runs on one metric.

    Parameters
    ----------
    groups : (n,); the labels of whole groups are exchanged together

    Returns
    -------
    1 where the runs are equal; NaN where the metric is undefined for one of them.
    """
    validate(truth, first)
    validate(truth, second)
    given.whole("permutations", permutations, 1)
    if groups is not None:
        groups = given.labels("groups", groups, len(truth))
    truth, first, second = np.asarray(truth), np.asarray(first), np.asarray(second)
    pair = [matched(truth, labels) for labels in (first, second)]
    units = np.arange(len(truth)) if groups is None else np.unique(groups, return_inverse=True)[1]
    ours, theirs = tables_of_units(truth, pair, units)
    gap = np.abs(metric(ours.sum(axis=0)[None]) - metric(theirs.sum(axis=0)[None]))
    if np.isnan(gap).any():
        return float("nan")
    differ = (ours != theirs).any(axis=(1, 2))
    if not differ.any():
        return 1.0
    fixed = ours[~differ].sum(axis=0)
    ours, theirs = ours[differ], theirs[differ]
    rng = np.random.default_rng(seed)
    gaps = []
    for start in range(0, permutations, ROWS):
        kept = rng.integers(2, size=(min(ROWS, permutations - start), len(ours))).astype(float)
        one = np.tensordot(kept, ours, 1) + np.tensordot(1 - kept, theirs, 1) + fixed
        other = np.tensordot(1 - kept, ours, 1) + np.tensordot(kept, theirs, 1) + fixed
        gaps.append(np.abs(metric(one) - metric(other)))
    return float(drawn_p_value(gap[0], np.concatenate(gaps), "better"))


def matched(truth: Labels, labels: Labels) -> Labels:
    """The labels as they are if some name a class; else each by the class that it matches best."""
    names = np.unique(labels)
    if np.isin(names, truth).any():
        return labels
    classes = np.unique(truth)
    cells = table(truth, labels)[0]
    every = np.unique(np.concatenate([truth, labels]))
    places = np.searchsorted(every, classes), np.searchsorted(every, names)
    rows, columns = scipy.optimize.linear_sum_assignment(cells[np.ix_(*places)], maximize=True)
    renamed = dict(zip(names[columns].tolist(), classes[rows].tolist(), strict=True))
    return np.array([renamed.get(label, label) for label in labels.tolist()])


def tables_of_units(
    truth: Labels, pair: list[Labels], units: NDArray[np.integer]
) -> tuple[Tables, Tables]:
    """A table of true class and label for each unit, of both runs: (n_units, names, names)."""
    names = np.unique(np.concatenate([truth, *pair]))
    many, n_units = len(names), int(units.max()) + 1
    true = np.searchsorted(names, truth)
    tables = []
    for labels in pair:
        places = (units * many + true) * many + np.searchsorted(names, labels)
        cells = np.bincount(places, minlength=n_units * many * many).astype(np.float64)
        tables.append(cells.reshape(n_units, many, many))
    return tables[0], tables[1]
