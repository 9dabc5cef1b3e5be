"""Every membership metric as an object: name, direction, chance level, formula, vector form.

Direction belongs to the metric: nobody who compares or ranks says which way is better.

`chance(prevalence, called_share)` is what guessing scores on average as n grows: calls that
know nothing of the truth, `called_share` of them *used*, where a share `prevalence` is used.
`evaluation.significance.chance` has the exact distribution for a given n.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evaluation import counts, score_curve
from evaluation.counts import Counts, Values
from evaluation.errors import EvaluationError
from evaluation.score_curve import Curve, Weights

if TYPE_CHECKING:
    from typing import TypeAlias  # of Python 3.10; this file is carried to 3.9 too

    OfProbabilities: TypeAlias = Callable[[NDArray[np.bool_], Values, Weights], Values]

FPRS = (0.001, 0.01, 0.1)
"""False positive rates at which the true positive rate is told."""

BINS = 10
"""Equal bins of probability for the calibration error."""


class Direction(Enum):
    """Which values are better."""

    HIGHER = "higher"
    LOWER = "lower"


class Needs(Enum):
    """What a run must give for the metric to be measured."""

    DECISIONS = "decisions"
    SCORES = "scores"
    PROBABILITIES = "probabilities"


@dataclass(frozen=True)
class Metric:
    """One metric; exactly one of the three vectorised forms is there, the one that `needs` names.

    of_counts : tables to values
    of_curve : cumulated weights to values
    of_probabilities : truth, probabilities and weights to values
    share : tables to (numerator, denominator) where the metric is a plain proportion
    short : the label where space is short, if it has a shorter one
    weighs_both_errors : so that a threshold can be chosen by it
    """

    name: str
    label: str
    formula: str
    chance: Callable[[float, float], float] = field(repr=False)
    needs: Needs = Needs.DECISIONS
    direction: Direction = Direction.HIGHER
    of_counts: Callable[[Counts], Values] | None = field(default=None, repr=False)
    of_curve: Callable[[Curve], Values] | None = field(default=None, repr=False)
    of_probabilities: OfProbabilities | None = field(default=None, repr=False)
    share: Callable[[Counts], tuple[Values, Values]] | None = field(default=None, repr=False)
    short: str = ""
    weighs_both_errors: bool = False

    @property
    def brief(self) -> str:
        """The label where space is short."""
        return self.short or self.label

    @property
    def sign(self) -> int:
        """1 where higher is better, else -1."""
        return 1 if self.direction is Direction.HIGHER else -1

    def advantage(self, ours: Values, theirs: Values) -> Values:
        """By how much `ours` is better than `theirs`; below 0 where it is worse."""
        return np.asarray(self.sign * (np.asarray(ours) - np.asarray(theirs)), dtype=np.float64)


def _percent(fpr: float) -> str:
    return f"{100 * fpr:g}%"


def tpr_at(fpr: float) -> Metric:
    """Return recall at a false positive rate, as a metric."""
    return Metric(
        name=f"tpr_at_fpr_{fpr:g}",
        label=f"TPR at {_percent(fpr)} FPR",
        short=f"TPR@{_percent(fpr)}",
        formula=f"highest recall among thresholds with FP / (TN + FP) <= {fpr:g}",
        needs=Needs.SCORES,
        chance=lambda _prevalence, _called: fpr,
        of_curve=lambda curve: curve.tpr_at_fpr(fpr),
    )


METRICS: list[Metric] = [
    Metric(
        name="f1",
        label="F1",
        formula="2 TP / (2 TP + FP + FN)",
        chance=lambda p, c: 2 * p * c / (p + c) if p + c else float("nan"),
        of_counts=counts.f1,
        weighs_both_errors=True,
    ),
    Metric(
        name="accuracy",
        label="Accuracy",
        formula="(TP + TN) / n",
        chance=lambda p, c: p * c + (1 - p) * (1 - c),
        of_counts=counts.accuracy,
        weighs_both_errors=True,
        share=lambda t: (t.tp + t.tn, t.n),
    ),
    Metric(
        name="precision",
        label="Precision",
        formula="TP / (TP + FP)",
        chance=lambda p, c: p if c else float("nan"),
        of_counts=counts.precision,
        share=lambda t: (t.tp, t.called_used),
    ),
    Metric(
        name="specificity",
        label="Specificity",
        formula="TN / (TN + FP)",
        chance=lambda _p, c: 1 - c,
        of_counts=counts.specificity,
        share=lambda t: (t.tn, t.not_used),
    ),
    Metric(
        name="recall",
        label="Recall",
        formula="TP / (TP + FN)",
        chance=lambda _p, c: c,
        of_counts=counts.recall,
        share=lambda t: (t.tp, t.used),
    ),
    Metric(
        name="balanced_accuracy",
        label="Balanced accuracy",
        short="Bal. acc.",
        formula="(recall + specificity) / 2",
        chance=lambda _p, _c: 0.5,
        of_counts=counts.balanced_accuracy,
        weighs_both_errors=True,
    ),
    Metric(
        name="cohen_kappa",
        label="Cohen's kappa",
        short="Kappa",
        formula="(observed - expected agreement) / (1 - expected agreement)",
        chance=lambda _p, _c: 0.0,
        of_counts=counts.cohen_kappa,
        weighs_both_errors=True,
    ),
    Metric(
        name="mcc",
        label="MCC",
        formula="(TP TN - FP FN) / sqrt((TP + FP) (TP + FN) (TN + FP) (TN + FN))",
        chance=lambda _p, c: 0.0 if 0 < c < 1 else float("nan"),
        of_counts=counts.mcc,
        weighs_both_errors=True,
    ),
    Metric(
        name="auc",
        label="AUC",
        formula="P(score of a used > score of a not used) + P(equal) / 2",
        needs=Needs.SCORES,
        chance=lambda _p, _c: 0.5,
        of_curve=Curve.auc,
    ),
    Metric(
        name="average_precision",
        label="Average precision",
        short="Avg. prec.",
        formula="sum over thresholds of precision x gain in recall",
        needs=Needs.SCORES,
        chance=lambda p, _c: p,
        of_curve=Curve.average_precision,
    ),
    *(tpr_at(fpr) for fpr in FPRS),
    Metric(
        name="brier",
        label="Brier score",
        short="Brier",
        formula="mean of (probability - truth)^2",
        needs=Needs.PROBABILITIES,
        direction=Direction.LOWER,
        chance=lambda p, _c: p * (1 - p),  # of always answering the prevalence
        of_probabilities=score_curve.brier,
    ),
    Metric(
        name="calibration_error",
        label="Calibration error",
        short="Calibration",
        formula=f"mean of |mean probability - share used| over {BINS} equal bins",
        needs=Needs.PROBABILITIES,
        direction=Direction.LOWER,
        chance=lambda _p, _c: (
            0.0
        ),  # always answering the prevalence is calibrated, and says nothing
        of_probabilities=partial(score_curve.calibration_error, bins=BINS),
    ),
]
"""In the order in which they are shown; every table, file and check reads them here."""


def titles() -> dict[str, str]:
    """Name to title of the metrics that a run without scores can be measured by."""
    return {metric.name: metric.label for metric in METRICS if metric.needs is Needs.DECISIONS}


def get(name: str) -> Metric:
    """Find a metric by its name."""
    for metric in METRICS:
        if metric.name == name:
            return metric
    known = ", ".join(metric.name for metric in METRICS)
    raise EvaluationError(f"metric: not known; got {name!r}; known are {known}")
