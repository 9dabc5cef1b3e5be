"""Relative distance: is the nearest generated image much nearer than the next ones?"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from baselines.features.space import PIXELS, FittedSpace, Space
from baselines.scoring import threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import nearest
from clefgan.similarity.tiles import WorstTile
from clefgan.similarity.whole_numbers import Floats


@dataclass(frozen=True, kw_only=True)
class RelativeDistance:
    """Distance to the closest generated image, relative to the closest fifty.

    References
    ----------
    Carlini et al. (2023), arXiv:2301.13188: distances relative to the `neighbours`
    nearest, times `share`.

    Notes
    -----
    The paper looks from a generated image to the training set; here a candidate looks to the
    generated set. The threshold is learned on dev; the paper searched one by hand.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    source: ClassVar[str] = "Carlini et al. 2023, arXiv:2301.13188"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    features: Space = PIXELS  # where distances are measured
    neighbours: int = 50  # generated images that say what is near (paper)
    share: float = 0.5  # of their mean distance (paper); scales the score

    def __post_init__(self) -> None:
        check(self.neighbours, self.share)

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        return threshold.midway(
            partial(self.raw, self.features.learned(dev.generated)), dev, progress=progress
        )

    def raw(
        self, space: FittedSpace, candidates: Images, generated: Images, *, progress: Progress
    ) -> Scores:
        """Minus the relative distance of each candidate."""
        near = nearest(
            space.metric, space.rows(candidates), space.rows(generated), self.neighbours,
            progress=progress,
        ).distances  # fmt: skip
        return relative(near, self.share)


@dataclass(frozen=True, kw_only=True)
class RelativeTile:
    """Relative distance where two images are as far apart as their worst tile.

    References
    ----------
    Carlini et al. (2023), arXiv:2301.13188: the largest distance over tiles keeps large
    equal areas, such as dark ground, from making images alike.

    Notes
    -----
    The paper has 16 tiles and no shift; eight across and up to two pixels of shift are ours.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    source: ClassVar[str] = "Carlini et al. 2023, arXiv:2301.13188"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    tiles: int = 8  # across the image
    shift: int = 2  # pixels that a tile may be moved by
    neighbours: int = 50  # generated images that say what is near (paper)
    share: float = 0.5  # of their mean distance (paper); scales the score

    def __post_init__(self) -> None:
        check(self.neighbours, self.share)

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        return threshold.midway(self.raw, dev, progress=progress)

    def raw(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Minus the relative distance of each candidate."""
        measure = WorstTile(self.tiles, self.shift)
        near = nearest(measure, candidates, generated, self.neighbours, progress=progress)
        return relative(near.distances, self.share)


def relative(near: Floats, share: float) -> Scores:
    """Minus the first distance over `share` times the mean of all; 0, the most, for a copy."""
    mean = share * near.mean(axis=1)
    scores: Scores = -np.divide(near[:, 0], mean, out=np.zeros_like(mean), where=mean > 0)
    return scores


def check(neighbours: int, share: float) -> None:
    """Raise on settings that mean nothing."""
    if neighbours < 1 or share <= 0:
        raise ValueError(f"neighbours {neighbours} and share {share} must be above 0")
