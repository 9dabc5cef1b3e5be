"""Membership: was this real image in the generator's training set?

Conventions
-----------
`truth` and `decisions` are bool arrays of shape (n,), True for *used*; always in that order.
`scores` are float64 of shape (n,), higher for more likely used; only their order matters.
`probabilities` are scores that lie in 0..1 and mean P(used).

The rule for undefined cases: a metric whose formula divides zero by zero is NaN, never 0 or 1, so
that the reader sees that there was nothing to measure. Thus with no image called used, precision
and MCC are NaN while F1, which divides by TP + FP + FN too, is 0; with one class only in the
truth, balanced accuracy, MCC, AUC and TPR at a given FPR are NaN.

Every function checks its input, so each can be called by itself; `evaluate` returns all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation import counts, given, score_curve
from evaluation.counts import Counts
from evaluation.errors import EvaluationError
from evaluation.metrics import BINS, METRICS

if TYPE_CHECKING:
    from typing import TypeAlias  # of Python 3.10; this file is carried to 3.9 too

Used: TypeAlias = NDArray[np.bool_]
"""(n,), True: used."""

Scores: TypeAlias = NDArray[np.float64]
"""(n,), finite, higher: more likely used."""


def validate(
    truth: ArrayLike,
    decisions: ArrayLike | None = None,
    scores: ArrayLike | None = None,
    probabilities: ArrayLike | None = None,
) -> None:
    """Check shapes, types and ranges.

    Raises
    ------
    EvaluationError
        No image; not one-dimensional; not bool; lengths differ; a score that is not finite; a
        probability outside 0..1.
    """
    n = len(given.used("truth", truth))
    if n == 0:
        raise EvaluationError("truth: no image; got shape (0,); give at least one")
    if decisions is not None:
        given.used("decisions", decisions, n)
    if scores is not None:
        given.finite("scores", scores, n)
    if probabilities is not None:
        _shares(given.finite("probabilities", probabilities, n))


def confusion(truth: Used, decisions: Used) -> Counts:
    """Count true and false, positives and negatives: 0-d arrays."""
    truth = given.used("truth", truth)
    validate(truth, given.used("decisions", decisions, len(truth)))
    decisions = np.asarray(decisions)
    tp = np.count_nonzero(truth & decisions)
    fp = np.count_nonzero(decisions) - tp
    fn = np.count_nonzero(truth) - tp
    return Counts.of(tp=tp, tn=len(truth) - tp - fp - fn, fp=fp, fn=fn)


def f1(truth: Used, decisions: Used) -> float:
    """Harmonic mean of precision and recall of class *used*: 2 TP / (2 TP + FP + FN)."""
    return float(counts.f1(confusion(truth, decisions)))


def accuracy(truth: Used, decisions: Used) -> float:
    """Share of the images that are called right: (TP + TN) / n."""
    return float(counts.accuracy(confusion(truth, decisions)))


def precision(truth: Used, decisions: Used) -> float:
    """Share of the images called used that are used: TP / (TP + FP)."""
    return float(counts.precision(confusion(truth, decisions)))


def specificity(truth: Used, decisions: Used) -> float:
    """Share of the images not used that are called not used: TN / (TN + FP)."""
    return float(counts.specificity(confusion(truth, decisions)))


def recall(truth: Used, decisions: Used) -> float:
    """Share of the used images that are called used: TP / (TP + FN)."""
    return float(counts.recall(confusion(truth, decisions)))


def balanced_accuracy(truth: Used, decisions: Used) -> float:
    """Mean of recall and specificity: accuracy as if both classes were equally many."""
    return float(counts.balanced_accuracy(confusion(truth, decisions)))


def cohen_kappa(truth: Used, decisions: Used) -> float:
    """Agreement beyond what the margins alone give, as a share of what is left.

    References
    ----------
    Cohen (1960), doi:10.1177/001316446002000104.
    """
    return float(counts.cohen_kappa(confusion(truth, decisions)))


def mcc(truth: Used, decisions: Used) -> float:
    """Correlation of truth and decisions (Matthews correlation coefficient, phi).

    References
    ----------
    Matthews (1975), doi:10.1016/0005-2795(75)90109-9.
    """
    return float(counts.mcc(confusion(truth, decisions)))


def auc(truth: Used, scores: Scores) -> float:
    """Chance that a used image scores above one not used; a tie counts half."""
    return float(_curve(truth, scores).auc()[0])


def average_precision(truth: Used, scores: Scores) -> float:
    """Area under the precision-recall curve as a sum of steps, without interpolation."""
    return float(_curve(truth, scores).average_precision()[0])


def tpr_at_fpr(truth: Used, scores: Scores, fpr: float) -> float:
    """Highest recall among the thresholds whose false positive rate is at most `fpr`.

    Nothing is interpolated between thresholds: with fewer than 1 / `fpr` images not used, none of
    them may be called used, and the value says how many used images score above all of those.

    References
    ----------
    Carlini et al. (2022), arXiv:2112.03570: why membership is told at low false positive rates.
    """
    if not isinstance(fpr, (int, float, np.number)) or not 0 <= fpr <= 1:
        raise EvaluationError(f"fpr: not a share; got {fpr}; give a number from 0 to 1")
    return float(_curve(truth, scores).tpr_at_fpr(fpr)[0])


def brier(truth: Used, probabilities: Scores) -> float:
    """Mean squared distance of probability from truth; lower is better."""
    truth, likely = _with_numbers(truth, "probabilities", probabilities)
    _shares(likely)
    return float(score_curve.brier(truth, likely, _once(truth))[0])


def calibration_error(truth: Used, probabilities: Scores, bins: int = BINS) -> float:
    """Mean distance between the probabilities and the share used, over equal bins; lower is better.

    The expected calibration error (ECE). It is biased upwards for small n: even true
    probabilities score above 0.

    References
    ----------
    Naeini, Cooper, Hauskrecht (2015), AAAI 29, "Obtaining well calibrated probabilities".
    """
    truth, likely = _with_numbers(truth, "probabilities", probabilities)
    _shares(likely)
    given.whole("bins", bins, 1)
    return float(score_curve.calibration_error(truth, likely, _once(truth), bins)[0])


def evaluate(
    truth: Used,
    decisions: Used,
    scores: Scores | None = None,
    probabilities: Scores | None = None,
) -> dict[str, float]:
    """Every metric that the input allows, by name, in the order in which they are shown.

    Examples
    --------
    >>> used = np.array([True, True, False, False])
    >>> evaluate(used, np.array([True, True, True, False]))["f1"]
    0.8
    """
    validate(truth, decisions, scores, probabilities)
    result = {}
    table = confusion(truth, decisions)
    curve = None if scores is None else _curve(truth, scores)
    for metric in METRICS:
        value = None
        if metric.of_counts is not None:
            value = metric.of_counts(table)
        elif metric.of_curve is not None and curve is not None:
            value = metric.of_curve(curve)[0]
        elif metric.of_probabilities is not None and probabilities is not None:
            likely = np.asarray(probabilities, np.float64)
            value = metric.of_probabilities(np.asarray(truth), likely, _once(truth))[0]
        if value is not None:
            result[metric.name] = float(value)
    return result


def _curve(truth: Used, scores: Scores) -> score_curve.Curve:
    truth, values = _with_numbers(truth, "scores", scores)
    return score_curve.Ranked.of(truth, values).cumulate(_once(truth))


def _with_numbers(truth: Used, where: str, values: Scores) -> tuple[Used, Scores]:
    """The truth and the numbers of each image, checked."""
    validate(truth)
    return np.asarray(truth), given.finite(where, values, len(truth))


def _once(truth: Used) -> NDArray[np.int32]:
    """Weights of the plain metric: every case once."""
    return np.ones((1, len(truth)), np.int32)


def _shares(probabilities: Scores) -> None:
    bad = np.flatnonzero((probabilities < 0) | (probabilities > 1))
    if len(bad):
        raise EvaluationError(
            f"probabilities: {len(bad)} outside 0..1; got {probabilities[bad[0]]} "
            f"at index {bad[0]}; give them as scores if they are not probabilities"
        )
