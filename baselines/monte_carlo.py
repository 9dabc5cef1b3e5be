"""Monte Carlo attack: how many generated images fall close to the candidate?"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

import numpy as np

from baselines.features.space import PIXELS_PCA40, FittedSpace, Space
from baselines.scoring import threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import scan
from clefgan.similarity.reductions import Block, CountBelow, RunningMinimum, Sum
from clefgan.similarity.whole_numbers import Floats

Form = Literal["count", "log"]
COPY = np.nextafter(0.0, 1.0)  # only a copy is nearer
NEAREST_COUNTED = 1e-6  # of eps: nearer ones count as if they were here, in the log form


@dataclass(frozen=True, kw_only=True)
class MonteCarlo:
    """Share of the generated images that are closer than eps.

    References
    ----------
    Hilprecht, Haerterich, Bernau (2019), arXiv:1906.03006: distances in 40 principal components,
    eps as the median over the candidates of the distance to the closest generated image.

    Notes
    -----
    Generated images that are copies of a candidate do not take part in choosing eps, so that a copy
    cannot shrink it; where there is nothing but copies, those of each candidate are counted, as by
    an eps below every other distance. The threshold is ours, from dev; the paper ranks, and takes
    the upper half.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S1
    source: ClassVar[str] = "Hilprecht et al. 2019, arXiv:1906.03006"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    features: Space = PIXELS_PCA40  # where distances are measured (paper: PCA-40 or HOG)
    form: Form = "log"  # count: each counts 1; log: -log(distance / eps) (paper: both)
    percentile: float = 50.0  # of the candidates' closest distances, that eps is (paper: 50)

    def __post_init__(self) -> None:
        if self.form not in ("count", "log") or not 0 <= self.percentile <= 100:
            raise ValueError(
                f"form {self.form!r} must be count or log, and percentile {self.percentile} "
                "from 0 to 100"
            )

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        threshold.require(dev)
        space = self.features.learned(dev.generated)
        return threshold.midway(partial(self.raw, space), dev, progress=progress)

    def raw(
        self, space: FittedSpace, candidates: Images, generated: Images, *, progress: Progress
    ) -> Scores:
        """`f_eps` of each candidate."""
        rows, others = space.rows(candidates), space.rows(generated)
        smallest = scan(
            space.metric, rows, others, SmallestOfNew(), progress=progress, stage="closest"
        )
        if not np.isfinite(smallest).all():  # copies, and nothing else
            copies = scan(
                space.metric, rows, others, CountBelow(COPY), progress=progress, stage="counting"
            )
            weight = 1.0 if self.form == "count" else -np.log(NEAREST_COUNTED)
            return weight * copies / len(generated)
        eps = float(np.percentile(smallest, self.percentile))
        if self.form == "count":
            counts = scan(
                space.metric, rows, others, CountBelow(eps), progress=progress, stage="counting"
            )
            return counts / len(generated)
        sums = scan(
            space.metric, rows, others, Sum(partial(closeness, eps)),
            progress=progress, stage="counting",
        )  # fmt: skip
        return sums / len(generated)


def closeness(eps: float, distances: Floats) -> Floats:
    """`-log(distance / eps)` where that is above 0, else 0."""
    return -np.log(np.clip(distances / eps, NEAREST_COUNTED, 1))


@dataclass(frozen=True)
class SmallestOfNew(RunningMinimum):
    """Distance to the closest generated image that copies no candidate; inf if there is none."""

    def partial(self, block: Block, /) -> Floats:
        """The smallest distance of a block, (n,)."""
        copies = (block.values == 0).any(axis=0)
        least: Floats = np.where(copies, np.inf, block.values).min(axis=1)
        return least


@dataclass(frozen=True)
class SetVerdict:
    """Which of two sets of candidates lies closer to the generated images."""

    difference: float  # mean score of the first less that of the second
    p_value: float  # of a difference at least so large, were the sets alike

    @property
    def first_is_closer(self) -> bool:
        """The set form of the attack: the first set was used rather than the second."""
        return self.difference > 0


def compare_sets(
    first: Scores, second: Scores, *, n_permutations: int = 9999, seed: int = 0
) -> SetVerdict:
    """Set form: of two sets of which one was used, the one with the larger sum was.

    Parameters
    ----------
    first, second : scores of their images by any method, scored as one pool of candidates
    n_permutations : of images between the sets, for the p-value
    seed : of the permutations

    Raises
    ------
    ValueError
        A set without images.

    References
    ----------
    Hilprecht et al. (2019), arXiv:1906.03006, there for sets of equal size; means instead of sums
    allow any size. The p-value is ours.
    """
    if not len(first) or not len(second):
        raise ValueError(f"sets of {len(first)} and {len(second)} images; give at least 1 each")
    scores = np.concatenate([first, second])
    difference = float(first.mean() - second.mean())
    rng = np.random.default_rng(seed)
    mixed = rng.permuted(np.broadcast_to(scores, (n_permutations, len(scores))), axis=1)
    drawn = mixed[:, : len(first)].mean(axis=1) - mixed[:, len(first) :].mean(axis=1)
    slack = 1e-12 * np.abs(scores).max()
    as_large = int(np.count_nonzero(drawn >= difference - slack))
    return SetVerdict(difference, (as_large + 1) / (n_permutations + 1))
