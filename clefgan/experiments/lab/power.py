"""Power against leak: each metric's mean over the seeds, with two intervals."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from clefgan.experiments.lab.study import StudyResults
from evaluation import metrics
from evaluation.intervals import bootstrap
from evaluation.meter import measure
from evaluation.runs import Panel, Run

METRICS = ("auc", "tpr_at_fpr_0.01")
CHANCE = {name: metrics.get(name).chance(0.5, 0.5) for name in METRICS}
RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One metric of one method, at one kind and strength of leak.

    mean : over the seeds
    seeds_low, seeds_high : where the mean of many seeds is, by Student's t over these seeds; NaN
        for one seed. It holds what changes with the seed: who was used, and what was generated
    pooled_low, pooled_high : where the mean is for many candidates, by drawing the candidates of
        each seed again. It holds the chance of the candidates only
    by_seed : one value per seed
    """

    how: str
    leak: float
    method: str
    metric: str
    mean: float
    seeds_low: float
    seeds_high: float
    pooled_low: float
    pooled_high: float
    by_seed: tuple[float, ...]


def points(results: StudyResults, level: float = 0.95) -> list[CurvePoint]:
    """Every metric of every method at every kind and strength."""
    curve: list[CurvePoint] = []
    for how in results.plan.kinds:
        for leak in results.plan.strengths:
            cells = [c for c in results.outcomes if (c.how, c.leak) == (how, leak)]
            values, drawn = measured(results, cells)
            for m, metric in enumerate(METRICS):
                for k, name in enumerate(results.methods):
                    own = values[:, m, k]
                    limits = (*over_seeds(own, level), *quantiles(drawn[m, k], level))
                    by_seed = tuple(own.tolist())
                    curve.append(
                        CurvePoint(how, leak, name, metric, float(own.mean()), *limits, by_seed)
                    )
    return curve


def measured(
    results: StudyResults, cells: Iterable[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metrics of each seed, (seeds, metrics, methods), and resampled means over the seeds."""
    wanted = [metrics.get(name) for name in METRICS]
    values, drawn = [], []
    for cell in cells:
        said = results.outcomes[cell]
        runs = {name: Run(said[name].scores > 0, said[name].scores) for name in results.methods}
        panel = Panel(said[results.methods[0]].truth, runs)
        values.append(measure(panel, wanted))
        again = bootstrap.bootstrap(panel, wanted, resamples=RESAMPLES, seed=cell.seed)
        drawn.append(again.drawn)
    return np.array(values), np.mean(drawn, axis=0)


def over_seeds(values: NDArray[np.float64], level: float) -> tuple[float, float]:
    """Student's t interval of the mean, within 0 to 1."""
    if len(values) < 2:
        return float("nan"), float("nan")
    error = values.std(ddof=1) / np.sqrt(len(values))
    half = float(stdtrit(len(values) - 1, (1 + level) / 2) * error)
    mean = float(values.mean())
    return max(0.0, mean - half), min(1.0, mean + half)


def quantiles(drawn: NDArray[np.float64], level: float) -> tuple[float, float]:
    """Percentile interval."""
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
