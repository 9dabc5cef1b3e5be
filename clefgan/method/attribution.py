"""Attribution: which source made this image? Methods that name classes, and that find clusters."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clefgan.method.images import Images, Progress, silent

ClassScores: TypeAlias = NDArray[np.float64]
"""(n, n_classes), higher: more likely of that class; only differences in a row mean anything."""

Clusters: TypeAlias = NDArray[np.int64]
"""(n,), the number of each image's cluster, from 0; a number has no meaning but "the same"."""


class Evidence(StrEnum):
    """What an attribution method was given; scores of different evidence answer other questions."""

    A0 = "A0"
    A1 = "A1"
    A2 = "A2"
    A3 = "A3"

    @property
    def word(self) -> str:
        """The one word for what it adds to the images under test."""
        return {"A0": "images", "A1": "real", "A2": "labels", "A3": "both"}[self]

    @property
    def meaning(self) -> str:
        """What it is, in words."""
        return {
            "A0": "the images under test: clusters without names",
            "A1": "A0, and the real images of each class",
            "A2": "A0, and labelled generated images of each class",
            "A3": "A0, and real and labelled generated images of each class",
        }[self]


@dataclass(frozen=True, slots=True)
class Source:
    """One class: the real images behind it, images it generated, or both; either may be empty."""

    name: str
    real: Images
    generated: Images


class SourceScorer(Protocol):
    """A fitted attribution method."""

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Score each image for each class, columns in the order of the sources."""
        ...


class Attributor(Protocol):
    """Which of several sources made an image: a frozen dataclass, with defaults for all fields.

    Notes
    -----
    Evidence A1, A2 or A3. What it may say beside that is in `Promises`; `probabilities` is True if
    the softmax of a row of scores is a probability.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    evidence: ClassVar[Evidence]

    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Learn from the sources; return a new scorer."""
        ...


class Clusterer(Protocol):
    """Which images were made alike: a frozen dataclass, with defaults for all fields; evidence A0.

    It has nothing to fit and no names to give, so it is not an `Attributor`.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    evidence: ClassVar[Evidence]

    def cluster(
        self, generated: Images, n_clusters: int, /, *, progress: Progress = silent
    ) -> Clusters:
        """Put each image into one of at most `n_clusters` clusters."""
        ...
