"""The numbers of the bench: each method on each challenge, and over all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from clefgan.experiments.lab.bench.evaluate import BenchResults
from clefgan.experiments.lab.bench.score import BenchOutcome
from evaluation import metrics
from evaluation.intervals import bootstrap
from evaluation.runs import Panel, Run

METRICS = (metrics.get("auc"), metrics.tpr_at(0.01), metrics.tpr_at(0.05))
RESAMPLES = 500
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class BenchCell:
    """One method on one challenge.

    values, low, high : AUC and TPR at 1% and 5% FPR, each with a 95% interval over the patients
    called : images that the default decision calls used
    accuracy : of the default decision
    discovered : images that `conformal:0.1` calls used
    false_share : share of these that were not used; NaN where it calls none
    """

    challenge: str
    role: str
    method: str
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n: int
    called: int
    accuracy: float
    discovered: int
    false_share: float
    seconds: float


@dataclass(frozen=True, slots=True)
class BenchRow:
    """One method over all challenges with a leak; the last three over those without.

    rank : mean place by AUC, 1 for the best
    behind : how far the AUC is below that of the best method, where it is furthest
    false_share : of `conformal:0.1`, mean over all challenges, none called counting as 0
    silent : challenges with a leak on which `conformal:0.1` calls none
    no_leak_auc : mean AUC where nothing leaks
    claims : challenges without a leak on which the default decision calls any
    """

    method: str
    auc: float
    worst: float
    behind: float
    rank: float
    tpr: float
    accuracy: float
    false_share: float
    silent: int
    no_leak_auc: float
    claims: int


def cells(results: BenchResults) -> list[BenchCell]:
    """All methods on all challenges, in the order of the plan."""
    roles = results.plan.roles()
    rows: list[BenchCell] = []
    for challenge, said in results.outcomes.items():
        if said:
            rows += of_challenge(challenge, roles[challenge], said)
    return rows


def of_challenge(challenge: str, role: str, said: Mapping[str, BenchOutcome]) -> list[BenchCell]:
    """All methods on one challenge, the same patients drawn again for all."""
    first = next(iter(said.values()))
    runs = {name: Run(outcome.default, outcome.scores) for name, outcome in said.items()}
    panel = Panel(first.truth, runs, np.array(first.groups))
    again = bootstrap.bootstrap(panel, METRICS, resamples=RESAMPLES, seed=0)
    low, high = np.nanquantile(again.drawn, [0.025, 0.975], axis=2)
    return [
        BenchCell(
            challenge,
            role,
            name,
            tuple(again.values[:, i].tolist()),
            tuple(low[:, i].tolist()),
            tuple(high[:, i].tolist()),
            len(first.truth),
            int(outcome.default.sum()),
            float((outcome.default == outcome.truth).mean()),
            int(outcome.conformal.sum()),
            float((~outcome.truth[outcome.conformal]).mean()) if outcome.conformal.any() else NAN,
            outcome.seconds,
        )
        for i, (name, outcome) in enumerate(said.items())
    ]


def rows(cells: Sequence[BenchCell]) -> list[BenchRow]:
    """Each method over the challenges, best mean AUC first; one that failed somewhere is left out.

    Where no challenge leaks, means are NaN.
    """
    methods = complete(cells)
    leaks = aucs(cells, methods, "leak")
    ranks = stats.rankdata(-leaks, axis=0) if leaks.size else leaks
    best = leaks.max(axis=0, initial=0.0)
    made = []
    for i, method in enumerate(methods):
        own = [cell for cell in cells if cell.method == method]
        leaking = [cell for cell in own if cell.role == "leak"]
        free = [cell for cell in own if cell.role == "no leak"]
        made.append(
            BenchRow(
                method,
                mean(leaks[i]),
                float(leaks[i].min()) if leaks[i].size else NAN,
                float((best - leaks[i]).max()) if leaks[i].size else NAN,
                mean(ranks[i]),
                mean([cell.values[1] for cell in leaking]),
                mean([cell.accuracy for cell in leaking]),
                mean([np.nan_to_num(cell.false_share) for cell in leaking + free]),
                sum(cell.discovered == 0 for cell in leaking),
                mean([cell.values[0] for cell in free]),
                sum(cell.called > 0 for cell in free),
            )
        )
    return sorted(made, key=lambda row: -np.nan_to_num(row.auc))


def complete(cells: Sequence[BenchCell]) -> list[str]:
    """Methods that have a score on every challenge that any has one on."""
    challenges = {cell.challenge for cell in cells}
    by_method: dict[str, set[str]] = {}
    for cell in cells:
        by_method.setdefault(cell.method, set()).add(cell.challenge)
    return [method for method, seen in by_method.items() if seen == challenges]


def aucs(cells: Sequence[BenchCell], methods: Sequence[str], role: str) -> NDArray[np.float64]:
    """AUC of each method on each challenge of a role: (methods, challenges)."""
    return np.array(
        [[c.values[0] for c in cells if (c.method, c.role) == (m, role)] for m in methods]
    ).reshape(len(methods), -1)


def left_out(cells: Sequence[BenchCell]) -> list[tuple[str, str, float]]:
    """Choose a method without each challenge with a leak: challenge, the chosen, its AUC there.

    The one with the highest mean AUC on all others. This is what choosing is worth on a challenge
    that took no part in it; the best method of the table itself was chosen on the table.
    """
    methods = complete(cells)
    values = aucs(cells, methods, "leak")
    names = list(dict.fromkeys(cell.challenge for cell in cells if cell.role == "leak"))
    if len(names) < 2:
        return []
    made = []
    for column, name in enumerate(names):
        others = np.delete(values, column, axis=1).mean(axis=1)
        chosen = int(others.argmax())
        made.append((name, methods[chosen], float(values[chosen, column])))
    return made


def mean(values: Sequence[float] | NDArray[np.float64]) -> float:
    """Mean; NaN of none."""
    return float(np.mean(values)) if len(values) else NAN
