"""The control that looks at the real images alone: do used and not used differ by themselves?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.data import nuisance
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Scores
from clefgan.runs import folds

IMAGE_ONLY = "image only"

PENALTY = 0.1  # weight of the losses against that of the coefficients, on standardised features
REPEATS = 5  # of the folds, averaged

Used = NDArray[np.bool_]


def image_only(
    dev: DevSet,
    groups: Sequence[str],
    seed: int = 0,
    *,
    n_folds: int = 5,
    file_sizes: Sequence[int] | None = None,
) -> Scores:
    """Log-odds of *used* from nuisance features of each image alone, out of fold.

    The generated images are not looked at, so a score above chance means that the two classes of
    real images differ. A logistic regression on `nuisance.features`, standardised on the images
    that it is fitted on; the mean over five draws of the folds.

    Parameters
    ----------
    groups : of the real images, used first; images of one group are never on both sides
    n_folds : at least 2; fewer are taken where a class has fewer groups
    file_sizes : bytes of the real images' files, used first; `nuisance.file_sizes` reads them

    Raises
    ------
    ClefganError
        Fewer than two groups of a class, or another number of groups or file sizes than images.
    """
    truth = truth_of(dev)
    one_each("groups", groups, truth)
    if file_sizes is not None:
        one_each("file sizes", file_sizes, truth)
    rows = nuisance.features(np.concatenate([dev.used, dev.not_used]), file_sizes)
    n_folds = max(2, min(n_folds, smaller_class(groups, truth)))
    scores = np.zeros(len(truth))
    for repeat in range(REPEATS):
        fold = folds.grouped(groups, truth, n_folds, seed + repeat)
        for fit, score in folds.splits(fold):
            scores[score] += log_odds(rows[fit], truth[fit], rows[score]) / REPEATS
    return scores


def log_odds(rows: nuisance.Features, truth: Used, others: nuisance.Features) -> Scores:
    """Fit on `rows`, answer for `others`; 0 where one class only was there to fit on."""
    if truth.all() or not truth.any():
        return np.zeros(len(others))
    from sklearn import linear_model, preprocessing  # slow to load, and only wanted here

    scaler = preprocessing.StandardScaler().fit(rows)
    regression = linear_model.LogisticRegression(
        C=PENALTY, class_weight="balanced", solver="newton-cholesky", tol=1e-8
    ).fit(scaler.transform(rows), truth)
    return np.asarray(regression.decision_function(scaler.transform(others)))


def truth_of(dev: DevSet) -> Used:
    """True for used, which come first."""
    return np.repeat([True, False], [len(dev.used), len(dev.not_used)])


def one_each(name: str, values: Sequence[object], truth: Used) -> None:
    """Raise unless there is one value for each image."""
    if len(values) != len(truth):
        raise ClefganError(
            f"controls: {len(values)} {name} for {len(truth)} images; give one for each"
        )


def smaller_class(groups: Sequence[str], truth: Used) -> int:
    """Number of groups of the class that has fewer."""
    names = np.asarray(groups)
    return min(len(np.unique(names[truth])), len(np.unique(names[~truth])))
