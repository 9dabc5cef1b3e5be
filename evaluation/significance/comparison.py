"""All pairs of runs of a panel on one metric: who is better, by how much, and is it real?"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np

from evaluation.counts import Values
from evaluation.errors import EvaluationError
from evaluation.intervals.bootstrap import Replicates
from evaluation.meter import measure
from evaluation.metrics import Metric, Needs
from evaluation.runs import Panel
from evaluation.significance import multiple, swap_test
from evaluation.significance.delong import delong
from evaluation.significance.mcnemar import mcnemar


class PairedTest(StrEnum):
    """How a difference is tested."""

    SWAP = "swap permutation"
    BOOTSTRAP = "paired bootstrap"
    DELONG = "DeLong"
    MCNEMAR = "McNemar, mid-p"


class Adjust(StrEnum):
    """How p-values are adjusted for the number of pairs."""

    HOLM = "Holm"
    BENJAMINI_HOCHBERG = "Benjamini-Hochberg"


@dataclass(frozen=True, slots=True, eq=False)
class PairedTests:
    """Every field but the first four is (runs, runs), row against column.

    advantage : by how much the row's run is better; below 0: worse
    p_value : two-sided; 1 on the diagonal; NaN where the metric is undefined for one of the two
    adjusted : the same, adjusted for the number of pairs
    """

    metric: Metric
    names: tuple[str, ...]
    test: PairedTest
    adjust: Adjust
    advantage: Values
    p_value: Values
    adjusted: Values


def usual_test(metric: Metric, clusters: bool = False) -> PairedTest:
    """Swap for metrics of counts, DeLong for the AUC; else, and by patient, the bootstrap."""
    if metric.needs is Needs.DECISIONS and not clusters:
        return PairedTest.SWAP
    return PairedTest.DELONG if metric.name == "auc" and not clusters else PairedTest.BOOTSTRAP


def all_pairs(
    panel: Panel,
    metric: Metric,
    *,
    test: PairedTest | None = None,
    adjust: Adjust = Adjust.HOLM,
    replicates: Replicates | None = None,
    permutations: int = 10_000,
    seed: int = 0,
) -> PairedTests:
    """Test every pair of runs.

    Parameters
    ----------
    test : None takes `usual_test`
    replicates : of this panel; needed for the bootstrap

    Raises
    ------
    EvaluationError
        The bootstrap without replicates; DeLong or McNemar for another metric or with clusters.
    """
    chosen = test or usual_test(metric, panel.clusters is not None)
    _check(chosen, metric, panel, replicates)
    values = measure(panel, [metric])[0]
    p_of = _tester(chosen, panel, metric, replicates, permutations, seed)
    runs = len(panel.runs)
    pairs = list(combinations(range(runs), 2))
    raw = np.array([p_of(a, b) for a, b in pairs], dtype=np.float64)
    adjusted = multiple.holm if adjust is Adjust.HOLM else multiple.benjamini_hochberg
    return PairedTests(
        metric=metric,
        names=panel.names,
        test=chosen,
        adjust=adjust,
        advantage=metric.advantage(values[:, None], values[None, :]),
        p_value=_square(raw, pairs, runs),
        adjusted=_square(adjusted(raw), pairs, runs),
    )


def _check(test: PairedTest, metric: Metric, panel: Panel, replicates: Replicates | None) -> None:
    only = {PairedTest.DELONG: "auc", PairedTest.MCNEMAR: "accuracy"}.get(test)
    if only is not None and metric.name != only:
        raise EvaluationError(
            f"test: {test.value} is for {only}; got {metric.name}; use the swap test"
        )
    if only is not None and panel.clusters is not None:
        raise EvaluationError(
            f"test: {test.value} takes cases as independent; got clusters; use the swap test"
        )
    if test is PairedTest.BOOTSTRAP and (replicates is None or replicates.names != panel.names):
        raise EvaluationError("replicates: not those of the panel; give bootstrap(panel, ...)")


def _tester(
    test: PairedTest,
    panel: Panel,
    metric: Metric,
    replicates: Replicates | None,
    permutations: int,
    seed: int,
) -> Callable[[int, int], float]:
    names, runs = panel.names, list(panel.runs.values())
    if test is PairedTest.MCNEMAR:
        return lambda a, b: mcnemar(panel.truth, runs[a].decisions, runs[b].decisions).mid_p
    if test is PairedTest.DELONG:
        scored = [number for number, run in enumerate(runs) if run.scores is not None]
        areas = delong(panel.truth, [s for run in runs if (s := run.scores) is not None])
        row = {number: index for index, number in enumerate(scored)}
        return lambda a, b: areas.p_value(row[a], row[b]) if a in row and b in row else float("nan")
    if test is PairedTest.BOOTSTRAP and replicates is not None:
        drawn = replicates.only(metric.name)
        return lambda a, b: drawn.p_value(a, b)
    return lambda a, b: swap_test.p_value(
        panel, names[a], names[b], metric, permutations=permutations, seed=seed
    )


def _square(values: Values, pairs: list[tuple[int, int]], runs: int) -> Values:
    square = np.eye(runs)
    for value, (a, b) in zip(values, pairs, strict=True):
        square[a, b] = square[b, a] = value
    return square
