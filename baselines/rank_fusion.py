"""Rank fusion: several views of one question, each as good as its order.

Whole-image scores find copies and near-copies; tile scores find reuse of parts, where the former
are at chance. Neither is known to be the right one beforehand, so the default joins both with equal
weight. Ranks need no common unit, and none of the parts learns from labels.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from baselines.csls import Csls
from baselines.features.space import PIXELS, Space
from baselines.patch_log_ratio import PatchLogRatio
from baselines.pool_log_ratio import PoolLogRatio
from baselines.relative_distance import RelativeTile
from baselines.scoring import threshold
from baselines.scoring.ranks import places
from baselines.votes import Votes
from clefgan.method import DevSet, Images, Knowledge, Method, Progress, Scorer, Scores, silent


@dataclass(frozen=True, kw_only=True)
class RankFusion:
    """Mean rank over whole-image scores and over tile scores, both with equal weight.

    Whole image: pool log-ratio, CSLS and votes. Tiles: patch log-ratio and relative tile distance.

    Notes
    -----
    Ours. It was `fusion`, the method to begin with, until there were views of detail.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S1
    source: ClassVar[str] = "ours"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    features: Space = PIXELS  # where the whole-image parts measure distances
    tiles: int = 8  # across the image
    shift: int = 2  # pixels that a tile may be moved by
    whole_weight: float = 0.5  # of the whole-image parts, 0 to 1; the tiles have the rest

    def __post_init__(self) -> None:
        if not 0 <= self.whole_weight <= 1:
            raise ValueError(f"whole_weight {self.whole_weight} must be from 0 to 1")

    def parts(self) -> tuple[tuple[Method, ...], tuple[Method, ...]]:
        """Methods on the whole image, and on tiles."""
        whole = (
            PoolLogRatio(features=self.features),
            Csls(features=self.features),
            Votes(features=self.features),
        )
        tiles = (
            PatchLogRatio(tiles=self.tiles, shift=self.shift),
            RelativeTile(tiles=self.tiles, shift=self.shift),
        )
        return whole, tiles

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        whole, tiles = (
            tuple(part.fit(dev, progress=progress) for part in block) for block in self.parts()
        )
        return threshold.midway(RankFused(whole, tiles, self.whole_weight), dev, progress=progress)


@dataclass(frozen=True, eq=False)
class RankFused:
    """The raw score."""

    whole: tuple[Scorer, ...]
    tiles: tuple[Scorer, ...]
    whole_weight: float

    def __call__(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Weighted mean of the two blocks' mean ranks, 0 to 1."""
        whole, tiles = (
            np.mean(
                [places(part.score(candidates, generated, progress=progress)) for part in block],
                axis=0,
            )
            for block in (self.whole, self.tiles)
        )
        return np.asarray(self.whole_weight * whole + (1 - self.whole_weight) * tiles)
