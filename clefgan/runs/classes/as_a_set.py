"""What images under test say as a set: shares of the classes with limits, and who is behind it.

Near-copies are one observation: a generator that repeats itself makes many images that say no more
than one does.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.runs.classes.result import ClassScored
from evaluation import class_scores, class_shares
from evaluation.class_shares import Confusion

LEVEL = 0.95  # of all limits


def rows(
    test: ClassScored | None, dev: Sequence[ClassScored], classes: Sequence[str]
) -> dict[str, dict[str, float]]:
    """A row per class; nothing without scores, or of fewer than two images.

    `called` is the share that is called the class, with Wilson's limits. `share` is the likeliest
    share given what dev confuses, with limits for both samples; it is there where labelled images
    are. `t` with its p-value is a test of whether the class is behind the set more than the others
    are, over groups of near-copies; NaN where all images are of one group. An image that is called
    no class leaves `called` as it is, and there is no `share`.

    Parameters
    ----------
    dev : scores of labelled images, the ones to believe last
    """
    if test is None or test.scores is None or len(test.ids) < 2:
        return {}
    k, groups = len(classes), test.groups
    called = test.shares()
    limits = class_shares.called_limits(test.verdict.labels, k, groups, LEVEL)
    t, p_values = tested(test)
    by_class = {
        name: {
            "called": called[name], "called_low": float(limits.low[i]),
            "called_high": float(limits.high[i]), "t": float(t[i]), "p_value": float(p_values[i]),
        }
        for i, name in enumerate(classes)
    }  # fmt: skip
    confusion = confused(dev[-1], classes) if dev else None
    if confusion is None or (test.verdict.labels < 0).any():
        return by_class
    shares = class_shares.shares(test.verdict.labels, confusion, k)
    ends = class_shares.share_limits(test.verdict.labels, confusion, k, groups, LEVEL)
    for row, share, low, high in zip(by_class.values(), shares, *ends, strict=True):
        row |= {"share": float(share), "share_low": float(low), "share_high": float(high)}
    return by_class


def tested(test: ClassScored) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Statistics t and p-values of each class, a group of near-copies counted once."""
    assert test.scores is not None
    scores = test.scores
    if test.groups is not None:
        names, group_of = np.unique(test.groups, return_inverse=True)
        sums = np.zeros((len(names), scores.shape[1]))
        np.add.at(sums, group_of, scores)
        scores = sums / np.bincount(group_of)[:, None]
    if len(scores) < 2:
        nothing = np.full(scores.shape[1], np.nan)
        return nothing, nothing
    return class_scores.used_at_all(scores)


def confused(dev: ClassScored, classes: Sequence[str]) -> Confusion | None:
    """What the labelled images were called; None where nobody was called a class."""
    known = dev.verdict.labels >= 0
    if dev.truth is None or not known.any():
        return None
    names = list(classes)
    truth = np.array([names.index(str(name)) for name in dev.truth[known]])
    groups = None if dev.groups is None else dev.groups[known]
    return Confusion(truth, dev.verdict.labels[known], groups)
