"""One cell of a leaderboard: a value, its interval, and its p-value against chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.counts import Counts, Values
from evaluation.intervals.bca import Interval
from evaluation.intervals.bootstrap import Replicates
from evaluation.intervals.proportions import wilson
from evaluation.membership import Used
from evaluation.meter import Meter
from evaluation.metrics import Metric, Needs
from evaluation.runs import Panel, Run
from evaluation.significance import permutation
from evaluation.significance.blind_groups import BlindGroups

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Cell:
    """One metric of one row; NaN where a field does not apply.

    low, high : confidence limits (of the coin: the range of its values)
    interval : how they were made: "Wilson", "BCa", "range" or ""
    chance : mean value of guessing with as many decisions 'used'
    p_chance : two-sided, against guessing; not adjusted
    """

    value: float
    low: float = NAN
    high: float = NAN
    interval: str = ""
    chance: float = NAN
    p_chance: float = NAN


def measured_cells(
    panel: Panel,
    columns: Sequence[Metric],
    replicates: Replicates,
    *,
    level: float = 0.95,
    permutations: int = 10_000,
    seed: int = 0,
) -> list[dict[str, Cell]]:
    """Cells of every run of a panel.

    With clusters neither Wilson's interval nor permuted truth is right, since both take cases as
    independent; then limits are those of the cluster bootstrap, and so are p-values: of kappa
    against 0 for metrics of counts, of the AUC against 0.5, and none for other metrics of scores.
    """
    limits = replicates.intervals(level)
    if panel.clusters is None:
        p_chance = permutation.p_values(panel, columns, permutations=permutations, seed=seed)
    else:
        p_chance = _p_by_cluster(columns, replicates)
    rows = []
    for number, (name, run) in enumerate(panel.runs.items()):
        own = Interval(limits.low[:, number], limits.high[:, number])
        alone = Panel(panel.truth, {name: run}, panel.clusters)
        values = replicates.values[:, number]
        rows.append(interval_cells(alone, columns, values, own, level, p_chance[:, number]))
    return rows


def interval_cells(
    panel: Panel,
    columns: Sequence[Metric],
    values: Values,
    limits: Interval,
    level: float,
    p_chance: Values | None = None,
) -> dict[str, Cell]:
    """Cells of the one run of a panel: Wilson's limits for proportions, else those given."""
    if p_chance is None:
        p_chance = permutation.p_values(panel, columns)[:, 0]
    table = Meter(panel, ()).tables(np.ones((1, len(panel.truth))))
    prevalence = float(panel.truth.mean())
    called = float((table.called_used / table.n).item())
    cells = {}
    for number, metric in enumerate(columns):
        low, high, how = float(limits.low[number]), float(limits.high[number]), "BCa"
        if metric.share is not None and panel.clusters is None:
            ends = wilson(*metric.share(table), level)
            low, high, how = ends.low.item(), ends.high.item(), "Wilson"
        cells[metric.name] = Cell(
            value=float(values[number]),
            low=low,
            high=high,
            interval="" if np.isnan(low) else how,
            chance=metric.chance(prevalence, called),
            p_chance=float(p_chance[number]),
        )
    return cells


def blind_cells(
    truth: Used,
    columns: Sequence[Metric],
    *,
    draws: int,
    level: float,
    seed: int,
    groups: BlindGroups | None = None,
) -> dict[str, Cell]:
    """Cells of a coin that calls each image used with probability one half: mean and range.

    With `groups` the coin is thrown once a group.
    """
    if groups is not None:
        return _coin_cells(columns, groups.coin, groups.ranked, level)
    n_used, n_not = int(truth.sum()), int((~truth).sum())
    rng = np.random.default_rng(seed)
    tp, fp = rng.binomial([[n_used], [n_not]], 0.5, (2, draws)).astype(np.float64)
    tables = Counts(tp, n_not - fp, fp, n_used - tp)
    order = np.arange(len(truth), dtype=np.float64)
    scored = [metric for metric in columns if metric.needs is Needs.SCORES]
    null: dict[str, Values] = {}
    if scored:
        panel = Panel(truth, {"coin": Run(order > 0, order)})
        drawn = permutation.null_values(panel, scored, permutations=draws, seed=seed)[:, 0]
        null = {metric.name: row for metric, row in zip(scored, drawn, strict=True)}
    return _coin_cells(columns, tables, null, level)


def _coin_cells(
    columns: Sequence[Metric], tables: Counts, null: Mapping[str, Values], level: float
) -> dict[str, Cell]:
    cells = {}
    for metric in columns:
        values = metric.of_counts(tables) if metric.of_counts else null.get(metric.name)
        cells[metric.name] = Cell(NAN) if values is None else _spread(values, level)
    return cells


def _spread(values: Values, level: float) -> Cell:
    defined = values[~np.isnan(values)]
    if not len(defined):
        return Cell(NAN)
    low, high = np.quantile(defined, ((1 - level) / 2, (1 + level) / 2))
    return Cell(float(defined.mean()), float(low), float(high), "range")


def _p_by_cluster(columns: Sequence[Metric], replicates: Replicates) -> Values:
    names = [metric.name for metric in replicates.metrics]
    result = np.full(replicates.values.shape, np.nan)
    for number, metric in enumerate(columns):
        if metric.needs is Needs.DECISIONS and "cohen_kappa" in names:
            source, level = "cohen_kappa", 0.0
        elif metric.name == "auc":
            source, level = "auc", 0.5
        else:
            continue
        result[number] = replicates.only(source).against(level)
    return result
