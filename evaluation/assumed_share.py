"""Tables of counts when the highest scores are called used: a given share, or down to a score."""

import numpy as np
from numpy.typing import NDArray

from evaluation import given
from evaluation.counts import Counts, Values
from evaluation.errors import EvaluationError
from evaluation.score_curve import Ranked


def tables(truth: NDArray[np.bool_], scores: Values, shares: Values | None = None) -> Counts:
    """A table for each share of the images that is called used, from the highest score down.

    Parameters
    ----------
    shares : 0 to 1. Of equal scores each is called used equally often, so the table is the
        expected one. None: one table per threshold, from nobody to everybody
    """
    truth = given.used("truth", truth)
    scores = given.finite("scores", scores, len(truth))
    curve = Ranked.of(truth, scores).cumulate(np.ones((1, len(truth)))).from_nobody()
    tp, fp = curve.used[0], curve.not_used[0]
    n_used, n_not = tp[-1], fp[-1]
    if shares is not None:
        wanted = given.finite("shares", shares)
        if ((wanted < 0) | (wanted > 1)).any():
            raise EvaluationError("shares: not all from 0 to 1; give shares of the images")
        called = wanted * len(truth)
        tp = np.interp(called, tp + fp, tp)
        fp = called - tp
    return Counts.of(tp, n_not - fp, fp, n_used - tp)
