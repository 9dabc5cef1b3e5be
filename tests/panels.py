"""Panels of runs that are drawn from a seed."""

import numpy as np

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
