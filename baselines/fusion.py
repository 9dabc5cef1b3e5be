"""Fusion: several views of the images, each with several scores, weighed by what dev says of them.

What all patients have in common lies in the coarse structure of a slice and drowns a comparison of
whole pixels; what a generator remembers of one image lies in finer bands. So the images are
compared in bands of detail, plain (`band`) and over their local strength (`contrast`). Two blocks
more are kept for what detail does not see: whole anatomy that is copied (`whole`), and parts of
several images put together (`tiles`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from baselines.scoring import threshold
from baselines.scoring.fusion_parts import BLOCKS, Parts, all_parts, of_block
from baselines.scoring.ranks import normal_scores
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.detail_images import SCALES, Details
from clefgan.similarity.working_size import working_shape

Weights: TypeAlias = Mapping[str, float]
"""Of each block, together 1."""
Used: TypeAlias = NDArray[np.bool_]

POWER = 3  # of a block's signal, which is its weight


@dataclass(frozen=True, kw_only=True)
class Fusion:
    """Weighted mean of the normal scores of four blocks: band, contrast, whole and tiles.

    A block's weight is the cube of its signal: how many standard deviations apart its scores put
    the two classes of dev. A weak block has next to no weight, so it cannot drag a strong one down.
    What dev says is drawn towards what is expected of the block, the more the fewer images it has.

    Notes
    -----
    Ours. Views, scores, expectations and the cube were chosen by leaving out one after the other of
    twelve challenges with known truth. A candidate that is among the generated images is put before
    all others in every score.

    References
    ----------
    Weighted sums of normal scores: Mosteller, Bush (1954); Liptak (1958). Scores: see
    `baselines.scoring.view_scores`; tiles after Carlini et al. (2023), arXiv:2301.13188.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S3
    source: ClassVar[str] = "ours"
    paper_note: ClassVar[str] = "weights and threshold were set on the dev images that are scored"

    detail: float = 0.8  # signal expected of each block of detail, in standard deviations
    others: float = 0.4  # signal expected of whole images, and of tiles
    doubt: float = 0.25  # deviation of what is expected; 0: dev's labels set the threshold only

    def __post_init__(self) -> None:
        if min(self.detail, self.others) <= 0 or self.doubt < 0:
            raise ValueError(
                f"detail {self.detail} and others {self.others} must be above 0, and doubt "
                f"{self.doubt} at least 0"
            )

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Weigh the blocks by dev, and put the threshold midway between the classes' medians.

        Raises
        ------
        ClefganError
            No used or no not-used image in dev; images that differ in size.
        """
        threshold.require(dev)
        details = Details((SCALES["fine"],), working_shape(dev.generated))
        reals = np.concatenate([dev.used, dev.not_used])
        truth = np.arange(len(reals)) < len(dev.used)
        parts = all_parts(details, reals, dev.generated, progress=progress)
        weights = self.weights(parts, truth)
        scores = fused(parts, weights)
        middle = (np.median(scores[truth]) + np.median(scores[~truth])) / 2
        return threshold.Thresholded(Fused(details, weights), float(middle))

    def weights(self, parts: Parts, truth: Used) -> Weights:
        """Weight of each block, together 1."""
        noise = 1 / truth.sum() + 1 / (~truth).sum()
        strengths = {}
        for block in BLOCKS:
            expected = self.detail if block in ("band", "contrast") else self.others
            seen = float(np.mean([signal(part, truth) for part in of_block(parts, block)]))
            trust = self.doubt**2 / (self.doubt**2 + noise + seen**2 / (2 * len(truth)))
            strengths[block] = max(0.0, expected + trust * (seen - expected)) ** POWER
        total = sum(strengths.values())
        if total <= 0:  # dev contradicts every expectation
            strengths = dict.fromkeys(BLOCKS, 1.0)
            total = float(len(BLOCKS))
        return {block: weight / total for block, weight in strengths.items()}


@dataclass(frozen=True, eq=False)
class Fused:
    """The raw score."""

    details: Details
    weights: Weights

    def __call__(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Weighted mean of the blocks' normal scores."""
        return fused(
            all_parts(self.details, candidates, generated, progress=progress), self.weights
        )


def fused(parts: Parts, weights: Weights) -> Scores:
    """Weighted mean over blocks of the normal scores of the mean normal score of their parts."""
    total = np.zeros(len(next(iter(parts.values()))))
    for block, weight in weights.items():
        mean = np.mean([normal_scores(part) for part in of_block(parts, block)], axis=0)
        total += weight * normal_scores(mean)
    return total


def signal(part: Scores, truth: Used) -> float:
    """How many standard deviations the mean used image is above the mean unused one."""
    used, unused = part[truth], part[~truth]
    spread = float(np.sqrt((used.var() + unused.var()) / 2))
    return 0.0 if spread <= 1e-12 else float(used.mean() - unused.mean()) / spread
