"""The head of the scores: what an average hides (see `evaluation.significance.leading`)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.experiments.controls.image_only import Used
from clefgan.method import Scores
from evaluation.significance import leading

SURE = 0.05
EXCLUDES = "an average cannot exclude that single images were copied"


@dataclass(frozen=True, slots=True)
class LowEnd:
    """The head of the scores.

    used, others : how many of either lead, at the place that is most surprising
    n_used, n_others : how many there are
    unit : `groups` or `images`
    p_value : share of permuted labels that are as surprising at any place
    """

    used: int
    others: int
    n_used: int
    n_others: int
    unit: str
    p_value: float

    @property
    def stands_out(self) -> bool:
        """Whether more used ones lead than permuted labels give."""
        return self.p_value <= SURE

    @property
    def sentence(self) -> str:
        """What the head of the scores says."""
        if np.isnan(self.p_value):
            return f"the low false-positive end cannot be judged, and {EXCLUDES}"
        lead = (
            f"the {self.used + self.others} highest scores hold {self.used} of {self.n_used} used "
            f"{self.unit} and {self.others} of {self.n_others} others"
        )
        if self.stands_out:
            return (
                f"{lead}, more used ones than chance allows (p = {self.p_value:.2g}): at the low "
                "false-positive end used ones are given away"
            )
        return f"{lead}, no more than chance (p = {self.p_value:.2g}); {EXCLUDES}"


def low_end(
    truth: Used,
    scores: Scores,
    *,
    groups: Sequence[str] | None = None,
    strata: Sequence[str] | None = None,
    permutations: int = 1999,
    seed: int = 0,
) -> LowEnd:
    """Look at the head of the scores.

    Parameters
    ----------
    groups : a group counts once, with its highest score; one of both truths counts once for each
    strata : labels stay within
    """
    heads, called, stratum = units(truth, scores, groups, strata)
    n_used = int(called.sum())
    unit = "images" if groups is None else "groups"
    head = leading.lead(called, heads, stratum=stratum, permutations=permutations, seed=seed)
    return LowEnd(head.ours, head.others, n_used, len(called) - n_used, unit, head.p_value)


def units(
    truth: Used, scores: Scores, groups: Sequence[str] | None, strata: Sequence[str] | None
) -> tuple[Scores, Used, NDArray[np.intp]]:
    """Highest score, truth and stratum of each unit."""
    names = np.arange(len(truth)) if groups is None else np.unique(groups, return_inverse=True)[1]
    kinds = np.zeros(len(truth), np.intp)
    if strata is not None:
        kinds = np.unique(np.asarray(strata), return_inverse=True)[1]
    keys = np.column_stack([names, truth, kinds])
    rows, index = np.unique(keys, axis=0, return_inverse=True)
    heads = np.full(len(rows), -np.inf)
    np.maximum.at(heads, index.ravel(), scores)
    return heads, rows[:, 1].astype(bool), rows[:, 2].astype(np.intp)
