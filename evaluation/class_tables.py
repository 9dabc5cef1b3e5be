"""Every metric of classes and clusters that depends on nothing but the table of classes.

Each formula takes a stack of tables, (tables, rows, columns): true class, then label, so that the
thousands of tables of a bootstrap cost one call. Where rows and columns are one list of names, the
diagonal holds the images with the right label; metrics of clusters do not ask.

The rule for undefined cases is that of `evaluation.membership`: zero divided by zero is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evaluation.counts import Values, ratio

if TYPE_CHECKING:
    from typing import TypeAlias  # of Python 3.10; this file is carried to 3.9 too

Tables: TypeAlias = NDArray[np.float64]
"""(tables, rows, columns), counts."""

FEW = 5  # classes of which all matchings are tried, for all tables at once


def accuracy(tables: Tables) -> Values:
    """Share of the images with the right label."""
    return ratio(np.trace(tables, axis1=1, axis2=2), tables.sum(axis=(1, 2)))


def recalls(tables: Tables) -> Values:
    """Recall of each class, (tables, classes); NaN for one that does not occur."""
    return ratio(np.diagonal(tables, axis1=1, axis2=2), tables.sum(axis=2))


def precisions(tables: Tables) -> Values:
    """Precision of each class, (tables, classes); NaN for one that nothing is called."""
    return ratio(np.diagonal(tables, axis1=1, axis2=2), tables.sum(axis=1))


def specificities(tables: Tables) -> Values:
    """Share of the other images that are not called the class, (tables, classes)."""
    right = np.diagonal(tables, axis1=1, axis2=2)
    true, decided, n = tables.sum(axis=2), tables.sum(axis=1), tables.sum(axis=(1, 2))[:, None]
    return ratio(n - true - decided + right, n - true)


def f1_scores(tables: Tables) -> Values:
    """F1 of each class, (tables, classes); NaN for one that is in neither truth nor labels."""
    right = np.diagonal(tables, axis1=1, axis2=2)
    return ratio(2 * right, tables.sum(axis=1) + tables.sum(axis=2))


def macro_f1(tables: Tables) -> Values:
    """Mean F1 of the classes that occur in truth or labels, each counted alike."""
    return _known_mean(f1_scores(tables))


def balanced_accuracy(tables: Tables) -> Values:
    """Mean recall of the classes that occur in truth."""
    return _known_mean(recalls(tables))


def cohen_kappa(tables: Tables) -> Values:
    """Accuracy beyond that of guessed labels with the same shares.

    References
    ----------
    Cohen (1960), doi:10.1177/001316446002000104.
    """
    n = tables.sum(axis=(1, 2))
    blind = ratio((tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1), n * n)
    return ratio(accuracy(tables) - blind, 1 - blind)


def matched_accuracy(tables: Tables) -> Values:
    """Accuracy after the best one-to-one matching of labels to classes.

    References
    ----------
    Kuhn (1955), doi:10.1002/nav.3800020109 (the Hungarian method, here as scipy has it).
    """
    return ratio(_best_matched(tables), tables.sum(axis=(1, 2)))


def _best_matched(tables: Tables) -> Values:
    n_classes = tables.shape[1]
    if 0 < n_classes <= FEW and tables.shape[1:] == (n_classes, n_classes):
        rows, orders = np.arange(n_classes), permutations(range(n_classes))
        sums = np.array([tables[:, rows, order].sum(axis=1) for order in orders], np.float64)
        return np.asarray(sums.max(axis=0), np.float64)
    from scipy.optimize import linear_sum_assignment  # slow to load: on use

    best = [table[linear_sum_assignment(table, maximize=True)].sum() for table in tables]
    return np.array(best)


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
    return ratio(shared - expected, (of_classes + of_labels) / 2 - expected)


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


def _known_mean(values: Values) -> Values:
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0).sum(axis=1), known.sum(axis=1).astype(np.float64))


def _pairs(sizes: NDArray[np.float64]) -> Values:
    """How many pairs lie within groups of these sizes."""
    return np.asarray(sizes * (sizes - 1) / 2, dtype=np.float64)


def _information(tables: Tables) -> tuple[Values, Values, Values]:
    """Entropy of the classes, entropy of the labels, and what they share, in nats."""
    shares = ratio(tables, tables.sum(axis=(1, 2))[:, None, None])
    of_classes, of_labels = _entropy(shares.sum(axis=2)), _entropy(shares.sum(axis=1))
    together = _entropy(shares.reshape(len(shares), -1))
    return of_classes, of_labels, np.maximum(0.0, of_classes + of_labels - together)


def _entropy(shares: NDArray[np.float64]) -> Values:
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


@dataclass(frozen=True)
class ClassMetric:
    """One metric of classes or clusters.

    short : the label where space is short, if it has a shorter one
    of_pairs : of pairs of images, which an image that is there twice raises: no bootstrap
    on_platforms : what a competition's leaderboard shows, and can without SciPy
    """

    of_tables: Callable[[Tables], Values]
    label: str
    help: str
    short: str = ""
    of_pairs: bool = False
    on_platforms: bool = False

    @property
    def brief(self) -> str:
        """The label where space is short."""
        return self.short or self.label


METRICS: dict[str, ClassMetric] = {
    metric.of_tables.__name__: metric
    for metric in (
        ClassMetric(
            accuracy, "Accuracy", "Share of the images with the right label", on_platforms=True
        ),
        ClassMetric(macro_f1, "Macro F1", "Mean of the F1 of every class", on_platforms=True),
        ClassMetric(
            balanced_accuracy,
            "Balanced accuracy",
            "Mean of the recalls of the classes",
            on_platforms=True,
        ),
        ClassMetric(
            cohen_kappa,
            "Cohen's kappa",
            "Accuracy beyond that of guessed labels with the same shares",
            "Kappa",
            on_platforms=True,
        ),
        ClassMetric(
            matched_accuracy,
            "Matched accuracy",
            "Accuracy after the best matching of labels to classes (Hungarian)",
        ),
        ClassMetric(
            adjusted_rand,
            "Adjusted Rand index",
            "Agreement on pairs of images beyond chance",
            "ARI",
            of_pairs=True,
            on_platforms=True,
        ),
        ClassMetric(
            normalised_mutual_information,
            "Normalised mutual information",
            "Mutual information over the mean entropy",
            "NMI",
            of_pairs=True,
            on_platforms=True,
        ),
        ClassMetric(
            adjusted_mutual_information,
            "Adjusted mutual information",
            "Mutual information beyond that of blind clusters",
            "AMI",
            of_pairs=True,
            on_platforms=True,
        ),
        ClassMetric(
            homogeneity,
            "Homogeneity",
            "How much a label tells of the class",
            of_pairs=True,
            on_platforms=True,
        ),
        ClassMetric(
            completeness,
            "Completeness",
            "How much a class tells of the label",
            of_pairs=True,
            on_platforms=True,
        ),
        ClassMetric(
            v_measure,
            "V measure",
            "Harmonic mean of homogeneity and completeness",
            of_pairs=True,
            on_platforms=True,
        ),
    )
}
"""Every metric by name; tables and files read them here."""


def titles() -> dict[str, str]:
    """Name to title of those that a competition's leaderboard shows."""
    return {name: metric.label for name, metric in METRICS.items() if metric.on_platforms}
