"""Attribution: which real subset, or which generator, is behind each generated image?

Conventions
-----------
`truth` and `predicted` are arrays of shape (n,) of class labels, of any one kind that sorts; always
in that order. `matched_accuracy`, `adjusted_rand` and `normalised_mutual_information` do not ask
what the predicted labels are called, so clusters can be scored.

The rule for undefined cases is that of `evaluation.membership`: zero divided by zero is NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.counts import Values
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
        No image; not one-dimensional; lengths differ; a label that is not a number (NaN).
    """
    shapes = [np.shape(truth), np.shape(predicted)]
    for where, shape, labels in zip(  # noqa: B905 - Python 3.9
        ("truth", "predicted"), shapes, (truth, predicted)
    ):
        if len(shape) != 1:
            raise EvaluationError(f"{where}: not one label an image; got shape {shape}; give (n,)")
        array = np.asarray(labels)
        if array.dtype.kind == "f" and np.isnan(array).any():
            raise EvaluationError(f"{where}: a label is NaN; give a class to every image")
    if shapes[0] != shapes[1]:
        raise EvaluationError(
            f"predicted: not one for each image; got {shapes[1][0]} for {shapes[0][0]} truths; "
            "give one for each"
        )
    if shapes[0][0] == 0:
        raise EvaluationError("truth: no image; got shape (0,); give at least one")


def contingency(truth: Labels, predicted: Labels) -> NDArray[np.int64]:
    """How many images of each true class (rows, sorted) got each label (columns, sorted)."""
    validate(truth, predicted)
    classes, rows = np.unique(truth, return_inverse=True)
    labels, columns = np.unique(predicted, return_inverse=True)
    cells = np.bincount(rows * len(labels) + columns, minlength=len(classes) * len(labels))
    return cells.reshape(len(classes), len(labels)).astype(np.int64)


def accuracy(truth: Labels, predicted: Labels) -> float:
    """Share of the images with the right label."""
    validate(truth, predicted)
    return float(np.mean(np.asarray(truth) == np.asarray(predicted)))


def macro_f1(truth: Labels, predicted: Labels) -> float:
    """Mean of the F1 of every class that occurs in truth or prediction, each counted alike."""
    validate(truth, predicted)
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    names, places = np.unique(np.concatenate((truth, predicted)), return_inverse=True)
    true, told = places[: len(truth)], places[len(truth) :]
    right = np.bincount(true[true == told], minlength=len(names))
    total = np.bincount(true, minlength=len(names)) + np.bincount(told, minlength=len(names))
    return float(np.mean(2 * right / total))


def matched_accuracy(truth: Labels, predicted: Labels) -> float:
    """Accuracy after the best one-to-one matching of predicted labels to classes.

    References
    ----------
    Kuhn (1955), doi:10.1002/nav.3800020109 (the Hungarian method, here as scipy has it).
    """
    from scipy.optimize import linear_sum_assignment

    cells = contingency(truth, predicted)
    rows, columns = linear_sum_assignment(cells, maximize=True)
    return float(cells[rows, columns].sum() / cells.sum())


def adjusted_rand(truth: Labels, predicted: Labels) -> float:
    """Agreement on pairs of images beyond chance (ARI): 1 the same partition, about 0 by chance.

    References
    ----------
    Hubert, Arabie (1985), doi:10.1007/BF01908075.
    """
    cells = contingency(truth, predicted)
    together = _pairs(cells)
    same_class, same_label = _pairs(cells.sum(axis=1)), _pairs(cells.sum(axis=0))
    every = _pairs(cells.sum())
    if every == 0:
        return float("nan")
    expected = same_class * same_label / every
    most = (same_class + same_label) / 2
    return float((together - expected) / (most - expected)) if most != expected else float("nan")


def normalised_mutual_information(truth: Labels, predicted: Labels) -> float:
    """Mutual information over the mean of the two entropies (NMI): 1 the same partition.

    References
    ----------
    Vinh, Epps, Bailey (2010), JMLR 11, 2837-2854. Not adjusted for chance: many small clusters
    score above 0 by themselves.
    """
    shares = contingency(truth, predicted) / len(truth)
    entropies = _entropy(shares.sum(axis=1)) + _entropy(shares.sum(axis=0))
    if entropies == 0:
        return float("nan")
    shared = max(0.0, entropies - _entropy(shares.ravel()))
    return float(2 * shared / entropies)


def evaluate(truth: Labels, predicted: Labels) -> dict[str, float]:
    """Every metric by name."""
    metrics = (
        accuracy,
        macro_f1,
        matched_accuracy,
        adjusted_rand,
        normalised_mutual_information,
    )
    return {metric.__name__: metric(truth, predicted) for metric in metrics}


def _pairs(sizes: NDArray[np.int64]) -> float:
    """How many pairs lie within groups of these sizes."""
    many = np.asarray(sizes, dtype=np.float64)
    return float((many * (many - 1) / 2).sum())


def _entropy(shares: Values) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log(some)).sum())
