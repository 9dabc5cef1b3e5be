"""A decision that first asks whether there is a leak at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from clefgan import errors
from clefgan.errors import ClefganError
from clefgan.method import Scores
from clefgan.runs.decisions.discoveries import discovered, discovered_beside
from clefgan.runs.decisions.nulls import Round, counted, p_values_of_rounds, rounds_said
from clefgan.runs.decisions.rules import Quota, unused_scores
from clefgan.runs.decisions.sign import LEVEL, p_of_sign, sign_said
from clefgan.runs.decisions.verdict import Known, Used, Verdict


@dataclass(frozen=True)
class Guarded:
    """Nothing without a sign of a leak; else as many as are promised, or as the pool bears out.

    There is a sign of a leak where the images to decide on score higher than unused images beside
    them, as a whole or at the head of the list, at 5% together (see `sign`). With a promised
    `share` the highest scores are called then, and that is a guess: the share says how many, not
    who. Without, what is found at a false discovery rate (see `discoveries`). Dev images are not
    asked for a sign: their truth is known.
    """

    needs_known: ClassVar[bool] = True
    needs_rounds: ClassVar[bool] = True

    share: float | None = None
    fdr: float = 0.1

    def __post_init__(self) -> None:
        if self.share is not None and not 0 < self.share < 1:
            raise ClefganError(f"decide: auto {self.share:g}; give a share between 0 and 1")

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:
        """Compare with unused images, scored beside these where there are such."""
        null = unused_scores(known, "auto")
        assert known is not None
        alone = Round(scores, null, unused_patients=known.unused_patients)
        rounds = known.rounds or (alone,)
        by = rounds_said(rounds) if known.rounds else errors.counted(len(null), "unused dev image")
        sign = p_of_sign(rounds) if known.rounds else 0.0
        if sign > LEVEL:
            note = f"{sign_said(sign)}, compared with {by}"
            return Verdict(np.zeros(len(scores), bool), None, note, 0.0)
        if self.share is None and known.rounds:
            return discovered_beside(rounds, self.fdr)
        if self.share is None:
            return discovered(p_values_of_rounds(rounds), self.fdr, by, *counted(rounds))
        guess = Quota(self.share).decide(scores)
        percent = f"{100 * self.share:.3g}%"
        note = f"the highest-scored {percent}: the data promise how many are used, not which"
        n_unused, n_called = sum(len(r.unused) for r in rounds), unused_called(rounds, guess.used)
        false: float | None = (1 - self.share) * len(scores) * n_called / n_unused
        if guess.used.any() and n_called == 0:  # a share below 1 / (n + 1) was not seen
            most = max(0.1, (1 - self.share) * len(scores) / (n_unused + 1))
            none = f"none of {errors.counted(n_unused, 'unused dev image')} scores as high"
            note += f"; {none}, so up to about {most:.1f} are wrong"
            false = None
        return Verdict(guess.used, guess.threshold, note, false)


def unused_called(rounds: Sequence[Round], used: Used) -> int:
    """How many unused images score as high as the lowest image that is called used."""
    if not used.any():
        return 0
    return sum(int((r.unused >= r.candidates[used].min()).sum()) for r in rounds)
