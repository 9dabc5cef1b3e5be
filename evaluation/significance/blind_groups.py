"""What guessing scores by whole groups, such as all slices of one patient.

Slices of a patient are alike, so a run that knows nothing gives them alike answers, and its scores
vary more than those of calls made image by image. How alike is not known; here the extreme is
drawn, all answers of a group being the same, so that a chance limit errs on the safe side. With
one image per group this is `evaluation.significance.chance`, but drawn instead of exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.counts import Counts, Values
from evaluation.intervals.resampling import CELLS, ROWS
from evaluation.membership import Used
from evaluation.metrics import Metric, Needs
from evaluation.score_curve import Curve
from evaluation.significance.power import NAN, ChanceLimit, best, numbers_of_calls


@dataclass(frozen=True, slots=True, eq=False)
class BlindGroups:
    """Drawn guesses, for some metrics.

    n_used, n_not : images
    tried : numbers of groups called used
    tp, fp : (tried, draws), of calls of so many groups
    coin : tables (draws,) of calls of each group by a coin
    ranked : metrics of scores by name, (draws,), the groups being in random order
    """

    n_used: int
    n_not: int
    tried: NDArray[np.intp]
    tp: Values
    fp: Values
    coin: Counts
    ranked: dict[str, Values]

    @classmethod
    def draw(
        cls,
        truth: Used,
        clusters: NDArray[np.generic],
        metrics: Sequence[Metric],
        *,
        draws: int = 10_000,
        seed: int = 0,
    ) -> "BlindGroups":
        """Draw `draws` times."""
        group = np.unique(clusters, return_inverse=True)[1]
        used, not_used = np.bincount(group, truth), np.bincount(group, ~truth)
        tried = np.array(numbers_of_calls(len(used)))
        rng = np.random.default_rng(seed)
        scored = [metric for metric in metrics if metric.of_curve is not None]
        tp: list[Values] = []
        fp: list[Values] = []
        values, coins = [], []
        for order in orders(len(used), draws, rng):
            curve = Curve(np.cumsum(used[order], axis=1), np.cumsum(not_used[order], axis=1))
            for calls, cumulated in ((tp, curve.used), (fp, curve.not_used)):
                calls.append(np.pad(cumulated, ((0, 0), (1, 0)))[:, tried].T)
            values.append([metric.of_curve(curve) for metric in scored if metric.of_curve])
            heads = rng.integers(2, size=order.shape).astype(np.float64)
            coins.append((heads @ used, heads @ not_used))
        n_used, n_not = int(truth.sum()), int((~truth).sum())
        hits, false = (np.concatenate(part) for part in zip(*coins, strict=True))
        return cls(
            n_used,
            n_not,
            tried,
            np.concatenate(tp, axis=1),
            np.concatenate(fp, axis=1),
            Counts(hits, n_not - false, false, n_used - hits),
            {
                metric.name: np.concatenate([part[i] for part in values])
                for i, metric in enumerate(scored)
            },
        )

    def chance_limit(self, metric: Metric, level: float = 0.95) -> ChanceLimit:
        """As `power.chance_limit`, whatever the number of groups called used.

        What is detectable is not known: it depends on how alike answers within a group are.
        """
        tail = (1 - level) / 2
        if metric.needs is Needs.PROBABILITIES or 0 in (self.n_used, self.n_not):
            return ChanceLimit(metric, NAN, NAN)
        if metric.of_counts is None:
            return ChanceLimit(metric, reached(metric, self.ranked[metric.name], tail), NAN)
        lines = [reached(metric, metric.of_counts(table), tail) for table in self.tables()]
        signed = [metric.sign * line for line in lines if not np.isnan(line)]
        critical = metric.sign * max(signed, default=NAN)
        images = numbers_of_calls(self.n_used + self.n_not)
        top = best(metric, images, self.n_used, self.n_not)
        better = metric.sign * (top - critical)
        return ChanceLimit(metric, critical if better > 1e-12 else NAN, NAN)

    def tables(self) -> Iterator[Counts]:
        """Tables (draws,) for each number of groups called used."""
        for tp, fp in zip(self.tp, self.fp, strict=True):
            yield Counts(tp, self.n_not - fp, fp, self.n_used - tp)


def orders(groups: int, draws: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """Random orders of the groups, `(some, groups)` at a time, `draws` in all."""
    step = max(ROWS, CELLS // groups)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        yield rng.permuted(np.tile(np.arange(groups), (rows, 1)), axis=1)


def reached(metric: Metric, values: Values, tail: float) -> float:
    """Best value that more than `tail` of the draws reach; NaN if fewer are defined."""
    ordered = np.sort(-metric.sign * values)  # NaN comes last
    return float(-metric.sign * ordered[int(tail * len(ordered) + 1e-9)])
