"""P-values from the scores of images known to be unused."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from clefgan import errors
from clefgan.method import Scores
from evaluation.counts import Values

Labels: TypeAlias = NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Round:
    """Scores of the images to decide on beside unused images, by a scorer that saw none of them.

    Both were scored in one pool, against the same generated images: what an unused image scores
    depends on how many there are of either, so scores of other sets say nothing of these.

    patients, unused_patients : whose each image is; None where each is of a patient of its own
    """

    candidates: Scores
    unused: Scores
    patients: Labels | None = None
    unused_patients: Labels | None = None


def p_values_of_rounds(rounds: Sequence[Round]) -> Values:
    """Share of the unused images, and of the image itself, that are as high: in (0, 1].

    Over all rounds, each image being compared within each. Each unused patient counts once, by the
    share of its images that are as high: images of one patient are alike, so how many there are
    says nothing. With one image each it is the plain count.

    References
    ----------
    Lee, Barber, Willett (2023), arXiv:2306.06342, on conformal prediction of an image of a new
    patient, given patients with several images each.
    """
    n_patients, weights = weights_of(rounds)
    higher = np.zeros(len(rounds[0].candidates))
    for r, weight in zip(rounds, weights, strict=True):
        order = np.argsort(r.unused, kind="stable")
        above = np.append(np.cumsum(weight[order][::-1])[::-1], 0.0)
        higher += above[np.searchsorted(r.unused[order], r.candidates, side="left")]
    return np.minimum((1 + higher) / (1 + n_patients), 1.0)  # sums of shares are rounded


def weights_of(rounds: Sequence[Round]) -> tuple[int, list[Values]]:
    """How many unused patients there are, and each image's share of its patient, by round."""
    names = np.concatenate([unused_names(r, number) for number, r in enumerate(rounds)])
    _, index, counts = np.unique(names, return_inverse=True, return_counts=True)
    ends = np.cumsum([len(r.unused) for r in rounds])[:-1]
    return len(counts), np.split(1 / counts[index], ends)


def unused_names(r: Round, number: int) -> Labels:
    """Whose each unused image of a round is."""
    if r.unused_patients is not None:
        return np.char.add("p", r.unused_patients)
    return np.array([f"image {number} {i}" for i in range(len(r.unused))], np.str_)


def as_high(scores: Scores, null: Scores) -> NDArray[np.int64]:
    """How many of the null scores are at least as high as each score."""
    return np.asarray(len(null) - np.searchsorted(np.sort(null), scores, side="left"))


def counted(rounds: Sequence[Round]) -> tuple[int, str]:
    """How many units the p-values count, and what they are: `images` or `groups`.

    Where nobody says whose images are, a group is one of exact copies, not a patient.
    """
    n_groups = weights_of(rounds)[0]
    every = sum(len(r.unused) for r in rounds)
    return n_groups, "images" if n_groups == every else "groups"


def rounds_said(rounds: Sequence[Round]) -> str:
    """The null in words."""
    n, (n_units, unit) = sum(len(r.unused) for r in rounds), counted(rounds)
    whose = "" if unit == "images" else f" of {errors.counted(n_units, 'group')}"
    images = errors.counted(n, "unused dev image")
    among = f"scored among the candidates in {errors.counted(len(rounds), 'round')}"
    return f"{images}{whose}, {among}"


def least_calls(n_images: int, n_unused: int, fdr: float, share: float = 1.0) -> int:
    """Fewest images that Benjamini-Hochberg can call at all with so many unused patients.

    The least p-value is `1 / (n_unused + 1)`, and it counts only for that many at once. Where a
    `share` of the images is taken to be unused, the rate is that much larger.
    """
    return max(1, math.ceil(round(n_images * share / ((n_unused + 1) * fdr), 9)))
