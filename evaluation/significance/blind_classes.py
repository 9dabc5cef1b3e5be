"""What guessed labels of the same shares would score: the permutation null of class metrics."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy

from evaluation import given
from evaluation.attribution import Labels, table
from evaluation.class_tables import METRICS


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
    drawn = scipy.stats.random_table(row, column, seed=rng).rvs(permutations).astype(np.float64)
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
