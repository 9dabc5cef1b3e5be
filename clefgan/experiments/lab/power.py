"""Power against leak: each metric's mean over the seeds, with two intervals, and tables of it."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from clefgan.experiments.lab.study import StudyResults
from clefgan.runs import provenance
from evaluation import metrics
from evaluation.intervals import bootstrap
from evaluation.meter import measure
from evaluation.runs import Panel, Run

METRICS = ("auc", "tpr_at_fpr_0.01")
CHANCE = {name: metrics.get(name).chance(0.5, 0.5) for name in METRICS}
RESAMPLES = 500
COLUMNS = (
    "how", "leak", "method", "metric", "mean", "seeds_low", "seeds_high", "pooled_low",
    "pooled_high", "chance",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One metric of one method, at one kind and strength of leak.

    mean : over the seeds
    seeds_low, seeds_high : where the mean of many seeds is, by Student's t over these seeds; NaN
        for one seed. It holds what changes with the seed: who was used, and what was generated
    pooled_low, pooled_high : where the mean is for many candidates, by drawing the candidates of
        each seed again. It holds the chance of the candidates only
    by_seed : one value a seed
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
    found: list[CurvePoint] = []
    for how in results.plan.kinds:
        for leak in results.plan.strengths:
            cells = [c for c in results.outcomes if (c.how, c.leak) == (how, leak)]
            values, drawn = measured(results, cells)
            for m, metric in enumerate(METRICS):
                for k, name in enumerate(results.methods):
                    own = values[:, m, k]
                    limits = (*over_seeds(own, level), *quantiles(drawn[m, k], level))
                    by_seed = tuple(own.tolist())
                    found.append(
                        CurvePoint(how, leak, name, metric, float(own.mean()), *limits, by_seed)
                    )
    return found


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


def rows(found: Sequence[CurvePoint]) -> list[list[str]]:
    """The table as text, a row a point, without the names of the columns; see `COLUMNS`."""
    return [
        [p.how, f"{p.leak:g}", p.method, p.metric]
        + [f"{v:.4f}" for v in (p.mean, p.seeds_low, p.seeds_high, p.pooled_low, p.pooled_high)]
        + [f"{CHANCE[p.metric]:g}"]
        for p in found
    ]


def as_json(results: StudyResults, found: Sequence[CurvePoint]) -> str:
    """Points, what decided them, and how long each method took."""
    plan = results.plan
    seconds = {
        name: round(sum(said[name].seconds for said in results.outcomes.values()), 2)
        for name in results.methods
    }
    record = {
        "made_by": "clefgan lab study",
        "real": {"source": plan.source.path.name, "size": plan.source.size},
        "kinds": plan.kinds,
        "leaks": plan.strengths,
        "seeds": [plan.seed + i for i in range(plan.seeds)],
        "counts": asdict(plan.counts),
        "versions": provenance.versions(),
        "seconds": seconds,
        "failures": dict(results.failures),
        "points": [{key: none_for_nan(value) for key, value in asdict(p).items()} for p in found],
    }
    return json.dumps(record, indent=1, allow_nan=False) + "\n"


def none_for_nan(value: Any) -> Any:
    """JSON has no NaN."""
    return None if isinstance(value, float) and np.isnan(value) else value


def markdown(results: StudyResults, found: Sequence[CurvePoint]) -> str:
    """One table a kind and metric: a row a method, a column a strength."""
    parts = []
    by_place = {(p.how, p.leak, p.method, p.metric): p for p in found}
    strengths = results.plan.strengths
    for metric in METRICS:
        for how in results.plan.kinds:
            head = " | ".join(f"leak {leak:g}" for leak in strengths)
            lines = [f"**{metrics.get(metric).label}, {how}** (chance {CHANCE[metric]:g})", ""]
            lines += [f"| method | {head} |", "|---" * (len(strengths) + 1) + "|"]
            for name in results.methods:
                cells = [by_place[how, leak, name, metric] for leak in strengths]
                lines.append(f"| {name} | " + " | ".join(map(cell_text, cells)) + " |")
            parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def cell_text(point: CurvePoint) -> str:
    """`.62 [.55, .69]`, over the seeds; pooled where there is one seed only."""
    low, high = point.seeds_low, point.seeds_high
    if np.isnan(low):
        low, high = point.pooled_low, point.pooled_high
    return f"{two(point.mean)} [{two(low)}, {two(high)}]"


def two(value: float) -> str:
    """Two decimals, without the nought before the point."""
    text = f"{value:.2f}"
    return text.removeprefix("0") if value < 1 else text


def csv_text(found: Sequence[CurvePoint]) -> str:
    """The table as CSV, one line a point."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows(found)])
    return file.getvalue()
