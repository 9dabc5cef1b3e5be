"""Decision rules: from scores to used or not used, for any score.

    rule = parse("conformal:0.1")
    verdict = rule.decide(scores, known)

A rule never looks at the truth of the images that it decides on. What it may learn from are dev
scores with their truth, which must be out of fold: no image fitted what scored it.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import Scores
from clefgan.runs.decisions.mixture import two_normals
from clefgan.runs.decisions.nulls import (
    Round,
    benjamini_hochberg,
    p_values,
    p_values_of_rounds,
    rounds_said,
)
from evaluation import counts
from evaluation.counts import Counts, Values

Used: TypeAlias = NDArray[np.bool_]

METRICS: Mapping[str, Callable[[Counts], Values]] = {
    metric.__name__: metric
    for metric in (
        counts.f1, counts.accuracy, counts.balanced_accuracy, counts.cohen_kappa, counts.mcc,
    )
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Known:
    """Dev images: their scores by the same method, out of fold, and the truth.

    rounds : the unused ones beside the images to decide on, where those are others than dev's; each
        unused image is in one of them
    """

    scores: Scores
    truth: Used
    rounds: tuple[Round, ...] = ()


@dataclass(frozen=True, eq=False)
class Verdict:
    """Decisions, and how they came about."""

    used: Used
    threshold: float | None  # used is above it; None where no single number decides
    note: str  # what was assumed or learned, for the record of the run


class Rule(Protocol):
    """A way to decide."""

    needs_known: ClassVar[bool]
    # beside an optional `needs_rounds`: it compares with unused images, scored beside these

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:
        """Decide on each score, higher being more likely used."""
        ...


@dataclass(frozen=True)
class Zero:
    """The method's own threshold: above 0 is used."""

    needs_known: ClassVar[bool] = False

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:  # noqa: ARG002
        """Compare with 0."""
        return Verdict(scores > 0, 0.0, "above the method's own threshold")


@dataclass(frozen=True)
class DevBest:
    """The threshold that is best on dev by a metric.

    Of equally good thresholds the middle one, each between two neighbouring dev scores.
    """

    needs_known: ClassVar[bool] = True

    metric: str = "f1"

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise ClefganError(
                f"decide: no metric {self.metric!r}; known: {', '.join(sorted(METRICS))}"
            )

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:
        """Learn the threshold from `known`, then compare."""
        dev = required(known, "dev-best")
        levels, index = np.unique(dev.scores, return_inverse=True)
        used, unused = (
            np.bincount(index[members], minlength=len(levels))
            for members in (dev.truth, ~dev.truth)
        )
        # called used: all from level i on, for i = 0 (everybody) to the number of levels (nobody)
        tp, fp = (np.append(np.cumsum(c[::-1])[::-1], 0) for c in (used, unused))
        value = METRICS[self.metric](Counts.of(tp, unused.sum() - fp, fp, used.sum() - tp))
        value = np.where(np.isnan(value), -np.inf, value)
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

    share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ClefganError(f"decide: quota {self.share:g}; give a share from 0 to 1")

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:  # noqa: ARG002
        """Take the highest."""
        wanted = round(self.share * len(scores))
        note = f"assumed share used: {self.share:g}"
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
            return Verdict(np.zeros(n, bool), None, "one component explains the scores")
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
            return Verdict(used, None, f"p-value at most 0.05 by {rounds_said(known.rounds)}")
        threshold = float(np.percentile(null, 95, method="higher"))
        return Verdict(
            scores > threshold, threshold, f"95th percentile of {len(null)} unused images"
        )


@dataclass(frozen=True)
class Conformal:
    """Conformal p-values from unused images, Benjamini-Hochberg: a bound on false discoveries.

    Of the images called used, at most a share `fdr` is expected to be unused, if the unused
    candidates are like the unused dev images.

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
        n, by = len(null), f"{len(null)} unused images"
        p = p_values(scores, null)
        if known.rounds:
            n, by = sum(len(r.unused) for r in known.rounds), rounds_said(known.rounds)
            p = p_values_of_rounds(known.rounds)
        note = f"false discovery rate {self.fdr:g} by {by}"
        if (n + 1) * self.fdr < 1:
            note += f"; the least p-value, 1/{n + 1}, is too large to find any image"
        return Verdict(benjamini_hochberg(p, self.fdr), None, note)


def out_of_fold(rule: Rule, known: Known, fold: NDArray[np.int64]) -> Verdict:
    """Decide on dev images: a rule that learns does so from the images of the other folds.

    A rule that learns nothing decides on all of them at once.
    """
    if not rule.needs_known:
        return rule.decide(known.scores)
    used = np.zeros(len(known.scores), bool)
    notes = []
    for number in np.unique(fold):
        out = fold == number
        verdict = rule.decide(known.scores[out], Known(known.scores[~out], known.truth[~out]))
        used[out] = verdict.used
        notes.append(verdict.note)
    return Verdict(used, None, "fold by fold: " + "; ".join(notes))


def prevalence_curve(scores: Scores, truth: Used) -> dict[str, list[float | None]]:
    """Each metric against the assumed share of used images, from no image to all.

    Values are None where a metric is undefined. `share` is that which a quota really calls used,
    one entry for each different score.
    """
    levels = np.unique(scores)
    called = scores[None, :] >= np.append(levels, np.inf)[::-1, None]
    tp, fp = (called & truth).sum(axis=1), (called & ~truth).sum(axis=1)
    tables = Counts.of(tp, (~truth).sum() - fp, fp, truth.sum() - tp)
    curve: dict[str, list[float | None]] = {"share": [float(s) for s in called.mean(axis=1)]}
    for name, metric in METRICS.items():
        curve[name] = [None if np.isnan(v) else float(v) for v in metric(tables)]
    return curve


def parse(text: str) -> Rule:
    """Read `zero`, `dev-best:f1`, `quota:0.5`, `mixture`, `null95` or `conformal:0.1`.

    Raises
    ------
    ClefganError
        No such rule, or a setting that it does not take.
    """
    name, colon, setting = text.partition(":")
    if name == "dev-best":
        if colon and not setting:
            raise ClefganError(f"decide: {text!r} needs a metric, as in 'dev-best:f1'")
        return DevBest(setting) if colon else DevBest()
    plain: dict[str, Callable[[], Rule]] = {"zero": Zero, "mixture": Mixture, "null95": Null95}
    if name in plain:
        if colon:
            raise ClefganError(f"decide: {name!r} takes no setting; got {setting!r}")
        return plain[name]()
    numbered: dict[str, Callable[[float], Rule]] = {"quota": Quota, "conformal": Conformal}
    if name in numbered:
        try:
            return numbered[name](float(setting))
        except ValueError:
            raise ClefganError(f"decide: {text!r} needs a number, as in '{name}:0.1'") from None
    names = ["conformal", "dev-best", "mixture", "null95", "quota", "zero"]
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names)}"
    raise ClefganError(f"decide: no rule {name!r}; {hint}")


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
