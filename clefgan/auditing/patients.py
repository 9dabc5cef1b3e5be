"""One patient at a time: the maximum counts beside the average.

A release gives one draw for each patient, so a p-value says how this patient's score compares with
those of held-out patients, and nothing of what another run of the generator would give.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clefgan.auditing.false_bound import false_bound
from clefgan.auditing.margins import Numbers, Strongest, Values
from clefgan.auditing.material import Flags
from clefgan.auditing.membership import auc

FEWEST = 3  # patients of a stratum whose p-values are given out together


@dataclass(frozen=True, slots=True, eq=False)
class Patients:
    """A row per group; training and held-out alike.

    p_value : (n_groups,), share of held-out patients, and the patient, that score as high
    images : (n_groups,), released images that are nearest to this patient
    margin : (n_groups,), largest margin of those; 0 where there is none
    q_value : (n_groups,), expected share of false ones among training patients with such a margin
    """

    score: Values
    p_value: Values
    images: Numbers
    margin: Values
    q_value: Values


@dataclass(frozen=True, slots=True)
class Sure:
    """Of the `of` patients that stand out most, at least so many are no chance hits."""

    at_least: int
    of: int
    level: float


@dataclass(frozen=True, slots=True)
class StratumRow:
    """A stratum's training patients: average beside maximum.

    mean_p, least_p : of the conformal p-values; 0.5 and about 1 / n where nothing leaks; NaN for
        fewer than `FEWEST` training patients, of whom they would say what each one's is
    auc : of the scores within the stratum; NaN for fewer than `FEWEST` patients of either set
    """

    name: str
    n_training: int
    n_held_out: int
    mean_p: float
    least_p: float
    auc: float


def table(strong: Strongest, scores: Values, training: Flags) -> Patients:
    """Work the table out from the combined scores and the margins of the strongest views."""
    n = len(training)
    images = np.bincount(strong.winner, minlength=n)
    margin = np.zeros(n)
    np.maximum.at(margin, strong.winner, strong.margin)
    return Patients(
        score=scores,
        p_value=conformal(scores, training),
        images=images.astype(np.int64),
        margin=margin,
        q_value=q_values(margin, training),
    )


def conformal(scores: Values, training: Flags) -> Values:
    """Share of held-out scores that are as high, the own one among them; never 0.

    References
    ----------
    Bates et al. (2023), doi:10.1214/22-AOS2244.
    """
    null = np.sort(scores[~training])
    others = len(null) - np.searchsorted(null, scores, side="left")
    own = training.astype(np.int64)  # a held-out patient is in the null already
    return np.asarray((own + others) / (own + len(null)))


def q_values(margin: Values, training: Flags) -> Values:
    """Target-decoy over patients: labels of patients are exchangeable, so the share is exact."""
    share = training.mean()
    q = np.ones(len(margin))
    if not 0 < share < 1:
        return q
    order = np.argsort(-margin, kind="stable")
    hits, decoys = np.cumsum(training[order]), np.cumsum(~training[order])
    estimate = (1 + decoys) * share / (1 - share) / np.maximum(hits, 1)
    ends = np.ones(len(order), bool)
    ends[:-1] = margin[order][1:] != margin[order][:-1]
    estimate = np.where(ends & (margin[order] > 0), estimate, np.inf)
    q[order] = np.minimum(1.0, np.minimum.accumulate(estimate[::-1])[::-1])
    q[~training] = 1.0
    return q


def sure(margin: Values, training: Flags, *, level: float = 0.95, seed: int = 0) -> Sure:
    """How many training patients stand out, at the cutoff that says most; see `false_bound`.

    Labels of patients are exchangeable where nothing leaks, so this holds exactly.
    """
    share = float(training.mean())
    if not 0 < share < 1:
        return Sure(0, 0, level)
    order = np.argsort(-margin, kind="stable")
    order = order[margin[order] > 0]
    hits, decoys = np.cumsum(training[order]), np.cumsum(~training[order])
    bound = false_bound(len(training), round(share, 6), level, seed)
    ends = np.ones(len(order), bool)
    ends[:-1] = margin[order][1:] != margin[order][:-1]
    within = ends & (decoys < len(bound))
    certain = np.where(within, hits - bound[np.minimum(decoys, len(bound) - 1)], 0)
    if not len(order) or certain.max() <= 0:
        return Sure(0, 0, level)
    at = int(certain.argmax())
    return Sure(int(certain[at]), int(hits[at]), level)


def by_stratum(
    patients: Patients, training: Flags, stratum: Numbers, names: Sequence[str]
) -> list[StratumRow]:
    """A row a stratum: rare groups may leak where the average does not."""
    rows = []
    for number, name in enumerate(names):
        inside = stratum == number
        own = patients.p_value[inside & training]
        n_held_out = int((inside & ~training).sum())
        enough = len(own) >= FEWEST
        both = enough and n_held_out >= FEWEST
        rows.append(
            StratumRow(
                name,
                len(own),
                n_held_out,
                mean_p=float(own.mean()) if enough else np.nan,
                least_p=float(own.min()) if enough else np.nan,
                auc=auc(patients.score[inside], training[inside]) if both else np.nan,
            )
        )
    return rows
