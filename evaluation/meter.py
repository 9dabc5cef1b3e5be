"""All metrics of all runs of a panel, for many case weights at once."""

from collections.abc import Sequence

import numpy as np

from evaluation.counts import Counts, Values
from evaluation.metrics import Metric, Needs
from evaluation.runs import Panel, Run
from evaluation.score_curve import Ranked, Weights


class Meter:
    """Everything about a panel that does not depend on the weights, computed once.

    A metric that a run gives no data for is NaN for that run.
    """

    def __init__(self, panel: Panel, metrics: Sequence[Metric]) -> None:
        self.panel = panel
        self.metrics = tuple(metrics)
        self._columns = _columns(panel)
        ranks_wanted = any(metric.needs is Needs.SCORES for metric in metrics)
        self._ranked = [
            Ranked.of(panel.truth, run.scores) if ranks_wanted and run.scores is not None else None
            for run in panel.runs.values()
        ]

    def once(self) -> Values:
        """Plain metrics, every case counted once: (metrics, runs)."""
        return self(np.ones((1, len(self.panel.truth)), np.int32))[:, :, 0]

    def tables(self, weights: Weights) -> Counts:
        """2 x 2 tables of every run: cells of shape (runs, resamples)."""
        tp, tn, fp, fn = np.split((weights.astype(np.float64) @ self._columns).T, 4)
        return Counts(tp, tn, fp, fn)

    def __call__(self, weights: Weights) -> Values:
        """Measure under each row of weights: (metrics, runs, resamples)."""
        values = np.full((len(self.metrics), len(self.panel.runs), len(weights)), np.nan)
        tables = self.tables(weights)
        for number, metric in enumerate(self.metrics):
            if metric.of_counts is not None:
                values[number] = metric.of_counts(tables)
        for column, run in enumerate(self.panel.runs.values()):
            self._measure_scores(values[:, column], column, weights)
            self._measure_probabilities(values[:, column], run, weights)
        return values

    def _measure_scores(self, values: Values, column: int, weights: Weights) -> None:
        order = self._ranked[column]
        if order is None:
            return
        curve = order.cumulate(weights)
        for number, metric in enumerate(self.metrics):
            if metric.of_curve is not None:
                values[number] = metric.of_curve(curve)

    def _measure_probabilities(self, values: Values, run: Run, weights: Weights) -> None:
        if run.probabilities is None:
            return
        for number, metric in enumerate(self.metrics):
            if metric.of_probabilities is not None:
                values[number] = metric.of_probabilities(
                    self.panel.truth, run.probabilities, weights
                )


def measure(panel: Panel, metrics: Sequence[Metric]) -> Values:
    """Plain metrics of every run: (metrics, runs)."""
    return Meter(panel, metrics).once()


def _columns(panel: Panel) -> Values:
    """(n, 4 runs): whether the case is a true positive of each run, a true negative, and so on.

    The weights times this matrix give every cell of every table in one product. Each cell has a
    column of its own, so that an empty one is exactly 0 whatever the weights.
    """
    called = np.column_stack([run.decisions for run in panel.runs.values()])
    used = panel.truth[:, None]
    parts = (used & called, ~used & ~called, ~used & called, used & ~called)
    return np.concatenate(parts, axis=1).astype(np.float64)
