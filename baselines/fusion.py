"""Fusion: several views of the images, each with its scores, weighed by what dev says of them.

What all patients have in common lies in the coarse structure of a slice and drowns a comparison of
whole pixels; what a generator remembers of one image lies in finer bands. So the images are
compared in bands of detail, plain (`band`) and over their local strength (`contrast`). Two more are
kept for what these do not see: whole anatomy that is copied (`whole`), and parts of several images
put together (`tiles`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from baselines.scoring import threshold
from baselines.scoring.fusion_parts import Parts, Seen, all_parts, lifted
from clefgan.method import (
    DevSet,
    Images,
    InParts,
    Knowledge,
    Progress,
    Scorer,
    Scores,
    nothing_to_score,
    silent,
)
from clefgan.similarity.detail_images import SCALES, Details
from clefgan.similarity.working_size import working_shape

Weights: TypeAlias = Mapping[str, float]
"""Of each part, together 1."""
Used: TypeAlias = NDArray[np.bool_]

FURTHEST = 8.0  # standard deviations that one part can speak with


@dataclass(frozen=True, kw_only=True)
class Fusion:
    """Weighted mean of six standardised scores, of three views and of tiles.

    A part's weight is a power of its signal: how many standard deviations it puts the two classes
    of dev apart. A weak part has next to no weight, so it cannot drag a strong one down. What dev
    says is drawn towards what is expected of any part, the more the fewer images it has.

    Notes
    -----
    Ours. Parts, power and doubt were chosen by their mean AUC on thirteen pools with known truth.
    Choosing parts and power on all challenges of the bench but the one that is scored comes to the
    same (`benchmarks.fusion_parts`): see `docs/methods.md`, also for challenges that took no part.
    Standardised scores keep how far the highest ones stand out; ranks do not. A candidate that is
    among the generated images is put before all others.

    References
    ----------
    Weighted sums of scores: Mosteller, Bush (1954); Liptak (1958). The scores: see
    `baselines.scoring.view_scores`; tiles after Carlini et al. (2023), arXiv:2301.13188.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S3
    source: ClassVar[str] = "ours"
    paper_note: ClassVar[str] = "weights and threshold were set on the dev images that are scored"

    expected: float = 0.8  # signal that any part is expected to have, in standard deviations
    doubt: float = 0.5  # deviation of what is expected; 0: dev's labels set the threshold only
    power: float = 5.0  # of a part's signal, which is its weight

    def __post_init__(self) -> None:
        if self.expected <= 0 or self.doubt < 0 or self.power < 0:
            raise ValueError(
                f"expected {self.expected} must be above 0, and doubt {self.doubt} and power "
                f"{self.power} at least 0"
            )

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Weigh the parts by dev, and put the threshold midway between the classes' medians.

        Raises
        ------
        ClefganError
            No used or no not-used image in dev; images that differ in size.
        """
        threshold.require(dev)
        details = Details((SCALES["fine"],), working_shape(dev.generated))
        reals = np.concatenate([dev.used, dev.not_used])
        truth = np.arange(len(reals)) < len(dev.used)
        seen = all_parts(details, reals, dev.generated, progress=progress)
        weights = self.weights(seen.parts, truth)
        scores = fused(seen, weights)
        middle = (np.median(scores[truth]) + np.median(scores[~truth])) / 2
        return FusionScorer(details, weights, float(middle))

    def weights(self, parts: Parts, truth: Used) -> Weights:
        """Weight of each part, together 1."""
        noise = 1 / truth.sum() + 1 / (~truth).sum()
        strengths = {}
        for name, part in parts.items():
            of_dev = signal(part, truth)
            trust = self.doubt**2 / (self.doubt**2 + noise + of_dev**2 / (2 * len(truth)))
            strengths[name] = (
                max(0.0, self.expected + trust * (of_dev - self.expected)) ** self.power
            )
        total = sum(strengths.values())
        if total <= 0:  # dev contradicts every expectation
            return dict.fromkeys(parts, 1 / len(parts))
        return {name: weight / total for name, weight in strengths.items()}


@dataclass(frozen=True, eq=False)
class FusionScorer:
    """Fitted: the weights of the parts, and the threshold."""

    details: Details
    weights: Weights
    threshold: float

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Weighted mean of the standardised parts, less the threshold."""
        return self.in_parts(candidates, generated, progress=progress).scores

    def in_parts(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> InParts:
        """Return the same, and the parts as they are."""
        if nothing_to_score(candidates, generated):
            return InParts(np.empty(0), dict.fromkeys(self.weights, np.empty(0)))
        seen = all_parts(self.details, candidates, generated, progress=progress)
        return InParts(fused(seen, self.weights) - self.threshold, seen.parts)


def fused(seen: Seen, weights: Weights) -> Scores:
    """Weighted mean of the parts, each standardised over the candidates that are no copies."""
    total = np.zeros(len(seen.copies))
    for name, weight in weights.items():
        total += weight * standard(seen.parts[name], ~seen.copies)
    return lifted(total, seen.copies)


def standard(part: Scores, among: NDArray[np.bool_]) -> Scores:
    """In standard deviations from the mean of some of them, at most 8; 0 where all are equal."""
    if not among.any():
        return np.zeros(len(part))
    mean, spread = part[among].mean(), part[among].std()
    if spread <= 1e-9 * max(1.0, float(np.abs(part[among]).max())):
        return np.zeros(len(part))
    return np.asarray(np.clip((part - mean) / spread, -FURTHEST, FURTHEST))


def signal(part: Scores, truth: Used) -> float:
    """How many standard deviations the mean used image is above the mean unused one."""
    used, unused = part[truth], part[~truth]
    spread = float(np.sqrt((used.var() + unused.var()) / 2))
    return 0.0 if spread <= 1e-12 else float(used.mean() - unused.mean()) / spread
