"""P-values from the scores of images known to be unused."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Scores
from evaluation.counts import Values


@dataclass(frozen=True, eq=False)
class Round:
    """Scores of the images to decide on beside unused images, by a scorer that saw none of them.

    Both were scored in one pool, against the same generated images: what an unused image scores
    depends on how many there are of either, so scores of other sets say nothing of these.
    """

    candidates: Scores
    unused: Scores


def p_values(scores: Scores, null: Scores) -> Values:
    """Share of the null scores, and of the image itself, that are as high: in (0, 1]."""
    return np.asarray((1 + as_high(scores, null)) / (1 + len(null)))


def p_values_of_rounds(rounds: Sequence[Round]) -> Values:
    """The same over all rounds, each image being compared within each round."""
    higher = np.sum([as_high(r.candidates, r.unused) for r in rounds], axis=0)
    return np.asarray((1 + higher) / (1 + sum(len(r.unused) for r in rounds)))


def as_high(scores: Scores, null: Scores) -> NDArray[np.int64]:
    """How many of the null scores are at least as high as each score."""
    return np.asarray(len(null) - np.searchsorted(np.sort(null), scores, side="left"))


def rounds_said(rounds: Sequence[Round]) -> str:
    """The null in words."""
    n = sum(len(r.unused) for r in rounds)
    return f"{n} unused dev images, scored among the candidates in {len(rounds)} rounds"


def least_calls(n_images: int, n_unused: int, fdr: float, share: float = 1.0) -> int:
    """Fewest images that Benjamini-Hochberg can call at all with so many unused ones.

    The least p-value is `1 / (n_unused + 1)`, and it counts only for that many at once. Where a
    `share` of the images is taken to be unused, the rate is that much larger.
    """
    return max(1, math.ceil(round(n_images * share / ((n_unused + 1) * fdr), 9)))
