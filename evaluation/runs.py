"""Runs of one truth, side by side: what every comparison and every table starts from."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation import given
from evaluation.counts import Counts
from evaluation.errors import EvaluationError
from evaluation.membership import Scores, Used, validate

Value = TypeVar("Value")

SHOWN = 3
"""So many ids are named in an error; the others are counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What one method said of every candidate.

    knowledge : what the method used ("S0" ... "S3"), or "" where nobody said
    threshold : scores above it are called used, if that is known; see `cut`
    """

    decisions: Used
    scores: Scores | None = None
    probabilities: Scores | None = None
    knowledge: str = ""
    threshold: float | None = None

    def __post_init__(self) -> None:
        """Take lists as arrays."""
        object.__setattr__(self, "decisions", np.asarray(self.decisions))
        if self.scores is not None:
            object.__setattr__(self, "scores", np.asarray(self.scores))
        if self.probabilities is not None:
            object.__setattr__(self, "probabilities", np.asarray(self.probabilities))

    @property
    def cut(self) -> float | None:
        """The score above which this run calls used, else 0 if that is one; None if none is."""
        if self.scores is None:
            return None
        for value in (self.threshold, 0.0):
            if value is not None and np.array_equal(self.scores > value, self.decisions):
                return value
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One truth and the runs that are scored against it, in the same order of candidates.

    clusters : (n,) label of the patient of each candidate, or None where candidates are independent
    """

    truth: Used
    runs: Mapping[str, Run]
    clusters: NDArray[np.generic] | None = None

    def __post_init__(self) -> None:
        """Check every run against the truth; an error names the run."""
        validate(self.truth)
        object.__setattr__(self, "truth", np.asarray(self.truth))
        if not self.runs:
            raise EvaluationError("runs: none; got an empty mapping; give at least one")
        for name, run in self.runs.items():
            try:
                validate(self.truth, run.decisions, run.scores, run.probabilities)
            except EvaluationError as error:
                raise EvaluationError(f"run {name!r}: {error}") from error
        if self.clusters is not None:
            clusters = given.labels("clusters", self.clusters, len(self.truth))
            object.__setattr__(self, "clusters", clusters)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the runs, in the order given."""
        return tuple(self.runs)


def of_counts(tp: int, tn: int, fp: int, fn: int) -> tuple[Used, Used]:
    """Truth and decisions that give these counts: a run of which only the counts are known.

    Returns
    -------
    truth, decisions : bool arrays of shape (tp + tn + fp + fn,)
    """
    cells = (tp, fn, fp, tn)
    for where, count in zip(("tp", "fn", "fp", "tn"), cells, strict=True):
        given.whole(where, count, 0)
    truth = np.repeat([True, True, False, False], cells)
    return truth, np.repeat([True, False, True, False], cells)


def cells(table: Counts) -> tuple[int, int, int, int]:
    """One table as whole numbers tp, tn, fp, fn."""
    return int(table.tp), int(table.tn), int(table.fp), int(table.fn)


def align(
    truth: Mapping[str, Value], run: Mapping[str, Value] | Iterable[tuple[str, Value]]
) -> Sequence[Value]:
    """Values of a run in the order of the ids of `truth`.

    Raises
    ------
    EvaluationError
        Ids that are missing, unknown, or repeated (of pairs); the first are named.
    """
    pairs = list(run.items()) if isinstance(run, Mapping) else list(run)
    by_id = dict(pairs)
    if len(by_id) < len(pairs):
        repeated = [i for i, times in Counter(i for i, _ in pairs).items() if times > 1]
        raise EvaluationError(f"run: ids repeated; got {_some(repeated)}; give each id once")
    missing = [i for i in truth if i not in by_id]
    if missing:
        raise EvaluationError(
            f"run: ids missing; got no {_some(missing)}; give every id of the truth"
        )
    extra = [i for i in by_id if i not in truth]
    if extra:
        raise EvaluationError(f"run: ids not in the truth; got {_some(extra)}; leave them out")
    return [by_id[i] for i in truth]


def as_used(values: ArrayLike) -> Used:
    """0 and 1, or False and True, as the bool array that the metrics take."""
    array = np.asarray(values)
    if array.dtype == np.bool_:
        return array
    if array.dtype.kind not in "iuf" or not np.isin(array, (0, 1)).all():
        raise EvaluationError("decisions: not all 0 or 1; give 1 for used and 0 for not used")
    return array.astype(np.bool_)


def _some(ids: Iterable[str]) -> str:
    """Name the first ids and count the rest."""
    names = list(ids)
    rest = len(names) - SHOWN
    first = ", ".join(repr(name) for name in names[:SHOWN])
    return f"{first} and {rest} more" if rest > 0 else first
