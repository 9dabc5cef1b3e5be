"""Votes: each generated image names the candidate that it is most like."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

import numpy as np

from baselines.features.space import PIXELS, FittedSpace, Space
from baselines.scoring import threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import scan
from clefgan.similarity.reductions import Best, BestTwo


@dataclass(frozen=True, kw_only=True)
class Votes:
    """Largest margin by which any generated image prefers this candidate to all others.

    Notes
    -----
    Ours: the retrieval rule of Montenegro et al. (2023), CEUR-WS Vol-3497, with a margin, as among
    many generated images every candidate gets some vote. The margin is (second - first) / second
    of the two distances: 0 for a tie, 1 for a copy.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S1
    source: ClassVar[str] = "ours, after VCMI 2023 (CEUR-WS Vol-3497)"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    features: Space = PIXELS  # where distances are measured
    count: Literal["largest", "sum"] = "largest"  # of a candidate's votes

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        space = self.features.learned(dev.generated)
        return threshold.midway(partial(self.raw, space), dev, progress=progress)

    def raw(
        self, space: FittedSpace, candidates: Images, generated: Images, *, progress: Progress
    ) -> Scores:
        """Largest vote or sum of votes of each candidate, 0 if it has none."""
        best = scan(
            space.metric, space.rows(candidates), space.rows(generated), BestTwo(),
            progress=progress,
        )  # fmt: skip
        scores = np.zeros(len(candidates))
        add = np.maximum if self.count == "largest" else np.add
        # sorted, so that the order of the generated images cannot change the last bit of a sum
        votes = margins(best)
        order = np.argsort(votes, kind="stable")
        add.at(scores, best.indices[order, 0], votes[order])
        return scores


def margins(best: Best) -> Scores:
    """How clearly each generated image prefers its candidate, 0 to 1; 1 if there is no second."""
    first, second = best.distances.T
    single = ~np.isfinite(second)
    second = np.where(single, 1.0, second)
    margin = np.divide(second - first, second, out=np.zeros_like(second), where=second > 0)
    return np.where(single, 1.0, margin)
