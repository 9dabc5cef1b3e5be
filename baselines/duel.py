"""Duel: of two candidates that are alike, which one is nearer to the generated images?"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from baselines.features.space import PIXELS, FittedSpace, Space
from baselines.scoring import threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import nearest


@dataclass(frozen=True, kw_only=True)
class Duel:
    """How much nearer to the generated images than the most alike other candidate is.

    For candidates that come in near-duplicates, such as adjacent slices of a scan: what they share
    cancels. A candidate without others scores 0.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S1
    source: ClassVar[str] = "ours"

    features: Space = PIXELS  # where distances are measured

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:  # noqa: ARG002
        """Learn nothing: above 0 the candidate wins its duel."""
        return threshold.Thresholded(partial(self.raw, self.features.learned(dev.generated)), 0.0)

    def raw(
        self, space: FittedSpace, candidates: Images, generated: Images, *, progress: Progress
    ) -> Scores:
        """`d_S(neighbour) - d_S(x)` of each candidate."""
        rows = space.rows(candidates)
        far = nearest(
            space.metric, rows, space.rows(generated), progress=progress, stage="generated"
        ).distances[:, 0]
        neighbours = nearest(
            space.metric, rows, rows, skip_self=True, progress=progress, stage="pool"
        )
        rival = neighbours.indices[:, 0]
        return np.where(rival >= 0, far[rival] - far, 0.0)
