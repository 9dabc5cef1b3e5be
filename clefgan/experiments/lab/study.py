"""How well methods see leaks of known strength: methods over kinds, strengths and seeds.

A *condition* is a kind of leak, a strength and a seed: one challenge. In each, a method is fitted
on dev and scores the test candidates, whose truth it never sees.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clefgan.data.formats.raw import Window
from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.experiments import kept
from clefgan.experiments.lab import make, reals
from clefgan.experiments.lab.make import Spec
from clefgan.experiments.lab.reals import Reals
from clefgan.experiments.lab.role_counts import RoleCounts
from clefgan.flow.config import FlowConfig
from clefgan.method import Method, Scores
from clefgan.plugins import isolation, registry
from clefgan.runs import heldout
from clefgan.storage import code_digest

SUBFOLDER = "trials"


@dataclass(frozen=True, slots=True, kw_only=True)
class RealSource:
    """Where the real images are; as `reals.read` takes it."""

    path: Path
    group: str | None = None
    manifest: Path | None = None
    size: int | None = None
    window: Window | None = None

    def read(self) -> Reals:
        """Read them."""
        return reals.read(
            self.path,
            group=self.group,
            manifest=self.manifest,
            size=self.size,
            window=self.window,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlan:
    """What is studied.

    methods : as `clefgan run --method` takes them; each once
    strengths : leaks, 0 to 1; each once
    seeds : how many, the first of which is `seed`
    gan, flow : of the networks of kinds `dcgan` and `flow`; the seed of the condition is added to
        theirs
    folder : results go here, and trials below it
    """

    source: RealSource
    methods: tuple[str, ...]
    folder: Path
    strengths: tuple[float, ...] = (0.0, 0.05, 0.1, 0.25, 0.5)
    kinds: tuple[str, ...] = ("copy",)
    seeds: int = 5
    seed: int = 0
    counts: RoleCounts = field(default_factory=RoleCounts)
    gan: DCGANConfig = field(default_factory=DCGANConfig)
    flow: FlowConfig = field(default_factory=FlowConfig)

    def __post_init__(self) -> None:
        """Refuse what cannot be planned."""
        given: dict[str, Sequence[object]] = {
            "--method": self.methods,
            "--leak": self.strengths,
            "--how": self.kinds,
        }
        for option, values in given.items():
            if not values:
                raise ClefganError(f"{option}: nothing to study; give at least one")
            twice = [value for i, value in enumerate(values) if value in values[:i]]
            if twice:
                raise ClefganError(f"{option}: {str(twice[0])!r} is given twice; give each once")
        if self.seeds < 1:
            raise ClefganError(f"--seeds: {self.seeds} is too few; give 1 or more")
        for condition in self.conditions():
            self.spec(condition)

    def conditions(self) -> "list[Condition]":
        """All challenges, one seed after the other."""
        seeds = range(self.seed, self.seed + self.seeds)
        return [
            Condition(how, leak, n) for n, how, leak in product(seeds, self.kinds, self.strengths)
        ]

    def spec(self, condition: "Condition") -> Spec:
        """What decides a condition's challenge."""
        gan = replace(self.gan, seed=self.gan.seed + condition.seed)
        flow = replace(self.flow, seed=self.flow.seed + condition.seed)
        return Spec(
            leak=condition.leak,
            how=condition.how,
            seed=condition.seed,
            counts=self.counts,
            gan=gan,
            flow=flow,
        )


@dataclass(frozen=True, slots=True)
class Condition:
    """What decides one challenge of a study."""

    how: str
    leak: float
    seed: int

    def __str__(self) -> str:
        return f"{self.how}, leak {self.leak:g}, seed {self.seed}"


@dataclass(frozen=True, slots=True, eq=False)
class LabScores:
    """What one method said of one challenge's candidates.

    seconds : wall time of fitting and scoring
    """

    truth: NDArray[np.bool_]
    scores: Scores
    seconds: float


@dataclass(frozen=True, slots=True)
class StudyResults:
    """Outcomes by condition and method, without the methods that failed.

    failures : method to what went wrong
    """

    plan: StudyPlan
    outcomes: Mapping[Condition, Mapping[str, LabScores]]
    failures: Mapping[str, str]

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods that came through."""
        return tuple(name for name in self.plan.methods if name not in self.failures)


def configured(name: str, condition: Condition) -> Method:
    """A method with the seed of the condition."""
    return registry.configure(name, seed=condition.seed)


def refused(plan: StudyPlan) -> dict[str, str]:
    """Methods that there are not, or whose settings are refused, and why."""
    reasons = {}
    for name in plan.methods:
        try:
            configured(name, plan.conditions()[0])
        except ClefganError as error:
            reasons[name] = str(error)
    return reasons


def paths(plan: StudyPlan, digest: str, cores: int) -> dict[tuple[Condition, str], Path]:
    """Where the outcome of each method in each condition is kept: named by all that decides it.

    Methods that are refused have none.

    Parameters
    ----------
    digest : of the real images
    cores : of a process
    """
    methods = [name for name in plan.methods if name not in refused(plan)]
    ours = code_digest.digest(make.__name__)
    outcomes = {}
    for condition in plan.conditions():
        challenge = make.decided_by(plan.spec(condition))
        for name in methods:
            decides = {"challenge": challenge, "real": digest, "cores": cores, "lab": ours}
            method = configured(name, condition)
            outcomes[condition, name] = kept.path_of(plan.folder / SUBFOLDER, method, decides)
    return outcomes


def run(
    plan: StudyPlan, condition: Condition, reals: Reals, todo: Mapping[str, Path]
) -> Iterator[tuple[str, LabScores | str]]:
    """Make a condition's challenge, run methods on it and keep what each says.

    Yields
    ------
    method, and its outcome or what went wrong
    """
    drawn = make.draw(reals, plan.spec(condition))
    ids = tuple(f"candidate {i + 1}" for i in range(len(drawn.truth)))
    generated = np.asarray(drawn.test.images, np.uint8)
    for name, path in todo.items():
        method = configured(name, condition)
        start = time.perf_counter()
        try:
            scorer = isolation.fitted(name, method, drawn.devset)
            scores = heldout.checked(scorer.score(drawn.candidates, generated), ids, name)
        except ClefganError as error:
            yield name, f"{name}: {condition}: {error}"
            continue
        outcome = LabScores(drawn.truth, scores, time.perf_counter() - start)
        write(path, condition, name, outcome)
        yield name, outcome


def write(path: Path, condition: Condition, method: str, outcome: LabScores) -> None:
    """Write an outcome, whole or not at all."""
    record = {
        "cell": str(condition),
        "method": method,
        "seconds": round(outcome.seconds, 3),
        "truth": outcome.truth.astype(int).tolist(),
        "scores": outcome.scores.tolist(),
    }
    kept.write(path, record)


def read(path: Path) -> LabScores | None:
    """The outcome that was written, if it was; a damaged one counts as none."""
    record = kept.read(path)
    try:
        truth = np.array(record["truth"], bool)
        scores = np.array(record["scores"], np.float64)
        seconds = float(record["seconds"])
    except (ValueError, KeyError, TypeError):
        return None
    whole = truth.ndim == 1 and truth.shape == scores.shape and np.isfinite(scores).all()
    return LabScores(truth, scores, seconds) if whole else None
