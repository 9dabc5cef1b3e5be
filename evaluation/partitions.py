"""Agreement of classes and clusters as partitions, whatever either is called.

Each formula takes a stack of tables, (tables, rows, columns): true class, then label; see
`evaluation.class_tables`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluation.counts import Tables, Values, ratio


def adjusted_rand(tables: Tables) -> Values:
    """Agreement on pairs of images beyond chance (ARI): 1 the same partition, about 0 by chance.

    References
    ----------
    Hubert, Arabie (1985), doi:10.1007/BF01908075.
    """
    together = _pairs(tables).sum(axis=(1, 2))
    same_class = _pairs(tables.sum(axis=2)).sum(axis=1)
    same_label = _pairs(tables.sum(axis=1)).sum(axis=1)
    expected = ratio(same_class * same_label, _pairs(tables.sum(axis=(1, 2))))
    return ratio(together - expected, (same_class + same_label) / 2 - expected)


def normalised_mutual_information(tables: Tables) -> Values:
    """Mutual information over the mean of the two entropies (NMI): 1 the same partition.

    References
    ----------
    Vinh, Epps, Bailey (2010), JMLR 11, 2837-2854. Not adjusted for chance: many small clusters
    score above 0 by themselves.
    """
    of_classes, of_labels, shared = _information(tables)
    return ratio(2 * shared, of_classes + of_labels)


def adjusted_mutual_information(tables: Tables) -> Values:
    """Mutual information beyond that of blind clusters of the same sizes (AMI), 1 at best.

    References
    ----------
    Vinh, Epps, Bailey (2010), JMLR 11, 2837-2854, eq. 24a, with the mean of the entropies.
    """
    of_classes, of_labels, shared = _information(tables)
    expected = _expected_information(tables)
    adjusted = ratio(shared - expected, (of_classes + of_labels) / 2 - expected)
    # Zero by zero but for rounding: no two images are together, in classes or labels.
    largest = np.maximum(*(tables.sum(axis=axis).max(axis=1, initial=0) for axis in (1, 2)))
    return np.where(largest > 1, adjusted, np.nan)


def homogeneity(tables: Tables) -> Values:
    """How much a cluster tells of the class: 1 if each holds one class only.

    References
    ----------
    Rosenberg, Hirschberg (2007), ACL D07-1043.
    """
    of_classes, _, shared = _information(tables)
    return ratio(shared, of_classes)


def completeness(tables: Tables) -> Values:
    """How much a class tells of the cluster: 1 if each is in one cluster only."""
    _, of_labels, shared = _information(tables)
    return ratio(shared, of_labels)


def v_measure(tables: Tables) -> Values:
    """Harmonic mean of homogeneity and completeness: NMI, as the mean is that of the entropies."""
    return normalised_mutual_information(tables)


def _pairs(sizes: NDArray[np.float64]) -> Values:
    """How many pairs lie within groups of these sizes."""
    return np.asarray(sizes * (sizes - 1) / 2, dtype=np.float64)


def _information(tables: Tables) -> tuple[Values, Values, Values]:
    """Entropy of the classes, entropy of the labels, and what they share, in nats."""
    of_classes, of_labels = _entropy(tables.sum(axis=2)), _entropy(tables.sum(axis=1))
    together = _entropy(tables.reshape(len(tables), -1))
    return of_classes, of_labels, np.maximum(0.0, of_classes + of_labels - together)


def _entropy(sizes: NDArray[np.float64]) -> Values:
    """Of groups of these sizes; exactly 0 of one group, as no sum of rounded shares would be."""
    shares = ratio(sizes, sizes.sum(axis=1)[:, None])
    logs = np.log(np.where(shares > 0, shares, 1.0))
    return np.asarray(-(shares * logs).sum(axis=1), dtype=np.float64)


def _expected_information(tables: Tables) -> Values:
    """Mean mutual information of all tables with these margins, in nats; of whole numbers."""
    whole = np.rint(tables).astype(np.int64)
    n, true, decided = whole.sum(axis=(1, 2)), whole.sum(axis=2), whole.sum(axis=1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, int(n.max(initial=0)) + 1)))])
    information = np.zeros(len(tables))
    for row in true.T:
        for column in decided.T:
            first, where = _distinct(row, column, n)
            information += _expected_cell(row[first], column[first], n[first], logs)[where]
    return information


def _distinct(
    a: NDArray[np.int64], b: NDArray[np.int64], n: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first table with each triple of margins of one cell, and the triple of every table.

    Resamples of some hundred images repeat a few dozen margins.
    """
    most = int(n.max(initial=0)) + 1
    _, first, where = np.unique((a * most + b) * most + n, return_index=True, return_inverse=True)
    return first, where


def _expected_cell(
    a: NDArray[np.int64], b: NDArray[np.int64], n: NDArray[np.int64], logs: NDArray[np.float64]
) -> Values:
    """What a cell whose row holds `a` and whose column `b` of `n` images adds, on average."""
    x = np.arange(1, int(np.minimum(a, b).max(initial=0)) + 1)[None, :]
    a, b, n = a[:, None], b[:, None], n[:, None]
    possible = (x >= a + b - n) & (x <= np.minimum(a, b))
    x = np.where(possible, x, 0)
    weight = (
        logs[a] + logs[b] + logs[n - a] + logs[n - b] - logs[n] - logs[x]
        - logs[np.maximum(a - x, 0)] - logs[np.maximum(b - x, 0)]
        - logs[np.maximum(n - a - b + x, 0)]
    )  # fmt: skip
    gain = x * np.log(np.where(possible, n * x, 1) / np.where(possible, a * b, 1))
    share = np.where(possible, np.exp(np.where(possible, weight, 0.0)), 0.0)
    return np.asarray((gain * share / np.maximum(n, 1)).sum(axis=1))
