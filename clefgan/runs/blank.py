"""The blank: the same images, scored against a generator that cannot have seen them.

A score above chance may come from the images and not from the generator: used and unused ones may
differ by scanner or patient. The same scorer and another generator's images show how much of it
does. Candidates under test are scored against dev's generated images, dev's real ones (held out)
against those of the test. Beside it stands what chance does where nothing can leak: used images
against used ones, split in two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.method import DevSet, Images, Method, Progress, Promises, Scorer, Scores, promises
from clefgan.runs.heldout import FoldOut, checked
from clefgan.similarity.canonical import canonical
from clefgan.similarity.pixel_digest import digest
from evaluation import metrics
from evaluation.intervals import bootstrap
from evaluation.mean_ranks import mean_ranks
from evaluation.runs import Panel, Run

RESAMPLES = 2_000
HALVINGS = 2_000
ROUNDING = 1e-9  # of the spread of the scores; a residual that spreads less is none
SMALLEST_HALF = 4  # images: an AUC of fewer says nothing
Used = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class BlankContrast:
    """A result beside its blank, where the truth is known.

    auc, blank_auc : of the scores, and of the same images against the other generator
    difference, low, high : the first less the second, and its 95% interval; whole groups are drawn
    residual_auc : of what is left of the scores after a regression on those of the blank
    halves_low, halves_high : between them lie 95% of the AUCs of used images against used ones,
        split in two at random by group; NaN where there are too few
    """

    auc: float
    blank_auc: float
    difference: float
    low: float
    high: float
    residual_auc: float
    halves_low: float
    halves_high: float

    @property
    def is_above(self) -> bool:
        """Whether the result is above its blank with its whole interval."""
        return self.low > 0

    @property
    def is_not_above(self) -> bool:
        """Whether both are known, and the result is not above."""
        return not (self.is_above or np.isnan(self.difference))

    @property
    def said(self) -> str:
        """That a blank which the result is not above is as high, or may be."""
        return "the blank is as high" if self.difference <= 0 else "the blank may be as high"


@dataclass(frozen=True, slots=True)
class SharedCalls:
    """A result beside its blank, where nobody knows the truth.

    called : candidates called used
    shared : of them, those among as many highest of the blank
    expected : how many that are if the two have nothing to do with each other
    correlation : of the ranks of both
    """

    called: int
    shared: int
    expected: float
    correlation: float

    @property
    def is_mostly_shared(self) -> bool:
        """Whether more than half of the calls that chance does not share are shared."""
        return self.shared - self.expected > (self.called - self.expected) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Blank:
    """Scores of the same images against another generator's.

    generated : whose images those are, such as `dev`
    n_generated : how many
    """

    scores: Scores
    generated: str
    n_generated: int
    contrast: BlankContrast | SharedCalls


@dataclass(frozen=True, eq=False)
class BlankRounds:
    """Scores each fold of dev against other images, by the scorer that was fitted without it."""

    generated: Images
    scores: Scores

    def add(self, scorer: Scorer, out: FoldOut, progress: Progress, /) -> None:
        """Score one fold."""
        images = np.concatenate([out.images.used, out.images.not_used])
        scores = scorer.score(images, self.generated, progress=progress)
        names = tuple(f"dev image {i + 1}" for i in out.index)
        self.scores[out.index] = checked(scores, names, out.name)


def as_many(generated: Images, limit: int) -> Images:
    """At most `limit` of the images; which ones depends on their pixels only."""
    if len(generated) <= limit:
        return generated
    return np.stack([np.asarray(generated[i]) for i in np.sort(canonical(generated, limit))])


def why_none(method: Method, dev: DevSet, candidates: Images, generated: Images) -> str:
    """Why there can be no blank; empty where there can."""
    return why_none_of_method(method) or why_none_of_images(dev, candidates, generated)


def why_none_of_method(method: Method) -> str:
    """Why a method can have no blank, whatever the images."""
    said: Promises = promises(type(method))
    if not said.needs_generated:
        return "no blank: the method scores images without generated ones"
    if said.learns_from_generated:
        return (
            "no blank: the method would train anew on the other generator's images; "
            "`clefgan evaluate --controls` does"
        )
    return ""


def why_none_of_images(dev: DevSet, candidates: Images, generated: Images) -> str:
    """Why these images can have no blank, whatever the method."""
    if not len(dev.generated) or not len(generated):
        return "no blank: one of dev and test has no generated images"
    if dev.generated.shape[1:] != generated.shape[1:]:
        return "no blank: the generated images of dev and test differ in size"
    ours, theirs = (set(map(digest, images)) for images in (dev.generated, generated))
    if not ours.isdisjoint(theirs):
        return "no blank: dev and test share generated images, so neither is another generator's"
    seen = set(map(digest, dev.used))
    shared = sum(digest(image) in seen for image in candidates)
    if shared:
        return f"no blank: dev's generator was trained on {shared} of the candidates"
    return ""


def beside_truth(
    truth: Used,
    scores: Scores,
    blank: Scores,
    groups: Sequence[str] | None = None,
    seed: int = 0,
) -> BlankContrast:
    """Compare scores with their blank; `groups` are drawn and split whole, None: single images."""
    left = residual(scores, blank)
    named = {"result": scores, "blank": blank, "residual": left}
    clusters = None if groups is None else np.asarray(groups)
    panel = Panel(truth, {name: Run(row > 0, row) for name, row in named.items()}, clusters)
    again = bootstrap.bootstrap(panel, [metrics.get("auc")], resamples=RESAMPLES, seed=seed)
    gap = again.differences(0, 1, 0.95)
    auc, blank_auc, residual_auc = (float(value) for value in again.values[0, :3])
    low, high = halves(scores[truth], None if clusters is None else clusters[truth], seed)
    return BlankContrast(
        auc, blank_auc, auc - blank_auc, float(gap.limits.low[0]), float(gap.limits.high[0]),
        residual_auc, low, high,
    )  # fmt: skip


def residual(scores: Scores, blank: Scores) -> Scores:
    """What is left of the scores after a linear regression on those of the blank."""
    centred = blank - blank.mean()
    power = float(centred @ centred)
    slope = float(centred @ scores) / power if power > 1e-12 * max(1.0, len(blank)) else 0.0
    left = scores - scores.mean() - slope * centred
    return np.where(np.ptp(left) > ROUNDING * np.ptp(scores), left, 0.0)


def halves(scores: Scores, groups: NDArray[np.str_] | None, seed: int) -> tuple[float, float]:
    """Where 95% of the AUCs of one random half of the groups against the other lie.

    Parameters
    ----------
    scores : of images of one truth
    """
    number = np.arange(len(scores))
    if groups is not None:
        number = np.unique(groups, return_inverse=True)[1]
    n, n_groups = len(scores), int(number.max(initial=-1)) + 1
    if n < 2 * SMALLEST_HALF or n_groups < 2:
        return np.nan, np.nan
    rng = np.random.default_rng(seed)
    order = rng.permuted(np.tile(np.arange(n_groups), (HALVINGS, 1)), axis=1)
    first = (order < n_groups // 2)[:, number]
    sizes = first.sum(axis=1)
    aucs = (first @ mean_ranks(scores) - sizes * (sizes + 1) / 2) / (sizes * (n - sizes))
    low, high = np.quantile(aucs, [0.025, 0.975])
    return float(low), float(high)


def beside_calls(called: Used, scores: Scores, blank: Scores) -> SharedCalls:
    """How many of the calls the blank would make too."""
    n, n_called = len(called), int(called.sum())
    head = np.zeros(n, bool)
    head[np.argsort(-blank, kind="stable")[:n_called]] = True
    ranks = mean_ranks(scores), mean_ranks(blank)
    spread = min(float(np.ptp(scores)), float(np.ptp(blank)))
    correlation = float(np.corrcoef(*ranks)[0, 1]) if n > 1 and spread > 0 else 0.0
    return SharedCalls(n_called, int((called & head).sum()), n_called**2 / max(1, n), correlation)


def described(blank: Blank) -> dict[str, Any]:
    """What the record says beside the scores."""
    return {
        "generated": blank.generated,
        "n_generated": blank.n_generated,
        "contrast": asdict(blank.contrast),
    }


def again(content: Mapping[str, Any], scores: Scores) -> Blank:
    """The blank that a record describes; a number that was undefined is null there."""
    figures: dict[str, Any] = {
        name: np.nan if value is None else value for name, value in content["contrast"].items()
    }
    contrast = BlankContrast(**figures) if "auc" in figures else SharedCalls(**figures)
    return Blank(scores, content["generated"], content["n_generated"], contrast)
