"""Who leads a list of scores: what an average hides.

A generator that copies ten of five hundred images leaves the AUC where it was, and puts the ten at
the head of the list. So the number of images of one kind ahead of the d-th of the other kind is
looked at, at the d where it is most surprising, and compared with permuted labels.
"""

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation import given
from evaluation.counts import Values

FOREMOST = 200  # of the list that are looked at


@dataclass(frozen=True, slots=True)
class Lead:
    """The head of the list.

    ours, others : how many of either lead, at the place that is most surprising
    p_value : share of permuted labels that are as surprising at any place
    """

    ours: int
    others: int
    p_value: float


def lead(
    kind: NDArray[np.bool_],
    scores: Values,
    *,
    stratum: NDArray[np.intp] | None = None,
    clusters: NDArray[np.intp] | None = None,
    permutations: int = 1999,
    seed: int = 0,
) -> Lead:
    """Look at the head of the scores; `p_value` is NaN where all are of one kind.

    Equal scores are taken together, or not at all where the head ends among them.

    Parameters
    ----------
    kind : (n,) True for those of which many at the head are a surprise
    stratum : (n,) labels are permuted within
    clusters : (n,) 0, 1, ...: images of one have one kind, and keep one; instead of `stratum`
    """
    kind = given.used("kind", kind)
    scores = given.finite("scores", scores, len(kind))
    if stratum is not None:
        stratum = given.labels("stratum", stratum, len(kind))
    if clusters is not None:
        clusters = given.classes("clusters", clusters, len(kind))
    share = float(kind.mean()) if len(kind) else 0.0
    if not 0 < share < 1:
        return Lead(0, 0, np.nan)
    order = np.argsort(-scores, kind="stable")
    ends = np.append(scores[order][1:] != scores[order][:-1], True)[:FOREMOST]
    if not ends.any():
        return Lead(0, 0, 1.0)
    order = order[: len(ends)]
    ours = np.cumsum(kind[order])[ends]
    others = np.flatnonzero(ends) + 1 - ours
    tails = surprise(len(order), share)[ours, others]
    at = int(tails.argmin())
    if clusters is not None:
        kinds = np.bincount(clusters, kind) > 0
        drawn = permuted(kinds, np.zeros(len(kinds), np.intp), permutations, seed)
        least = most_surprising(drawn[:, clusters[order]], ends, share)
    elif stratum is None:
        least = of_chance(int(kind.sum()), len(kind), ends.tobytes(), permutations, seed)
    else:
        labels = permuted(kind, stratum, permutations, seed)[:, order]
        least = most_surprising(labels, ends, share)
    as_surprising = int((least <= tails[at] * (1 + 1e-9)).sum())
    p_value = (1 + as_surprising) / (1 + permutations)
    return Lead(int(ours[at]), int(others[at]), p_value)


@functools.lru_cache(maxsize=32)
def of_chance(n_ours: int, n: int, ends: bytes, permutations: int, seed: int) -> Values:
    """Return the most surprising place of each of so many lists in an order of no meaning."""
    kind, places = np.arange(n) < n_ours, np.frombuffer(ends, bool)
    labels = permuted(kind, np.zeros(n, np.intp), permutations, seed)[:, : len(places)]
    return most_surprising(labels, places, n_ours / n)


def permuted(
    kind: NDArray[np.bool_], stratum: NDArray[np.intp], permutations: int, seed: int
) -> NDArray[np.bool_]:
    """Return the labels in other orders, (permutations, n), each stratum within itself."""
    labels = np.empty((permutations, len(kind)), bool)
    rng = np.random.default_rng(seed)
    for number in np.unique(stratum):
        places = np.flatnonzero(stratum == number)
        own = np.broadcast_to(kind[places], (permutations, len(places)))
        labels[:, places] = rng.permuted(own, axis=1)
    return labels


def most_surprising(labels: NDArray[np.bool_], ends: NDArray[np.bool_], share: float) -> Values:
    """Return the smallest tail of each row of labels, in the order of their scores."""
    ours = np.cumsum(labels, axis=1)[:, ends]
    others = np.flatnonzero(ends)[None, :] + 1 - ours
    return np.asarray(surprise(labels.shape[1], share)[ours, others].min(axis=1))


@functools.lru_cache(maxsize=32)
def surprise(n: int, share: float) -> Values:
    """Chance that so many or more of one kind lead so many others: (n + 1, n + 1).

    The other kind is drawn with probability `1 - share` at each place of the list; rows are `ours`,
    and one of none is no surprise.
    """
    from scipy.special import betaincc  # slow to load: on use

    ours, others = np.mgrid[: n + 1, : n + 1]
    tails = betaincc(others + 1, np.maximum(ours, 1), 1 - share)
    return np.where(ours > 0, tails, 1.0)
