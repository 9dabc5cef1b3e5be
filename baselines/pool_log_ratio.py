"""Nearer to the generated images than to the other candidates?"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from baselines.features.space import PIXELS, FittedSpace, Space
from baselines.scoring import threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import nearest
from clefgan.similarity.whole_numbers import Floats


@dataclass(frozen=True, kw_only=True)
class PoolLogRatio:
    """Log of the distance to the nearest other candidates over that to the closest generated one.

    The pool says how near images of this kind lie anyway, image by image.

    References
    ----------
    A continuous form of identifiability: Yoon, Drumright, van der Schaar (2020),
    doi:10.1109/JBHI.2020.2980262.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S1
    source: ClassVar[str] = "ours, after Yoon et al. 2020"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    features: Space = PIXELS  # where distances are measured
    neighbours: int = 10  # other candidates whose mean distance counts
    floor: float = 1e-6  # added to both distances, so that a copy has a finite score

    def __post_init__(self) -> None:
        if self.neighbours < 1 or self.floor <= 0:
            raise ValueError(f"neighbours {self.neighbours} and floor {self.floor} must be above 0")

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        return threshold.midway(
            partial(self.raw, self.features.learned(dev.generated)), dev, progress=progress
        )

    def raw(
        self, space: FittedSpace, candidates: Images, generated: Images, *, progress: Progress
    ) -> Scores:
        """Log-ratio of each candidate; 0 where there is no other candidate."""
        to_generated, near = distances(
            space, candidates, generated, self.neighbours, progress=progress
        )
        return log_ratio(near.mean(axis=1), to_generated, self.floor)


@dataclass(frozen=True, kw_only=True)
class Identifiability:
    """1 if the closest generated image is nearer than the closest other candidate, else 0.

    References
    ----------
    Yoon, Drumright, van der Schaar (2020), doi:10.1109/JBHI.2020.2980262.

    Notes
    -----
    The paper weighs features by entropy; here `features` says what counts. A candidate without
    others to compare with is not identified.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S1
    source: ClassVar[str] = "Yoon et al. 2020, doi:10.1109/JBHI.2020.2980262"

    features: Space = PIXELS  # where distances are measured

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:  # noqa: ARG002
        """Learn nothing: the score has a zero of its own."""
        return threshold.Thresholded(partial(self.raw, self.features.learned(dev.generated)), 0.0)

    def raw(
        self, space: FittedSpace, candidates: Images, generated: Images, *, progress: Progress
    ) -> Scores:
        """1 or 0 for each candidate."""
        to_generated, near = distances(space, candidates, generated, 1, progress=progress)
        known = np.isfinite(near[:, 0])
        return (known & (to_generated < near[:, 0])).astype(np.float64)


def distances(
    space: FittedSpace, candidates: Images, generated: Images, k: int, *, progress: Progress
) -> tuple[Floats, Floats]:
    """Distance to the closest generated image, (n,), and to the k nearest others, (n, <= k)."""
    rows = space.rows(candidates)
    to_generated = nearest(
        space.metric, rows, space.rows(generated), progress=progress, stage="generated"
    ).distances[:, 0]
    others = max(1, min(k, len(candidates) - 1))
    pool = nearest(
        space.metric, rows, rows, others, skip_self=True, progress=progress, stage="pool"
    ).distances
    return to_generated, pool


def log_ratio(above: Floats, below: Floats, floor: float) -> Floats:
    """`log((above + floor) / (below + floor))`; 0 where `above` is infinite: nothing to compare."""
    known = np.isfinite(above)
    return np.where(known, np.log(np.where(known, above, 0) + floor) - np.log(below + floor), 0.0)
