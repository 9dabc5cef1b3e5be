"""DeLong's covariance of AUCs: intervals and paired tests without resampling.

References
----------
DeLong, DeLong, Clarke-Pearson (1988), doi:10.2307/2531595; by ranks, so in n log n: Sun, Xu (2014),
doi:10.1109/LSP.2014.2337313.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from evaluation import given
from evaluation.counts import Values
from evaluation.errors import EvaluationError
from evaluation.intervals.bca import Interval
from evaluation.mean_ranks import mean_ranks
from evaluation.membership import Scores, Used, validate


@dataclass(frozen=True, slots=True, eq=False)
class DeLong:
    """AUC of each run, (runs,), and their covariance, (runs, runs).

    NaN with one class only; the covariance also with fewer than two images of a class.
    """

    auc: Values
    covariance: Values

    def intervals(self, level: float = 0.95) -> Interval:
        """Limits on the logit scale, so that they stay within 0..1; (auc, auc) at 0 and 1."""
        given.share("level", level)
        inside = (self.auc > 0) & (self.auc < 1)
        safe = np.where(inside, self.auc, 0.5)
        z, error = scipy.special.ndtri((1 + level) / 2), np.sqrt(np.diag(self.covariance))
        half, middle = z * error / (safe * (1 - safe)), scipy.special.logit(safe)
        low, high = scipy.special.expit(middle - half), scipy.special.expit(middle + half)
        return Interval(np.where(inside, low, self.auc), np.where(inside, high, self.auc))

    def p_value(self, first: int, second: int) -> float:
        """Two-sided p-value of two runs having the same AUC; 1 if they are the same run."""
        gap = self.auc[first] - self.auc[second]
        cov = self.covariance
        variance = cov[first, first] + cov[second, second] - 2 * cov[first, second]
        if gap == 0 and not np.isnan(variance):
            return 1.0
        if variance <= 0:
            return 0.0  # no case moves the difference
        return float(2 * scipy.special.ndtr(-abs(gap) / np.sqrt(variance)))


def delong(truth: Used, scores: Sequence[Scores]) -> DeLong:
    """AUCs of runs on the same candidates, with their covariance."""
    validate(truth)
    truth = np.asarray(truth)
    scores = [given.finite(f"scores[{k}]", own, len(truth)) for k, own in enumerate(scores)]
    if not scores:
        raise EvaluationError("scores: no run; got an empty list; give at least one")
    n_used, n_not = int(truth.sum()), int((~truth).sum())
    if n_used == 0 or n_not == 0:
        blank = np.full((len(scores), len(scores)), np.nan)
        return DeLong(blank[0], blank)
    # For each used image the share of not used below it, and the other way round.
    below = np.empty((len(scores), n_used))
    above = np.empty((len(scores), n_not))
    for row, values in enumerate(scores):
        ranks = mean_ranks(values)
        below[row] = (ranks[truth] - mean_ranks(values[truth])) / n_not
        above[row] = 1 - (ranks[~truth] - mean_ranks(values[~truth])) / n_used
    covariance = _covariance(below) / n_used + _covariance(above) / n_not
    return DeLong(below.mean(axis=1), covariance)


def _covariance(rows: Values) -> Values:
    n = rows.shape[1]
    if n < 2:
        return np.full((len(rows), len(rows)), np.nan)
    centred = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(centred @ centred.T / (n - 1), dtype=np.float64)
