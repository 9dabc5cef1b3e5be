"""What is asked of a run, and what it works on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Method, Promises, promises
from clefgan.runs import pairs
from clefgan.runs.decisions.verdict import Rule
from clefgan.runs.loading import DevImages, TestImages
from clefgan.runs.record import Protocol


@dataclass(frozen=True, slots=True)
class Extras:
    """What is asked for beside scores and decisions.

    pairs : nearest generated images of each test candidate to name; 0: none
    blank : score the same images against another generator's
    """

    pairs: int = 0
    blank: bool = False


NO_EXTRAS = Extras()
ALL_EXTRAS = Extras(pairs=pairs.NEAREST, blank=True)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the job."""

    name: str
    method: Method
    protocols: tuple[Protocol, ...]
    n_folds: int
    seed: int
    rule: Rule
    extras: Extras = NO_EXTRAS

    @property
    def promises(self) -> Promises:
        """What the method says of itself."""
        return promises(type(self.method))


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """The images of a run; `fold` of each real dev image, None where nothing is held out."""

    dev: DevImages
    fold: NDArray[np.int64] | None
    test: TestImages | None


@dataclass
class Stopwatch:
    """Wall time by stage, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time that the block takes to stage `name`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
