"""Whether candidates score higher than unused images at all: the sign of a leak."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Scores
from clefgan.runs.decisions.nulls import Round, as_high, unused_names
from evaluation.mean_ranks import mean_ranks
from evaluation.significance import leading

LEVEL = 0.05  # of a p-value that is a sign of a leak


def p_of_sign(rounds: Sequence[Round]) -> float:
    """P-value of candidates scoring as unused images do: as a whole, or at the head of the list.

    A generator may remember a little of every image or much of a few, so two tests are asked:
    Mann-Whitney, and who leads the list (`leading.lead`). Twice the smaller p-value: Bonferroni.
    Where patients have several images, whole patients are permuted in both.
    """
    candidates, unused = on_one_scale(rounds)
    scores = np.concatenate([candidates, unused])
    ours = np.arange(len(scores)) < len(candidates)
    whose = patients_of(rounds)
    if whose is None:
        head = leading.lead(ours, scores).p_value
        whole = higher(rounds)
    else:
        head = leading.lead(ours, scores, clusters=whose).p_value
        whole = higher_patients(ours, scores, whose)
    return min(1.0, 2 * min(whole, 1.0 if math.isnan(head) else head))


def sign_said(p_value: float) -> str:
    """Whether there is a sign of a leak, in words."""
    return f"{'a' if p_value <= LEVEL else 'no'} sign of a leak: p-value {p_value:.2g}"


def patients_of(rounds: Sequence[Round]) -> NDArray[np.intp] | None:
    """Number of the patient of each candidate, then of each unused image; None: one image each.

    A patient with images on both sides counts as two: they are alike, so that a sign is less likely
    than it should be.
    """
    first = rounds[0]
    if first.patients is None and all(r.unused_patients is None for r in rounds):
        return None
    n = len(first.candidates)
    own = (
        np.array([f"image {i}" for i in range(n)], np.str_)
        if first.patients is None
        else np.char.add("candidate ", first.patients)
    )
    unused = [unused_names(r, number) for number, r in enumerate(rounds)]
    names, index = np.unique(np.concatenate([own, *unused]), return_inverse=True)
    return None if len(names) == len(index) else index


def higher_patients(
    ours: NDArray[np.bool_], scores: Scores, whose: NDArray[np.intp], permutations: int = 1999
) -> float:
    """One-sided p-value of our patients' images ranking no higher than those of others.

    A patient counts by the mean rank of its images; which patients are ours is permuted.
    """
    counts = np.bincount(whose)
    ranks = np.bincount(whose, mean_ranks(scores)) / counts
    kind = np.bincount(whose, ours) > 0
    if kind.all() or not kind.any():
        return 1.0
    drawn = leading.permuted(kind, np.zeros(len(kind), np.intp), permutations, 0) @ ranks
    reached = ranks[kind].sum()
    return float((1 + (drawn >= reached * (1 - 1e-12)).sum()) / (1 + permutations))


def higher(rounds: Sequence[Round]) -> float:
    """One-sided p-value of the images scoring as unused ones do, over all rounds.

    The Mann-Whitney statistic, pairs being compared within their round; normal approximation with
    the variance of one pool, smaller by a third of the share of ties.

    References
    ----------
    Mann, Whitney (1947), doi:10.1214/aoms/1177730491.
    """
    n, m = len(rounds[0].candidates), sum(len(r.unused) for r in rounds)
    wins = ties = 0.0
    for r in rounds:
        at_least = float(as_high(r.unused, r.candidates).sum())
        above = float((len(r.unused) - as_high(r.candidates, r.unused)).sum())
        ties += at_least - above
        wins += (at_least + above) / 2
    if ties >= n * m:  # also where there is nothing to compare
        return 1.0
    variance = n * m * (n + m + 1) / 12 * (1 - ties / (n * m) / 3)
    return 0.5 * math.erfc((wins - n * m / 2 - 0.5) / math.sqrt(2 * variance))


def on_one_scale(rounds: Sequence[Round]) -> tuple[Scores, Scores]:
    """Scores of the candidates, and of all unused images, comparable over the rounds.

    Each round has a scorer of its own, so its scores are counted from the median of its candidates,
    in means of their deviations from it. The median deviation would not do: where about half of the
    candidates have one score, as those without a vote, it is nearly 0 in some rounds, and these
    would outweigh the others. A candidate's is the median over the rounds, which leaves equal
    scores equal.
    """
    candidates, unused = [], []
    for r in rounds:
        middle = np.median(r.candidates) if len(r.candidates) else 0.0
        away = np.abs(r.candidates - middle)
        width = float(away.mean()) if len(away) else 0.0
        width = width if width > 0 else 1.0
        candidates.append((r.candidates - middle) / width)
        unused.append((r.unused - middle) / width)
    return np.median(candidates, axis=0), np.concatenate(unused)
