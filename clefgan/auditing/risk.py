"""What the calls of an attack say: shares, risk beyond the control, precision and F1.

Each with its interval; the unit is the patient.
"""

from dataclasses import dataclass

import numpy as np

from clefgan.auditing.material import Flags
from evaluation.intervals.proportions import clopper_pearson, wilson


@dataclass(frozen=True, slots=True)
class Share:
    """Successes among trials, with an interval."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share; NaN of nothing."""
        return self.hits / self.of if self.of else np.nan


def share(calls: Flags) -> Share:
    """How many are called, with an exact interval."""
    limits = clopper_pearson(int(calls.sum()), len(calls))
    return Share(int(calls.sum()), len(calls), float(limits.low), float(limits.high))


def residual(named: Share, control: Share) -> tuple[float, float, float]:
    """Risk beyond the control, and its interval.

    References
    ----------
    Giomi et al. (2023), arXiv:2211.10459 (anonymeter), eq. 1; interval of the difference:
    Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method
    10, where anonymeter propagates a symmetric error.
    """
    if not named.of or not control.of:
        return np.nan, np.nan, np.nan
    a, b = named.value, control.value
    (al, ah), (bl, bh) = ((float(w.low), float(w.high)) for w in (
        wilson(named.hits, named.of), wilson(control.hits, control.of)
    ))  # fmt: skip
    low = a - b - np.hypot(a - al, bh - b)
    high = a - b + np.hypot(ah - a, b - bl)
    rest = max(1 - b, 1e-12)
    return tuple(float(np.clip(v / rest, 0, 1)) for v in (a - b, low, high))  # type: ignore[return-value]


def precision(tpr: float, fpr: float, prevalence: float) -> float:
    """Probability that somebody who is named was trained on; NaN where nobody is named."""
    named = tpr * prevalence + fpr * (1 - prevalence)
    return tpr * prevalence / named if named > 0 else np.nan


def relative_f1(
    calls: Flags, training: Flags, *, level: float = 0.95
) -> tuple[float, float, float]:
    """F1 of the calls relative to calling everybody, and its interval; 0 is no better.

    Exact, with patients as units: F1 rises with the share of training patients that is called and
    falls with that of held-out ones, so its limits are those of the two shares, which hold together
    with probability `level` at least. NaN of one class.

    References
    ----------
    El Emam, Mosquera, Fang (2022), doi:10.1093/jamiaopen/ooac083. F0 here is that of calling every
    patient; their code takes the prevalence.
    """
    n, m = int(training.sum()), int((~training).sum())
    if not n or not m:
        return np.nan, np.nan, np.nan
    hits, false = int((calls & training).sum()), int((calls & ~training).sum())
    each = (1 + level) / 2  # of the two shares
    named, control = clopper_pearson(hits, n, each), clopper_pearson(false, m, each)
    everybody = 2 * n / (2 * n + m)

    def relative(tpr: float, fpr: float) -> float:
        return (2 * tpr * n / (tpr * n + fpr * m + n) - everybody) / (1 - everybody)

    return (
        relative(hits / n, false / m),
        relative(float(named.low), float(control.high)),
        relative(float(named.high), float(control.low)),
    )
