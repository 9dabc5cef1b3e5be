"""Linear discriminant analysis with a shrunk covariance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.similarity.threads import single_blas
from clefgan.similarity.whole_numbers import Floats


@dataclass(frozen=True, eq=False)
class Discriminant:
    """A fitted model: log posteriors of equal priors, up to a constant per row."""

    offset: Floats  # (d,)
    factor: Floats  # (d,)
    weights: Floats  # (d, n_classes)
    intercepts: Floats  # (n_classes,)

    def __call__(self, features: NDArray[np.floating]) -> Floats:
        """Scores of each class, (n, n_classes)."""
        rows = (np.asarray(features, np.float64) - self.offset) * self.factor
        with single_blas():
            return np.asarray(rows @ self.weights + self.intercepts)


def fit(features: NDArray[np.floating], labels: NDArray[np.int64], n_classes: int) -> Discriminant:
    """Gaussian classes of one covariance, that of all features standardised and shrunk.

    Parameters
    ----------
    features : (n, d)
    labels : (n,), 0 to n_classes - 1, each at least once

    References
    ----------
    Shrinkage towards a multiple of the identity: Ledoit, Wolf (2004),
    doi:10.1016/S0047-259X(03)00096-4, on the deviations from the class means, pooled.
    """
    rows = np.asarray(features, np.float64)
    offset, spread = rows.mean(axis=0), rows.std(axis=0)
    constant = spread <= 1e-7 * np.abs(rows).max(axis=0, initial=0.0)
    factor = np.where(constant, 0.0, 1 / np.where(constant, 1.0, spread))
    rows = (rows - offset) * factor
    means = np.stack([rows[labels == number].mean(axis=0) for number in range(n_classes)])
    with single_blas():
        covariance = shrunk(rows - means[labels])
        weights = np.linalg.solve(covariance, means.T)
    intercepts = -0.5 * np.vecdot(means, weights.T)
    return Discriminant(offset, factor, weights, intercepts)


def shrunk(deviations: Floats) -> Floats:
    """Ledoit and Wolf's covariance of rows whose mean is 0: (d, d), never singular."""
    n, d = deviations.shape
    plain = deviations.T @ deviations / n
    level = float(np.trace(plain)) / d
    if level <= 1e-12:  # one image per class, or classes of copies
        return np.eye(d)
    squares = deviations**2
    spread = float((squares.sum(axis=1) ** 2).sum()) / n - float((plain**2).sum())
    distance = float((plain**2).sum()) - d * level**2
    share = min(1.0, max(0.0, spread / n / distance)) if distance > 0 else 1.0
    share = max(share, 1e-6)
    return np.asarray((1 - share) * plain + share * level * np.eye(d))
