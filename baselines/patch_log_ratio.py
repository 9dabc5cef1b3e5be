"""Patch log-ratio: are parts of the image nearer to the generated set than to other candidates?"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from baselines.pool_log_ratio import log_ratio
from baselines.scoring import threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import scan
from clefgan.similarity.tiles import NearestTile, Tiles


@dataclass(frozen=True, kw_only=True)
class PatchLogRatio:
    """Mean over tiles of the log of the distance to other candidates over that to the generated.

    For generators that put together parts of several images, which whole-image scores do not see.

    Notes
    -----
    Ours, after the tiles of Carlini et al. (2023), arXiv:2301.13188. The other candidates' tiles
    are as free to shift as those of the generated images.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S1
    source: ClassVar[str] = "ours, after Carlini et al. 2023"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    tiles: int = 8  # across the image
    shift: int = 2  # pixels that a tile may be moved by
    floor: float = 1.0  # grey levels added to both distances: below it, differences are noise

    def __post_init__(self) -> None:
        if self.floor <= 0:
            raise ValueError(f"floor {self.floor} must be above 0")

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        return threshold.midway(self.raw, dev, progress=progress)

    def raw(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Mean log-ratio of each candidate; 0 where there is no other candidate."""
        measure = Tiles(self.tiles, self.shift)
        to_generated = scan(
            measure, candidates, generated, NearestTile(), progress=progress, stage="generated"
        )
        to_pool = scan(
            measure, candidates, candidates, NearestTile(),
            skip_self=True, progress=progress, stage="pool",
        )  # fmt: skip
        ratios = log_ratio(to_pool, to_generated, self.floor)
        return np.asarray(ratios.mean(axis=1))
