"""What guessed labels of the same shares would score: the permutation null of class metrics."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy

from evaluation import given
from evaluation.attribution import Labels, table
from evaluation.class_tables import METRICS
from evaluation.counts import Tables, Values


@dataclass(frozen=True, slots=True)
class BlindScore:
    """One metric of guessed labels: mean, 95 % quantile, and the share that scores as high."""

    mean: float
    upper: float
    p_value: float


def null(
    truth: Labels, predicted: Labels, *, permutations: int = 1_000, seed: int = 0
) -> Mapping[str, BlindScore]:
    """Every metric under permuted labels, beside that of the labels as they are.

    Notes
    -----
    Tables with the margins of the true one, drawn as a random permutation would make them. The
    p-value counts the labels as they are among the permuted ones, so it is never 0.
    """
    whole = table(truth, predicted)
    given.whole("permutations", permutations, 1)
    row, column = whole[0].sum(axis=1), whole[0].sum(axis=0)
    rng = np.random.default_rng(seed)
    drawn = tables(row, column, permutations, rng)
    scores = {}
    for name, metric in METRICS.items():
        values, value = metric.of_tables(drawn), float(metric.of_tables(whole)[0])
        if np.isnan(value) or np.isnan(values).any():
            scores[name] = BlindScore(float("nan"), float("nan"), float("nan"))
            continue
        as_high = int((values >= value - 1e-12).sum())
        scores[name] = BlindScore(
            float(values.mean()), float(np.quantile(values, 0.95)),
            (1 + as_high) / (1 + permutations),
        )  # fmt: skip
    return scores


def tables(row: Values, column: Values, number: int, rng: np.random.Generator) -> Tables:
    """Random tables with these margins, as permuted labels give them: (number, rows, columns).

    Notes
    -----
    Patefield's algorithm in SciPy 1.17 gives negative counts where one row or column holds all, as
    of a truth of one class. Only one table has such margins, so nothing is drawn; else it is drawn
    without the empty rows and columns.
    """
    rows, columns = np.flatnonzero(row), np.flatnonzero(column)
    if min(len(rows), len(columns)) < 2:
        return np.repeat(np.outer(row, column)[None] / row.sum(), number, axis=0)
    drawn = np.zeros((number, len(row), len(column)))
    filled = [sizes[sizes > 0].astype(np.int64) for sizes in (row, column)]
    random_tables = scipy.stats.random_table(*filled, seed=rng)
    drawn[:, rows[:, None], columns] = random_tables.rvs(number)
    return drawn
