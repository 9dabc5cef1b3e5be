"""What an attack proves about epsilon: a lower bound, and the largest that so few patients show.

An attack bounds the epsilon of differential privacy from below; nothing but training with noise and
an accountant bounds it from above. A bound of nothing is None, never 0.

References
----------
Jagielski, Ullman, Oprea (2020), arXiv:2006.07709; Nasr et al. (2021), arXiv:2101.04535.
"""

import math

from evaluation.intervals.proportions import clopper_pearson


def lower_bound(
    hits: int, n_training: int, false: int, n_held_out: int, *, delta: float = 0.0,
    level: float = 0.95,
) -> float | None:  # fmt: skip
    """Largest epsilon that the calls of one attack rule out to be smaller; None: not above 0.

    Both limits hold together with probability `level`. The mirrored form, of those not called, is
    looked at too.

    Parameters
    ----------
    found : training patients that are called
    false : held-out patients that are called
    """
    if not n_training or not n_held_out:
        return None
    tpr = float(clopper_pearson(hits, n_training, level).low)
    fpr = float(clopper_pearson(false, n_held_out, level).high)
    bounds = [
        math.log((top - delta) / bottom)
        for top, bottom in ((tpr, fpr), (1 - fpr, 1 - tpr))
        if top > delta and bottom > 0
    ]
    best = max(bounds, default=0.0)
    return best if best > 0 else None


def cap(n_training: int, n_held_out: int, *, level: float = 0.95) -> float:
    """Largest bound that so many patients can show: all found, none false; NaN without patients."""
    bound = lower_bound(n_training, n_training, 0, n_held_out, level=level)
    return math.nan if bound is None else bound
