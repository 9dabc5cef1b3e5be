"""The rules of the VCMI team on a matrix of similarities: the best published result (2023).

One pass over all pairs finds, for each candidate, the most similar generated image, its mean rank
among the candidates, and how many generated images are most similar to it of all candidates. Each
rule is a method of its own; the ensemble joins three.

References
----------
Montenegro et al. (2023), VCMI at ImageCLEFmedical GANs, CEUR-WS Vol-3497: accuracy 0.81.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from baselines.features.space import HOG, Mapped, Space, feature_map
from baselines.scoring import threshold
from baselines.scoring.ranks import average_ranks, places
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import Measure, Pairs, nearest, scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Block, Folded, Whole
from clefgan.similarity.ssim import SSIM, best
from clefgan.similarity.whole_numbers import Floats, Rows


class RankSums(NamedTuple):
    """What the pass over all pairs found of each candidate."""

    distance: Floats  # 1 - similarity to the most similar generated image
    ranks: Floats  # sum over the generated images of the rank among candidates, 1 the most similar
    votes: NDArray[np.int64]  # generated images that are most similar to this candidate
    n_generated: int


@dataclass(frozen=True)
class RankPass(Folded[RankSums]):
    """The pass: ties share their rank, and a vote goes to all that are tied."""

    def partial(self, block: Block, /) -> RankSums:
        """Distance, sum of ranks and votes of a block, (n,) each."""
        values = block.values
        first = values == values.min(axis=0, initial=np.inf)
        ranks = average_ranks(values).sum(axis=1)  # halves: exact in any order
        return RankSums(values.min(axis=1), ranks, first.sum(axis=1), values.shape[1])

    def fold(self, state: RankSums, partial: RankSums, /) -> RankSums:
        """The smaller distances, and the sums of ranks and votes."""
        return RankSums(
            np.minimum(state.distance, partial.distance),
            state.ranks + partial.ranks,
            state.votes + partial.votes,
            state.n_generated + partial.n_generated,
        )


@dataclass(frozen=True, kw_only=True)
class Vcmi(ABC):
    """What the rules share."""

    knowledge: ClassVar[Knowledge] = Knowledge.S1
    source: ClassVar[str] = "VCMI at ImageCLEFmedical GANs 2023 (CEUR-WS Vol-3497)"

    similarity: Literal["ssim", "features"] = "ssim"  # features: 1 - mean squared error of features
    features: Space = HOG  # if similarity is features

    def __post_init__(self) -> None:
        if self.features.n_components is not None:
            raise ValueError(f"features '{self.features}' have components; give plain features")
        if self.features.is_searched:
            raise ValueError(f"features '{self.features}' have a search; give plain features")

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:  # noqa: ARG002
        """Learn nothing: the rule has a zero of its own."""
        return threshold.Thresholded(self.raw, 0.0)

    def raw(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Score of each candidate by the rule."""
        measure: Measure = SSIM()
        rows: Rows = candidates
        others: Rows = generated
        if self.similarity == "features":
            features = feature_map(self.features.base, candidates)
            measure = MeanSquaredError()
            rows, others = Mapped(candidates, features), Mapped(generated, features)
        return self.rule(measure, rows, others, progress)

    @abstractmethod
    def rule(self, measure: Measure, rows: Rows, others: Rows, progress: Progress) -> Scores:
        """Score of each row; above 0 is used."""


@dataclass(frozen=True, kw_only=True)
class Largest(Vcmi):
    """What the rules share that need no more than the largest similarity of each candidate."""

    prefilter: int = 0  # 0: all pairs; else SSIM among so many best correlated images only (ours)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.prefilter < 0:
            raise ValueError(f"prefilter {self.prefilter} must be at least 0")
        if self.prefilter and self.similarity != "ssim":
            raise ValueError(
                f"prefilter {self.prefilter} is for similarity ssim, not {self.similarity}"
            )

    def closest(self, measure: Measure, rows: Rows, others: Rows, progress: Progress) -> Floats:
        """Distance to the most similar generated image; prefiltered it may be a little too far."""
        if self.prefilter:  # the rows are images: `features` takes no prefilter
            images, generated = cast("Images", rows), cast("Images", others)
            near = best(images, generated, 1, among=self.prefilter, progress=progress)
        else:
            near = nearest(measure, rows, others, progress=progress)
        return near.distances[:, 0]


@dataclass(frozen=True, kw_only=True)
class VcmiMax(Largest):
    """Largest similarity to a generated image less the largest between two candidates."""

    def rule(self, measure: Measure, rows: Rows, others: Rows, progress: Progress) -> Scores:
        """`max_g s(x, g) - max s(x', x'')`."""
        distance = self.closest(measure, rows, others, progress)
        return above_pool(measure, rows, distance, progress)


@dataclass(frozen=True, kw_only=True)
class VcmiDeviation(Largest):
    """Largest similarity to a generated image less mean and three deviations between candidates.

    Notes
    -----
    Mean and deviation are over all pairs of two different candidates (our reading).
    """

    deviations: float = 3.0  # above the mean that count as exceptional (paper)

    def rule(self, measure: Measure, rows: Rows, others: Rows, progress: Progress) -> Scores:
        """`max_g s(x, g) - (mean + 3 sd)`; without another candidate, only copies reach 0."""
        distance = self.closest(measure, rows, others, progress)
        pool = scan(measure, rows, rows, Whole(), skip_self=True, stage="pool")
        pairs = pool[np.isfinite(pool)]
        limit = pairs.mean() - self.deviations * pairs.std() if pairs.size else 0.0
        return np.asarray(limit - distance)


@dataclass(frozen=True, kw_only=True)
class VcmiRetrieval(Vcmi):
    """Share of the generated images that are more similar to this candidate than to any other.

    Notes
    -----
    The rule asks for at least one. Among many generated images nearly every candidate has one.
    """

    def rule(self, measure: Measure, rows: Rows, others: Rows, progress: Progress) -> Scores:
        """Votes over the number of generated images."""
        seen = scan(measure, rows, others, RankPass(), progress=progress)
        return np.asarray(seen.votes / seen.n_generated)


@dataclass(frozen=True, kw_only=True)
class VcmiRank(Vcmi):
    """Mean rank among the candidates, over all generated images; the best share is used.

    Notes
    -----
    The assumed share of used images is ours to state: the rule calls just so many used.
    """

    share: float = 0.5  # of the candidates assumed to be used (ours)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self.share)

    def rule(self, measure: Measure, rows: Rows, others: Rows, progress: Progress) -> Scores:
        """`share` less the place of the mean rank among all, 0 to 1 from the best."""
        seen = scan(measure, rows, others, RankPass(), progress=progress)
        return self.share - places(seen.ranks)


@dataclass(frozen=True, kw_only=True)
class VcmiEnsemble(Vcmi):
    """The mean rank decides; then the largest similarity makes it used, and no vote not used.

    Notes
    -----
    The order of the three rules is the paper's. The score is that of the rank, between -1 and 1,
    moved by 1 where the second rule speaks and by -2 where the third does.
    """

    share: float = 0.5  # of the candidates assumed to be used, in the first rule (ours)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self.share)

    def rule(self, measure: Measure, rows: Rows, others: Rows, progress: Progress) -> Scores:
        """All three from one pass."""
        seen = scan(measure, rows, others, RankPass(), progress=progress)
        scores = self.share - places(seen.ranks)
        scores = scores + (above_pool(measure, rows, seen.distance, progress) > 0)
        return np.asarray(scores - 2.0 * (seen.votes == 0))


def above_pool(measure: Measure, rows: Rows, distance: Floats, progress: Progress) -> Scores:
    """Similarity less the largest between two candidates; 1, a copy's, if there is but one."""
    pool = nearest(measure, rows, rows, skip_self=True, progress=progress, stage="pool").distances
    least = pool.min(initial=np.inf)
    return np.asarray((least if np.isfinite(least) else 0.0) - distance)


def check_share(share: float) -> None:
    """Raise if a share is not one."""
    if not 0 <= share <= 1:
        raise ValueError(f"share {share} must be from 0 to 1")


@dataclass(frozen=True)
class MeanSquaredError:
    """Mean of the squared differences of two rows of features."""

    def against(self, candidates: Rows, /, *, memory_mib: int) -> "SquaredPairs":
        """Candidates ready for Euclidean distances."""
        ready = Metric.EUCLIDEAN.against(candidates, memory_mib=memory_mib)
        return SquaredPairs(ready, ready.candidates.whole.shape[1])


@dataclass(frozen=True)
class SquaredPairs:
    """Euclidean distances, squared, over the number of features."""

    pairs: Pairs
    n_features: int

    def column_bytes(self) -> int:
        """As of the distances."""
        return self.pairs.column_bytes()

    def __call__(self, generated: NDArray[Any], /) -> Floats:
        """Mean squared errors of all pairs."""
        distances = self.pairs(generated)
        return distances * distances / self.n_features
