"""Scores of some images as a run has them, ids, truth and decisions beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Scores
from clefgan.runs import agreement
from clefgan.runs.agreement import Agreement, Ranks
from clefgan.runs.blank import Blank
from clefgan.runs.decisions.verdict import Verdict
from clefgan.runs.frames import data_frame
from submissions.names import FileNames


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """Scores as arrays in one order, for a notebook.

    Parameters
    ----------
    id : (n,) str
    score : (n,) float64, higher: more likely used
    decision : (n,) bool, True: called used
    truth : (n,) bool, True: used; None where it is not known
    """

    id: NDArray[np.str_]
    score: Scores
    decision: NDArray[np.bool_]
    truth: NDArray[np.bool_] | None

    def __len__(self) -> int:
        return len(self.id)

    def as_columns(self) -> dict[str, NDArray[Any]]:
        """`id`, `score`, `decision`, and `truth` where it is known."""
        columns: dict[str, NDArray[Any]] = {
            "id": self.id,
            "score": self.score,
            "decision": self.decision,
        }
        return columns if self.truth is None else {**columns, "truth": self.truth}

    def to_frame(self) -> Any:
        """The columns as a pandas DataFrame.

        Raises
        ------
        ClefganError
            pandas is not installed.
        """
        return data_frame(self.as_columns())


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Scores of some images, ids beside them.

    truth : where it is known
    probabilities : of being used, where the method's scores are log-odds
    file_names : id to the name of the image's file, empty where it has none; for candidates
    blank : the same images scored against another generator's
    ranks : of each image by each part of the score, 1 for the highest; None where the method shows
        no parts
    patients : number of each image's patient, from 0, which intervals draw whole; None where they
        are not known or each has one image
    """

    ids: tuple[str, ...]
    scores: Scores
    truth: NDArray[np.bool_] | None
    verdict: Verdict | None = None
    probabilities: Scores | None = None
    file_names: FileNames = field(default_factory=FileNames)
    blank: Blank | None = None
    ranks: Ranks | None = None
    patients: NDArray[np.int64] | None = None

    def __repr__(self) -> str:
        """How many images, and how many of them are called used."""
        return f"Scored({len(self.ids)} images, {int(self.decisions.sum())} called used)"

    @property
    def agreement(self) -> Agreement | None:
        """How far the parts of the score agree; None where the method shows none."""
        if self.ranks is None:
            return None
        return agreement.of(self.ranks, self.scores, self.decisions)

    @property
    def decisions(self) -> NDArray[np.bool_]:
        """(n,), True where the image is called used: by the rule, else by a score above 0."""
        return self.scores > 0 if self.verdict is None else self.verdict.used

    @property
    def table(self) -> ScoreTable:
        """The same as arrays under the field's words."""
        return ScoreTable(np.array(self.ids, np.str_), self.scores, self.decisions, self.truth)


def numbered(groups: Sequence[str] | None) -> NDArray[np.int64] | None:
    """Number of each image's group, in order of appearance; None where that says nothing."""
    if groups is None:
        return None
    numbers = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    if not 1 < len(numbers) < len(groups):
        return None
    return np.array([numbers[name] for name in groups], np.int64)
