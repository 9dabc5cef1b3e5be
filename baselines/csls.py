"""CSLS: similarity corrected for images that are near to everything."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from baselines.features.space import PIXELS, FittedSpace, Space
from baselines.scoring import threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import scan
from clefgan.similarity.reductions import Block, Both, Folded, Smallest
from clefgan.similarity.whole_numbers import Floats


@dataclass(frozen=True, kw_only=True)
class Csls:
    """Largest cosine with a generated image, less the usual cosines of both.

    In many dimensions some images ("hubs") are near to everything; what is usual for each of the
    two images is therefore taken off.

    References
    ----------
    Conneau et al. (2018), arXiv:1710.04087: cross-domain similarity local scaling, there for words.

    Notes
    -----
    Copies do not count as usual: pairs at distance 0 are left out of the candidate's mean, so that
    a copy never lowers a score.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S1
    source: ClassVar[str] = "Conneau et al. 2018, arXiv:1710.04087"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    features: Space = PIXELS  # where cosines are measured
    neighbours: int = 20  # whose mean cosine is what is usual (ours; the paper: 10)

    def __post_init__(self) -> None:
        if self.neighbours < 1:
            raise ValueError(f"neighbours {self.neighbours} must be above 0")

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        space = self.features.learned(dev.generated)
        return threshold.midway(partial(self.raw, space), dev, progress=progress)

    def raw(
        self, space: FittedSpace, candidates: Images, generated: Images, *, progress: Progress
    ) -> Scores:
        """CSLS of each candidate."""
        near, best = scan(
            space.cosine, space.rows(candidates), space.rows(generated),
            Both(Smallest(self.neighbours, apart=True), Corrected(self.neighbours)),
            progress=progress,
        )  # fmt: skip
        return best - mean_cosine(near.distances)


@dataclass(frozen=True)
class Corrected(Folded[Floats]):
    """The largest `2 cos(x, g) - r_C(g)` of each candidate."""

    neighbours: int

    def partial(self, block: Block, /) -> Floats:
        """Columns are complete, so r_C(g) is known."""
        k = min(self.neighbours, len(block.values))
        usual = 1 - np.partition(block.values, k - 1, axis=0)[:k].mean(axis=0)
        largest: Floats = (2 * (1 - block.values) - usual).max(axis=1)
        return largest

    def fold(self, state: Floats, partial: Floats, /) -> Floats:
        """The larger value of each candidate, (n,)."""
        return np.maximum(state, partial)


def mean_cosine(distances: Floats) -> Floats:
    """Mean of 1 - distance over the pairs that there are; 0 if there is none."""
    known = np.isfinite(distances)
    cosines = np.where(known, 1 - np.where(known, distances, 0), 0)
    means: Floats = cosines.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return means
