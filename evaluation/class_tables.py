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

import numpy as np

from evaluation.counts import Tables, Values, ratio
from evaluation.partitions import (
    adjusted_mutual_information,
    adjusted_rand,
    completeness,
    homogeneity,
    normalised_mutual_information,
    v_measure,
)

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


def _known_mean(values: Values) -> Values:
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0).sum(axis=1), known.sum(axis=1).astype(np.float64))


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
