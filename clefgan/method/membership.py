"""Membership: was this real image used? What a method of it is, and what a fitted one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from clefgan.method.images import Images, Progress, silent

Scores: TypeAlias = NDArray[np.float64]
"""(n,), higher: more likely used; above 0: used."""


class Knowledge(StrEnum):
    """What a method used; scores of methods that know different things are not comparable."""

    S0 = "S0"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"

    @property
    def word(self) -> str:
        """The one word that tells it from the level below."""
        return {"S0": "image", "S1": "pool", "S2": "unused", "S3": "labels"}[self]

    @property
    def meaning(self) -> str:
        """What it is, in words."""
        return {
            "S0": "the image and the generated set",
            "S1": "S0, and the pool of candidates",
            "S2": "S1, and images known to be unused",
            "S3": "S2, and labels of dev images",
        }[self]


@dataclass(frozen=True, slots=True)
class DevSet:
    """One generator whose training images are known."""

    generated: Images
    used: Images
    not_used: Images


class Scorer(Protocol):
    """A fitted method."""

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Score each candidate against the generated images of the generator under test."""
        ...


class InParts(NamedTuple):
    """Scores, and those that they were put together of: by name, each of shape (n,)."""

    scores: Scores
    parts: Mapping[str, Scores]


@runtime_checkable
class ScoresInParts(Protocol):
    """A scorer that can show its parts: a run then says which of them agree.

    `in_parts` returns what `score` returns, and the parts, higher being more likely used.
    """

    def in_parts(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> InParts:
        """Score each candidate, and by each part."""
        ...


class Method(Protocol):
    """A frozen dataclass with defaults for all fields."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    knowledge: ClassVar[Knowledge]

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Learn from a dev set; return a new scorer."""
        ...


@runtime_checkable
class FitsSeveral(Protocol):
    """A method that can do ahead what several of its fits need: a run fits on dev and on folds."""

    def prepare(self, sets: Sequence[DevSet], /, *, progress: Progress = silent) -> None:
        """Keep what is costly of the fits on these sets; `fit` returns the same without it."""
        ...


@runtime_checkable
class CompilesAhead(Protocol):
    """A method that can compile while its images are drawn: no more than their side is known."""

    def compile_ahead(self, side: int, /) -> None:
        """Compile for images of side x side pixels; `fit` returns the same without it."""
        ...
