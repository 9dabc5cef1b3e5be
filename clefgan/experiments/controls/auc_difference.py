"""A result beside its negative controls: AUC less theirs, in figures and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clefgan.experiments.controls.image_only import Used
from clefgan.method import Scores
from evaluation import metrics
from evaluation.intervals import bootstrap
from evaluation.runs import Panel, Run

RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class AucDifference:
    """A result beside one of its controls.

    auc, auc_low, auc_high : of the result, and its interval
    difference, low, high : AUC less that of the control, and its interval
    p_value : two-sided, of no difference
    sentence : the same in words; where the result is not above its control, it says so
    """

    control: str
    auc: float
    auc_low: float
    auc_high: float
    control_auc: float
    difference: float
    low: float
    high: float
    p_value: float
    level: float = 0.95

    @property
    def above(self) -> bool:
        """Whether the difference is above 0, and the AUC above 0.5, both with their whole interval.

        A control may fall below 0.5 by chance; to be above that is no success.
        """
        return self.low > 0 and self.auc_low > 0.5

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        return contrast(self)


def rows(
    truth: Used,
    scores: Scores,
    controls: Mapping[str, Scores],
    *,
    groups: Sequence[str] | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> list[AucDifference]:
    """Compare a result with each control: AUC less the control's, by paired bootstrap.

    Parameters
    ----------
    groups : whole groups are drawn again; None: single images

    Raises
    ------
    evaluation.EvaluationError
        Scores that do not fit the truth.
    """
    named = {
        "result": scores,
        **{f"control {name}": values for name, values in controls.items()},
    }
    runs = {name: Run(values > 0, values) for name, values in named.items()}
    clusters = None if groups is None else np.asarray(groups)
    panel = Panel(truth, runs, clusters)
    again = bootstrap.bootstrap(panel, [metrics.get("auc")], resamples=RESAMPLES, seed=seed)
    limits = again.intervals(level)
    own, own_low, own_high = (float(v[0, 0]) for v in (again.values, limits.low, limits.high))
    differences = []
    for number, name in enumerate(controls, 1):
        gap = again.differences(0, number, level)
        control = float(again.values[0, number])
        differences.append(
            AucDifference(
                control=name,
                auc=own,
                auc_low=own_low,
                auc_high=own_high,
                control_auc=control,
                difference=own - control,
                low=float(gap.limits.low[0]),
                high=float(gap.limits.high[0]),
                p_value=float(gap.p_value[0]),
                level=level,
            )
        )
    return differences


def contrast(row: AucDifference) -> str:
    """Whether a result is above its control, and by how much."""
    own, control = f"AUC {row.auc:.3f}", f"{row.control_auc:.3f} of its control ({row.control})"
    gap = f"difference {row.difference:+.3f} [{row.low:+.3f}, {row.high:+.3f}]".replace("-", "−")
    if np.isnan(row.difference):
        return f"AUC cannot be compared with its control ({row.control}): one class only"
    if row.difference <= 0:
        return f"{own} is not above the {control}: {gap}"
    if row.low <= 0 or np.isnan(row.low):
        return f"{own} is not reliably above the {control}: {gap}"
    if not row.above:
        interval = f"[{row.auc_low:.3f}, {row.auc_high:.3f}]"
        return f"{own} {interval} is above the {control}, but not reliably above chance: {gap}"
    return f"{own} is above the {control}: {gap}"
