"""Permutation p-values of any metric of any run: could it come from labels that mean nothing?

Metrics of counts are exact (`evaluation.significance.chance`); the others are drawn. A permuted
truth is a set of weights on the cases doubled: once as used, once as not used, of which one counts.
So the same code that serves the bootstrap serves here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from evaluation import given
from evaluation.counts import Values
from evaluation.intervals.resampling import CELLS, ROWS
from evaluation.meter import Meter, measure
from evaluation.metrics import Metric, Needs
from evaluation.runs import Panel, Run
from evaluation.score_curve import Weights
from evaluation.significance import chance
from evaluation.significance.chance import SAME, Alternative


def p_values(
    panel: Panel,
    metrics: Sequence[Metric],
    *,
    permutations: int = 10_000,
    strata: NDArray[np.generic] | None = None,
    alternative: Alternative = "two-sided",
    seed: int = 0,
) -> Values:
    """P-value of every metric of every run against permuted truth: (metrics, runs).

    Parameters
    ----------
    strata : (n,), truth is permuted within each stratum (a scanner, a hospital); None: over all

    Notes
    -----
    Cases are taken as independent; with clusters look at the cluster bootstrap instead.
    """
    result = np.full((len(metrics), len(panel.runs)), np.nan)
    values = measure(panel, metrics)
    for needs in Needs:
        places = [number for number, metric in enumerate(metrics) if metric.needs is needs]
        if needs is Needs.DECISIONS and strata is None:
            for number in places:
                result[number] = _exact(panel, metrics[number], values[number], alternative)
        elif not np.isnan(values[places]).all():
            some = [metrics[number] for number in places]
            null = _shared_null(panel, some, permutations, strata, seed)
            signs = np.array([metric.sign for metric in some], dtype=np.float64)[:, None]
            result[places] = drawn_p_value(
                values[places] * signs, null * signs[..., None], alternative
            )
    return result


def _shared_null(
    panel: Panel,
    metrics: Sequence[Metric],
    permutations: int,
    strata: NDArray[np.generic] | None,
    seed: int,
) -> Values:
    """As `null_values`, for metrics of one need.

    Without ties only the order of the scores matters, and every order is equally blind: such runs
    share the draws of the first.
    """
    alike: list[str] = []
    if metrics[0].needs is Needs.SCORES and strata is None:
        alike = [name for name, run in panel.runs.items() if _untied(run)]
    spared = set(alike[1:])
    kept = {name: run for name, run in panel.runs.items() if name not in spared}
    null = null_values(
        replace(panel, runs=kept), metrics, permutations=permutations, strata=strata, seed=seed
    )
    row = {name: number for number, name in enumerate(kept)}
    return null[:, [row[alike[0] if name in spared else name] for name in panel.runs]]


def _untied(run: Run) -> bool:
    return run.scores is not None and len(np.unique(run.scores)) == len(run.scores)


def null_values(
    panel: Panel,
    metrics: Sequence[Metric],
    *,
    permutations: int = 10_000,
    strata: NDArray[np.generic] | None = None,
    seed: int = 0,
) -> Values:
    """Metrics under permuted truth: (metrics, runs, permutations)."""
    given.whole("permutations", permutations, 1)
    if strata is not None:
        strata = given.labels("strata", strata, len(panel.truth))
    meter = Meter(_doubled(panel), metrics)
    parts = [meter(weights) for weights in _shuffles(panel.truth, strata, permutations, seed)]
    return np.concatenate(parts, axis=-1)


def drawn_p_value(observed: Values, null: Values, alternative: Alternative = "two-sided") -> Values:
    """P-value from draws, higher being better; the observed value counts as one of them.

    Parameters
    ----------
    observed : any shape
    null : the shape of `observed` and one axis more
    """
    gap = null - observed[..., None]
    many = np.count_nonzero(~np.isnan(gap), axis=-1) + 1
    better = (np.count_nonzero(gap >= -SAME, axis=-1) + 1) / many
    worse = (np.count_nonzero(gap <= SAME, axis=-1) + 1) / many
    p_value = better if alternative == "better" else np.minimum(1, 2 * np.minimum(better, worse))
    return np.where(np.isnan(observed), np.nan, p_value)


def _exact(panel: Panel, metric: Metric, values: Values, alternative: Alternative) -> list[float]:
    n_used = int(panel.truth.sum())
    n_not = len(panel.truth) - n_used
    called = [int(run.decisions.sum()) for run in panel.runs.values()]
    blind = {many: chance.chance(metric, n_used, n_not, many) for many in set(called)}
    return [
        blind[many].p_value(float(value), alternative)
        for many, value in zip(called, values, strict=True)
    ]


def _doubled(panel: Panel) -> Panel:
    """Every case twice: first all as used, then all as not used."""
    n = len(panel.truth)
    runs = {name: _twice(run) for name, run in panel.runs.items()}
    return Panel(np.repeat([True, False], n), runs)


def _twice(run: Run) -> Run:
    return replace(
        run,
        decisions=np.tile(run.decisions, 2),
        scores=None if run.scores is None else np.tile(run.scores, 2),
        probabilities=None if run.probabilities is None else np.tile(run.probabilities, 2),
    )


def _shuffles(
    truth: NDArray[np.bool_], strata: NDArray[np.generic] | None, permutations: int, seed: int
) -> Iterator[Weights]:
    """Permuted truth as weights of the doubled cases, some rows at a time."""
    n = len(truth)
    rng = np.random.default_rng(seed)
    stratum = np.zeros(n, np.intp) if strata is None else np.unique(strata, return_inverse=True)[1]
    by_stratum = truth[np.argsort(stratum, kind="stable")].astype(np.int32)
    step = max(ROWS, CELLS // (2 * n))
    for start in range(0, permutations, step):
        rows = min(step, permutations - start)
        # Sorting stratum + a random fraction shuffles the cases inside each stratum.
        order = np.argsort(stratum + rng.random((rows, n)), axis=1)
        shuffled = np.empty((rows, n), np.int32)
        np.put_along_axis(shuffled, order, np.broadcast_to(by_stratum, (rows, n)), axis=1)
        yield np.concatenate((shuffled, 1 - shuffled), axis=1)
