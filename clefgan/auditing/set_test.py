"""Is the release nearer to training patients than chance allows? One exact test for the whole set.

Patients are dealt to training and held-out again and again, within strata. Each statistic is worked
out for each deal from lists that know no labels; the largest standardised one of all statistics is
compared with the largest of each deal, so looking in many ways is paid for. Exact for any release
and any number of images per patient, if training patients were drawn at random from all of them.

References
----------
Westfall, Young (1993), Resampling-Based Multiple Testing (largest statistic); the tails, after
Meehan, Chaudhuri, Dasgupta (2020), arXiv:2004.05675, whose mean hides a few copies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from clefgan.auditing import early_hits
from clefgan.auditing.margins import Margins, Numbers, Values, Wins
from clefgan.auditing.material import Flags

TAIL = 20  # released images at each end
TAILS = (5, TAIL)  # the shorter one for few copies, or a small release
WINDOW_TAILS = (50, 200)  # windows at each end
SAME = 1e-9  # statistics that differ by less, in standard deviations, are equal
FOREMOST = 200  # patients who lead, of those ahead
ROWS = 64  # deals worked out at a time
SORTED = 16  # margins that are sorted first for each one that is summed


@dataclass(frozen=True, slots=True, eq=False)
class SetTest:
    """Result of the set test.

    p_value : of the release being nearer to training patients, one-sided
    p_held_out : of its being nearer to held-out patients, one-sided
    names : of the statistics
    z : (n_statistics,), each in standard deviations of its permuted values
    single : (n_statistics,), one-sided p-value of each by itself, not corrected
    deals : how many times patients were dealt
    """

    p_value: float
    p_held_out: float
    names: tuple[str, ...]
    z: Values
    single: Values
    deals: int

    @property
    def strongest(self) -> str:
        """The statistic that stands out most."""
        return self.names[int(self.z.argmax())]


def deal(training: Flags, stratum: Numbers, times: int, rng: np.random.Generator) -> Flags:
    """Labels of the groups dealt again within strata: (1 + times, n_groups), the own ones first."""
    labels = np.empty((1 + times, len(training)), bool)
    labels[0] = training
    for number in np.unique(stratum):
        places = np.flatnonzero(stratum == number)
        own = np.broadcast_to(training[places], (times, len(places)))
        labels[1:, places] = rng.permuted(own, axis=1)
    return labels


def statistics(
    views: Mapping[str, Margins | Wins],
    scores: Mapping[str, Values],
    labels: Flags,
    *,
    ahead: Values | None = None,
) -> tuple[tuple[str, ...], Values]:
    """Names and values, (n_statistics, n_rows): higher is nearer to training patients.

    Parameters
    ----------
    scores : of each group by each attack, (n_groups,)
    labels : (n_rows, n_groups)
    ahead : (n_groups,), largest margin of each group; None: leave its statistic out
    """
    by_name: dict[str, Values] = {}
    for name, view in views.items():
        whole = len(view.winner) == 1
        for k in TAILS if whole else WINDOW_TAILS:
            winner, margin = view.winner.ravel(), view.margin.ravel()
            by_name[f"{name}: {k} {'images' if whole else 'windows'}"] = tail(
                winner, margin, k, labels
            )
        if whole:
            continue
        by_name[f"{name}: images"] = signed_tails(view, labels)
    for name, values in scores.items():
        by_name[f"{name}: patients"] = rank_difference(values, labels)
    if ahead is not None:
        by_name["patients ahead"] = run_of_patients(ahead, labels)
    return tuple(by_name), np.stack(list(by_name.values()))


def tail(winner: Numbers, margin: Values, k: int, labels: Flags) -> Values:
    """The k largest margins won by training groups less the k largest won by others, a row."""
    kernels = compiled()
    sums = np.empty(len(labels))
    order = foremost(margin, SORTED * k)
    whole = kernels.tails(labels, winner[order], margin[order], k, sums)
    if not whole and len(order) < len(margin):
        order = np.argsort(-margin, kind="stable")
        kernels.tails(labels, winner[order], margin[order], k, sums)
    return sums


def foremost(margin: Values, n: int) -> Numbers:
    """Numbers of the `n` largest margins and those equal to the last, the largest first."""
    if n >= len(margin):
        return np.argsort(-margin, kind="stable")
    least = np.partition(margin, len(margin) - n)[len(margin) - n]
    some = np.flatnonzero(margin >= least)
    return some[np.argsort(-margin[some], kind="stable")]


def signed_tails(view: Margins | Wins, labels: Flags) -> Values:
    """Sum over the `TAIL` highest and lowest images of their signed margins over all windows."""
    kernels = compiled()
    winner, margin = (np.ascontiguousarray(a.T) for a in (view.winner, view.margin))
    k = min(TAIL, len(winner))
    result = np.empty(len(labels))
    for start in range(0, len(labels), ROWS):
        some = labels[start : start + ROWS]
        signs = np.where(some.T, np.int8(1), np.int8(-1))
        sums = np.empty((len(winner), len(some)))
        kernels.signed(np.ascontiguousarray(signs), winner, margin, sums)
        part = np.ascontiguousarray(sums.T)
        part.partition((k - 1, len(winner) - k), axis=1)
        result[start : start + len(some)] = part[:, :k].sum(axis=1) + part[:, -k:].sum(axis=1)
    return result


def rank_difference(scores: Values, labels: Flags) -> Values:
    """Mean rank of the groups called training, a row: Mann and Whitney's statistic."""
    ranks = rankdata(scores)
    return np.asarray((labels @ ranks) / np.maximum(1, labels.sum(axis=1)))


def run_of_patients(ahead: Values, labels: Flags) -> Values:
    """How surprising the number of training groups ahead of the d-th other one is, most so over d.

    Groups in the order of their margins; the tail of the negative binomial, as a normal deviate.
    """
    order = np.argsort(-ahead, kind="stable")
    order = order[ahead[order] > 0][:FOREMOST]
    share = float(labels[0].mean())
    if not len(order) or not 0 < share < 1:
        return np.zeros(len(labels))
    least = np.empty(len(labels))
    compiled().least_chance(labels, order, early_hits.table(FOREMOST, share), least)
    return np.asarray(-ndtri(np.clip(least, 1e-300, 1 - 1e-16)))


def judge(names: Sequence[str], values: Values) -> SetTest:
    """P-values from statistics of all deals, the own labels first: (n_statistics, 1 + times)."""
    spread = values.std(axis=1, keepdims=True)
    centred = values - values.mean(axis=1, keepdims=True)
    flat = spread <= 1e-12 * np.maximum(1, np.abs(values).max(axis=1, keepdims=True))
    z = np.where(flat, 0.0, centred / np.where(flat, 1.0, spread))

    def share(column: NDArray[np.float64]) -> float:
        return float(np.mean(column >= column[0] - SAME))

    return SetTest(
        p_value=share(z.max(axis=0)),
        p_held_out=share((-z).max(axis=0)),
        names=tuple(names),
        z=z[:, 0],
        single=np.array([share(row) for row in z]),
        deals=values.shape[1] - 1,
    )


def permuted(
    views: Mapping[str, Margins],
    scores: Mapping[str, Values],
    training: Flags,
    stratum: Numbers,
    *,
    times: int = 1999,
    seed: int = 0,
) -> SetTest:
    """Test a release; see the module.

    Parameters
    ----------
    views : margins of each view
    scores : of each group by each attack, worked out without labels
    training, stratum : of each group
    times : how often patients are dealt again; the p-value is at least 1 / (1 + times)
    """
    labels = deal(training, stratum, times, np.random.default_rng(seed))
    return judge(*statistics(views, scores, labels))


def compiled() -> ModuleType:
    """The compiled loops; they bring numba, which takes a while to load."""
    return import_module("clefgan.auditing._label_kernels")
