"""Attribution: which real subset, or which generator, is behind each generated image?

Conventions
-----------
`truth` and `predicted` are arrays of shape (n,) of class labels, of any one kind that sorts; always
in that order. From `matched_accuracy` on, no metric asks what the predicted labels are called, so
clusters can be scored. The formulas are in `evaluation.class_tables` and `evaluation.partitions`.

The rule for undefined cases is that of `evaluation.membership`: zero divided by zero is NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation import class_tables, given, partitions
from evaluation.counts import Tables
from evaluation.errors import EvaluationError

if TYPE_CHECKING:
    from typing import TypeAlias  # of Python 3.10; this file is carried to 3.9 too

Labels: TypeAlias = NDArray[np.generic]
"""(n,), the class of each image."""


def validate(truth: ArrayLike, predicted: ArrayLike) -> None:
    """Check that there is one label for each image.

    Raises
    ------
    EvaluationError
        No image; not one-dimensional; lengths differ; a label that is NaN; labels that do not sort.
    """
    names = given.labels("truth", truth)
    labels = given.labels("predicted", predicted, len(names))
    if not len(names):
        raise EvaluationError("truth: no image; got shape (0,); give at least one")
    try:
        np.result_type(names, labels)
    except TypeError:
        raise EvaluationError(
            f"predicted: not comparable with the truth; got {labels.dtype} and {names.dtype}; give "
            "both as names or as numbers"
        ) from None


def table(truth: Labels, predicted: Labels) -> Tables:
    """How many images of each true class (rows) got each label (columns), (1, names, names).

    Rows and columns are all names that occur in truth or labels, sorted.
    """
    validate(truth, predicted)
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    names, places = np.unique(np.concatenate((truth, predicted)), return_inverse=True)
    true, labels = places[: len(truth)], places[len(truth) :]
    cells = np.bincount(true * len(names) + labels, minlength=len(names) ** 2)
    return cells.reshape(1, len(names), len(names)).astype(np.float64)


def accuracy(truth: Labels, predicted: Labels) -> float:
    """Share of the images with the right label."""
    return float(class_tables.accuracy(table(truth, predicted))[0])


def macro_f1(truth: Labels, predicted: Labels) -> float:
    """Mean of the F1 of every class that occurs in truth or prediction, each counted alike."""
    return float(class_tables.macro_f1(table(truth, predicted))[0])


def balanced_accuracy(truth: Labels, predicted: Labels) -> float:
    """Mean of the recalls of the classes."""
    return float(class_tables.balanced_accuracy(table(truth, predicted))[0])


def cohen_kappa(truth: Labels, predicted: Labels) -> float:
    """Accuracy beyond that of guessed labels with the same shares."""
    return float(class_tables.cohen_kappa(table(truth, predicted))[0])


def matched_accuracy(truth: Labels, predicted: Labels) -> float:
    """Accuracy after the best one-to-one matching of predicted labels to classes."""
    return float(class_tables.matched_accuracy(table(truth, predicted))[0])


def adjusted_rand(truth: Labels, predicted: Labels) -> float:
    """Agreement on pairs of images beyond chance (ARI): 1 the same partition, about 0 by chance."""
    return float(partitions.adjusted_rand(table(truth, predicted))[0])


def normalised_mutual_information(truth: Labels, predicted: Labels) -> float:
    """Mutual information over the mean of the two entropies (NMI): 1 the same partition."""
    return float(partitions.normalised_mutual_information(table(truth, predicted))[0])


def adjusted_mutual_information(truth: Labels, predicted: Labels) -> float:
    """Mutual information beyond that of blind clusters of the same sizes (AMI)."""
    return float(partitions.adjusted_mutual_information(table(truth, predicted))[0])


def homogeneity(truth: Labels, predicted: Labels) -> float:
    """How much a cluster tells of the class: 1 if each holds one class only."""
    return float(partitions.homogeneity(table(truth, predicted))[0])


def completeness(truth: Labels, predicted: Labels) -> float:
    """How much a class tells of the cluster: 1 if each is in one cluster only."""
    return float(partitions.completeness(table(truth, predicted))[0])


def v_measure(truth: Labels, predicted: Labels) -> float:
    """Harmonic mean of homogeneity and completeness."""
    return float(partitions.v_measure(table(truth, predicted))[0])


def evaluate(truth: Labels, predicted: Labels) -> dict[str, float]:
    """Every metric by name."""
    tables = table(truth, predicted)
    return {
        name: float(metric.of_tables(tables)[0]) for name, metric in class_tables.METRICS.items()
    }
