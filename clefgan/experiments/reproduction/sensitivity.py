"""How much each open choice moves the result: one factor at a time, over several seeds.

Seed `r` seeds the DCGAN and, under the held-out protocol, draws the folds; all choices share both,
so a choice is compared with the defaults seed by seed. Every fit is kept as soon as it is done.

What bounds the cost: choices that leave the DCGAN alone share its samples, and those on the same
features share these. Choices that need another DCGAN or other features are therefore run by the
paper protocol only, which trains once a seed; held-out trains once a fold more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from clefgan.data.formats.grid import Size
from clefgan.data.formats.raw import Window
from clefgan.experiments.reproduction import choices as known
from clefgan.experiments.reproduction.choices import Choice
from clefgan.experiments.reproduction.paper import Paper, Sizes, why_not
from clefgan.experiments.trials import trials
from clefgan.experiments.trials.evaluate import evaluate
from clefgan.experiments.trials.trials import Results
from clefgan.method import Progress, silent
from clefgan.runs.record import Protocol
from clefgan.storage.files import cache
from evaluation import metrics
from evaluation.intervals import bca
from evaluation.intervals.bca import Interval
from evaluation.intervals.bootstrap import bootstrap
from evaluation.metrics import Metric
from evaluation.runs import Panel, Run

METRICS = ("auc", "f1", "balanced_accuracy")
COSTLY = ("epochs", "layer")  # another DCGAN, or another pass through VGG-16
LEVEL = 0.95
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Number:
    """A mean over seeds with Student's interval; NaN limits where seeds do not vary."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Moved:
    """One choice by one protocol.

    Parameters
    ----------
    by_seed : metric to its value at each seed
    means : metric to its mean over seeds
    changes : metric to its mean change from the defaults, paired by seed; empty for the defaults
    images : metric to limits of that mean when the images are drawn again (BCa)
    """

    choice: Choice
    protocol: Protocol
    by_seed: Mapping[str, tuple[float, ...]]
    means: Mapping[str, Number]
    changes: Mapping[str, Number]
    images: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class ChoiceSensitivity:
    """All choices on one data set."""

    paper: Paper
    sizes: Sizes
    data: str
    seeds: tuple[int, ...]
    n_folds: int
    n_used: int
    n_not_used: int
    moved: tuple[Moved, ...]
    left_out: Mapping[str, str]  # choice, or method, to the reason
    seconds: float  # of all fits, also of those that were kept


def run(
    paper: Paper,
    data: str,
    *,
    edition: str = "2023",
    window: Window | None = None,
    size: Size | None = None,
    sizes: Sizes,
    choices: Sequence[Choice] | None = None,
    seeds: int = 5,
    seed: int = 0,
    n_folds: int = 3,
    progress: Progress = silent,
) -> ChoiceSensitivity:
    """Fit every choice at every seed, as far as it is not kept from before.

    Parameters
    ----------
    window, size : of the images, see `clefgan.data.reading.read`
    choices : all that are known if not given
    seeds : how many, from `seed` upwards; at least 2, for there is no interval of one

    Raises
    ------
    ClefganError
        No dev images, or too few of them for the folds.
    """
    runnable, left_out = that_run(paper, known.CHOICES if choices is None else choices)
    moved: list[Moved] = []
    seconds = 0.0
    n_used = n_not_used = 0
    for protocol in ("paper", "held-out"):
        asked = affordable(runnable, protocol)
        plan = trials.TrialPlan(
            methods=tuple(choice.named(sizes) for choice in asked),
            data=data,
            folder=cache("reproduction"),
            edition=edition,
            window=window,
            size=size,
            protocols=(protocol,),
            repeats=seeds,
            n_folds=n_folds,
            seed=seed,
        )
        results = evaluate(plan, jobs=1, progress=renamed(progress, protocol))
        n_used, n_not_used = int(results.truth.sum()), int((~results.truth).sum())
        seconds += sum(results.seconds.values())
        left_out |= results.failures
        done = [choice for choice in asked if choice.named(sizes) in results.scores[protocol]]
        moved += summarised(done, sizes, results, protocol)
    return ChoiceSensitivity(
        paper=paper,
        sizes=sizes,
        data=data,
        seeds=tuple(range(seed, seed + seeds)),
        n_folds=n_folds,
        n_used=n_used,
        n_not_used=n_not_used,
        moved=tuple(moved),
        left_out=left_out,
        seconds=seconds,
    )


def that_run(paper: Paper, choices: Sequence[Choice]) -> tuple[list[Choice], dict[str, str]]:
    """Choices whose method runs here, and why the methods of the others do not."""
    reasons = why_not(paper.rows)
    absent = {row.method: reasons[row.key] for row in paper.rows if row.key in reasons}
    return [choice for choice in choices if choice.method not in absent], absent


def affordable(choices: Sequence[Choice], protocol: Protocol) -> list[Choice]:
    """Choices that this protocol runs: the costly ones by the paper protocol only."""
    return [choice for choice in choices if protocol == "paper" or choice.choice not in COSTLY]


def renamed(progress: Progress, protocol: str) -> Progress:
    """Report under the name of the protocol."""

    def report(_stage: str, done: int, total: int, note: str, /) -> None:
        progress(f"sensitivity, {protocol}", done, total, note)

    return report


def summarised(
    choices: Sequence[Choice], sizes: Sizes, results: Results, protocol: Protocol
) -> list[Moved]:
    """Means, changes and limits of every choice."""
    columns = [metrics.get(name) for name in METRICS]
    by_choice: dict[Choice, NDArray[np.float64]] = {}
    limits: dict[Choice, Interval] = {}
    for choice in choices:
        scores = results.scores[protocol][choice.named(sizes)]
        by_choice[choice], limits[choice] = measured(scores, results, columns)
    defaults = {
        one_choice.method: values
        for one_choice, values in by_choice.items()
        if one_choice.is_default
    }
    moved = []
    for choice, values in by_choice.items():
        base = None if choice.is_default else defaults.get(choice.method)
        low, high = limits[choice]
        moved.append(
            Moved(
                choice,
                protocol,
                by_seed={name: tuple(values[i].tolist()) for i, name in enumerate(METRICS)},
                means={name: student(values[i]) for i, name in enumerate(METRICS)},
                changes={}
                if base is None
                else {name: student(values[i] - base[i]) for i, name in enumerate(METRICS)},
                images={n: (float(low[i]), float(high[i])) for i, n in enumerate(METRICS)},
            )
        )
    return moved


def measured(
    scores: NDArray[np.float64], results: Results, columns: Sequence[Metric]
) -> tuple[NDArray[np.float64], Interval]:
    """Metrics at each seed, (metrics, seeds), and limits of their means over seeds.

    For the limits the images, or groups of them, are drawn again, the same for all seeds.
    """
    groups = np.array(results.groups)
    clusters = None if len(np.unique(groups)) == len(groups) else groups
    runs = {str(number): Run(values > 0, values) for number, values in enumerate(scores)}
    drawn = bootstrap(Panel(results.truth, runs, clusters), columns, resamples=RESAMPLES)
    skew = bca.acceleration([(number, part.mean(axis=1)) for number, part in drawn.left_out])
    limits = bca.interval(drawn.values.mean(axis=1), drawn.drawn.mean(axis=1), skew, LEVEL)
    return drawn.values, limits


def student(values: NDArray[np.float64]) -> Number:
    """Return the mean with Student's interval at `LEVEL`.

    Examples
    --------
    >>> found = student(np.array([0.4, 0.5, 0.6]))
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.5, 0.252, 0.748)
    """
    n = len(values)
    mean = float(values.mean())
    if n < 2:
        return Number(mean, float("nan"), float("nan"))
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * float(values.std(ddof=1)) / n**0.5
    return Number(mean, mean - half, mean + half)
