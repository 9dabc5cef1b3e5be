"""P-values adjusted for how many there are. NaN (no test) stays NaN and does not count."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation import given
from evaluation.counts import Values
from evaluation.errors import EvaluationError


def holm(p_values: ArrayLike) -> Values:
    """Adjust so that the chance of any false finding stays below the level.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    values, order, ordered = _ordered(p_values)
    factors = len(ordered) - np.arange(len(ordered))
    values[order] = np.minimum(1, np.maximum.accumulate(ordered * factors))
    return values


def benjamini_hochberg(p_values: ArrayLike) -> Values:
    """Adjust so that the expected share of false findings stays below the level.

    References
    ----------
    Benjamini, Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    values, order, ordered = _ordered(p_values)
    scaled = ordered * len(ordered) / np.arange(1, len(ordered) + 1)
    values[order] = np.minimum(1, np.minimum.accumulate(scaled[::-1])[::-1])
    return values


def _ordered(p_values: ArrayLike) -> tuple[Values, NDArray[np.intp], Values]:
    """A copy, the indices of its numbers from the smallest, and those numbers."""
    given.refuse_no_numbers("p_values", np.asarray(p_values))
    values = np.array(p_values, dtype=np.float64)
    if values.ndim != 1:
        raise EvaluationError(f"p_values: not a list; got shape {values.shape}; give (n,)")
    if ((values < 0) | (values > 1)).any():
        raise EvaluationError("p_values: outside 0..1; give probabilities")
    order = np.argsort(values, kind="stable")[: np.count_nonzero(~np.isnan(values))]
    return values, order, values[order]
