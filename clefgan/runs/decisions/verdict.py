"""What a decision rule takes and gives."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Scores
from clefgan.runs.decisions.nulls import Labels, Round

Used: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Known:
    """Dev images: their scores by the same method, out of fold, and the truth.

    rounds : the unused ones beside the images to decide on, where those are others than dev's; each
        unused image is in one of them
    patients : whose each image is; None where each is of a patient of its own
    """

    scores: Scores
    truth: Used
    rounds: tuple[Round, ...] = ()
    patients: Labels | None = None

    @property
    def unused_patients(self) -> Labels | None:
        """Whose each image is that was not used."""
        return None if self.patients is None else self.patients[~self.truth]


@dataclass(frozen=True, eq=False)
class Verdict:
    """Decisions, and how they came about."""

    used: Used
    threshold: float | None  # used is above it; None where no single number decides
    note: str  # what was assumed or learned, for the record of the run
    false_calls: float | None = None  # expected number of unused images called used; None: unknown


class Rule(Protocol):
    """A way to decide."""

    needs_known: ClassVar[bool]  # it learns from dev scores
    needs_rounds: ClassVar[bool]  # it compares with unused images, scored beside those to decide on

    def decide(self, scores: Scores, known: Known | None = None) -> Verdict:
        """Decide on each score, higher being more likely used."""
        ...
