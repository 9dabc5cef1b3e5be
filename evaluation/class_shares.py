"""Shares of the classes in a set of images without truth, and how far they are known.

Conventions
-----------
Classes are numbers from 0. `groups` is an int array of shape (n,): images of one number, such as
near-copies of each other, are one observation; None: every image is one. A set of n images in
groups then counts as `n^2 / sum size^2` images, so shares are weighted by images, limits by groups.

References
----------
Kish (1965), Survey Sampling, ch. 8, for that effective number.
"""

from typing import NamedTuple

import numpy as np

from evaluation import given
from evaluation.class_scores import UNKNOWN, Numbers
from evaluation.counts import Values
from evaluation.errors import EvaluationError
from evaluation.intervals.bca import Interval
from evaluation.intervals.proportions import wilson

DRAWS = 1000  # of the two tables of counts, for limits
MOST = 10_000  # steps of expectation maximisation
LEAST = 1e-12  # of a confusion, so that nothing seen is impossible


class Confusion(NamedTuple):
    """What images of a known class were called, held out: (n_dev,) each; see `groups` above."""

    truth: Numbers
    called: Numbers
    groups: Numbers | None = None


def effective(groups: Numbers | None, n: int) -> float:
    """As how many independent images `n` in groups count: from 1, all in one group, to n."""
    if groups is None:
        return float(n)
    sizes = np.unique(given.labels("groups", groups, n), return_counts=True)[1]
    return float(n**2 / (sizes.astype(float) ** 2).sum())


def called_limits(
    called: Numbers, n_classes: int, groups: Numbers | None = None, level: float = 0.95
) -> Interval:
    """Limits of the share that is called each class, (n_classes,): Wilson, over groups.

    They say how far the share would differ in another set from the same source; that a class is
    called wrongly they do not know.

    Parameters
    ----------
    called : (n,) what the images are called; -1: no class

    Raises
    ------
    EvaluationError
        No images, or a level that is no share.
    """
    called = checked(called, n_classes, UNKNOWN)
    n = effective(groups, len(called))
    share = np.array([np.mean(called == label) for label in range(n_classes)])
    return wilson(share * n, n, level)


def shares(called: Numbers, dev: Confusion, n_classes: int) -> Values:
    """Share of each class in a set of images without truth, (n_classes,), by what dev confuses.

    Maximum likelihood of the shares, given how often each class is called each class in dev.

    Parameters
    ----------
    called : (n,) what the images are called

    References
    ----------
    Saerens, Latinne, Decaestecker (2002), doi:10.1162/089976602753284446: expectation maximisation,
    on decisions in the place of posteriors.
    """
    called = checked(called, n_classes)
    seen = np.bincount(called, minlength=n_classes) / len(called)
    table = counts(dev, n_classes) + 1 / n_classes  # one image per class, spread: no zero
    return np.asarray(likeliest(seen[None], table / table.sum(axis=1, keepdims=True))[0])


def share_limits(
    called: Numbers,
    dev: Confusion,
    n_classes: int,
    groups: Numbers | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Limits of `shares`, (n_classes,): both the set and the dev images are a sample.

    Quantiles of the shares over draws of what the set is called and of each row of the confusion
    from their Dirichlet posteriors (Jeffreys prior, and that of `shares`). A bootstrap would give
    no width where all images are called one class.

    Raises
    ------
    EvaluationError
        No images, or a level that is no share.
    """
    called = checked(called, n_classes)
    given.share("level", level)
    rng = np.random.default_rng(seed)
    seen = np.bincount(called, minlength=n_classes) / len(called) * effective(groups, len(called))
    drawn = rng.dirichlet(seen + 0.5, size=DRAWS)
    rows = counts(dev, n_classes) + 1 / n_classes
    confusion = np.stack([rng.dirichlet(row, size=DRAWS) for row in rows], axis=1)
    of_draws = likeliest(drawn, confusion, 1e-6)
    tail = (1 - level) / 2
    return Interval(*np.quantile(of_draws, [tail, 1 - tail], axis=0))


def counts(dev: Confusion, n_classes: int) -> Values:
    """How many images of each class (rows) were called each class, as effective numbers."""
    table = np.zeros((n_classes, n_classes))
    truth = given.classes("dev truth", dev.truth, many=n_classes)
    called = given.classes("dev called", dev.called, len(truth), many=n_classes)
    np.add.at(table, (truth, called), 1)
    group_of = None if dev.groups is None else given.labels("dev groups", dev.groups, len(truth))
    for label in np.unique(truth).tolist():
        own = truth == label
        groups = None if group_of is None else group_of[own]
        table[label] *= effective(groups, int(own.sum())) / own.sum()
    return table


def likeliest(seen: Values, confusion: Values, near: float = 1e-9) -> Values:
    """Shares of highest likelihood, (n, n_classes), of what is seen, (n, n_classes).

    Parameters
    ----------
    confusion : (n_classes, n_classes), or one for each row of `seen`; its rows sum to 1
    near : steps that change no share by as much are the last
    """
    likely = np.full(seen.shape, 1 / seen.shape[1])
    confusion = np.broadcast_to(np.maximum(confusion, LEAST), (len(seen), *confusion.shape[-2:]))
    moving = np.arange(len(seen))  # rows that have not settled
    for _ in range(MOST):
        table, before = confusion[moving], likely[moving]
        ratio = seen[moving] / np.einsum("nk,nkc->nc", before, table)
        after = before * np.einsum("nkc,nc->nk", table, ratio)
        likely[moving] = after
        moving = moving[np.abs(after - before).max(axis=1) >= near]
        if not len(moving):
            break
    return likely


def checked(called: Numbers, n_classes: int, least: int = 0) -> Numbers:
    """What the images are called, if there are some and all are called a class."""
    given.whole("n_classes", n_classes, 1)
    numbers = given.classes("called", called, least=least, many=n_classes)
    if not len(numbers):
        raise EvaluationError("called: no image; got shape (0,); give at least one")
    return numbers
