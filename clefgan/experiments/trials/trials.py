"""Dev scores of many methods, repeated with other folds and seeds.

A *trial* is one fit: of the paper protocol, or of one fold of the held-out protocol.
Repeat `r` draws its folds, and seeds the method, with `seed + r`; all methods share the folds.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clefgan.data import reading
from clefgan.data.formats.grid import Size
from clefgan.data.formats.raw import Window
from clefgan.data.patient_table import PatientTable
from clefgan.data.reading import Challenge
from clefgan.errors import ClefganError
from clefgan.method import Images, Method, Scores, silent
from clefgan.plugins import registry
from clefgan.runs import blank, folds, heldout, loading
from clefgan.runs.loading import DevImages
from clefgan.runs.record import PROTOCOLS, Protocol
from clefgan.runs.scoring import NO_TEST


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan:
    """What is evaluated, on what, how often.

    methods : as `clefgan run --method` takes them, such as `nearest(size=64)`; each once
    data : a challenge, or the folder or name of one
    n_folds : of the held-out protocol
    folder : where trials are kept
    blank : held-out images are scored against the generated images of test too, which cannot have
        seen them
    """

    methods: tuple[str, ...]
    data: str | Challenge
    folder: Path
    edition: str = "2023"
    protocols: tuple[Protocol, ...] = PROTOCOLS
    repeats: int = 1
    n_folds: int = 3
    seed: int = 0
    window: Window | None = None
    size: Size | None = None
    patients: PatientTable | None = None
    blank: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be planned."""
        twice = [name for i, name in enumerate(self.methods) if name in self.methods[:i]]
        if twice:
            raise ClefganError(f"--method: {twice[0]!r} is given twice; give each method once")
        if self.repeats < 1:
            raise ClefganError(f"repeats: {self.repeats} is too few; give 1 or more")


@dataclass(frozen=True, slots=True)
class Trial:
    """One fit. `fold` is None for the paper protocol."""

    method: str
    protocol: Protocol
    repeat: int
    fold: int | None

    def __str__(self) -> str:
        fold = "" if self.fold is None else f", fold {self.fold + 1}"
        return f"{self.method}: {self.protocol}, repeat {self.repeat + 1}{fold}"


@dataclass(frozen=True, slots=True)
class TrialScores:
    """Scores of the images (by index) that a trial scored, and how long it took.

    blank : of the same images against another generator's; none where there is no blank
    """

    index: tuple[int, ...]
    scores: tuple[float, ...]
    seconds: float
    blank: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """Scores of every method that came through, by protocol: (repeats, n).

    seconds : of all trials of a method
    failures : method to what went wrong
    blank : (repeats, n) by method, of the held-out protocol, where there is a blank
    no_blank : method to why there is none, where one was asked for
    """

    ids: tuple[str, ...]
    truth: NDArray[np.bool_]
    groups: tuple[str, ...]
    scores: Mapping[Protocol, Mapping[str, NDArray[np.float64]]]
    seconds: Mapping[str, float]
    failures: Mapping[str, str] = field(default_factory=dict)
    blank: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    no_blank: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class TrialImages:
    """What trials work on: dev, and images of a generator that cannot have seen dev's real ones.

    others : none where there is no blank
    no_blank : why not; empty where nobody asked
    """

    dev: DevImages
    others: Images | None = None
    no_blank: str = ""


def read(plan: TrialPlan) -> Challenge:
    """The challenge that a plan names."""
    if isinstance(plan.data, Challenge):
        return plan.data
    return reading.read(
        plan.data,
        plan.edition,
        window=plan.window,
        size=plan.size,
        patients=plan.patients,
    )


def load(plan: TrialPlan) -> DevImages:
    """Decode the dev images."""
    images = loading.load_dev(read(plan))
    if "held-out" in plan.protocols:
        folds.grouped(images.groups, images.truth, plan.n_folds, plan.seed)  # refuses too many
    return images


def load_all(plan: TrialPlan) -> TrialImages:
    """Decode the dev images, and those of the blank where one is asked for."""
    dev = load(plan)
    if not plan.blank or "held-out" not in plan.protocols:
        return TrialImages(dev)
    test = read(plan).test
    if test is None:
        return TrialImages(dev, no_blank=NO_TEST)
    others, real = test.generated.load(), dev.dev.used
    reason = blank.why_none_of_images(dev.dev, real[:0], others)
    if reason:
        return TrialImages(dev, no_blank=reason)
    return TrialImages(dev, blank.as_many(others, len(dev.dev.generated)))


def why_no_blank(plan: TrialPlan, images: TrialImages, name: str) -> str:
    """Why a method has no blank; empty where it has one."""
    method = registry.configure(name, seed=plan.seed)
    return images.no_blank or blank.why_none_of_method(method)


def configured(plan: TrialPlan, trial: Trial) -> Method:
    """The method of a trial, with the seed of its repeat."""
    return registry.configure(trial.method, seed=plan.seed + trial.repeat)


def trials(plan: TrialPlan) -> Iterator[Trial]:
    """All fits of a plan, one repeat after the other.

    A method without a seed does the same again under the paper protocol, and is fitted once there.
    """
    for repeat in range(plan.repeats):
        for name in plan.methods:
            for protocol in plan.protocols:
                if protocol == "held-out":
                    yield from (Trial(name, protocol, repeat, k) for k in range(plan.n_folds))
                elif repeat == 0 or changes(plan, name):
                    yield Trial(name, protocol, repeat, None)


def changes(plan: TrialPlan, name: str) -> bool:
    """Whether the seed of the repeat reaches the method."""
    first, second = (configured(plan, Trial(name, "paper", r, None)) for r in (0, 1))
    return first != second


def run(plan: TrialPlan, trial: Trial, images: TrialImages) -> TrialScores:
    """Fit and score one trial."""
    method, bench = configured(plan, trial), images.dev
    start = time.perf_counter()
    everything = np.arange(len(bench.truth))
    fit, score = (everything, everything) if trial.fold is None else split(plan, trial, bench)
    scorer, scores = heldout.fitted_and_scored(
        trial.method, method, bench.dev, (fit, score), bench.ids
    )
    elsewhere: tuple[float, ...] = ()
    if (
        images.others is not None
        and trial.fold is not None
        and not why_no_blank(plan, images, trial.method)
    ):
        rounds = blank.BlankRounds(images.others, np.full(len(bench.ids), np.nan))
        rounds.add(
            scorer, heldout.FoldOut(trial.method, heldout.subset(bench.dev, score), score), silent
        )
        elsewhere = tuple(rounds.scores[score].tolist())
    seconds = time.perf_counter() - start
    return TrialScores(tuple(score.tolist()), tuple(scores.tolist()), seconds, elsewhere)


def split(
    plan: TrialPlan, trial: Trial, bench: DevImages
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices to fit on and to score, for one fold of one repeat."""
    fold = folds.grouped(bench.groups, bench.truth, plan.n_folds, plan.seed + trial.repeat)
    return np.flatnonzero(fold != trial.fold), np.flatnonzero(fold == trial.fold)


def gathered(
    plan: TrialPlan,
    images: TrialImages,
    outcomes: Mapping[Trial, TrialScores],
    failures: Mapping[str, str],
) -> Results:
    """Put the scores of all trials together; a method with a failure is left out."""
    bench = images.dev
    whole = [name for name in plan.methods if name not in failures]
    scores = {
        protocol: {name: rows(plan, bench, outcomes, name, protocol) for name in whole}
        for protocol in plan.protocols
    }
    seconds = {
        name: sum(outcome.seconds for trial, outcome in outcomes.items() if trial.method == name)
        for name in whole
    }
    wanted = whole if plan.blank and "held-out" in plan.protocols else []
    reasons = {name: why_no_blank(plan, images, name) for name in wanted}
    blanks = {
        name: rows(plan, bench, blanks_of(outcomes), name, "held-out")
        for name, reason in reasons.items()
        if not reason
    }
    return Results(
        bench.ids, bench.truth, tuple(bench.groups), scores, seconds, failures, blanks,
        {name: reason for name, reason in reasons.items() if reason},
    )  # fmt: skip


def blanks_of(outcomes: Mapping[Trial, TrialScores]) -> dict[Trial, TrialScores]:
    """The trials that have a blank, its scores in the place of theirs."""
    return {
        trial: replace(outcome, scores=outcome.blank)
        for trial, outcome in outcomes.items()
        if outcome.blank
    }


def rows(
    plan: TrialPlan,
    bench: DevImages,
    outcomes: Mapping[Trial, TrialScores],
    name: str,
    protocol: Protocol,
) -> Scores:
    """Scores of one method by one protocol: (repeats, n)."""
    scores = np.full((plan.repeats, len(bench.ids)), np.nan)
    for trial, outcome in outcomes.items():
        if trial.method == name and trial.protocol == protocol:
            scores[trial.repeat, list(outcome.index)] = outcome.scores
    repeated = np.isnan(scores).all(axis=1)  # the paper protocol of a method without a seed
    scores[repeated] = scores[0]
    return scores
