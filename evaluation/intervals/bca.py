"""Bias-corrected and accelerated (BCa) bootstrap intervals, for many statistics at once.

References
----------
Efron (1987), doi:10.1080/01621459.1987.10478410. Several samples (strata): Davison, Hinkley (1997),
Bootstrap Methods and their Application, section 5.3.2.

Notes
-----
Resamples equal to the estimate count half below it, which matters where few values are possible.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from evaluation.counts import Values, ratio

UNDEFINED = 0.1
"""No interval where a metric is undefined in more than this share of the resamples."""

_SAME = 1e-12


class Interval(NamedTuple):
    """Limits; NaN where there is nothing to tell."""

    low: Values
    high: Values


def interval(estimate: Values, replicates: Values, acceleration: Values, level: float) -> Interval:
    """BCa limits.

    Parameters
    ----------
    estimate : any shape
    replicates : the shape of `estimate` and one axis more, the resamples; NaN where undefined
    acceleration : the shape of `estimate`; 0 gives the bias-corrected (BC) limits
    level : confidence, such as 0.95
    """
    defined = np.count_nonzero(~np.isnan(replicates), axis=-1)
    centre = estimate[..., None]
    below = np.count_nonzero(replicates < centre - _SAME, axis=-1)
    equal = np.count_nonzero(np.abs(replicates - centre) <= _SAME, axis=-1)
    some = np.maximum(defined, 1)
    bias = scipy.special.ndtri(np.clip((below + equal / 2) / some, 0.5 / some, 1 - 0.5 / some))
    ordered = np.sort(replicates, axis=-1)  # NaN last
    known = ~np.isnan(estimate) & (defined >= (1 - UNDEFINED) * replicates.shape[-1])
    limits = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        moved = bias + scipy.special.ndtri(tail)
        share = scipy.special.ndtr(bias + moved / (1 - acceleration * moved))
        limits.append(np.where(known, _quantile(ordered, defined, share), np.nan))
    return Interval(*limits)


def acceleration(left_out: list[tuple[int, Values]]) -> Values:
    """Skewness of the statistic's influence over its square root of n, from a stratified jackknife.

    Parameters
    ----------
    left_out : for some left-out units of a stratum the index of that stratum and the statistic
        without each, the units on the last axis; a stratum may come in several parts

    Returns
    -------
    The shape of the statistic; 0 where it does not vary or is not defined.
    """
    if not left_out:
        return np.zeros(())
    second = np.zeros(left_out[0][1].shape[:-1])
    third = second.copy()
    for stratum in dict.fromkeys(index for index, _ in left_out):
        values = np.concatenate([part for index, part in left_out if index == stratum], axis=-1)
        units = values.shape[-1]
        influence = (values.mean(axis=-1, keepdims=True) - values) * (units - 1) / units
        second += (influence**2).sum(axis=-1)
        third += (influence**3).sum(axis=-1)
    return np.nan_to_num(ratio(third, 6 * second**1.5))


def _quantile(ordered: Values, defined: NDArray[np.intp], share: Values) -> Values:
    """Quantile of the defined part of each sorted row, linear between neighbours."""
    rank = np.clip(share, 0, 1) * np.maximum(defined - 1, 0)
    rank = np.nan_to_num(rank)
    lower = np.floor(rank).astype(np.intp)
    upper = np.minimum(lower + 1, np.maximum(defined - 1, 0))
    left = np.take_along_axis(ordered, lower[..., None], axis=-1)[..., 0]
    right = np.take_along_axis(ordered, upper[..., None], axis=-1)[..., 0]
    return np.asarray(left + (right - left) * (rank - lower), dtype=np.float64)
