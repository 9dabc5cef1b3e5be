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

from evaluation import counts, score_curve
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
    n = len(_used("truth", truth))
    if n == 0:
        raise EvaluationError("truth: no image; got shape (0,); give at least one")
    if decisions is not None:
        _same_length("decisions", len(_used("decisions", decisions)), n)
    for where, values in (("scores", scores), ("probabilities", probabilities)):
        if values is not None:
            _same_length(where, len(_finite(where, values)), n)
    if probabilities is not None:
        _shares(np.asarray(probabilities, dtype=np.float64))


def confusion(truth: Used, decisions: Used) -> Counts:
    """Count true and false, positives and negatives: 0-d arrays."""
    validate(truth, decisions)
    truth, decisions = np.asarray(truth), np.asarray(decisions)
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
    if not 0 <= fpr <= 1:
        raise EvaluationError(f"fpr: not a share; got {fpr}; give a number from 0 to 1")
    return float(_curve(truth, scores).tpr_at_fpr(fpr)[0])


def brier(truth: Used, probabilities: Scores) -> float:
    """Mean squared distance of probability from truth; lower is better."""
    validate(truth, probabilities=probabilities)
    return float(score_curve.brier(np.asarray(truth), _floats(probabilities), _once(truth))[0])


def calibration_error(truth: Used, probabilities: Scores, bins: int = BINS) -> float:
    """Mean distance between the probabilities and the share used, over equal bins; lower is better.

    The expected calibration error (ECE). It is biased upwards for small n: even true
    probabilities score above 0.

    References
    ----------
    Naeini, Cooper, Hauskrecht (2015), AAAI 29, "Obtaining well calibrated probabilities".
    """
    validate(truth, probabilities=probabilities)
    if bins < 1:
        raise EvaluationError(f"bins: no bin; got {bins}; give 1 or more")
    error = score_curve.calibration_error(
        np.asarray(truth), _floats(probabilities), _once(truth), bins
    )
    return float(error[0])


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
            given = np.asarray(truth), _floats(probabilities), _once(truth)
            value = metric.of_probabilities(*given)[0]
        if value is not None:
            result[metric.name] = float(value)
    return result


def _curve(truth: Used, scores: Scores) -> score_curve.Curve:
    validate(truth, scores=scores)
    return score_curve.Ranked.of(np.asarray(truth), _floats(scores)).cumulate(_once(truth))


def _once(truth: Used) -> NDArray[np.int32]:
    """Weights of the plain metric: every case once."""
    return np.ones((1, len(truth)), np.int32)


def _floats(values: ArrayLike) -> Scores:
    return np.asarray(values, dtype=np.float64)


def _used(where: str, values: ArrayLike) -> Used:
    array = np.asarray(values)
    if array.ndim != 1:
        raise EvaluationError(
            f"{where}: not one value per image; got shape {array.shape}; give (n,)"
        )
    if array.dtype != np.bool_ and len(array):
        raise EvaluationError(f"{where}: not bool; got {array.dtype}; give True for used")
    return array


def _finite(where: str, values: ArrayLike) -> Scores:
    array = np.asarray(values)
    if array.ndim != 1:
        raise EvaluationError(
            f"{where}: not one value per image; got shape {array.shape}; give (n,)"
        )
    if array.dtype.kind not in "fiu":
        raise EvaluationError(f"{where}: not numbers; got {array.dtype}; give float64")
    bad = np.flatnonzero(~np.isfinite(array))
    if len(bad):
        raise EvaluationError(
            f"{where}: {len(bad)} of {len(array)} not finite; got {array[bad[0]]} "
            f"at index {bad[0]}; give finite numbers"
        )
    return array


def _same_length(where: str, got: int, wanted: int) -> None:
    if got != wanted:
        raise EvaluationError(
            f"{where}: not one for each image; got {got} for {wanted} truths; give one for each"
        )


def _shares(probabilities: Scores) -> None:
    bad = np.flatnonzero((probabilities < 0) | (probabilities > 1))
    if len(bad):
        raise EvaluationError(
            f"probabilities: {len(bad)} outside 0..1; got {probabilities[bad[0]]} "
            f"at index {bad[0]}; give them as scores if they are not probabilities"
        )
