"""Dev labels of many methods of attribution, repeated with other folds and seeds.

A *trial* is one method by one protocol once (see `clefgan.runs.classes.job` for the protocols), or
its two labs. Repeat `r` draws its folds, and seeds the method, with `seed + r`; all methods share
the folds.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError
from clefgan.experiments.lab import class_controls
from clefgan.method import Evidence, Progress, silent
from clefgan.plugins import registry
from clefgan.runs.classes import clusters, decisions, fitting, loading, near_copies
from clefgan.runs.classes.knows import Labs
from clefgan.runs.classes.loading import ClassImageSets
from clefgan.runs.classes.request import ClassRequest

SHORTCUTS = ("level-histogram", "nearest-generated")
"""Methods that stand in every table: what they reach needs no knowledge of training data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPlan:
    """What is evaluated, on what, how often.

    methods : as `clefgan run --method` takes them; each once
    protocols : `grouped`, `plain` or both
    folder : where trials are kept
    """

    methods: tuple[str, ...]
    data: ClassChallenge
    folder: Path
    protocols: tuple[str, ...] = ("grouped", "plain")
    repeats: int = 1
    n_folds: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be planned, before anything is decoded."""
        twice = [name for i, name in enumerate(self.methods) if name in self.methods[:i]]
        if twice:
            raise ClefganError(f"method {twice[0]!r} is given twice; give each method once")
        if self.repeats < 1:
            raise ClefganError(f"repeats: {self.repeats} is too few; give 1 or more")
        if self.n_folds < 2:
            raise ClefganError(f"folds: {self.n_folds} is too few; give 2 or more")
        if self.data.evidence not in (Evidence.A2, Evidence.A3):
            raise ClefganError(
                f"{self.data.source}: no labelled generated images of each class, so there is "
                "nothing to evaluate on; give them, or score images under test by `run`"
            )
        for name in self.methods:
            evidence = type(configured(name, self.seed)).evidence
            if evidence is not Evidence.A0:
                loading.refuse_missing(self.data, name, evidence)

    @property
    def rows(self) -> tuple[str, ...]:
        """The methods, and the shortcuts that are not among them."""
        known = registry.ATTRIBUTORS.entries()
        beside = [name for name in SHORTCUTS if name not in self.methods and name in known]
        return (*self.methods, *beside)


@dataclass(frozen=True, slots=True)
class ClassTrial:
    """One method by one protocol once; `labs` are its two labs."""

    method: str
    protocol: str
    repeat: int

    def __str__(self) -> str:
        return f"{self.method}: {self.protocol}, repeat {self.repeat + 1}"


@dataclass(frozen=True, slots=True)
class ClassOutcome:
    """Numbers of the classes that each labelled image is called; or what the labs gave."""

    labels: tuple[int, ...]
    labs: Mapping[str, float]
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class ClassBench:
    """The images, decoded, and what folds are made of."""

    images: ClassImageSets
    groups: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ClassResults:
    """Labels of every method that came through, by protocol: (repeats, n) numbers of classes.

    groups : number of each image's group of near-copies
    knows : evidence of each method
    seconds : of all trials of a method
    failures : method to what went wrong
    notes : protocols that could not be had, and why
    """

    truth: NDArray[np.int64]
    groups: NDArray[np.int64]
    labels: Mapping[str, Mapping[str, NDArray[np.int64]]]
    labs: Mapping[str, Labs]
    knows: Mapping[str, Evidence]
    seconds: Mapping[str, float]
    failures: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def configured(name: str, seed: int) -> Any:
    """An attributor or a clusterer."""
    return registry.registry_of(name).configure(name, seed=seed)


def load(plan: ClassPlan, progress: Progress = silent) -> ClassBench:
    """Decode, and find near-copies."""
    images = loading.load(plan.data, progress)
    loading.refuse_shared(plan.data, images)
    return ClassBench(images, near_copies.groups(images.labelled, progress=progress))


def possible(plan: ClassPlan, bench: ClassBench) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The protocols that the images are enough for, and why others are not."""
    smallest = int(np.bincount(bench.images.labels).min())
    if smallest < plan.n_folds:
        raise ClefganError(
            f"{plan.data.source}: the smallest class has {smallest} of the labelled images, fewer "
            f"than {plan.n_folds} folds; give more, or fewer folds"
        )
    fewest = near_copies.fewest(bench.images.labels, bench.groups)
    if "grouped" not in plan.protocols or fewest >= plan.n_folds:
        return plan.protocols, ()
    return tuple(name for name in plan.protocols if name != "grouped") or ("plain",), (
        f"no grouped folds: near-copies as one, a class has {fewest} of the labelled images, "
        f"fewer than {plan.n_folds} folds; plain ones then say nothing of new images",
    )


def trials(plan: ClassPlan, protocols: tuple[str, ...]) -> Iterator[ClassTrial]:
    """All trials, the labs first: they are small."""
    for name in plan.rows:
        evidence = type(configured(name, 0)).evidence
        changes = configured(name, 0) != configured(name, 1)
        if evidence is not Evidence.A0 and plan.data.evidence is Evidence.A3:
            yield ClassTrial(name, "labs", 0)
        for repeat in range(plan.repeats):
            if evidence in (Evidence.A0, Evidence.A1):
                if repeat == 0 or changes:
                    yield ClassTrial(name, own_protocol(evidence, ""), repeat)
            else:
                yield from (ClassTrial(name, protocol, repeat) for protocol in protocols)


def own_protocol(evidence: Evidence, protocol: str) -> str:
    """The protocol by which a method is scored in the table of `protocol`."""
    return {Evidence.A0: "unlabelled", Evidence.A1: "unseen"}.get(evidence, protocol)


def run(plan: ClassPlan, bench: ClassBench, trial: ClassTrial) -> ClassOutcome:
    """Fit and score one trial."""
    seed = plan.seed + trial.repeat
    method = configured(trial.method, seed)
    start = time.perf_counter()
    labels: NDArray[np.int64] = np.empty(0, np.int64)
    labs: Labs = {}
    images = bench.images
    if trial.protocol == "labs":
        labs = class_controls.known(images.sources, method, name=trial.method, seed=plan.seed)
    elif trial.protocol == "unlabelled":
        request = ClassRequest(trial.method, method, plan.n_folds, seed, decisions.parse("argmax"))
        many = len(images.sources)
        labels = clusters.by_size(clusters.clustered(request, images.labelled, many, silent))
    else:
        fold = fold_of(plan, bench, trial.protocol, seed)
        scores = fitting.held_out(trial.method, method, images, fold, silent)
        labels = np.argmax(scores, axis=1)
    return ClassOutcome(tuple(labels.tolist()), dict(labs), time.perf_counter() - start)


def fold_of(
    plan: ClassPlan, bench: ClassBench, protocol: str, seed: int
) -> NDArray[np.int64] | None:
    """Fold of each labelled image; None where no label is used."""
    if protocol == "unseen":
        return None
    if protocol == "plain":
        return near_copies.plain(bench.images.labels, plan.n_folds, seed)
    return near_copies.grouped(bench.images.labels, bench.groups, plan.n_folds, seed)


def gathered(
    plan: ClassPlan,
    bench: ClassBench,
    protocols: tuple[str, ...],
    done: Mapping[ClassTrial, ClassOutcome],
    failures: Mapping[str, str],
    notes: tuple[str, ...],
) -> ClassResults:
    """Put everything together; a method with a failure is left out."""
    whole = [name for name in plan.rows if name not in failures]
    evidence = {name: type(configured(name, 0)).evidence for name in whole}

    def rows(name: str, protocol: str) -> NDArray[np.int64]:
        own = own_protocol(evidence[name], protocol)
        every = [done.get(ClassTrial(name, own, repeat)) for repeat in range(plan.repeats)]
        first = every[0]
        assert first is not None
        return np.array([(repeated or first).labels for repeated in every], np.int64)

    labs = {
        trial.method: outcome.labs
        for trial, outcome in done.items()
        if trial.protocol == "labs" and trial.method in whole
    }
    seconds = {
        name: sum(result.seconds for trial, result in done.items() if trial.method == name)
        for name in whole
    }
    labels = {protocol: {name: rows(name, protocol) for name in whole} for protocol in protocols}
    truth = bench.images.labels
    return ClassResults(truth, bench.groups, labels, labs, evidence, seconds, failures, notes)
