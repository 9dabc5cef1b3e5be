"""How well methods see leaks of known strength: methods over kinds, strengths and seeds.

A *cell* is one challenge: a kind of leak, a strength and a seed. In each, a method is fitted on dev
and scores the test candidates, whose truth it never sees. The scores are written as soon as they
are there, under a name that depends on all that decides them, so a study that was stopped goes on
where it was, and a method added later costs only its own share.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.experiments.lab import make, reals
from clefgan.experiments.lab.make import Spec
from clefgan.experiments.lab.reals import Reals
from clefgan.experiments.lab.roles import Counts
from clefgan.method import Method, Scores
from clefgan.plugins import isolation, registry
from clefgan.runs import heldout, provenance
from clefgan.storage import code_digest
from clefgan.storage.files import written_whole

SUBFOLDER = "trials"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the real images are; as `reals.read` takes it."""

    path: Path
    group: str | None = None
    manifest: Path | None = None
    size: int | None = None

    def read(self) -> Reals:
        """Read them."""
        return reals.read(self.path, group=self.group, manifest=self.manifest, size=self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is studied.

    methods : as `clefgan run --method` takes them; each once
    strengths : leaks, 0 to 1; each once
    seeds : how many, the first of which is `seed`
    gan : of the DCGANs of kind `dcgan`; the seed of the cell is added to its seed
    folder : results go here, and trials below it
    """

    source: Source
    methods: tuple[str, ...]
    folder: Path
    strengths: tuple[float, ...] = (0.0, 0.05, 0.1, 0.25, 0.5)
    kinds: tuple[str, ...] = ("copy",)
    seeds: int = 5
    seed: int = 0
    counts: Counts = field(default_factory=Counts)
    gan: DCGANConfig = field(default_factory=DCGANConfig)

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
        for cell in self.cells():
            self.spec(cell)

    def cells(self) -> "list[Cell]":
        """All challenges, one seed after the other."""
        seeds = range(self.seed, self.seed + self.seeds)
        return [Cell(how, leak, n) for n, how, leak in product(seeds, self.kinds, self.strengths)]

    def spec(self, cell: "Cell") -> Spec:
        """What decides a cell's challenge."""
        gan = replace(self.gan, seed=self.gan.seed + cell.seed)
        return Spec(leak=cell.leak, how=cell.how, seed=cell.seed, counts=self.counts, gan=gan)


@dataclass(frozen=True, slots=True)
class Cell:
    """One challenge."""

    how: str
    leak: float
    seed: int

    def __str__(self) -> str:
        return f"{self.how}, leak {self.leak:g}, seed {self.seed}"


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one method said of one challenge's candidates.

    seconds : wall time of fitting and scoring
    """

    truth: NDArray[np.bool_]
    scores: Scores
    seconds: float


@dataclass(frozen=True, slots=True)
class Results:
    """Outcomes by cell and method, without the methods that failed.

    failures : method to what went wrong
    """

    plan: Plan
    outcomes: Mapping[Cell, Mapping[str, Outcome]]
    failures: Mapping[str, str]

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods that came through."""
        return tuple(name for name in self.plan.methods if name not in self.failures)


def configured(name: str, cell: Cell) -> Method:
    """A method with the seed of the cell."""
    return registry.configure(name, seed=cell.seed)


def refused(plan: Plan) -> dict[str, str]:
    """Methods that there are not, or whose settings are refused, and why."""
    found = {}
    for name in plan.methods:
        try:
            configured(name, plan.cells()[0])
        except ClefganError as error:
            found[name] = str(error)
    return found


def paths(plan: Plan, digest: str, cores: int) -> dict[tuple[Cell, str], Path]:
    """Where the outcome of each method in each cell is kept: named by all that decides it.

    Methods that are refused have none.

    Parameters
    ----------
    digest : of the real images
    cores : of a process
    """
    methods = [name for name in plan.methods if name not in refused(plan)]
    ours = code_digest.digest(make.__name__)
    found = {}
    for cell in plan.cells():
        challenge = asdict(plan.spec(cell))
        if cell.how != "dcgan":
            del challenge["gan"]
        for name in methods:
            method = configured(name, cell)
            decides = {
                "challenge": challenge,
                "real": digest,
                "cores": cores,
                "lab": ours,
                "class": provenance.class_name(method),
                "source": code_digest.digest(type(method).__module__),
                "method": repr(method),
                "versions": provenance.versions(),
            }
            text = json.dumps(decides, sort_keys=True)
            name_of_file = f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"
            found[cell, name] = plan.folder / SUBFOLDER / name_of_file
    return found


def run(
    plan: Plan, cell: Cell, found: Reals, todo: Mapping[str, Path]
) -> Iterator[tuple[str, Outcome | str]]:
    """Make a cell's challenge, run methods on it and keep what each says.

    Yields
    ------
    method, and its outcome or what went wrong
    """
    drawn = make.draw(found, plan.spec(cell))
    ids = tuple(f"candidate {i + 1}" for i in range(len(drawn.truth)))
    generated = np.asarray(drawn.test.images, np.uint8)
    for name, path in todo.items():
        method = configured(name, cell)
        start = time.perf_counter()
        try:
            scorer = isolation.fitted(name, method, drawn.devset)
            scores = heldout.checked(scorer.score(drawn.candidates, generated), ids, name)
        except ClefganError as error:
            yield name, f"{name}: {cell}: {error}"
            continue
        outcome = Outcome(drawn.truth, scores, time.perf_counter() - start)
        keep(path, cell, name, outcome)
        yield name, outcome


def keep(path: Path, cell: Cell, method: str, outcome: Outcome) -> None:
    """Write an outcome, whole or not at all."""
    record = {
        "cell": str(cell),
        "method": method,
        "seconds": round(outcome.seconds, 3),
        "truth": outcome.truth.astype(int).tolist(),
        "scores": outcome.scores.tolist(),
    }
    with written_whole(path) as part:
        part.write_text(json.dumps(record) + "\n", encoding="utf-8")


def kept(path: Path) -> Outcome | None:
    """The outcome that was written, if it was; a damaged one counts as none."""
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        truth = np.array(record["truth"], bool)
        scores = np.array(record["scores"], np.float64)
        seconds = float(record["seconds"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    whole = truth.ndim == 1 and truth.shape == scores.shape and np.isfinite(scores).all()
    return Outcome(truth, scores, seconds) if whole else None
