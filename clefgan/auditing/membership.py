"""How well attacks tell training patients from held-out ones, beside guessing and a control.

No threshold is judged on the patients it was set on: patients are dealt to two halves, within each
set; the threshold comes from one half and is judged on the other. The strongest attack is chosen in
each half and judged on the other, so it has not been chosen on what it is judged on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from clefgan.auditing import epsilon
from clefgan.auditing.margins import Values
from clefgan.auditing.material import Flags
from clefgan.auditing.risk import Share, precision, relative_f1, residual, share
from evaluation.intervals.proportions import clopper_pearson
from evaluation.significance.delong import delong

RATES = (0.001, 0.01, 0.05, 0.1)  # false alarm rates, smallest first
NEEDED = 3  # held-out patients that a rate must correspond to: 0.01 needs 300
PREVALENCES = (0.01, 0.1, 0.5)  # share of training patients among those whom an attacker draws from

Halves = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack, judged.

    auc, auc_low, auc_high : over all patients, with its interval
    rate : false alarm rate that the threshold aims at
    found : training patients named at it; `control` held-out patients named by the same calls
    baseline : share that guessing with as many calls names
    risk, risk_low, risk_high : (found - control) / (1 - control), with a Newcombe interval
    precision : for each prevalence, the probability that somebody who is named was trained on
    relative_f1, relative_f1_low, relative_f1_high : (F1 - F0) / (1 - F0), F0 of calling everybody,
        with an exact interval
    epsilon, epsilon_cap : lower bound and the largest bound that so few patients can show
    """

    name: str
    auc: float
    auc_low: float
    auc_high: float
    rate: float
    found: Share
    control: Share
    baseline: float
    risk: float
    risk_low: float
    risk_high: float
    precision: Mapping[float, float]
    relative_f1: float
    relative_f1_low: float
    relative_f1_high: float
    epsilon: float | None
    epsilon_cap: float


def supported_rate(n_held_out: int) -> float:
    """Smallest false alarm rate that so many held-out patients can show."""
    return next((rate for rate in RATES if rate * n_held_out >= NEEDED), RATES[-1])


def judge(scores: Mapping[str, Values], training: Flags, *, seed: int = 0) -> list[Attack]:
    """Judge each attack; see the module.

    Parameters
    ----------
    scores : of each patient by each attack, (n_groups,)
    training : (n_groups,)
    """
    half = halves(training, np.random.default_rng(seed))
    rate = supported_rate(int((~training).sum()))
    return [of_attack(name, values, training, half, rate) for name, values in scores.items()]


def strongest(scores: Mapping[str, Values], training: Flags, *, seed: int = 0) -> str:
    """The attack that names most training patients at its threshold in the first half alone."""
    half = halves(training, np.random.default_rng(seed))
    return best_in(scores, training, half, supported_rate(int((~training).sum())))


def best_in(scores: Mapping[str, Values], training: Flags, half: Halves, rate: float) -> str:
    """The attack that names most training patients at its threshold in one half."""

    def named(name: str) -> tuple[float, float]:
        own, truth = scores[name][half], training[half]
        calls = own > threshold(own[~truth], rate)
        return float(calls[truth].mean()) if truth.any() else 0.0, auc(own, truth)

    return max(scores, key=named)


def as_chosen(scores: Mapping[str, Values], training: Flags, *, seed: int = 0) -> Attack:
    """The strongest attack, each half judged by the one that the other half chose.

    The best of several attacks on the patients that chose it looks stronger than it is; so calls,
    risk, precision, F1 and AUC are of both choices, the AUC of ranks within each half. Epsilon is
    that of the first one: its threshold is of the first half, and it is judged on the second.
    """
    half = halves(training, np.random.default_rng(seed))
    rate = supported_rate(int((~training).sum()))
    calls = np.zeros(len(training), bool)
    ranks = np.zeros(len(training))
    chosen = [best_in(scores, training, own, rate) for own in (half, ~half)]
    for judged, name in zip((~half, half), chosen, strict=True):
        values = scores[name]
        calls[judged] = called(values, training, judged, rate)
        ranks[judged] = rankdata(values[judged]) / (judged.sum() + 1)
    low, high = auc_interval(ranks, training)
    return replace(
        of_calls(joint_name(chosen), scores[chosen[0]], training, half, rate, calls),
        auc=auc(ranks, training),
        auc_low=low,
        auc_high=high,
    )


def joint_name(chosen: Sequence[str]) -> str:
    """Name of the attack, or of the two where each half chose another."""
    first, second = chosen
    return first if first == second else f"{second} on half of the patients, {first} on the others"


def halves(training: Flags, rng: np.random.Generator) -> Halves:
    """Whether each patient is in the first half, each set halved by itself."""
    first = np.zeros(len(training), bool)
    for kind in (True, False):
        places = rng.permutation(np.flatnonzero(training == kind))
        first[places[: (len(places) + 1) // 2]] = True
    return first


def called(scores: Values, training: Flags, judged: Halves, rate: float) -> Flags:
    """Which of the judged patients are named at the threshold that the others set."""
    return np.asarray(scores[judged] > threshold(scores[~judged & ~training], rate))


def of_attack(name: str, scores: Values, training: Flags, half: Halves, rate: float) -> Attack:
    """Judge one attack."""
    calls = np.zeros(len(scores), bool)
    for judged in (half, ~half):
        calls[judged] = called(scores, training, judged, rate)
    return of_calls(name, scores, training, half, rate, calls)


def of_calls(
    name: str, scores: Values, training: Flags, half: Halves, rate: float, calls: Flags
) -> Attack:
    """Judge one attack by whom it names."""
    named = share(calls[training])
    control = share(calls[~training])
    low, high = auc_interval(scores, training)
    risk = residual(named, control)
    second = ~half
    f1 = relative_f1(calls, training)
    bound = best_epsilon(scores, training, half)
    n_each = [int((second & (training == kind)).sum()) for kind in (True, False)]
    return Attack(
        name=name,
        auc=auc(scores, training),
        auc_low=low,
        auc_high=high,
        rate=rate,
        found=named,
        control=control,
        baseline=float(calls.mean()),
        risk=risk[0],
        risk_low=risk[1],
        risk_high=risk[2],
        precision={
            prevalence: precision(named.value, control.value, prevalence)
            for prevalence in PREVALENCES
        },
        relative_f1=f1[0],
        relative_f1_low=f1[1],
        relative_f1_high=f1[2],
        epsilon=bound,
        epsilon_cap=epsilon.cap(*n_each),
    )


def threshold(held_out: Values, rate: float) -> float:
    """Score above which a share `rate` of the held-out scores lies, at most; inf without any."""
    if not len(held_out):
        return np.inf
    ordered = np.sort(held_out)[::-1]
    return float(ordered[min(len(ordered) - 1, int(rate * len(ordered)))])


def auc(scores: Values, training: Flags) -> float:
    """Area under the ROC curve; NaN of one class."""
    n, m = int(training.sum()), int((~training).sum())
    if not n or not m:
        return np.nan
    return float((rankdata(scores)[training].sum() - n * (n + 1) / 2) / (n * m))


def auc_interval(scores: Values, training: Flags) -> tuple[float, float]:
    """95% interval (DeLong, logit scale): the unit is the patient; NaN of fewer than 2 a set.

    DeLong's has no width where all patients are told apart, rightly (1) or wrongly (0), however
    few. There it is the exact one of as many pairs as have no patient in common: all of them agree.
    """
    value, n_pairs = auc(scores, training), int(min(training.sum(), (~training).sum()))
    if value in (0.0, 1.0):
        exact = clopper_pearson(int(value) * n_pairs, n_pairs)
        return float(exact.low), float(exact.high)
    if min(training.sum(), (~training).sum()) < 2:
        return np.nan, np.nan
    limits = delong(training, [scores]).intervals(0.95)
    return float(limits.low[0]), float(limits.high[0])


def best_epsilon(scores: Values, training: Flags, half: Halves) -> float | None:
    """Lower bound on the second half at the threshold that gives the largest on the first."""

    def bound(level: float, some: Halves) -> float | None:
        counts = []
        for kind in (True, False):
            own = scores[some & (training == kind)]
            counts += [int((own > level).sum()), len(own)]
        return epsilon.lower_bound(*counts)

    levels = np.unique(scores[half])
    if not len(levels):
        return None
    levels = levels[np.unique(np.linspace(0, len(levels) - 1, 64).astype(int))]
    best = max(levels.tolist(), key=lambda level: bound(level, half) or 0.0)
    return bound(best, ~half)
