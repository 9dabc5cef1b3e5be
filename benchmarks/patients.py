"""Do decisions hold where patients have several images? In simulation, with and without patients.

    python -m benchmarks.patients

Scores are normal: a patient's share of the variance, and the image's own; nothing leaks but where
said. A line for each case: how often a sign of a leak is seen at 5%, how often `conformal:0.1`
calls some used, and its false share and recall where a leak is there.
"""

import argparse
import sys

import numpy as np

from clefgan.runs.decisions.nulls import Labels, Round
from clefgan.runs.decisions.rules import Conformal
from clefgan.runs.decisions.sign import LEVEL, p_of_sign
from clefgan.runs.decisions.verdict import Known, Used
from evaluation.counts import Values

FOLDS = 3
CASES = (
    (40, 16, 5, 0.0),
    (40, 16, 5, 0.5),
    (40, 16, 5, 0.8),
    (100, 40, 2, 0.8),
    (20, 8, 10, 0.8),
    (200, 80, 1, 0.0),
)
"""Patients among the candidates, and of unused images; images of each; the patients' share."""


def drawn(
    rng: np.random.Generator, n_patients: int, n_unused: int, each: int, share: float, gap: float
) -> tuple[tuple[Round, ...], Used]:
    """Rounds of unused patients; every second patient's candidates are used, and `gap` higher."""

    def scores(n: int) -> tuple[Values, Labels]:
        sizes = 1 + rng.poisson(each - 1, n)
        whose = np.repeat(np.arange(n), sizes)
        common = np.sqrt(share) * rng.standard_normal(n)[whose]
        return common + np.sqrt(1 - share) * rng.standard_normal(len(whose)), whose.astype(str)

    candidates, whose = scores(n_patients)
    used = whose.astype(int) % 2 == 0
    unused, unused_whose = scores(n_unused)
    candidates = candidates + gap * used
    fold = unused_whose.astype(int) % FOLDS
    rounds = tuple(
        Round(candidates, unused[fold == k], whose, unused_whose[fold == k]) for k in range(FOLDS)
    )
    return rounds, used


def unnamed(rounds: tuple[Round, ...]) -> tuple[Round, ...]:
    """The same where nobody says whose the images are."""
    return tuple(Round(r.candidates, r.unused) for r in rounds)


def known(rounds: tuple[Round, ...]) -> Known:
    """What a rule is given."""
    null = np.concatenate([r.unused for r in rounds])
    return Known(null, np.zeros(len(null), bool), rounds)


def row(case: tuple[int, int, int, float], seeds: int, *, gap: float, named: bool) -> str:
    """One case in words."""
    signs, called, false, recall = [], [], [], []
    for seed in range(seeds):
        rounds, used = drawn(np.random.default_rng(seed), *case, gap)
        rounds = rounds if named else unnamed(rounds)
        decided = Conformal(0.1).decide(rounds[0].candidates, known(rounds)).used
        signs.append(p_of_sign(rounds) <= LEVEL)
        called.append(decided.any())
        false.append((decided & ~used).sum() / max(1, decided.sum()))
        recall.append((decided & used).sum() / max(1, used.sum()))
    whose = "patients named" if named else "not named"
    text = f"{case}, gap {gap:g}, {whose}: sign {np.mean(signs):.3f}"
    if gap:
        return f"{text}; false {np.mean(false):.3f}, recall {np.mean(recall):.2f}\n"
    return f"{text}; some called {np.mean(called):.3f}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Decisions where images are of few patients.")
    parser.add_argument("--seeds", type=int, default=400)
    options = parser.parse_args()
    for gap in (0.0, 1.5, 3.0):
        for case in CASES:
            for named in (False, True):
                sys.stdout.write(row(case, options.seeds, gap=gap, named=named))
                sys.stdout.flush()


if __name__ == "__main__":
    main()
