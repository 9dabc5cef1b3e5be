"""Metrics of scores and probabilities of classes, and of images of no known class.

Conventions
-----------
`truth` is an int array of shape (n,), the number of each image's class; `probabilities` and
`scores` are float arrays of shape (n, n_classes). An image of a class that the method does not know
has truth -1. What is undefined is NaN.
"""

import numpy as np
import scipy
from numpy.typing import NDArray

from evaluation import given
from evaluation.counts import Values
from evaluation.errors import EvaluationError

UNKNOWN = -1
LEAST = 1e-15  # probability below which a log loss grows no more

Numbers = NDArray[np.int64]


def log_loss(truth: Numbers, probabilities: Values) -> float:
    """Mean of -log of the probability of the true class, in nats; 0 at best."""
    truth, probabilities = checked(truth, probabilities)
    refuse_no_distribution(probabilities)
    likely = probabilities[np.arange(len(truth)), truth]
    return float(-np.log(np.clip(likely, LEAST, 1)).mean())


def brier(truth: Numbers, probabilities: Values) -> float:
    """Mean squared distance of the probabilities to the truth over all classes, 0 to 2.

    References
    ----------
    Brier (1950), Monthly Weather Review 78, eq. 2.
    """
    truth, probabilities = checked(truth, probabilities)
    refuse_no_distribution(probabilities)
    wanted = np.eye(probabilities.shape[1])[truth]
    return float(((probabilities - wanted) ** 2).sum(axis=1).mean())


def top_accuracy(truth: Numbers, scores: Values, k: int = 2) -> float:
    """Share of the images whose class is among the k highest scores; of ties, the earlier class."""
    truth, scores = checked(truth, scores)
    given.whole("k", k, 1)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return float((order == truth[:, None]).any(axis=1).mean())


def known_auroc(truth: Numbers, confidence: Values) -> float:
    """Chance that an image of a known class is surer than one of an unknown class; ties half.

    Parameters
    ----------
    confidence : (n,) such as the highest score
    """
    truth = given.classes("truth", truth, least=UNKNOWN)
    confidence = given.finite("confidence", confidence, len(truth))
    known, unknown = confidence[truth != UNKNOWN], confidence[truth == UNKNOWN]
    if not len(known) or not len(unknown):
        return float("nan")
    order = np.sort(unknown)
    below, upto = (np.searchsorted(order, known, side) for side in ("left", "right"))
    return float((below + upto).mean() / (2 * len(unknown)))


def oscr(truth: Numbers, predicted: Numbers, confidence: Values) -> float:
    """Area under the rate of known images called rightly against that of unknown ones accepted.

    The threshold on the confidence goes over all values; images of one confidence are accepted
    together, and the curve is straight between thresholds.

    References
    ----------
    Dhamija, Günther, Boult (2018), arXiv:1811.04110, as in Yang et al. (POSE, 2023),
    arXiv:2303.06877.
    """
    truth, predicted, confidence = open_set(truth, predicted, confidence)
    known = truth != UNKNOWN
    if not known.any() or known.all():
        return float("nan")
    right = known & (predicted == truth)
    levels, level_of = np.unique(-confidence, return_inverse=True)
    steps = np.bincount(level_of[~known], minlength=len(levels)) / (~known).sum()
    gains = np.bincount(level_of[right], minlength=len(levels)) / known.sum()
    called = np.concatenate([[0.0], np.cumsum(gains)])
    return float((steps * (called[1:] + called[:-1]) / 2).sum())


def accuracy_at_rejection(
    truth: Numbers, predicted: Numbers, confidence: Values, share: float = 0.05
) -> float:
    """Share called rightly where `share` of the known are rejected; unknown ones are to be.

    The threshold is the `share` quantile of the confidence of the known images.
    """
    truth, predicted, confidence = open_set(truth, predicted, confidence)
    if not 0 <= share <= 1:
        raise EvaluationError(f"share: not from 0 to 1; got {share}; give one such as 0.05")
    known = truth != UNKNOWN
    if not known.any():
        return float("nan")
    accepted = confidence >= np.quantile(confidence[known], share)
    right = np.where(known, accepted & (predicted == truth), ~accepted)
    return float(right.mean())


def used_at_all(scores: Values) -> tuple[Values, Values]:
    """Whether each class is behind a whole set: t statistics, and one-sided p-values, (n_classes,).

    A class's score of an image less the mean of the other classes' scores of it is above 0 on
    average where the class is behind the set more than the others are.

    Parameters
    ----------
    scores : (n, n_classes), at least two images

    References
    ----------
    The set-level test of Dubinski et al. (CDI, 2024), arXiv:2411.12858, paired image by image.
    """
    scores = finite_rows(scores)
    n, k = scores.shape
    if n < 2 or k < 2:
        raise EvaluationError(
            f"scores: {n} images and {k} classes; a test of a set needs 2 of each; give more"
        )
    ahead = (scores * k - scores.sum(axis=1, keepdims=True)) / (k - 1)
    spread = ahead.std(axis=0, ddof=1) / np.sqrt(n)
    mean = ahead.mean(axis=0)
    certain = np.select([mean > 0, mean < 0], [np.inf, -np.inf], 0.0)
    t = np.divide(mean, spread, out=certain, where=spread > 0)
    return t, np.asarray(scipy.stats.t.sf(t, n - 1))


def softmax(scores: Values) -> Values:
    """Probabilities of scores that are log-odds up to a constant per row."""
    scores = finite_rows(scores)
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def checked(truth: Numbers, scores: Values) -> tuple[Numbers, Values]:
    """The truth and the scores, if there is a finite row for each image, a column for each class.

    Raises
    ------
    EvaluationError
        No image, another shape or type, a score that is not finite, or a class that there is not.
    """
    rows = finite_rows(scores)
    if not len(rows):
        raise EvaluationError("scores: no image; got 0 rows; give at least one")
    if len(given.one_each("truth", truth, None)) != len(rows):
        raise EvaluationError(
            f"scores: got shape {rows.shape} for {len(truth)} truths; give (n, n_classes)"
        )
    return given.classes("truth", truth, many=rows.shape[1]), rows


def finite_rows(scores: Values) -> Values:
    """The scores as float64 of shape (n, n_classes), if all are finite.

    Raises
    ------
    EvaluationError
        Another shape or type, or a score that is not finite.
    """
    rows = np.asarray(scores)
    given.refuse_no_numbers("scores", rows)
    if rows.ndim != 2 or not rows.shape[1]:
        raise EvaluationError(f"scores: got shape {rows.shape}; give (n, n_classes)")
    if not np.isfinite(rows).all():
        raise EvaluationError("scores: a score is not finite; give a number for each")
    return rows.astype(np.float64, copy=False)


def open_set(
    truth: Numbers, predicted: Numbers, confidence: Values
) -> tuple[Numbers, Numbers, Values]:
    """Truth, labels and confidence of each image, checked; a class may be unknown."""
    truth = given.classes("truth", truth, least=UNKNOWN)
    labels = given.classes("predicted", predicted, len(truth), least=UNKNOWN)
    return truth, labels, given.finite("confidence", confidence, len(truth))


def refuse_no_distribution(probabilities: Values) -> None:
    """Raise unless each row is 0 or more and sums to 1."""
    sums = probabilities.sum(axis=1)
    if probabilities.min() < 0 or not np.allclose(sums, 1, atol=1e-6):
        raise EvaluationError(
            f"probabilities: rows sum from {sums.min():g} to {sums.max():g}, the least value is "
            f"{probabilities.min():g}; give rows of 0 or more that sum to 1"
        )
