"""P-values below those that counting can give: the tail of the unused scores, continued."""

from collections.abc import Sequence

import numpy as np

from clefgan.runs.decisions.nulls import Round, p_values_of_rounds
from clefgan.runs.decisions.sign import on_one_scale
from evaluation.counts import Values

SHARE = 0.25  # of the unused images, the highest, that say how the tail falls off
LEAST = 5  # of them at least


def n_of_tail(n_unused: int) -> int:
    """How many of the unused images are the tail; 0 where these are too few."""
    n = round(SHARE * n_unused)
    return n if n >= LEAST else 0


def continued(rounds: Sequence[Round]) -> Values:
    """P-values of all rounds, above the tail's start the smaller of counting and of its shape.

    With m unused images counting gives no p-value below 1 / (m + 1). What the highest exceed the
    tail's start by is taken to be exponential, as for most distributions far out; then a further
    excess, in means of k known ones, is F-distributed with 2 and 2k degrees of freedom, which
    allows for how little k of them say of the mean. Tails that fall off more slowly give p-values
    that are too small.

    References
    ----------
    Pickands (1975), doi:10.1214/aos/1176343003, on excesses; Knijnenburg, Wessels, Reinders,
    Shmulevich (2009), doi:10.1093/bioinformatics/btp211, who continue permutation p-values so, with
    a shape that is fitted.
    """
    counted = p_values_of_rounds(rounds)
    candidates, unused = on_one_scale(rounds)
    k, m = n_of_tail(len(unused)), len(unused)
    if not k:
        return counted
    highest = np.sort(unused)[::-1]
    start = highest[k]
    mean = float((highest[:k] - start).mean())
    if mean <= 1e-12 * max(1.0, float(np.abs(highest).max())):  # all equal: no shape
        return counted
    excess = np.maximum(candidates - start, 0) / mean
    tail = (k + 1) / (m + 1) * (1 + excess / k) ** -k
    return np.where(candidates > start, np.minimum(counted, tail), counted)
