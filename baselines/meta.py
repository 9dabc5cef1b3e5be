"""Meta-classifier: how much to trust each score, learned on dev."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from baselines.csls import Csls
from baselines.learning import logistic
from baselines.learning.logistic import Logistic
from baselines.max_correlation import MaxCorrelation
from baselines.patch_log_ratio import PatchLogRatio
from baselines.pool_log_ratio import PoolLogRatio
from baselines.relative_distance import RelativeTile
from baselines.scoring import threshold
from baselines.scoring.unused import folds
from baselines.votes import Votes
from clefgan.method import (
    DevSet,
    Images,
    Knowledge,
    Method,
    Progress,
    Scorer,
    Scores,
    nothing_to_score,
    silent,
)
from clefgan.similarity.whole_numbers import Floats

STRENGTHS = (0.001, 0.01, 0.1, 1.0)  # weights of the errors to choose from
WIDEST = 3.0  # standardised scores are cut here, so that one outlier decides nothing


@dataclass(frozen=True, kw_only=True)
class MetaClassifier:
    """Log-odds of a logistic regression on the standardised scores of six methods.

    Max correlation, pool log-ratio, CSLS, votes, patch log-ratio and relative tile distance: none
    of them learns from labels, so their dev scores may be learned from.

    Notes
    -----
    After the ensembles of the MIDST challenge. Scores are standardised within each pool, as their
    level depends on the number of generated images. No weight is below 0: what a part calls more
    likely used, the whole does too. The strength of the penalty is chosen by folds within dev; the
    outer folds of a nested cross-validation are those of the `held-out` protocol.

    A departure from grouped nested cross-validation: the outer folds are grouped, the inner ones
    are not, as a dev set tells pixels only and no patients. An image goes to an inner fold by its
    digest, so exact copies share one, but two slices of a patient may not. The penalty may come out
    weaker for it; no image is scored by what was fitted on its patient.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S3
    probabilities: ClassVar[bool] = True
    source: ClassVar[str] = "ours, after the MIDST ensembles"
    paper_note: ClassVar[str] = "the classifier was trained on the dev images that are scored"

    folds: int = 5  # that choose the strength of the penalty

    def __post_init__(self) -> None:
        if self.folds < 2:
            raise ValueError(f"folds {self.folds} must be 2 or more")

    def parts(self) -> tuple[Method, ...]:
        """The methods whose scores are joined."""
        return (
            MaxCorrelation(), PoolLogRatio(), Csls(), Votes(), PatchLogRatio(), RelativeTile(),
        )  # fmt: skip

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Fit the parts, then the classifier on their dev scores.

        Raises
        ------
        ClefganError
            No used or no not-used image in dev.
        """
        threshold.require(dev)
        parts = tuple(part.fit(dev, progress=progress) for part in self.parts())
        reals = np.concatenate([dev.used, dev.not_used])
        rows = standardised(parts, reals, dev.generated, progress)
        truth = np.arange(len(reals)) < len(dev.used)
        fold = folds(reals, self.folds).fold
        losses = [held_out_loss(rows, truth, fold, C) for C in STRENGTHS]
        model = logistic.fit(rows, truth, C=STRENGTHS[int(np.argmin(losses))], nonnegative=True)
        return MetaScorer(parts, model)


@dataclass(frozen=True, eq=False)
class MetaScorer:
    """The parts and the classifier."""

    parts: tuple[Scorer, ...]
    model: Logistic

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Log-odds of each candidate."""
        if nothing_to_score(candidates, generated):
            return np.empty(0)
        return self.model.logit(standardised(self.parts, candidates, generated, progress))


def standardised(
    parts: tuple[Scorer, ...], images: Images, generated: Images, progress: Progress
) -> Floats:
    """Scores by each part, less the pool's median, in units of its spread: (n, n_parts)."""
    columns = [standard(part.score(images, generated, progress=progress)) for part in parts]
    return np.stack(columns, axis=1)


def standard(scores: Scores) -> Floats:
    """Less the median, over the distance between the quartiles (as of a normal distribution)."""
    low, middle, high = np.percentile(scores, [25, 50, 75])
    spread = (high - low) / 1.349
    if spread <= 1e-12 * max(1.0, float(np.abs(scores).max())):
        return np.zeros(len(scores))
    return np.asarray(np.clip((scores - middle) / spread, -WIDEST, WIDEST))


def held_out_loss(
    rows: Floats, truth: NDArray[np.bool_], fold: NDArray[np.int64], C: float
) -> float:
    """Mean log loss over folds, each scored by a model of the others if those have both classes."""
    losses: list[float] = []
    for number in np.unique(fold):
        out = fold == number
        if not truth[~out].any() or truth[~out].all():
            continue
        model = logistic.fit(rows[~out], truth[~out], C=C, nonnegative=True)
        margin = np.where(truth[out], 1, -1) * model.logit(rows[out])
        losses.extend(np.logaddexp(0, -margin))
    return float(np.mean(losses)) if losses else 0.0
