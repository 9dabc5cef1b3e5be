"""AUC beside that of labels that mean nothing: permuted among images, or groups, that are alike."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata  # slow to load, and only wanted here

from clefgan.errors import ClefganError
from clefgan.experiments.controls.image_only import Used, one_each
from clefgan.experiments.controls.low_end import LowEnd, low_end
from clefgan.method import Scores
from evaluation import membership
from evaluation.significance.permutation import drawn_p_value

LABELS = 1 << 22  # permuted ones held at once
ENOUGH = 20  # ways to label, below which no result could be above 95% of them


@dataclass(frozen=True, slots=True)
class PermutedLabels:
    """What labels that mean nothing give.

    auc : of the result
    limit : 95% of the permuted labels give an AUC below this
    spread : standard deviation of their AUCs
    p_value : one-sided: share of permutations that do as well, the result itself among them
    exchangeable : how many units can swap labels with another that has other labels
    total : how many units there are
    unit : what swaps labels: `groups` or `images`
    arrangements : of the labels, at most `ENOUGH`
    low_end : the head of the scores, where an average says nothing

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
    low_end: LowEnd

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
        verdict = "is above" if self.above else "is within"
        fewer = f"; {some}" if self.exchangeable < self.total else ""
        return (
            f"AUC {self.auc:.3f} {verdict} the noise of permuted labels (95% of them stay below "
            f"{self.limit:.3f}; p = {self.p_value:.2g}){fewer}; {self.low_end.sentence}"
        )


def permutation(
    truth: Used,
    scores: Scores,
    *,
    strata: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    permutations: int = 10_000,
    seed: int = 0,
    at_once: int = LABELS,
) -> PermutedLabels:
    """AUC of the same scores under labels permuted within strata.

    Parameters
    ----------
    strata : such as the scanner of each image; labels stay within
    groups : such as the patient; the labels of a whole group move together, to a group of the same
        number of images. A group whose number no other has keeps its labels; the result says how
        many do not, and whether that is enough for a verdict
    permutations : at least 1
    at_once : labels that are held in memory at once

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
    moving = [places for places in sets if counts_of(truth[places]).size > 1]
    unit = "images" if groups is None else "groups"
    head = low_end(truth, scores, groups=groups, strata=strata, seed=seed)
    counts = (sum(map(len, moving)), sum(map(len, sets)), unit, ways(truth, moving), head)
    if np.isnan(own) or not moving:
        return PermutedLabels(own, np.nan, np.nan, np.nan, *counts)
    ranks = rankdata(scores)
    n_used = np.count_nonzero(truth)
    n_pairs = n_used * (len(truth) - n_used)
    rng = np.random.default_rng(seed)
    steps = batches(permutations, max(1, at_once // len(truth)))
    sums = np.concatenate([rank_sums(truth, ranks, sets, many, rng) for many in steps])
    null = (sums - n_used * (n_used + 1) / 2) / n_pairs
    p_value = drawn_p_value(np.array([own]), null[None], "better")
    limit = float(np.quantile(null, 0.95))
    return PermutedLabels(own, limit, float(null.std()), float(p_value[0]), *counts)


def ways(truth: Used, sets: Sequence[NDArray[np.intp]]) -> int:
    """How many ways there are to label the images by swaps within the sets; at most `ENOUGH`."""
    n_ways = 1
    for places in sets:
        left = len(places)
        for count in counts_of(truth[places]):
            n_ways = min(ENOUGH, n_ways * min(ENOUGH, math.comb(left, int(count))))
            left -= int(count)
    return n_ways


def counts_of(labels: Used) -> NDArray[np.int64]:
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
    """Sets of groups that may swap labels: indices of images, a row per group."""
    stratum = np.zeros(n, np.int64) if strata is None else codes(strata)
    group = np.arange(n) if groups is None else codes(groups)
    sets: dict[tuple[int, int], list[NDArray[np.intp]]] = {}
    for pair in np.unique(np.column_stack([stratum, group]), axis=0):
        members = np.flatnonzero((stratum == pair[0]) & (group == pair[1]))
        sets.setdefault((int(pair[0]), len(members)), []).append(members)
    return [np.stack(rows) for rows in sets.values()]


def codes(labels: Sequence[str]) -> NDArray[np.int64]:
    """A number for each label."""
    return np.unique(np.asarray(labels), return_inverse=True)[1].astype(np.int64)
