"""What a test set of this size can show at all.

Two questions: which value must a run reach before it can be told from chance (the *chance limit*),
and how far apart must two runs be before they can be told from each other?
"""

from dataclasses import dataclass

import numpy as np
import scipy

from evaluation import given
from evaluation.counts import Counts, Values
from evaluation.metrics import Metric, Needs
from evaluation.runs import Panel, Run
from evaluation.significance import permutation
from evaluation.significance.chance import SAME, Chance, chance, hypergeometric

NAN = float("nan")

CALLED = 400
"""Numbers of calls tried at most for a chance limit."""


@dataclass(frozen=True, slots=True)
class ChanceLimit:
    """One metric at one size of test set.

    critical : the best value that guessing still reaches in more than half of `1 - level` of
        tries; a run must do better than this to be told from chance. NaN where nothing is better:
        calling everything used reaches recall 1, so no recall tells anything by itself
    detectable : the expected value of a run, calling as many used as there are used, that passes
        `critical` with probability `power`; NaN for metrics of scores
    """

    metric: Metric
    critical: float
    detectable: float


def chance_limit(
    metric: Metric,
    n_used: int,
    n_not: int,
    *,
    called: int | None = None,
    level: float = 0.95,
    power: float = 0.8,
    permutations: int = 10_000,
    seed: int = 0,
) -> ChanceLimit:
    """Chance limit of one metric.

    Parameters
    ----------
    called : images that the run calls used; None: whatever their number, so that the line holds
        for every run (for F1 it then lies above the value of calling everything used)

    Notes
    -----
    For metrics of counts critical values are exact, by the hypergeometric distribution (with
    `called` None and more than 400 images, over 400 numbers of calls); the power is that of calls
    among which a used image is likelier by some odds ratio (Fisher's noncentral form). For metrics
    of scores the critical value is drawn from scores without ties in random order; those of
    probabilities have none, since it depends on the probabilities given.
    """
    _check(level, power)
    for where, value in (("n_used", n_used), ("n_not", n_not)):
        given.whole(where, value, 0)
    if metric.needs is Needs.PROBABILITIES or n_used + n_not == 0:
        return ChanceLimit(metric, NAN, NAN)
    tail = (1 - level) / 2
    if metric.needs is Needs.SCORES:
        critical = _critical_score(metric, n_used, n_not, tail, permutations, seed)
        return ChanceLimit(metric, critical, NAN)
    tried = numbers_of_calls(n_used + n_not) if called is None else [called]
    reached = [_reached(chance(metric, n_used, n_not, many), tail) for many in tried]
    critical = metric.sign * max((x for x in reached if not np.isnan(x)), default=NAN)
    blind = chance(metric, n_used, n_not, n_used if called is None else called)
    better = metric.sign * (best(metric, tried, n_used, n_not) - critical)
    if not better > SAME:  # nothing is better, or nothing is defined
        return ChanceLimit(metric, NAN, NAN)
    return ChanceLimit(metric, critical, _detectable(blind, critical, n_used, n_not, power))


def minimum_detectable_difference(
    spread: float | Values, *, level: float = 0.95, power: float = 0.8
) -> Values:
    """True difference of two runs that a test at `level` finds with probability `power`.

    Parameters
    ----------
    spread : standard deviation of the difference (`bootstrap.Differences.spread`)

    Notes
    -----
    Normal approximation: (z for the level + z for the power) x spread; 2.8 spreads by default.
    """
    _check(level, power)
    of_level, of_power = scipy.special.ndtri([(1 + level) / 2, power])
    return np.asarray((of_level + of_power) * spread, dtype=np.float64)


def numbers_of_calls(n: int) -> list[int]:
    """Every number, or evenly spread ones and the smallest and largest."""
    if n <= CALLED:
        return list(range(n + 1))
    spread = np.linspace(0, n, CALLED - 40).round().astype(int).tolist()
    return sorted({*spread, *range(20), *range(n - 19, n + 1)})


def _reached(blind: Chance, tail: float) -> float:
    """Best value, higher being better, that guessing reaches with probability above `tail`."""
    values = blind.metric.sign * blind.values
    order = np.argsort(-values)
    beyond = np.cumsum(blind.probability[order])
    return float(values[order[np.argmax(beyond > tail)]])


def best(metric: Metric, tried: list[int], n_used: int, n_not: int) -> float:
    """Best value of the metric for any of these numbers of calls."""
    assert metric.of_counts is not None
    called = np.array(tried, dtype=np.float64)
    tp = np.minimum(called, n_used)
    best = metric.of_counts(Counts(tp, n_not - (called - tp), called - tp, n_used - tp))
    signed = metric.sign * best[~np.isnan(best)]
    return float(metric.sign * signed.max()) if len(signed) else NAN


def _detectable(blind: Chance, critical: float, n_used: int, n_not: int, power: float) -> float:
    """Bisect the log odds at which the chance of passing `critical` is `power`."""
    called = int(blind.table.called_used[0])
    passes = blind.metric.sign * (blind.values - critical) > SAME
    low, high = 0.0, 60.0  # odds of e^60 put every call right
    for _ in range(60):
        middle = (low + high) / 2
        weight = hypergeometric(n_used, n_not, called, blind.table.tp, float(np.exp(middle)))
        low, high = (middle, high) if weight[passes].sum() < power else (low, middle)
    weight = hypergeometric(n_used, n_not, called, blind.table.tp, float(np.exp(high)))
    return float(weight @ blind.values)


def _critical_score(
    metric: Metric, n_used: int, n_not: int, tail: float, permutations: int, seed: int
) -> float:
    if n_used == 0 or n_not == 0:
        return NAN
    truth = np.repeat([True, False], (n_used, n_not))
    scores = np.arange(len(truth), dtype=np.float64)
    panel = Panel(truth, {"blind": Run(scores > 0, scores)})
    null = permutation.null_values(panel, [metric], permutations=permutations, seed=seed)[0, 0]
    return float(metric.sign * np.quantile(metric.sign * null, 1 - tail, method="higher"))


def _check(level: float, power: float) -> None:
    given.share("level", level)
    given.share("power", power)
