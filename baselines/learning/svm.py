"""A binary support vector machine by way of its Gram matrix.

scikit-learn's `SVC` on raw features works out kernel values one row at a time in float64. With wide
features nearly all of its time goes there, and one matrix product does the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from baselines.features.blocks import Features
from clefgan.errors import ClefganError
from clefgan.method import Scores

Kernel: TypeAlias = Literal["rbf", "linear"]
Gamma: TypeAlias = float | Literal["scale", "auto"]

WIDE = 2048  # features: beyond, products are in float32
BLOCK = 1024  # rows of features at a time


@dataclass(frozen=True, slots=True, eq=False)
class Svm:
    """A fitted machine: the sum of weight * K(x, vector), plus the intercept."""

    vectors: NDArray[np.floating]  # (n, d), centred
    weights: NDArray[np.float64]  # (n,), dual coefficients with sign
    intercept: float
    centre: Features  # (d,), subtracted from all features
    kernel: Kernel
    gamma: float

    def decide(self, features: Features) -> Scores:
        """Return the decision function of (n, d) features: above 0 is the positive class."""
        parts = [
            gram(block, self.vectors, self.kernel, self.gamma) @ self.weights
            for block in centred(features, self.centre)
        ]
        return np.concatenate([*parts, np.empty(0)]) + self.intercept


def fit(
    features: Features,
    positive: NDArray[np.bool_],
    *,
    kernel: Kernel = "rbf",
    C: float = 1.0,
    gamma: Gamma = "scale",
) -> Svm:
    """Fit a C-support vector machine; equal to `sklearn.svm.SVC` up to rounding.

    Parameters
    ----------
    features : (n, d) float32
    positive : (n,) bool, both values present
    kernel : rbf, exp(-gamma |x - y|^2), or linear
    C : weight of the errors, above 0
    gamma : of the rbf kernel, above 0; `scale` is 1 / (d * variance of the training features),
        `auto` 1 / d

    Raises
    ------
    ClefganError
        A parameter out of its range, features that are not finite, or one class only.

    Notes
    -----
    Products of more than `WIDE` features are in float32, and then the features are centred first:
    distances stay the same and lose fewer digits, and a linear machine only changes its intercept,
    because its weights sum to 0.
    """
    check(features, positive, kernel, C, gamma)
    from sklearn.svm import SVC  # scikit-learn

    number = gamma_of(features, gamma)
    centre = np.zeros(features.shape[1], np.float32)
    if features.shape[1] > WIDE:
        centre = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    rows = np.concatenate(list(centred(features, centre)))
    machine = SVC(kernel="precomputed", C=C)
    machine.fit(symmetric(gram(rows, rows, kernel, number)), positive)
    return Svm(
        vectors=rows[machine.support_],
        weights=machine.dual_coef_[0],
        intercept=float(machine.intercept_[0]),
        centre=centre,
        kernel=kernel,
        gamma=number,
    )


def gram(
    a: NDArray[np.floating], b: NDArray[np.floating], kernel: Kernel, gamma: float
) -> NDArray[np.float64]:
    """Return the (len(a), len(b)) matrix of kernel values."""
    products = (a @ b.T).astype(np.float64)
    if kernel == "linear":
        return products
    products *= -2
    products += squared_norms(a)[:, None]
    products += squared_norms(b)
    np.maximum(products, 0, out=products)
    products *= -gamma
    return np.asarray(np.exp(products, out=products))


def symmetric(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Copy the lower triangle over the upper one: the two may differ in the last bits."""
    lower = np.tril_indices(len(matrix), -1)
    matrix.T[lower] = matrix[lower]
    return matrix


def squared_norms(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the squared length of each row."""
    return np.asarray(np.einsum("ij,ij->i", rows, rows), np.float64)


def centred(
    features: Features, centre: Features, block: int = BLOCK
) -> Iterator[NDArray[np.floating]]:
    """Yield blocks of `features - centre`: in float32 if they are wide, else in float64."""
    precision = np.float32 if features.shape[1] > WIDE else np.float64
    for start in range(0, len(features), block):
        yield features[start : start + block].astype(precision) - centre.astype(precision)


def gamma_of(features: Features, gamma: Gamma) -> float:
    """Return gamma as a number; features without variance count as of variance 1."""
    n_features = int(features.shape[1])
    if gamma == "auto":
        return 1 / n_features
    if gamma == "scale":
        return 1 / (n_features * (variance(features) or 1.0))
    return gamma


def variance(features: Features) -> float:
    """Return the variance over all entries in float64, without a float64 copy of them all."""
    mean = features.mean(dtype=np.float64)
    total = sum(float(np.square(row.astype(np.float64) - mean).sum()) for row in features)
    return total / features.size


def check(
    features: Features, positive: NDArray[np.bool_], kernel: str, C: float, gamma: Gamma
) -> None:
    """Raise a ClefganError if there is nothing to fit or a parameter is out of its range."""
    if kernel not in ("rbf", "linear"):
        raise ClefganError(f"SVM: no kernel {kernel!r}; give rbf or linear")
    if not 0 < C < np.inf:
        raise ClefganError(f"SVM: C is {C}; give a number above 0")
    if gamma not in ("scale", "auto") and (isinstance(gamma, str) or not 0 < gamma < np.inf):
        raise ClefganError(f"SVM: gamma is {gamma!r}; give a number above 0, scale or auto")
    if positive.all() or not positive.any():
        raise ClefganError(
            f"SVM: {int(positive.sum())} of {len(positive)} training images are of the positive "
            "class; give at least one of each"
        )
    if not np.isfinite(features).all():
        raise ClefganError("SVM: some training features are not finite; check the feature map")
