"""The decision rules.

A rule never looks at the truth of the images that it decides on. What it may learn from are dev
scores with their truth, which must be out of fold: no image fitted what scored it.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from clefgan.errors import ClefganError, counted
from clefgan.method import Scores
from clefgan.runs.decisions import nulls
from clefgan.runs.decisions.discoveries import discovered, discovered_beside
from clefgan.runs.decisions.mixture import two_normals
from clefgan.runs.decisions.nulls import Round, p_values_of_rounds, rounds_said
from clefgan.runs.decisions.sign import p_of_sign, sign_said
from clefgan.runs.decisions.verdict import Known, Verdict
from evaluation import assumed_share
from evaluation.metrics import METRICS, Metric


def metrics_to_choose_by() -> dict[str, Metric]:
    """The metrics that a threshold can be chosen by: those that weigh both kinds of error."""
    return {metric.name: metric for metric in METRICS if metric.weighs_both_errors}


@dataclass(frozen=True)
class Zero:
    """The method's own threshold: above 0 is used."""

    needs_known: ClassVar[bool] = False
    needs_rounds: ClassVar[bool] = False

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:  # noqa: ARG002
        """Compare with 0."""
        used = scores > 0
        which = "above" if used.any() else "no score is above"
        return Verdict(used, 0.0, f"{which} the method's own threshold")


@dataclass(frozen=True)
class DevBest:
    """The threshold that is best on dev by a metric; no image is called where none is of use.

    A metric that is 0 for guessing and nowhere above 0 says that dev shows no leak. Of equally good
    thresholds the middle one, each between two neighbouring dev scores.
    """

    needs_known: ClassVar[bool] = True
    needs_rounds: ClassVar[bool] = False

    metric: str = "f1"

    def __post_init__(self) -> None:
        known = metrics_to_choose_by()
        if self.metric not in known:
            raise ClefganError(
                f"decide: no metric {self.metric!r}; known: {', '.join(sorted(known))}"
            )

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:
        """Learn the threshold from `known`, then compare."""
        dev = required(known, "dev-best")
        levels = np.unique(dev.scores)
        tables = assumed_share.tables(dev.truth, dev.scores)
        of_counts = metrics_to_choose_by()[self.metric].of_counts
        assert of_counts is not None
        value = of_counts(tables)[::-1]  # from everybody called used to nobody
        value = np.where(np.isnan(value), 0.0, value)
        if value.max() <= 0:
            note = f"no sign of a leak: by no threshold {self.metric} is above 0 on dev"
            return Verdict(np.zeros(len(scores), bool), None, note)
        best = np.flatnonzero(value == value.max())
        cuts = np.concatenate([levels[:1] - 1, (levels[1:] + levels[:-1]) / 2, levels[-1:] + 1])
        threshold = float(cuts[best[len(best) // 2]])
        return Verdict(
            scores > threshold, threshold, f"best {self.metric} on dev: {value.max():.3f}"
        )


@dataclass(frozen=True)
class Quota:
    """The highest scores, a given share of the images; a tie at the border stays out."""

    needs_known: ClassVar[bool] = False
    needs_rounds: ClassVar[bool] = False

    share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ClefganError(f"decide: quota {self.share:g}; give a share from 0 to 1")

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:  # noqa: ARG002
        """Take the highest."""
        wanted = round(self.share * len(scores))
        note = f"assumed share used: {self.share:g}, a guess: nobody asked whether there is a leak"
        if wanted >= len(scores):
            return Verdict(np.ones(len(scores), bool), None, note)
        threshold = float(np.sort(scores)[::-1][wanted])
        return Verdict(scores > threshold, threshold, note)


@dataclass(frozen=True)
class Mixture:
    """Two normal components of one width; used is the higher one, if there are two at all.

    Where a single normal distribution explains the scores as well (BIC), no image is called used.
    One width makes the decision a threshold.
    """

    needs_known: ClassVar[bool] = False
    needs_rounds: ClassVar[bool] = False

    most_steps: ClassVar[int] = 1000

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:  # noqa: ARG002
        """Fit by expectation-maximisation; of several starts the likeliest fit counts."""
        n, spread = len(scores), float(np.std(scores)) if len(scores) else 0.0
        if n < 4 or spread <= 1e-12 * float(np.abs(scores).max()):
            return Verdict(np.zeros(n, bool), None, "too few different scores for two components")
        z = (scores - scores.mean()) / spread
        fit = two_normals(z, self.most_steps)
        gain = fit.likelihood + float(z @ z) / 2
        if 2 * gain <= 2 * np.log(n):  # two more parameters than one normal distribution
            note = "no sign of a leak: one component explains the scores"
            return Verdict(np.zeros(n, bool), None, note)
        gap = fit.high - fit.low
        cut = (fit.low + fit.high) / 2 + fit.width**2 / gap * np.log((1 - fit.share) / fit.share)
        threshold = float(scores.mean() + spread * cut)
        note = f"share of the higher component: {fit.share:.3f}"
        return Verdict(scores > threshold, threshold, note)


@dataclass(frozen=True)
class Null95:
    """Above the 95th percentile of the scores of images known to be unused."""

    needs_known: ClassVar[bool] = True
    needs_rounds: ClassVar[bool] = True

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:
        """Learn the percentile from `known`."""
        null = unused_scores(known, "null95")
        assert known is not None
        if known.rounds:
            used = p_values_of_rounds(known.rounds) <= 0.05
            sign = sign_said(p_of_sign(known.rounds))
            note = f"{sign}; p-value at most 0.05 by {rounds_said(known.rounds)}"
            return Verdict(used, None, note, 0.05 * len(scores))
        threshold = float(np.percentile(null, 95, method="higher"))
        return Verdict(
            scores > threshold,
            threshold,
            f"95th percentile of {counted(len(null), 'unused image')}",
            0.05 * len(scores),
        )


@dataclass(frozen=True)
class Conformal:
    """Conformal p-values from unused images, Benjamini-Hochberg: a bound on false discoveries.

    Of the images called used, at most a share `fdr` is expected to be unused, if the unused
    candidates are like the unused dev images. How many candidates are unused is estimated (see
    `discoveries.unused_share`): the fewer, the more may be called. Where there is a sign of a leak,
    p-values of the highest scores follow the shape of the unused scores' tail (see `tails`), and
    the bound holds as far as that is exponential.

    References
    ----------
    Bates, Candes, Lei, Romano, Sesia (2023), doi:10.1214/22-AOS2244; Benjamini, Hochberg (1995),
    doi:10.1111/j.2517-6161.1995.tb02031.x. Over several rounds: cross-conformal p-values, Vovk
    (2015), doi:10.1007/s10472-013-9368-4, whose bound holds approximately.
    """

    needs_known: ClassVar[bool] = True
    needs_rounds: ClassVar[bool] = True

    fdr: float = 0.1

    def __post_init__(self) -> None:
        if not 0 < self.fdr < 1:
            raise ClefganError(f"decide: conformal {self.fdr:g}; give a rate between 0 and 1")

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:
        """Reject "unused" where the p-values are small enough together."""
        null = unused_scores(known, "conformal")
        assert known is not None
        if known.rounds:
            return discovered_beside(known.rounds, self.fdr)
        alone = Round(scores, null, unused_patients=known.unused_patients)
        by = counted(len(null), "unused image")
        return discovered(p_values_of_rounds([alone]), self.fdr, by, *nulls.counted([alone]))


def required(known: Known | None, rule: str) -> Known:
    """Raise if there are no dev scores."""
    if known is None or not len(known.scores):
        raise ClefganError(f"decide: {rule} learns from dev scores; got none; use zero")
    return known


def unused_scores(known: Known | None, rule: str) -> Scores:
    """Dev scores of images that were not used."""
    dev = required(known, rule)
    null = dev.scores[~dev.truth]
    if not len(null):
        raise ClefganError(f"decide: {rule} needs unused dev images; got none; use zero")
    return null
