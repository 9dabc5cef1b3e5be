"""P-values below those that counting can give: the tail of the unused scores, continued."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Scores
from clefgan.runs.decisions.nulls import Round, p_values_of_rounds, unused_names, weights_of
from clefgan.runs.decisions.sign import on_one_scale
from evaluation.counts import Values

SHARE = 0.25  # of the unused images, the highest, that say how the tail falls off
LEAST = 5  # patients among them at least


def n_of_tail(n_unused: int) -> int:
    """How many of the unused images are the tail; 0 where these are too few."""
    n = round(SHARE * n_unused)
    return n if n >= LEAST else 0


def continued(rounds: Sequence[Round]) -> Values:
    """P-values of all rounds; of what is above every unused image the smaller of two.

    With m unused patients counting gives no p-value below 1 / (m + 1), so whatever has that one may
    have a smaller one by the tail's shape. All others keep what was counted: the smaller of two
    p-values is none, and calls too many. Above all unused images the tail is what is asked, and
    counting only bounds it.
    """
    counted = p_values_of_rounds(rounds)
    least = 1 / (1 + weights_of(rounds)[0])
    return np.where(counted <= least * (1 + 1e-9), np.minimum(counted, of_tail(rounds)), counted)


def of_tail(rounds: Sequence[Round]) -> Values:
    """P-values by the shape of the tail, of what is above the tail's start; 1 for all others.

    What the highest exceed the tail's start by is taken to be exponential, as for most
    distributions far out; then a further excess, in means of k known ones, is F-distributed with 2
    and 2k degrees of freedom, which allows for how little k of them say of the mean. Tails that
    fall off more slowly give p-values that are too small. k counts patients, and images weigh as in
    `p_values_of_rounds`.

    References
    ----------
    Pickands (1975), doi:10.1214/aos/1176343003, on excesses; Knijnenburg, Wessels, Reinders,
    Shmulevich (2009), doi:10.1093/bioinformatics/btp211, who continue permutation p-values so, with
    a shape that is fitted.
    """
    candidates, unused = on_one_scale(rounds)
    none = np.ones(len(candidates))
    order, k = tail_of(rounds, unused)
    if not k:
        return none
    n_patients, weights = weights_of(rounds)
    start, highest = unused[order[-1]], unused[order[:-1]]
    weight = np.concatenate(weights)[order[:-1]]
    mean = float(weight @ (highest - start) / weight.sum())
    if mean <= 1e-12 * max(1.0, float(np.abs(highest).max())):  # all equal: no shape
        return none
    excess = np.maximum(candidates - start, 0) / mean
    reached = (weight.sum() + 1) / (n_patients + 1)
    return np.where(candidates > start, reached * (1 + excess / k) ** -k, none)


def tail_of(rounds: Sequence[Round], unused: Scores) -> tuple[NDArray[np.intp], int]:
    """The unused images of the tail and the one that it starts at, and how many patients' it is.

    No image and 0 where these are too few.
    """
    names = np.concatenate([unused_names(r, number) for number, r in enumerate(rounds)])
    order = np.argsort(-unused, kind="stable")[: n_of_tail(len(unused)) + 1]
    k = len(np.unique(names[order[:-1]]))
    return (order, k) if k >= LEAST else (order[:0], 0)


def has_tail(rounds: Sequence[Round]) -> bool:
    """Whether the unused images are of patients enough for a tail."""
    return tail_of(rounds, on_one_scale(rounds)[1])[1] > 0
