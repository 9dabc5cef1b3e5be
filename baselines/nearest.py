"""Nearest: how close is the closest generated image?"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from baselines.features.space import PIXELS, FittedSpace, Space
from baselines.scoring import threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity import engine


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """Negative distance to the closest generated image.

    By default on pixels, each image centred and scaled to unit norm, so that brightness and
    contrast do not count: a copy is at distance 0, unrelated images are at about sqrt(2), and 2 is
    the largest. A constant image has no direction: it is 1 away from every other image and 0 from
    another constant one.

    Notes
    -----
    Dev scores are out of fold under the job's `held-out` protocol, which fits anew for each fold
    without the images that it then scores; under `paper` the threshold has seen them. Distances
    shrink as the generated set grows, so the threshold of a small dev set calls more images used
    when the generated set under test is larger; the order of scores does not suffer.

    References
    ----------
    Chen, Yu, Zhang, Fritz (2020), GAN-Leaks, arXiv:1909.03935: the full black-box attack, there on
    raw pixels and scores compared by rank; normalisation and threshold are ours.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    source: ClassVar[str] = "GAN-Leaks, full black box (Chen et al. 2020, arXiv:1909.03935)"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    features: Space = PIXELS  # where distances are measured

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores.

        Raises
        ------
        ClefganError
            If one of the three sets is empty, or their images differ in size.
        """
        space = self.features.learned(dev.generated)
        return threshold.midway(partial(self.raw, space), dev, progress=progress)

    def raw(
        self, space: FittedSpace, candidates: Images, generated: Images, *, progress: Progress
    ) -> Scores:
        """Minus the distance of each candidate to the closest generated image."""
        near = engine.nearest(
            space.metric, space.rows(candidates), space.rows(generated),
            progress=progress, stage="nearest",
        )  # fmt: skip
        return -near.distances[:, 0]
