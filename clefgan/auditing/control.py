"""The image-only control: do training and held-out patients differ without any released image?

If they do, whatever tells them apart may owe it to that, and an audit cannot say. A ridge
regression on nuisance features (histogram, sharpness, noise, spectrum) is fitted out of fold for
the own labels and for dealt ones alike, so its p-value is exact.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from clefgan.auditing.margins import Numbers, Values
from clefgan.auditing.material import Flags, Material
from clefgan.auditing.set_test import deal
from clefgan.data import nuisance
from clefgan.method import Progress, silent

FOLDS = 5
RIDGE = 10.0  # penalty on standardised features
TIMES = 499
DIFFERENT = 0.01  # p-value at or below which the sets differ
BLOCK = 512  # images described at a time


@dataclass(frozen=True, slots=True)
class ImageOnly:
    """AUC of training against held-out patients from their images alone, and its exact p-value."""

    auc: float
    p_value: float

    @property
    def differs(self) -> bool:
        """Whether the two sets differ anyway."""
        return self.p_value <= DIFFERENT


def image_only(
    material: Material,
    *,
    also: Values | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> ImageOnly:
    """Compare training with held-out patients; the released images are not looked at.

    Parameters
    ----------
    also : (n_groups, n), what else is known of each patient, such as of whole volumes
    """
    described = []
    for start in range(0, len(material.real), BLOCK):
        described.append(nuisance.features(material.real[start : start + BLOCK]))
        progress(
            "image-only control", min(start + BLOCK, len(material.real)), len(material.real), ""
        )
    n_groups = len(material.names)
    features = of_groups(np.concatenate(described), material.group, n_groups)
    if also is not None:
        more = of_groups(also, np.arange(n_groups), n_groups)
        features = np.concatenate([features, more], axis=1)
    return compare(features, material.training, material.stratum, seed=seed)


def of_groups(features: Values, group: Numbers, n_groups: int) -> Values:
    """Mean features of each group, standardised over groups; constant ones are 0."""
    sums = np.zeros((n_groups, features.shape[1]))
    np.add.at(sums, group, features)
    means = sums / np.bincount(group, minlength=n_groups)[:, None]
    spread = means.std(axis=0)
    return np.asarray((means - means.mean(axis=0)) / np.where(spread < 1e-12, np.inf, spread))


def compare(
    features: Values, training: Flags, stratum: Numbers, *, times: int = TIMES, seed: int = 0
) -> ImageOnly:
    """AUC of out-of-fold predictions, and the share of dealt labels that do as well."""
    rng = np.random.default_rng(seed)
    labels = deal(training, stratum, times, rng)
    fold = rng.permutation(len(training)) % FOLDS
    targets = np.where(labels, 1.0, -1.0).T
    predicted = np.zeros_like(targets)
    for number in range(FOLDS):
        judged = fold == number
        if judged.all() or not judged.any():
            continue
        known = features[~judged]
        centre = targets[~judged].mean(axis=0)
        normal = known.T @ known + RIDGE * np.eye(known.shape[1])
        weights = np.linalg.solve(normal, known.T @ (targets[~judged] - centre))
        predicted[judged] = features[judged] @ weights
    ranks = rankdata(predicted, axis=0).T
    n, m = int(training.sum()), int((~training).sum())
    if not n or not m:
        return ImageOnly(np.nan, 1.0)
    areas = ((ranks * labels).sum(axis=1) - n * (n + 1) / 2) / (n * m)
    return ImageOnly(float(areas[0]), float(np.mean(areas >= areas[0] - 1e-9)))
