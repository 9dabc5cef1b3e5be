"""Learned space: distances where variants of an image are alike, learned without labels."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from baselines.csls import Csls
from baselines.duel import Duel
from baselines.features.learned import Learned, Training
from baselines.features.space import FittedSpace
from baselines.learning import net_settings
from baselines.nearest import Nearest
from baselines.pool_log_ratio import PoolLogRatio
from baselines.relative_distance import RelativeDistance
from baselines.scoring import threshold
from baselines.votes import Votes
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.products import Metric

Score: TypeAlias = Literal[
    "nearest", "relative-distance", "pool-log-ratio", "csls", "votes", "duel"
]
SCORES = {
    "nearest": Nearest,
    "relative-distance": RelativeDistance,
    "pool-log-ratio": PoolLogRatio,
    "csls": Csls,
    "votes": Votes,
    "duel": Duel,
}


@dataclass(frozen=True, kw_only=True)
class LearnedSpace:
    """A distance score, measured under an encoder trained on candidates and generated images.

    The encoder learns (NT-Xent) that mirrored, shifted and re-contrasted variants of an image are
    the same image, so a generator that varies what it copies does not hide it. Distances are
    cosines.

    References
    ----------
    Dar et al. (2024), arXiv:2402.01054: copies are found in a space learned by contrast.

    Notes
    -----
    The network is ours: small, on images averaged to 64 x 64 cells. It is trained anew on each
    pool and generated set that are put to it.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S1
    learns_from_generated: ClassVar[bool] = True
    source: ClassVar[str] = "Dar et al. 2024, arXiv:2402.01054"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    score: Score = "nearest"  # what is measured in the space; as the method of that name
    encoder: Training = field(default_factory=Training)  # how the space is learned
    seed: int = 0  # of weights, batches and variants

    def __post_init__(self) -> None:
        if self.score not in SCORES:
            raise ValueError(f"score {self.score!r} is not one of {', '.join(SCORES)}")
        net_settings.check(self)

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        return threshold.midway(self.raw, dev, progress=progress)

    def raw(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Train on both sets, or read what was trained on them; score each candidate."""
        space = Learned(candidates, generated, self.encoder, self.seed, progress)
        scores: Scores = SCORES[self.score]().raw(
            FittedSpace(Metric.COSINE, space), candidates, generated, progress=progress
        )
        return scores
