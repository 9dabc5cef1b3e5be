"""Logistic regression with an L2 penalty and, if asked, weights that cannot be negative."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from clefgan.similarity.whole_numbers import Floats


@dataclass(frozen=True, eq=False)
class Logistic:
    """A fitted model."""

    weights: Floats  # (d,)
    intercept: float

    def logit(self, features: Floats) -> Floats:
        """Log-odds of the positive class, (n,)."""
        # row by row, so that a row scores the same whatever its neighbours
        return np.asarray(np.vecdot(features, self.weights) + self.intercept)


def fit(
    features: Floats, positive: NDArray[np.bool_], *, C: float = 1.0, nonnegative: bool = False
) -> Logistic:
    """Minimise `C * sum of log losses + |weights|^2 / 2`; both classes weigh the same in the sum.

    Parameters
    ----------
    features : (n, d) float64, of a common scale
    positive : (n,) the class that gets a logit above 0
    C : weight of the losses
    nonnegative : no weight below 0: a higher feature never lowers the logit

    Raises
    ------
    ValueError
        One class is missing.
    """
    n, d = features.shape
    counts = np.array([np.count_nonzero(~positive), np.count_nonzero(positive)])
    if not counts.all():
        raise ValueError(f"{counts[0]} negative and {counts[1]} positive rows; both are needed")
    weight = C * n / (2 * counts[positive.astype(np.int64)])
    sign = np.where(positive, 1.0, -1.0)

    def objective(at: Floats) -> tuple[float, Floats]:
        margin = sign * (features @ at[:d] + at[d])
        loss = float(weight @ np.logaddexp(0, -margin) + at[:d] @ at[:d] / 2)
        slope = -sign * weight * np.exp(-np.logaddexp(0, margin))
        return loss, np.append(features.T @ slope + at[:d], slope.sum())

    bounds = [(0.0 if nonnegative else None, None)] * d + [(None, None)]
    optimum = scipy.optimize.minimize(
        objective, np.zeros(d + 1), jac=True, bounds=bounds, method="L-BFGS-B"
    )
    return Logistic(optimum.x[:d], float(optimum.x[d]))
