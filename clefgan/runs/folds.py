"""Grouped folds: images of one group (patient, or exact copies) are never on both sides."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import Images
from clefgan.similarity.pixel_digest import digest


def grouped(
    groups: Sequence[str], truth: NDArray[np.bool_], n_folds: int, seed: int
) -> NDArray[np.int64]:
    """Fold number of each image, 0 to `n_folds` - 1, with both classes spread evenly.

    Parameters
    ----------
    groups : n labels; images that share one share a fold
    truth : (n,), True for used
    n_folds : at least 2
    seed : decides which groups of equal size go where

    Raises
    ------
    ClefganError
        There are too few groups of a class to leave some of it on both sides, or for each fold
        to hold some of it.
    """
    if n_folds < 2:
        raise ClefganError(f"folds: {n_folds} is too few; give 2 or more")
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    counts = np.zeros((len(names), 2), np.int64)
    np.add.at(counts, (index, truth.astype(np.int64)), 1)
    for label, column in (("used", 1), ("not used", 0)):
        many = np.count_nonzero(counts[:, column])
        if many < 2:
            raise ClefganError(
                f"dev: fewer than 2 groups of images {label}; held-out scores need one to fit on "
                "and one to score; --protocol paper needs none"
            )
        if many < n_folds:
            raise ClefganError(
                f"folds: {n_folds} is more than the {many} groups of images {label}; give --folds "
                f"{many} or fewer, so that each fold can hold both classes"
            )
    return assign(counts, n_folds, seed)[index]


def assign(counts: NDArray[np.int64], n_folds: int, seed: int) -> NDArray[np.int64]:
    """Fold of each group: large groups first, each to the fold that is furthest from its share."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(counts))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    share = np.maximum(counts.sum(axis=0) / n_folds, 1)
    held = np.zeros((n_folds, 2))
    fold = np.empty(len(counts), np.int64)
    for group in order:
        after = ((held + counts[group]) / share) ** 2 - (held / share) ** 2
        fold[group] = np.argmin(after.sum(axis=1))
        held[fold[group]] += counts[group]
    return fold


def splits(fold: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """`(fit, score)` index pairs; every image is scored exactly once."""
    for number in np.unique(fold):
        yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


def copies(images: Images) -> list[str]:
    """A group label for each image, equal for exact copies: where no groups are known."""
    return [digest(image).hex() for image in images]
