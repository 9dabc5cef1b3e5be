"""Panels of runs that are drawn from a seed, and leaderboards of them."""

from collections.abc import Sequence

import numpy as np

from evaluation.boards import leaderboard
from evaluation.boards.leaderboard import Leaderboard
from evaluation.runs import Panel, Run


def panel_of(n: int, runs: int = 2, seed: int = 0, step: float = 0.8) -> Panel:
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2 == 0
    base = rng.normal(size=n)
    made = {}
    for number in range(runs):
        scores = base + rng.normal(size=n) + step * number * truth
        made[f"run {number}"] = Run(scores > 0.5, scores, 1 / (1 + np.exp(-scores)))
    return Panel(truth, made)


def board(
    *strengths: float, n: int = 60, knowledge: str = "S0", names: Sequence[str] = ()
) -> Leaderboard:
    """A leaderboard of a run per strength: `run[0]`, `run[1]` ... if no names are given."""
    rng = np.random.default_rng(1)
    truth = np.arange(n) % 2 == 0
    runs = {}
    for number, strength in enumerate(strengths):
        values = rng.normal(size=n) + strength * (truth - 0.5)
        name = names[number] if names else f"run[{number}]"
        runs[name] = Run(values > 0, values, knowledge=knowledge)
    return leaderboard.build(Panel(truth, runs), resamples=200)
