"""The leaderboard as one plain object: whatever shows it (terminal, CSV, HTML) reads its cells.

Runs are ranked by the primary metric. Trivial rows stand among them, and a chance limit: the value
that a run must reach before it can be told from guessing at this number of images.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from evaluation import given
from evaluation.boards import few_groups, ranking, rows
from evaluation.boards.cells import NAN
from evaluation.boards.ranking import Robustness, Stability
from evaluation.boards.rows import Kind, Row
from evaluation.counts import Values
from evaluation.errors import EvaluationError
from evaluation.intervals import bootstrap as boot
from evaluation.intervals.bootstrap import Replicates
from evaluation.metrics import METRICS, Metric, Needs
from evaluation.runs import Panel
from evaluation.significance import comparison
from evaluation.significance.blind_groups import BlindGroups
from evaluation.significance.comparison import Adjust, PairedTests
from evaluation.significance.power import ChanceLimit, chance_limit, minimum_detectable_difference


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leaderboard:
    """The table and everything that says how far to trust it.

    columns : the metrics, the primary one first
    rows : best first, all kinds mixed; undefined last
    detectable : difference of two runs in the primary metric found with 80% power: the median
        over pairs; NaN for one run
    notes : sentences to print under the table
    """

    primary: Metric
    columns: tuple[Metric, ...]
    rows: tuple[Row, ...]
    n_used: int
    n_not: int
    n_clusters: int | None
    level: float
    resamples: int
    seed: int
    power: Mapping[str, ChanceLimit]
    stability: Stability
    robustness: Robustness
    pairs: PairedTests
    detectable: float
    notes: tuple[str, ...] = field(default=())

    @property
    def runs(self) -> tuple[Row, ...]:
        """Rows of runs, best first."""
        return tuple(row for row in self.rows if row.kind is Kind.RUN)


def default_resamples(n: int) -> int:
    """Resamples by default: 10,000 up to 20,000 images, then fewer, and 1,000 from 200,000 on.

    Intervals get so narrow with n that their ends move no further for it.
    """
    return int(np.clip(200_000_000 // n, 1_000, boot.RESAMPLES))


def build(
    panel: Panel,
    *,
    primary: Metric | None = None,
    metrics: Sequence[Metric] = METRICS,
    published: Mapping[str, tuple[int, int, int, int]] | None = None,
    level: float = 0.95,
    resamples: int | None = None,
    adjust: Adjust = Adjust.HOLM,
    seed: int = 0,
    allows: Callable[[str], bool] = lambda _knowledge: True,
) -> Leaderboard:
    """Score, rank and compare the runs of a panel.

    Parameters
    ----------
    primary : ranks the runs; None: F1, as in the 2023 challenge
    metrics : columns; those that no run gives data for are left out
    published : name to counts tp, tn, fp, fn of runs on other or withheld truths; shown, not ranked
    level : of every interval; 1 - level is the significance level
    allows : whether a run that used so much (`Run.knowledge`) is comparable

    Raises
    ------
    EvaluationError
        The primary metric is not among `metrics`, or no run gives what it needs; a level that is no
        share, fewer than 2 resamples or a seed below 0.
    """
    given.share("level", level)
    given.whole("seed", seed, 0)
    columns = _columns(panel, metrics, primary)
    draws = default_resamples(len(panel.truth)) if resamples is None else resamples
    replicates = boot.bootstrap(panel, columns, resamples=draws, seed=seed)
    pairs = comparison.all_pairs(
        panel, columns[0], adjust=adjust, replicates=replicates, permutations=draws, seed=seed
    )
    stability = ranking.stability(replicates, columns[0], level)
    blind = None
    if panel.clusters is not None:
        blind = BlindGroups.draw(panel.truth, panel.clusters, columns, draws=draws, seed=seed)
    power = _power(panel, columns, blind, level, draws, seed)
    lines = [
        *rows.of_runs(panel, columns, replicates, stability, pairs, level, draws, seed, allows),
        *rows.trivial(panel.truth, columns, draws, level, seed, blind),
        rows.of_power(columns, power),
        *rows.of_published(published or {}, columns, draws, level, seed),
    ]
    return Leaderboard(
        primary=columns[0],
        columns=columns,
        rows=tuple(rows.best_first(lines, columns[0])),
        n_used=int(panel.truth.sum()),
        n_not=int((~panel.truth).sum()),
        n_clusters=None if panel.clusters is None else len(np.unique(panel.clusters)),
        level=level,
        resamples=draws,
        seed=seed,
        power=power,
        stability=stability,
        robustness=ranking.robustness(columns, replicates.values),
        pairs=pairs,
        detectable=_detectable(replicates, columns[0], level),
        notes=_notes(panel, power[columns[0].name], allows),
    )


def _power(
    panel: Panel,
    columns: Sequence[Metric],
    blind: BlindGroups | None,
    level: float,
    draws: int,
    seed: int,
) -> dict[str, ChanceLimit]:
    """By metric: what a run has to reach to be told from guessing."""
    if blind is not None:
        return {metric.name: blind.chance_limit(metric, level) for metric in columns}
    n_used, n_not = int(panel.truth.sum()), int((~panel.truth).sum())
    return {
        metric.name: chance_limit(metric, n_used, n_not, level=level, permutations=draws, seed=seed)
        for metric in columns
    }


def _columns(panel: Panel, metrics: Sequence[Metric], primary: Metric | None) -> tuple[Metric, ...]:
    runs = panel.runs.values()
    given = {Needs.DECISIONS}
    if any(run.scores is not None for run in runs):
        given.add(Needs.SCORES)
    if any(run.probabilities is not None for run in runs):
        given.add(Needs.PROBABILITIES)
    measurable = [metric for metric in metrics if metric.needs in given]
    if primary is None:
        return tuple(measurable)
    if primary.name not in [metric.name for metric in measurable]:
        raise EvaluationError(
            f"primary metric: {primary.name!r} is not measured here; got no run with "
            f"{primary.needs.value}; choose from {', '.join(metric.name for metric in measurable)}"
        )
    return (primary, *(metric for metric in measurable if metric.name != primary.name))


def _detectable(replicates: Replicates, primary: Metric, level: float) -> float:
    """Median over pairs of runs that differ at all."""
    paired = replicates.only(primary.name)
    runs = len(replicates.names)
    spreads = [paired.spread(a, b) for a in range(runs) for b in range(a)]
    some: Values = np.array([spread for spread in spreads if spread > 0])
    return float(minimum_detectable_difference(np.median(some), level=level)) if len(some) else NAN


def _notes(panel: Panel, line: ChanceLimit, allows: Callable[[str], bool]) -> tuple[str, ...]:
    notes = []
    beyond = [name for name, run in panel.runs.items() if not allows(run.knowledge)]
    if beyond:
        notes.append(f"not comparable, as they used more than was allowed: {', '.join(beyond)}")
    if panel.clusters is not None:
        notes += filter(None, [few_groups.note(len(np.unique(panel.clusters)))])
    if panel.truth.all() or not panel.truth.any():
        notes.append("truth of one class only: most metrics are undefined")
    if np.isnan(line.critical):
        why = "it depends on the probabilities that a run gives"
        if line.metric.needs is not Needs.PROBABILITIES:
            size = f"{int(panel.truth.sum())} used of {len(panel.truth)} images"
            why = f"with {size} some guesses get as good a value as there is"
        notes.append(f"no chance limit of {line.metric.label}: {why}")
    return tuple(notes)
