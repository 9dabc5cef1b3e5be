"""Metrics of continuous scores, for many case weights at once.

Weights say how often each case was drawn: `(resamples, n)`, all ones for the plain metric. One
sort serves every resample, since drawing cases again does not change their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evaluation.counts import Values, ratio

if TYPE_CHECKING:
    from typing import TypeAlias  # of Python 3.10; this file is carried to 3.9 too

Weights: TypeAlias = NDArray[Any]
"""(resamples, n), how often each case counts; at least 0. int32, or float64 where weights are not
whole: running sums of int32 are ten times as fast."""

_HAIR = 1e-9  # 0.1 * 30 is a hair above 3; the permitted number of false positives is 3


@dataclass(frozen=True)
class Ranked:
    """Cases from the highest score to the lowest; equal scores are one step.

    order : (n,) indices of cases
    last : (steps,) place in `order` of the last case of each step
    used : (n,) truth in that order, as 0 and 1
    """

    order: NDArray[np.intp]
    last: NDArray[np.intp]
    used: NDArray[np.int32]

    @classmethod
    def of(cls, truth: NDArray[np.bool_], scores: Values) -> Ranked:
        """Sort once; ties become one step, so that no order among equals is invented."""
        order = np.argsort(-scores, kind="stable")
        falls = np.flatnonzero(np.diff(scores[order]))
        last = np.append(falls, len(scores) - 1)
        return cls(order, last, truth[order].astype(np.int32))

    def cumulate(self, weights: Weights) -> Curve:
        """Weights of the used and of the not used down to and including each step."""
        drawn = np.take(weights, self.order, axis=1)
        everything = np.cumsum(drawn, axis=1, dtype=drawn.dtype)
        drawn *= self.used
        used = np.cumsum(drawn, axis=1, dtype=drawn.dtype)
        if len(self.last) < len(self.order):
            everything = np.take(everything, self.last, axis=1)
            used = np.take(used, self.last, axis=1)
        return Curve(used, everything - used)


@dataclass(frozen=True)
class Curve:
    """Cumulated weight of the used and of the not used at each step: (resamples, steps)."""

    used: Weights
    not_used: Weights

    def from_nobody(self) -> Curve:
        """The curve with a step before the first one: nothing called used; float64."""
        used, not_used = (
            np.pad(weights.astype(np.float64), ((0, 0), (1, 0)))
            for weights in (self.used, self.not_used)
        )
        return Curve(used, not_used)

    @property
    def n_used(self) -> Values:
        """Total weight of the used: (resamples,)."""
        return self.used[:, -1].astype(np.float64)

    @property
    def n_not(self) -> Values:
        """Total weight of the not used: (resamples,)."""
        return self.not_used[:, -1].astype(np.float64)

    def auc(self) -> Values:
        """Area under the ROC curve by trapezia: a tie counts half."""
        # Sum over steps of (not used in the step) x (used above it and down to it).
        first = self.used[:, 0].astype(np.float64) * self.not_used[:, 0]
        rest = _products(self.used[:, 1:] + self.used[:, :-1], np.diff(self.not_used, axis=1))
        return ratio((first + rest) / 2, self.n_used * self.n_not)

    def average_precision(self) -> Values:
        """Precision at each step, weighted by the step's gain in recall; no interpolation."""
        seen = self.used + self.not_used
        precision = self.used / np.where(seen > 0, seen, 1)  # nothing drawn yet: no gain either
        first = precision[:, 0] * self.used[:, 0]
        rest = _products(precision[:, 1:], np.diff(self.used, axis=1))
        return ratio(first + rest, self.n_used)

    def tpr_at_fpr(self, limit: float) -> Values:
        """Highest recall among thresholds whose false positive rate is at most `limit`."""
        allowed = np.floor(limit * self.n_not + _HAIR).astype(self.not_used.dtype)
        steps = np.count_nonzero(self.not_used <= allowed[:, None], axis=1)
        reached = np.take_along_axis(self.used, np.maximum(steps - 1, 0)[:, None], axis=1)[:, 0]
        recalls = ratio(np.where(steps > 0, reached, 0.0), self.n_used)
        return np.where(self.n_not > 0, recalls, np.nan)


def _products(a: Weights, b: Weights) -> Values:
    """Sum of products along each row, in float64: whole numbers would overflow."""
    return np.asarray(np.einsum("ij,ij->i", a, b, dtype=np.float64), dtype=np.float64)


def brier(truth: NDArray[np.bool_], probabilities: Values, weights: Weights) -> Values:
    """Mean squared distance of probability from truth."""
    return ratio(weights @ (probabilities - truth) ** 2, weights.sum(axis=1))


def calibration_error(
    truth: NDArray[np.bool_], probabilities: Values, weights: Weights, bins: int
) -> Values:
    """Mean over cases of |mean probability - share used| of the case's bin."""
    bin_of = np.minimum((probabilities * bins).astype(np.intp), bins - 1)
    gaps = np.zeros((len(truth), bins))
    gaps[np.arange(len(truth)), bin_of] = probabilities - truth
    return ratio(np.abs(weights @ gaps).sum(axis=1), weights.sum(axis=1))
