"""A result beside its negative controls, and beside labels that mean nothing: figures and words."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import Scores
from evaluation import membership, metrics
from evaluation.intervals import bootstrap
from evaluation.runs import Panel, Run
from evaluation.significance.permutation import drawn_p_value
from evaluation.significance.swap_test import mean_ranks

RESAMPLES = 2_000
CELLS = 1 << 22  # permuted labels held at once
ENOUGH = 20  # ways to label, below which no result could be above 95% of them

Used = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Row:
    """A result beside one of its controls.

    auc, auc_low, auc_high : of the result, and its interval
    difference, low, high : AUC less that of the control, and its interval
    p_value : two-sided, of no difference
    sentence : the same in words; where the result is not above its control, it says so
    """

    control: str
    auc: float
    auc_low: float
    auc_high: float
    control_auc: float
    difference: float
    low: float
    high: float
    p_value: float
    level: float = 0.95

    @property
    def above(self) -> bool:
        """Whether the difference is above 0, and the AUC above 0.5, both with their whole interval.

        A control may fall below 0.5 by chance; to be above that is no success.
        """
        return self.low > 0 and self.auc_low > 0.5

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        return contrast(self)


def rows(
    truth: Used,
    scores: Scores,
    controls: Mapping[str, Scores],
    *,
    groups: Sequence[str] | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> list[Row]:
    """Compare a result with each control: AUC less the control's, by paired bootstrap.

    Parameters
    ----------
    groups : whole groups are drawn again; None: single images

    Raises
    ------
    evaluation.EvaluationError
        Scores that do not fit the truth.
    """
    named = {"result": scores, **{f"control {name}": found for name, found in controls.items()}}
    runs = {name: Run(found > 0, found) for name, found in named.items()}
    clusters = None if groups is None else np.asarray(groups)
    panel = Panel(truth, runs, clusters)
    again = bootstrap.bootstrap(panel, [metrics.get("auc")], resamples=RESAMPLES, seed=seed)
    limits = again.intervals(level)
    own, own_low, own_high = (float(v[0, 0]) for v in (again.values, limits.low, limits.high))
    found = []
    for place, name in enumerate(controls, 1):
        gap = again.differences(0, place, level)
        control = float(again.values[0, place])
        found.append(
            Row(
                control=name,
                auc=own,
                auc_low=own_low,
                auc_high=own_high,
                control_auc=control,
                difference=own - control,
                low=float(gap.limits.low[0]),
                high=float(gap.limits.high[0]),
                p_value=float(gap.p_value[0]),
                level=level,
            )
        )
    return found


def contrast(row: Row) -> str:
    """Whether a result is above its control, and by how much."""
    own, control = f"AUC {row.auc:.3f}", f"{row.control_auc:.3f} of its control ({row.control})"
    gap = f"difference {row.difference:+.3f} [{row.low:+.3f}, {row.high:+.3f}]"
    if np.isnan(row.difference):
        return f"AUC cannot be compared with its control ({row.control}): one class only"
    if row.difference <= 0:
        return f"{own} is not above the {control}: {gap}"
    if row.low <= 0 or np.isnan(row.low):
        return f"{own} is not reliably above the {control}: {gap}"
    if not row.above:
        interval = f"[{row.auc_low:.3f}, {row.auc_high:.3f}]"
        return f"{own} {interval} is above the {control}, but not reliably above chance: {gap}"
    return f"{own} is above the {control}: {gap}"


@dataclass(frozen=True, slots=True)
class Noise:
    """What labels that mean nothing give.

    auc : of the result
    limit : 95% of the permuted labels give an AUC below this
    spread : standard deviation of their AUCs
    p_value : one-sided: share of permutations that do as well, the result itself among them
    exchangeable : how many units can swap labels with another that has other labels
    total : how many units there are
    unit : what swaps labels: `groups` or `images`
    arrangements : of the labels, at most `ENOUGH`

    Where no unit is exchangeable, limit, spread and p-value are NaN.
    """

    auc: float
    limit: float
    spread: float
    p_value: float
    exchangeable: int
    total: int
    unit: str
    arrangements: int

    @property
    def verdict(self) -> bool:
        """Whether there are labels enough to permute to tell noise from a result at all."""
        return not np.isnan(self.auc) and self.arrangements >= ENOUGH

    @property
    def above(self) -> bool:
        """Whether the result is above the noise; False where there is no verdict."""
        return self.verdict and self.auc > self.limit

    @property
    def sentence(self) -> str:
        """The verdict in words; a result that is not above the noise is said to be no success."""
        if np.isnan(self.auc):
            return "AUC cannot be compared with permuted labels: one class only"
        some = f"{self.exchangeable} of {self.total} {self.unit} are exchangeable"
        if not self.verdict:
            ways = f"{self.arrangements} {'way' if self.arrangements == 1 else 'ways'}"
            return (
                f"AUC {self.auc:.3f} has no verdict by permuted labels: {some}, {ways} to label "
                f"them; {ENOUGH} are needed"
            )
        found = "is above" if self.above else "is within"
        warning = "" if self.above else ", so it is no sign of a leak"
        return (
            f"AUC {self.auc:.3f} {found} the noise of permuted labels{warning}: 95% of them stay "
            f"below {self.limit:.3f}, p = {self.p_value:.2g}; {some}"
        )


def permutation(
    truth: Used,
    scores: Scores,
    *,
    strata: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    permutations: int = 10_000,
    seed: int = 0,
) -> Noise:
    """AUC of the same scores under labels permuted within strata.

    Parameters
    ----------
    strata : such as the scanner of each image; labels stay within
    groups : such as the patient; the labels of a whole group move together, to a group of the same
        number of images. A group whose number no other has keeps its labels; `Noise` says how many
        do not, and whether that is enough for a verdict
    permutations : at least 1

    Raises
    ------
    ClefganError
        Another number of strata or groups than images, or no permutation.
    evaluation.EvaluationError
        Scores that do not fit the truth.
    """
    membership.validate(truth, scores=scores)
    for name, values in (("strata", strata), ("groups", groups)):
        if values is not None:
            one_each(name, values, truth)
    if permutations < 1:
        raise ClefganError(f"permutations: {permutations} is too few; give 1 or more")
    own = membership.auc(truth, scores)
    sets = exchangeable(len(truth), strata, groups)
    moving = [places for places in sets if kinds(truth[places]).size > 1]
    unit = "images" if groups is None else "groups"
    counts = (sum(map(len, moving)), sum(map(len, sets)), unit, ways(truth, moving))
    if np.isnan(own) or not moving:
        return Noise(own, np.nan, np.nan, np.nan, *counts)
    ranks = mean_ranks(scores)
    n_used = np.count_nonzero(truth)
    n_pairs = n_used * (len(truth) - n_used)
    rng = np.random.default_rng(seed)
    steps = batches(permutations, max(1, CELLS // len(truth)))
    sums = np.concatenate([rank_sums(truth, ranks, sets, many, rng) for many in steps])
    null = (sums - n_used * (n_used + 1) / 2) / n_pairs
    p_value = drawn_p_value(np.array([own]), null[None], "better")
    limit = float(np.quantile(null, 0.95))
    return Noise(own, limit, float(null.std()), float(p_value[0]), *counts)


def ways(truth: Used, sets: Sequence[NDArray[np.intp]]) -> int:
    """How many ways there are to label the images by swaps within the sets; at most `ENOUGH`."""
    found = 1
    for places in sets:
        left = len(places)
        for count in kinds(truth[places]):
            found = min(ENOUGH, found * min(ENOUGH, math.comb(left, int(count))))
            left -= int(count)
    return found


def kinds(labels: Used) -> NDArray[np.int64]:
    """How often each different row comes."""
    return np.unique(labels, axis=0, return_counts=True)[1].astype(np.int64)


def rank_sums(
    truth: Used,
    ranks: Scores,
    sets: Sequence[NDArray[np.intp]],
    permutations: int,
    rng: np.random.Generator,
) -> Scores:
    """Sum of the ranks of the images that permuted labels call used: (permutations,)."""
    sums = np.zeros(permutations)
    for places in sets:
        order = rng.permuted(np.tile(np.arange(len(places)), (permutations, 1)), axis=1)
        sums += np.tensordot(truth[places][order], ranks[places], axes=2)
    return sums


def batches(total: int, most: int) -> Iterator[int]:
    """Split a total into parts of at most `most`."""
    for start in range(0, total, most):
        yield min(most, total - start)


def exchangeable(
    n: int, strata: Sequence[str] | None, groups: Sequence[str] | None
) -> list[NDArray[np.intp]]:
    """Sets of groups that may swap labels: indices of images, a row a group."""
    stratum = np.zeros(n, np.int64) if strata is None else codes(strata)
    group = np.arange(n) if groups is None else codes(groups)
    found: dict[tuple[int, int], list[NDArray[np.intp]]] = {}
    for pair in np.unique(np.column_stack([stratum, group]), axis=0):
        members = np.flatnonzero((stratum == pair[0]) & (group == pair[1]))
        found.setdefault((int(pair[0]), len(members)), []).append(members)
    return [np.stack(rows) for rows in found.values()]


def codes(labels: Sequence[str]) -> NDArray[np.int64]:
    """A number for each label."""
    return np.unique(np.asarray(labels), return_inverse=True)[1].astype(np.int64)


def one_each(name: str, values: Sequence[object], truth: Used) -> None:
    """Raise unless there is one value for each image."""
    if len(values) != len(truth):
        raise ClefganError(
            f"controls: {len(values)} {name} for {len(truth)} images; give one for each"
        )
