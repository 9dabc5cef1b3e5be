"""The bench from end to end: make what is not there, score what is not kept, gather all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from clefgan.errors import ClefganError
from clefgan.experiments import kept, processes
from clefgan.experiments.lab.bench import given, score
from clefgan.experiments.lab.bench.build import Builder, phantoms
from clefgan.experiments.lab.bench.challenge import BenchChallenge
from clefgan.experiments.lab.bench.score import BenchOutcome
from clefgan.experiments.lab.bench.suite import SEED, BenchSize, Role, SuiteEntry
from clefgan.experiments.lab.study import RealSource
from clefgan.method import Progress, silent
from clefgan.plugins import registry

STAGE = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchPlan:
    """What is measured.

    sources : of real images, one or two; none: slices of phantoms
    known : challenges that are there already, with their truth
    folder : of the cache
    """

    sources: tuple[RealSource, ...]
    known: tuple[Path, ...]
    entries: tuple[SuiteEntry, ...]
    methods: tuple[str, ...]
    size: BenchSize
    folder: Path

    def names(self) -> tuple[str, ...]:
        """Names of all challenges: those of the suite, then those that are given."""
        return (*(entry.name for entry in self.entries), *(path.stem for path in self.known))

    def roles(self) -> dict[str, Role]:
        """Role of each challenge; a given one is there for its leak."""
        roles: dict[str, Role] = {entry.name: entry.role for entry in self.entries}
        return roles | {path.stem: "leak" for path in self.known}

    def builder(self) -> Builder:
        """Read the real images, or draw some."""
        sources = tuple(source.read() for source in self.sources) or (phantoms(self.size),)
        return Builder(sources, self.size, self.folder)


@dataclass(frozen=True, slots=True)
class BenchResults:
    """Outcomes by challenge and method; failures: challenge or method to what went wrong."""

    plan: BenchPlan
    outcomes: Mapping[str, Mapping[str, BenchOutcome]]
    failures: Mapping[str, str]


def evaluate(plan: BenchPlan, *, jobs: int = 0, progress: Progress = silent) -> BenchResults:
    """Make and score all; what was made and scored before is taken from the cache.

    Parameters
    ----------
    jobs : processes; 0: one per core

    Raises
    ------
    ClefganError
        Real images that cannot be read, two challenges of one name, a process that died. A
        challenge that cannot be made, or a method that fails, stops no other.
    """
    names = plan.names()
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ClefganError(f"bench: two challenges are called {twice[0]!r}; rename the file")
    for name in plan.methods:
        registry.configure(name, seed=SEED)
    builder = plan.builder()
    many = processes.number(jobs, len(names))
    outcomes: dict[str, dict[str, BenchOutcome]] = {}
    failures: dict[str, str] = {}
    progress(STAGE, 0, len(names), "")
    work = partial(scored, plan, processes.cores_each(many))
    for done, (name, (said, wrong)) in enumerate(
        processes.spread(names, plan.builder, work, many, loaded=builder), start=1
    ):
        outcomes[name] = said
        failures |= wrong
        progress(STAGE, done, len(names), name)
    return BenchResults(plan, {name: outcomes[name] for name in names}, failures)


def scored(
    plan: BenchPlan, cores: int, builder: Builder, name: str
) -> tuple[dict[str, BenchOutcome], dict[str, str]]:
    """Return what each method says of one challenge, and what went wrong."""
    try:
        challenge, key = found(plan, builder, name)
    except ClefganError as error:
        return {}, {name: str(error)}
    said: dict[str, BenchOutcome] = {}
    wrong: dict[str, str] = {}
    for method, outcome_or_reason in by_method(plan.methods, challenge, name, key, cores, plan):
        if isinstance(outcome_or_reason, str):
            wrong[method] = outcome_or_reason
        else:
            said[method] = outcome_or_reason
    return said, wrong


def by_method(
    methods: Sequence[str],
    challenge: BenchChallenge,
    name: str,
    key: str,
    cores: int,
    plan: BenchPlan,
) -> Iterator[tuple[str, BenchOutcome | str]]:
    """Each method and its outcome, kept at once, or the reason why there is none."""
    for text in methods:
        method = registry.configure(text, seed=SEED)
        decides = {"challenge": key, "cores": cores}
        path = kept.path_of(plan.folder / "scores", method, decides, modules=(score.__name__,))
        outcome = score.read(path)
        if outcome is None:
            try:
                outcome = score.outcome(text, method, challenge)
            except ClefganError as error:
                yield text, f"{text}: {name}: {error}"
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            score.write(path, name, text, outcome)
        yield text, outcome


def found(plan: BenchPlan, builder: Builder, name: str) -> tuple[BenchChallenge, str]:
    """Return a challenge by its name, and a digest of it."""
    for entry in plan.entries:
        if entry.name == name:
            challenge = builder.build(entry)
            return challenge, challenge.digest()
    path = next(path for path in plan.known if path.stem == name)
    challenge = given.read(path)
    return challenge, challenge.digest()
