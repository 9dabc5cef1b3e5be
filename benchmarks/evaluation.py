"""The bootstrap of every metric of 20 runs: time, memory, growth with n; beside scikit-learn."""

import multiprocessing
import resource
import time
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.timing import best, one_core
from evaluation.boards import leaderboard
from evaluation.intervals.bootstrap import bootstrap
from evaluation.metrics import METRICS
from evaluation.runs import Panel, Run

RUNS, SMALL, RESAMPLES = 20, 200, 10_000
LARGE = (20_000, 200_000)
LARGE_RESAMPLES = 100


def main() -> None:
    """Print the small case against its limit, then how time and memory grow."""
    with one_core():
        _small()
        _large()


def panel(n: int) -> Panel:
    """Twenty runs of growing skill with scores and probabilities, half of `n` images used."""
    rng = np.random.default_rng(0)
    truth = np.arange(n) < n // 2
    runs = {}
    for number in range(RUNS):
        scores = rng.normal(size=n) + 0.1 * number * truth
        runs[f"run {number}"] = Run(scores > 0, scores, 1 / (1 + np.exp(-scores)))
    return Panel(truth, runs)


def _small() -> None:
    small = panel(SMALL)
    seconds = best(lambda: bootstrap(small, METRICS, resamples=RESAMPLES).intervals(), 3)
    board = best(lambda: leaderboard.build(small, resamples=RESAMPLES), 2)
    theirs = best(lambda: _scikit_learn(small, 2), 2) / 2 * RESAMPLES
    table = Table(
        title=f"{RESAMPLES:,} resamples, {len(METRICS)} metrics, {RUNS} runs of {SMALL}, one core",
        title_justify="left",
    )
    for column in ("what", "seconds", "at most"):
        table.add_column(column, justify="left" if column == "what" else "right")
    table.add_row("bootstrap and BCa intervals", f"{seconds:.2f}", "2")
    table.add_row("whole leaderboard", f"{board:.2f}", "")
    table.add_row("scikit-learn, looped (from 2 resamples)", f"{theirs:.0f}", "")
    table.add_row("ratio", f"{theirs / seconds:.0f}", "")
    Console().print(table)


def _scikit_learn(some: Panel, resamples: int) -> None:
    from sklearn import metrics as sk

    rng = np.random.default_rng(0)
    by_decision = (
        sk.f1_score,
        sk.accuracy_score,
        sk.precision_score,
        sk.recall_score,
        sk.balanced_accuracy_score,
        sk.cohen_kappa_score,
        sk.matthews_corrcoef,
    )
    for _ in range(resamples):
        picks = rng.integers(len(some.truth), size=len(some.truth))
        truth = some.truth[picks]
        for run in some.runs.values():
            for metric in by_decision:
                metric(truth, run.decisions[picks])
            assert run.scores is not None
            assert run.probabilities is not None
            scores = run.scores[picks]
            sk.roc_auc_score(truth, scores)
            sk.average_precision_score(truth, scores)
            sk.roc_curve(truth, scores)
            sk.brier_score_loss(truth, run.probabilities[picks])


@dataclass(frozen=True)
class Cost:
    """Seconds, and peak memory of the process in GiB."""

    seconds: float
    memory: float


def _cost(n: int) -> Cost:
    some = panel(n)
    start = time.perf_counter()
    bootstrap(some, METRICS, resamples=LARGE_RESAMPLES).intervals()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return Cost(time.perf_counter() - start, peak)


def _large() -> None:
    table = Table(
        title=f"{LARGE_RESAMPLES} resamples and the jackknife, {RUNS} runs, one core",
        title_justify="left",
    )
    for column in ("images", "seconds", "microseconds an image", "GiB", "at most"):
        table.add_column(column, justify="right")
    for n in LARGE:
        with multiprocessing.get_context("spawn").Pool(1) as pool:  # its peak is its own
            cost = pool.apply(_cost, (n,))
        figures = (f"{cost.seconds:.1f}", f"{1e6 * cost.seconds / n:.0f}", f"{cost.memory:.2f}")
        table.add_row(f"{n:,}", *figures, "2 GiB")
    Console().print(table)


if __name__ == "__main__":
    main()
