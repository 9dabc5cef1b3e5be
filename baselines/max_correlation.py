"""Max correlation: how alike is the most alike generated image?"""

from dataclasses import dataclass
from typing import ClassVar

from baselines.scoring import threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import nearest
from clefgan.similarity.products import Metric


@dataclass(frozen=True, kw_only=True)
class MaxCorrelation:
    """Largest Pearson correlation of grey levels with any generated image.

    References
    ----------
    Akbar, Wang, Eklund (2023), arXiv:2305.07644.

    Notes
    -----
    The paper looks at the distribution of the largest correlations; the threshold is from dev
    (ours).
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    source: ClassVar[str] = "Akbar et al. 2023, arXiv:2305.07644"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        return threshold.midway(self.raw, dev, progress=progress)

    def raw(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Largest correlation of each candidate, -1 to 1."""
        near = nearest(Metric.PEARSON, candidates, generated, progress=progress)
        return 1 - near.distances[:, 0]
