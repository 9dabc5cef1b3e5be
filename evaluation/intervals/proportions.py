"""Confidence intervals of proportions.

A proportion of no trials is undefined, and so are its limits: NaN.
"""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from evaluation import given
from evaluation.counts import Values, ratio
from evaluation.errors import EvaluationError
from evaluation.intervals.bca import Interval


def wilson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> Interval:
    """Score interval: close to the nominal level on average, also near 0 and 1.

    References
    ----------
    Wilson (1927), doi:10.1080/01621459.1927.10502953; recommended by Brown, Cai, DasGupta (2001),
    doi:10.1214/ss/1009213286.
    """
    hits, n = _checked(successes, trials, level)
    z = scipy.special.ndtri((1 + level) / 2)
    share = ratio(hits, n)
    safe = np.where(n == 0, np.nan, n)
    centre = (share + z**2 / (2 * safe)) / (1 + z**2 / safe)
    half = z * np.sqrt(share * (1 - share) / safe + z**2 / (4 * safe**2)) / (1 + z**2 / safe)
    low = np.where(hits == 0, np.where(n == 0, np.nan, 0.0), centre - half)
    high = np.where(hits == n, np.where(n == 0, np.nan, 1.0), centre + half)
    return Interval(low, high)


def clopper_pearson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> Interval:
    """Exact interval: never below the nominal level, so somewhat wide.

    References
    ----------
    Clopper, Pearson (1934), doi:10.1093/biomet/26.4.404.
    """
    hits, n = _checked(successes, trials, level)
    tail = (1 - level) / 2
    low = scipy.special.betaincinv(np.maximum(hits, 1), n - hits + 1, tail)
    high = scipy.special.betaincinv(hits + 1, np.maximum(n - hits, 1), 1 - tail)
    nothing = np.where(n == 0, np.nan, 0.0)
    return Interval(
        np.where(hits == 0, 0.0, low) + nothing, np.where(hits == n, 1.0, high) + nothing
    )


def _checked(successes: ArrayLike, trials: ArrayLike, level: float) -> tuple[Values, Values]:
    given.share("level", level)
    counts = {"successes": np.asarray(successes), "trials": np.asarray(trials)}
    for where, values in counts.items():
        given.refuse_no_numbers(where, values)
    try:
        hits, n = np.broadcast_arrays(*(values.astype(float) for values in counts.values()))
    except ValueError:
        shapes = " and ".join(str(values.shape) for values in counts.values())
        raise EvaluationError(
            f"trials: not one number for each of the successes; got shapes {shapes}; give one each"
        ) from None
    if (hits < 0).any() or (hits > n).any():
        raise EvaluationError("successes: not from 0 to the number of trials; give counts")
    return hits, n
