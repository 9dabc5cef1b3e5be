"""Every pair of runs as CSV: the paired difference of one metric, and all tests of it."""

import csv
import io
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.report.files.exports import exact
from evaluation import metrics
from evaluation.boards.leaderboard import Leaderboard
from evaluation.intervals import bootstrap
from evaluation.runs import Panel
from evaluation.significance import comparison, multiple
from evaluation.significance.comparison import PairedTest

TESTS = {"swap": PairedTest.SWAP, "mcnemar": PairedTest.MCNEMAR, "delong": PairedTest.DELONG}
"""Sign flips for the metric that ranks; McNemar for accuracy; DeLong for the AUC."""

Square = NDArray[np.float64]


def as_csv(board: Leaderboard, panel: Panel) -> str:
    """A line per pair, the better-ranked run first; undefined is empty.

    `advantage` is by how much the first run is better; each p-value is two-sided and stands beside
    its adjustments for the number of pairs, by Holm and by Benjamini-Hochberg.

    Raises
    ------
    ClefganError
        One run alone.
    """
    names = [row.name for row in board.runs]
    if len(names) < 2:
        raise ClefganError("--pairs: one run alone makes no pair; give two or more")
    drawn = bootstrap.bootstrap(panel, [board.primary], resamples=board.resamples, seed=board.seed)
    number_of = {name: index for index, name in enumerate(panel.names)}
    pairs = [(number_of[a], number_of[b]) for i, a in enumerate(names) for b in names[i + 1 :]]
    p_values = columns({name: square(test, board, panel) for name, test in TESTS.items()}, pairs)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    gaps = ["advantage", "advantage_low", "advantage_high"]
    writer.writerow(["metric", "first", "second", "first_value", "second_value", *gaps, *p_values])
    for line, (a, b) in enumerate(pairs):
        gap = drawn.differences(a, b, board.level)
        values = [drawn.values[0, a], drawn.values[0, b]]
        values += [gap.advantage[0], gap.limits.low[0], gap.limits.high[0]]
        values += [column[line] for column in p_values.values()]
        words = [board.primary.name, panel.names[a], panel.names[b]]
        writer.writerow([*words, *(exact(float(value)) for value in values)])
    return out.getvalue()


def square(test: PairedTest, board: Leaderboard, panel: Panel) -> Square:
    """P-values of a test, (runs, runs); NaN where it does not apply."""
    nothing = np.full((len(panel.runs), len(panel.runs)), np.nan)
    metric = board.primary
    if test is not PairedTest.SWAP:
        if panel.clusters is not None:  # both take images as independent
            return nothing
        metric = metrics.get("accuracy" if test is PairedTest.MCNEMAR else "auc")
    if test is PairedTest.DELONG and all(run.scores is None for run in panel.runs.values()):
        return nothing
    return comparison.all_pairs(
        panel, metric, test=test, permutations=board.resamples, seed=board.seed
    ).p_value


def columns(
    squares: Mapping[str, Square], pairs: Sequence[tuple[int, int]]
) -> dict[str, NDArray[np.float64]]:
    """P-values of the pairs, each test's beside its adjustments."""
    p_values = {}
    for name, values in squares.items():
        raw = np.array([values[a, b] for a, b in pairs])
        p_values[f"p_{name}"] = raw
        p_values[f"p_{name}_holm"] = multiple.holm(raw)
        p_values[f"p_{name}_bh"] = multiple.benjamini_hochberg(raw)
    return p_values
