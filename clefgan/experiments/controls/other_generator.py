"""Negative controls: what tells a leak from a biased split.

A score may be above chance because the used and the unused images differ by scanner, sharpness or
patient, and not because a generator gave anything away. So beside a result stand three others:

    blind = controls.image_only(dev, groups, seed=0)
    elsewhere = controls.other_generator(method, dev, other, groups, seed=0)
    rows = controls.rows(truth, scores, {"image only": blind, "other generator": elsewhere})
    noise = controls.permutation(truth, scores, groups=groups)
    sentences = [*(row.sentence for row in rows), noise.sentence]

Scores are in the order used, then not used, like the dev scores of `clefgan.runs.job`; `groups` are
the labels that `heldout.groups_of` gives. Everything here is out of fold: no image is scored by
what was fitted on it or on another image of its group.
"""

from collections.abc import Sequence

import numpy as np

from clefgan.data.challenge import Challenge
from clefgan.errors import ClefganError
from clefgan.experiments.controls import nuisance
from clefgan.experiments.controls.auc_difference import (
    Noise,
    Row,
    Used,
    one_each,
    permutation,
    rows,
)
from clefgan.method import DevSet, Images, Method, Progress, Scores, silent
from clefgan.runs import folds, heldout

__all__ = ["Noise", "Row", "foreign", "image_only", "other_generator", "permutation", "rows"]

IMAGE_ONLY = "image only"
OTHER_GENERATOR = "other generator"
PERMUTATION = "permuted labels"

PENALTY = 0.1  # weight of the losses against that of the coefficients, on standardised features
NEWTON_STEPS = 50  # at most; some six are enough
REPEATS = 5  # of the folds of the image-only control, averaged


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
    found = np.zeros(len(truth))
    for repeat in range(REPEATS):
        fold = folds.grouped(groups, truth, n_folds, seed + repeat)
        for fit, score in folds.splits(fold):
            found[score] += log_odds(rows[fit], truth[fit], rows[score]) / REPEATS
    return found


def log_odds(rows: nuisance.Features, truth: Used, others: nuisance.Features) -> Scores:
    """Fit on `rows`, answer for `others`; 0 where one class only was there to fit on."""
    if truth.all() or not truth.any():
        return np.zeros(len(others))
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread < 1e-12] = 1
    weights = logistic((rows - mean) / spread, truth)
    return np.asarray((others - mean) / spread @ weights[:-1] + weights[-1])


def logistic(rows: nuisance.Features, truth: Used) -> Scores:
    """Coefficients, the intercept last, of a penalised logistic regression, by Newton's method.

    It minimises `PENALTY * (sum of log losses) + |coefficients|^2 / 2`, both classes weighing the
    same in the sum.
    """
    n, d = rows.shape
    design = np.column_stack([rows, np.ones(n)])
    share = PENALTY * n / (2 * np.where(truth, truth.sum(), n - truth.sum()))
    ridge = np.append(np.ones(d), 0.0)

    def loss(at: Scores) -> float:
        margin = np.where(truth, 1, -1) * (design @ at)
        return float(share @ np.logaddexp(0, -margin) + ridge @ at**2 / 2)

    at = np.zeros(d + 1)
    for _ in range(NEWTON_STEPS):
        chance = 0.5 * (1 + np.tanh(design @ at / 2))
        slope = design.T @ (share * (chance - truth)) + ridge * at
        curvature = (design.T * (share * chance * (1 - chance))) @ design + np.diag(ridge)
        step = np.linalg.solve(curvature + 1e-12 * np.eye(d + 1), slope)
        size_of_step = 1.0
        while loss(at - size_of_step * step) > loss(at) and size_of_step > 1e-6:
            size_of_step /= 2
        at = at - size_of_step * step
        if np.abs(step).max() < 1e-8:
            break
    return at


def other_generator(
    method: Method,
    dev: DevSet,
    other: Images,
    groups: Sequence[str],
    seed: int = 0,
    *,
    n_folds: int = 3,
    progress: Progress = silent,
) -> Scores:
    """Held-out dev scores of `method` with `other` in the place of dev's generated images.

    Fitting and scoring both see `other` only, so nothing that the generator of dev learned from
    its training images can reach the score. The folds are those of the held-out protocol with the
    same `seed` and `n_folds`; the truth is dev's.

    Parameters
    ----------
    other : generated images that cannot have seen dev's real images; see `foreign`

    Raises
    ------
    ClefganError
        No image in `other`, or of another size; too few groups for the folds.
    """
    truth = truth_of(dev)
    one_each("groups", groups, truth)
    if not len(other):
        raise ClefganError("controls: no image of another generator; give at least one")
    if other.shape[1:] != dev.used.shape[1:]:
        raise ClefganError(
            f"controls: images of the other generator are {size(other)}, those of dev "
            f"{size(dev.used)}; bring them to one size"
        )
    fold = folds.grouped(groups, truth, n_folds, seed)
    ids = tuple(f"image {i + 1}" for i in range(len(truth)))
    swapped = DevSet(other, dev.used, dev.not_used)
    return heldout.held_out("other generator", method, swapped, ids, fold, progress)


def foreign(
    challenge: Challenge, *, seed: int = 0, progress: Progress = silent
) -> tuple[Images, str]:
    """Generated images that cannot have seen dev's real images, and what they are.

    Those of test, made by another generator from other images; without a test part, slices of
    `phantom_ct` without a leak, as many as dev has generated images. They show no real anatomy, so
    they are the weaker control.

    Raises
    ------
    ClefganError
        No dev part; no test part and images that are not square.
    """
    if challenge.test is not None:
        return challenge.test.generated.load(progress=progress), "the generated images of test"
    if challenge.dev is None:
        raise ClefganError(f"{challenge.source}: no dev images; the control is for them")
    header = challenge.dev.generated.header()
    if header.width != header.height:
        raise ClefganError(
            f"{challenge.source}: no test part, and phantoms are square, not "
            f"{header.width}x{header.height}; give a test part"
        )
    from clefgan.data.phantom.challenge import Counts, make

    counts = Counts(len(challenge.dev.generated), 0, 0, 0, 0, 0)
    roles = make(seed, 0.0, counts, size=header.width)
    return roles["dev_generated"].images, "phantom slices"


def truth_of(dev: DevSet) -> Used:
    """True for used, which come first."""
    return np.repeat([True, False], [len(dev.used), len(dev.not_used)])


def smaller_class(groups: Sequence[str], truth: Used) -> int:
    """Number of groups of the class that has fewer."""
    names = np.asarray(groups)
    return min(len(np.unique(names[truth])), len(np.unique(names[~truth])))


def size(images: Images) -> str:
    """`256x128`: width by height."""
    return f"{images.shape[2]}x{images.shape[1]}"
