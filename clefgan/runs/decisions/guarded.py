"""A decision that first asks whether there is a leak at all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from clefgan.errors import ClefganError
from clefgan.method import Scores
from clefgan.runs.decisions.nulls import (
    Round,
    as_high,
    least_calls,
    p_values_of_rounds,
    rounds_said,
)
from clefgan.runs.decisions.rules import Quota, found_at, unused_scores
from clefgan.runs.decisions.verdict import Known, Used, Verdict


@dataclass(frozen=True)
class Guarded:
    """Nothing without a sign of a leak; else as many as are promised, or as the pool bears out.

    There is a sign of a leak where the images to decide on score higher than unused images beside
    them, either as a whole (Mann-Whitney) or some of them (Benjamini-Hochberg), at 5% together.
    With a promised `share` the highest scores are called then, and that is a guess: the share says
    how many, not who. Without, those that Benjamini-Hochberg finds at a false discovery rate. Dev
    images are not asked for a sign: their truth is known.

    References
    ----------
    Mann, Whitney (1947), doi:10.1214/aoms/1177730491; for the rest see `rules.Conformal`. One
    p-value of either test at 2.5%: Bonferroni.
    """

    needs_known: ClassVar[bool] = True
    needs_rounds: ClassVar[bool] = True

    level: ClassVar[float] = 0.05  # of the test for a leak

    share: float | None = None
    fdr: float = 0.1

    def __post_init__(self) -> None:
        if self.share is not None and not 0 < self.share < 1:
            raise ClefganError(f"decide: auto {self.share:g}; give a share between 0 and 1")

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:
        """Compare with unused images, scored beside these where there are such."""
        null = unused_scores(known, "auto")
        assert known is not None
        rounds = known.rounds or (Round(scores, null),)
        by = rounds_said(rounds) if known.rounds else f"{len(null)} unused dev images"
        p, whole = p_values_of_rounds(rounds), higher(rounds)
        some = found_at(p, self.level / 2).any()
        if known.rounds and whole > self.level / 2 and not some:
            note = f"no sign of a leak, nothing called; p-value {min(1, 2 * whole):.2g} by {by}"
            return Verdict(np.zeros(len(scores), bool), None, note, 0.0)
        if self.share is None:
            used = found_at(p, self.fdr)
            note = f"false discovery rate {self.fdr:g} by {by}{floor_said(p, rounds, self.fdr)}"
            return Verdict(used, None, note, self.fdr * int(used.sum()))
        guess = Quota(self.share).decide(scores)
        note = f"a guess: the share used that is promised, {self.share:g}, of the highest scores"
        false = (1 - self.share) * len(scores) * share_called(rounds, guess.used)
        return Verdict(guess.used, guess.threshold, note, false)


def higher(rounds: Sequence[Round]) -> float:
    """One-sided p-value of the images scoring as unused ones do, over all rounds.

    The Mann-Whitney statistic, pairs being compared within their round; normal approximation with
    the variance of one pool, smaller by a third of the share of ties.
    """
    n, m = len(rounds[0].candidates), sum(len(r.unused) for r in rounds)
    wins = ties = 0.0
    for r in rounds:
        at_least = float(as_high(r.unused, r.candidates).sum())
        above = float((len(r.unused) - as_high(r.candidates, r.unused)).sum())
        ties += at_least - above
        wins += (at_least + above) / 2
    if ties >= n * m:  # also where there is nothing to compare
        return 1.0
    variance = n * m * (n + m + 1) / 12 * (1 - ties / (n * m) / 3)
    return 0.5 * math.erfc((wins - n * m / 2 - 0.5) / math.sqrt(2 * variance))


def floor_said(p: Scores, rounds: Sequence[Round], fdr: float) -> str:
    """What the number of unused images forbids, in words; '' where it forbids nothing."""
    n_unused = sum(len(r.unused) for r in rounds)
    least = least_calls(len(p), n_unused, fdr)
    if least == 1:
        return ""
    if least > len(p):
        return f"; {n_unused} unused images are too few to call any"
    return f"; {n_unused} unused images can call {least} or more of {len(p)}, never fewer"


def share_called(rounds: Sequence[Round], used: Used) -> float:
    """Share of the unused images that score as high as the lowest image that is called used."""
    if not used.any():
        return 0.0
    total = sum(len(r.unused) for r in rounds)
    called = sum(int((r.unused >= r.candidates[used].min()).sum()) for r in rounds)
    return called / total
