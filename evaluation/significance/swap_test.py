"""Swap (sign-flip) permutation test of two runs on the same candidates, for any metric.

If two runs are equally good, then whose answer is whose does not matter: swapping the two answers
on any set of candidates gives a difference that was as likely. This needs no value for each case,
so it serves F1, kappa and specificity as well as accuracy.

For metrics of counts only cases on which the runs disagree matter, and the number that moves over
is binomial in each class, so the test is exact. For metrics of scores the answers are replaced by
their ranks within the run first, since two runs need not share a scale.

References
----------
Yeh (2000), arXiv:cs/0008005, for set metrics; Bandos, Rockette, Gur (2005),
doi:10.1002/sim.2149, for the AUC.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from evaluation.counts import Counts, Values
from evaluation.errors import EvaluationError
from evaluation.intervals.resampling import CELLS, ROWS, Units
from evaluation.mean_ranks import mean_ranks
from evaluation.meter import Meter, measure
from evaluation.metrics import Metric, Needs
from evaluation.runs import Panel, Run
from evaluation.score_curve import Weights
from evaluation.significance.chance import SAME
from evaluation.significance.permutation import drawn_p_value

EXACT = 1_000_000
"""Tables that are enumerated at most; above, the two binomials are drawn."""


def p_value(
    panel: Panel,
    first: str,
    second: str,
    metric: Metric,
    *,
    permutations: int = 10_000,
    seed: int = 0,
    most_exact: int = EXACT,
) -> float:
    """Two-sided p-value of the difference between two runs of a panel on one metric.

    Metrics of counts are exact where there are at most `most_exact` ways to swap, else drawn.
    1 where the runs are equal; NaN where the metric is undefined for one of them. With clusters,
    whole clusters are swapped.
    """
    for name in (first, second):
        if name not in panel.runs:
            raise EvaluationError(f"run: not in the panel; got {name!r}; have {list(panel.runs)}")
    pair = replace(panel, runs={"a": panel.runs[first], "b": panel.runs[second]})
    a, b = measure(pair, [metric])[0]
    if np.isnan(a - b):
        return float("nan")
    if metric.needs is Needs.DECISIONS and panel.clusters is None:
        return _of_counts(pair, metric, abs(a - b), permutations, seed, most_exact)
    return _drawn(pair, metric, abs(a - b), permutations, seed)


def _of_counts(
    pair: Panel, metric: Metric, gap: float, permutations: int, seed: int, most_exact: int
) -> float:
    a, b = (run.decisions for run in pair.runs.values())
    used, differ, both = pair.truth, a != b, a & b
    moving = (int((differ & used).sum()), int((differ & ~used).sum()))
    fixed = (int((both & used).sum()), int((both & ~used).sum()))
    classes = (int(used.sum()), int((~used).sum()))
    exact = (moving[0] + 1) * (moving[1] + 1) <= most_exact
    if exact:
        kept = list(np.meshgrid(*(np.arange(k + 1.0) for k in moving), indexing="ij"))
        probability = np.outer(*(_halves(k) for k in moving))
    else:
        rng = np.random.default_rng(seed)
        kept = [rng.binomial(k, 0.5, permutations).astype(np.float64) for k in moving]
    ours = _table(classes, fixed, kept)
    theirs = _table(classes, fixed, [k - part for k, part in zip(moving, kept, strict=True)])
    assert metric.of_counts is not None
    gaps = np.abs(metric.of_counts(ours) - metric.of_counts(theirs))
    if not exact:
        return float(drawn_p_value(np.asarray(gap), gaps, "better"))
    defined = ~np.isnan(gaps)
    extreme = probability[defined & (gaps >= gap - SAME)].sum()
    return float(min(1.0, extreme / probability[defined].sum()))


def _table(
    classes: tuple[int, int], fixed: tuple[int, int], moved: list[NDArray[np.float64]]
) -> Counts:
    """Table of a run that keeps `moved` of the calls on which the runs disagree."""
    tp, fp = fixed[0] + moved[0], fixed[1] + moved[1]
    return Counts(tp, classes[1] - fp, fp, classes[0] - tp)


def _halves(trials: int) -> Values:
    """Binomial probabilities of 0 ... trials with share one half."""
    ways = [1]
    for k in range(trials):
        ways.append(ways[-1] * (trials - k) // (k + 1))  # exact: whole numbers
    return np.array([count / 2**trials for count in ways])


def _drawn(pair: Panel, metric: Metric, gap: float, permutations: int, seed: int) -> float:
    # Both runs' answers stacked: weights pick one answer for each case, the rest go to the other.
    a, b = (_by_rank(run) for run in pair.runs.values())
    stacked = Run(
        np.concatenate((a.decisions, b.decisions)),
        _joined(a.scores, b.scores),
        _joined(a.probabilities, b.probabilities),
    )
    meter = Meter(Panel(np.tile(pair.truth, 2), {"stacked": stacked}), [metric])
    gaps = []
    for kept in _picks(Units.of(pair.truth, pair.clusters), permutations, seed):
        ours = meter(np.concatenate((kept, 1 - kept), axis=1))[0, 0]
        theirs = meter(np.concatenate((1 - kept, kept), axis=1))[0, 0]
        gaps.append(np.abs(ours - theirs))
    return float(drawn_p_value(np.asarray(gap), np.concatenate(gaps), "better"))


def _picks(units: Units, permutations: int, seed: int) -> Iterator[Weights]:
    rng = np.random.default_rng(seed)
    step = max(ROWS, CELLS // (2 * len(units.of_case)))
    for start in range(0, permutations, step):
        shape = (min(step, permutations - start), units.count)
        yield units.spread(rng.integers(2, size=shape, dtype=np.int32))


def _by_rank(run: Run) -> Run:
    """Scores replaced by their mean rank within the run."""
    if run.scores is None:
        return run
    return replace(run, scores=mean_ranks(run.scores))


def _joined(a: Values | None, b: Values | None) -> Values | None:
    return None if a is None or b is None else np.concatenate((a, b))
