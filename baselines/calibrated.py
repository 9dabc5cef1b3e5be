"""Calibrated GAN-Leaks: nearer to the generated images than to images known to be unused?"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from baselines.features.space import PIXELS, FittedSpace, Space
from baselines.scoring import threshold
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import nearest


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """Distance to the closest unused image less that to the closest generated one.

    An image that is near to everything is near to the generated images without having been used;
    the distance to images that certainly were not used says how near that is.

    References
    ----------
    Chen, Yu, Zhang, Fritz (2020), arXiv:1909.03935.

    Notes
    -----
    The paper calibrates by images of a reference generator; here the unused dev images themselves
    take their part. One that is itself a candidate is not compared with itself.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S2
    source: ClassVar[str] = "GAN-Leaks, calibrated (Chen et al. 2020, arXiv:1909.03935)"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    features: Space = PIXELS  # where distances are measured

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Keep the unused images; set the threshold midway between the classes' medians.

        Raises
        ------
        ClefganError
            No used or no not-used image in dev.
        """
        threshold.require(dev)
        return threshold.midway(
            FromUnused(self.features.learned(dev.generated), dev.not_used), dev, progress=progress
        )


@dataclass(frozen=True, eq=False)
class FromUnused:
    """The raw score."""

    space: FittedSpace
    unused: Images

    def __call__(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """`d_R - d_S` of each candidate."""
        if candidates.shape[1:] != self.unused.shape[1:]:
            raise ClefganError(
                f"calibrated: candidates are {candidates.shape[1]}x{candidates.shape[2]}, dev "
                f"images {self.unused.shape[1]}x{self.unused.shape[2]}; resize one of the two"
            )
        space = self.space
        rows = space.rows(candidates)
        to_generated = nearest(
            space.metric, rows, space.rows(generated), progress=progress, stage="generated"
        ).distances[:, 0]
        to_unused = nearest(
            space.metric, rows, space.rows(self.unused), apart=True, stage="unused"
        ).distances[:, 0]
        # nothing to compare with: no verdict
        return np.where(np.isfinite(to_unused), to_unused - to_generated, 0.0)
