"""Which parts of a method agree on a candidate, where its score is put together of several.

run.test.ranks                       # {"band own": (n,) int64, ...}: 1 for the highest
agreement.of(run.test.ranks, scores, called).said()
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from clefgan.method import Scores
from evaluation.mean_ranks import mean_ranks

Ranks: TypeAlias = Mapping[str, NDArray[np.int64]]
"""By part: the rank of each candidate, 1 for the highest score; equal scores share the best."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the parts of a score say the same.

    with_score : rank correlation of each part with the whole score; NaN where either is constant
    between : its mean over all pairs of parts; NaN where there is none
    called : candidates that are called used
    by_most, by_few : of these, those that more than half of the parts, and at most one, put among
        as many highest as are called
    """

    with_score: Mapping[str, float]
    between: float
    called: int
    by_most: int
    by_few: int

    def said(self) -> str:
        """One or two sentences."""
        order = sorted(self.with_score.items(), key=lambda part: -np.nan_to_num(part[1], nan=-2))
        by_name = ", ".join(f"{name} {two_digits(value)}" for name, value in order)
        words = (
            f"rank correlation of the parts with the score: {by_name}; with each other: "
            f"{two_digits(self.between)} on average"
        )
        if not self.called:
            return words
        return (
            f"{words}. Of the {self.called} candidates called used, {self.by_most} are among the "
            f"{self.called} highest of most parts, and {self.by_few} of one part or none"
        )

    def as_object(self) -> dict[str, Any]:
        """For the record."""
        return {
            "with_score": dict(self.with_score),
            "between": self.between,
            "called": self.called,
            "by_most": self.by_most,
            "by_few": self.by_few,
        }


def ranks(parts: Mapping[str, Scores]) -> Ranks:
    """Return the rank of each candidate by each part."""
    return {
        name: np.asarray(scipy.stats.rankdata(-scores, method="min"), np.int64)
        for name, scores in parts.items()
    }


def of(by_part: Ranks, scores: Scores, used: NDArray[np.bool_]) -> Agreement:
    """Return how far the parts agree.

    Parameters
    ----------
    scores : (n,), what the parts were put together to
    used : (n,), True where the candidate is called used
    """
    called = int(used.sum())
    pairs = [correlation(one, other) for one, other in combinations(by_part.values(), 2)]
    known = [value for value in pairs if not np.isnan(value)]
    among = how_many(by_part, called)[used]
    return Agreement(
        {name: correlation(-own, scores) for name, own in by_part.items()},
        float(np.mean(known)) if known else float("nan"),
        called,
        int((2 * among > len(by_part)).sum()),
        int((among <= 1).sum()),
    )


def how_many(by_part: Ranks, highest: int) -> NDArray[np.int64]:
    """(n,), how many parts put each candidate among so many highest."""
    among = np.array([own <= highest for own in by_part.values()])
    return np.asarray(among.sum(axis=0), np.int64)


def correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Spearman's rank correlation; NaN where either is constant."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(np.corrcoef(mean_ranks(one), mean_ranks(other))[0, 1])


def two_digits(value: float) -> str:
    """`0.43`, or a dash where it is undefined."""
    return "–" if np.isnan(value) else f"{value:.2f}"
