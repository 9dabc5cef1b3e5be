"""The leaderboard of classes as one plain object: whatever shows it reads its rows.

Runs are ranked by the primary metric. Among them stand two trivial rows, which know nothing of an
image, and shortcuts if the caller has some.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from evaluation import class_tables, classes, given
from evaluation.attribution import Labels, table
from evaluation.boards import letters
from evaluation.boards.rows import Kind
from evaluation.class_tables import METRICS, ClassMetric
from evaluation.classes import Measured
from evaluation.counts import Values
from evaluation.errors import EvaluationError
from evaluation.significance import blind_classes, multiple, swap_classes
from evaluation.significance.blind_classes import BlindScore

ONE_CLASS, COIN = "one class", "coin"
TOSSES = 1_000  # of the coin: its row is their mean and the range of most


@dataclass(frozen=True, slots=True, eq=False)
class ClassAnswer:
    """The labels of one run.

    knowledge : `A0` to `A3`; empty where nobody says
    named : labels are names of classes; False: of clusters, of which no accuracy can be said
    """

    labels: Labels
    kind: Kind = Kind.RUN
    knowledge: str = ""
    named: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ClassTable:
    """The table of classes of one run, row: true class, column: label; and figures of each class.

    figures : precision, recall, F1 and specificity by name, (n_names,); NaN where undefined
    """

    names: tuple[str, ...]
    cells: NDArray[np.int64]
    figures: Mapping[str, Values]

    @property
    def true(self) -> tuple[int, ...]:
        """Places of the true classes."""
        return tuple(np.flatnonzero(self.cells.sum(axis=1)).tolist())

    @property
    def called(self) -> tuple[int, ...]:
        """Places of the labels: those that occur, and true classes unless labels are clusters."""
        labels = np.flatnonzero(self.cells.sum(axis=0)).tolist()
        named = not set(labels).isdisjoint(self.true)
        return tuple(sorted({*labels, *(self.true if named else ())}))

    @classmethod
    def of(cls, truth: Labels, labels: Labels) -> "ClassTable":
        """Count."""
        cells = table(truth, labels)
        names = np.unique(np.concatenate([truth, labels])).tolist()
        figures = {
            "precision": class_tables.precisions(cells)[0],
            "recall": class_tables.recalls(cells)[0],
            "f1": class_tables.f1_scores(cells)[0],
            "specificity": class_tables.specificities(cells)[0],
        }
        return cls(tuple(map(str, names)), cells[0].astype(np.int64), figures)


@dataclass(frozen=True, slots=True, eq=False)
class ClassRow:
    """One line.

    cells : by metric
    rank, rank_low, rank_high : of runs, by the primary metric; the limits are what pairs of runs
        that can be told apart leave
    groups : letters; runs that share one cannot be told apart
    blind : what permuted labels score by the primary metric
    p_chance : of the primary metric under permuted labels, adjusted (Holm) for the number of runs
    """

    name: str
    kind: Kind
    knowledge: str
    cells: Mapping[str, Measured]
    table: ClassTable | None = None
    blind: BlindScore | None = None
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    groups: tuple[str, ...] = ()
    p_chance: float = float("nan")
    told_from_chance: bool | None = None

    @property
    def is_run(self) -> bool:
        """Whether it has a rank."""
        return self.kind is Kind.RUN


@dataclass(frozen=True, slots=True, eq=False)
class ClassBoard:
    """Rows, best first.

    n, classes : images, and the names of their true classes
    n_groups : groups that are drawn again as a whole; None: images are
    """

    rows: tuple[ClassRow, ...]
    primary: str
    level: float
    n: int
    classes: tuple[str, ...]
    n_groups: int | None
    seed: int
    published: Mapping[str, float] = field(default_factory=dict)

    @property
    def runs(self) -> tuple[ClassRow, ...]:
        """Rows of runs."""
        return tuple(row for row in self.rows if row.is_run)

    @property
    def metric(self) -> ClassMetric:
        """The primary metric."""
        return METRICS[self.primary]


def build(
    truth: Labels,
    answers: Mapping[str, ClassAnswer],
    *,
    primary: str = "accuracy",
    groups: Labels | None = None,
    published: Mapping[str, float] | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> ClassBoard:
    """Measure, rank and compare runs.

    Parameters
    ----------
    answers : name to labels; a shortcut is a row beside the runs
    groups : (n,); whole groups are drawn again and exchanged
    published : printed values of the primary metric by name; rows without rank

    Raises
    ------
    EvaluationError
        No such metric, no run, or not a label for each image.
    """
    if primary not in METRICS:
        raise EvaluationError(
            f"metric: no {primary!r} of classes; give one of {', '.join(METRICS)}"
        )
    if not answers:
        raise EvaluationError("board: no run; got 0; give at least one")
    given.share("level", level)
    given.whole("seed", seed, 0)
    truth = given.labels("truth", truth)
    if groups is not None:
        groups = given.labels("groups", groups, len(truth))
    how = Asked(truth, primary, groups, level, seed)
    rows = [measured(how, name, answer) for name, answer in answers.items()]
    rows = compared(how, rows, answers)
    rows += trivial(how)
    rows += [
        ClassRow(name, Kind.PUBLISHED, "", {primary: unsure(value)})
        for name, value in (published or {}).items()
    ]
    return ClassBoard(
        tuple(sorted(rows, key=lambda row: order(row, primary))),
        primary,
        level,
        len(truth),
        tuple(map(str, np.unique(truth).tolist())),
        None if groups is None else len(np.unique(groups)),
        seed,
        published or {},
    )


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What all rows have in common."""

    truth: Labels
    primary: str
    groups: Labels | None
    level: float
    seed: int


def unsure(value: float) -> Measured:
    """A value without an interval."""
    return Measured(value, float("nan"), float("nan"), "printed")


def order(row: ClassRow, primary: str) -> tuple[bool, float]:
    """Best first, undefined last."""
    value = row.cells[primary].value
    return bool(np.isnan(value)), -value


def measured(how: Asked, name: str, answer: ClassAnswer) -> ClassRow:
    """A row without a rank."""
    cells = classes.measure(
        how.truth, answer.labels, groups=how.groups, level=how.level, seed=how.seed
    )
    if not answer.named:
        cells = {
            key: cell if label_free(key) else unsure(float("nan")) for key, cell in cells.items()
        }
    blind = blind_classes.null(how.truth, answer.labels, seed=how.seed)[how.primary]
    return ClassRow(
        name, answer.kind, answer.knowledge, cells, ClassTable.of(how.truth, answer.labels), blind
    )


def label_free(key: str) -> bool:
    """Whether a metric does not ask what labels are called."""
    return METRICS[key].of_pairs or key == "matched_accuracy"


def compared(
    how: Asked, rows: Sequence[ClassRow], answers: Mapping[str, ClassAnswer]
) -> list[ClassRow]:
    """The rows, those of runs with rank, letters and a p-value against guessed labels."""
    runs = sorted((row for row in rows if row.is_run), key=lambda row: order(row, how.primary))
    others = [row for row in rows if not row.is_run]
    values = np.array([row.cells[how.primary].value for row in runs])
    undefined = np.isnan(values)
    apart = pairs(how, [answers[row.name].labels for row in runs], undefined)
    marks = letters.letters(letters.groups(apart, how.level), len(runs))
    p_chance = multiple.holm(
        [np.nan if gone or row.blind is None else row.blind.p_value
         for row, gone in zip(runs, undefined, strict=True)]
    )  # fmt: skip
    distinct = apart <= 1 - how.level
    compared_rows = []
    for at, row in enumerate(runs):
        better = distinct[at] & (values > values[at])
        worse = distinct[at] & (values < values[at])
        ranked = not undefined[at]
        compared_rows.append(
            replace(
                row,
                rank=1 + int((values > values[at]).sum()) if ranked else None,
                rank_low=1 + int(better.sum()) if ranked else None,
                rank_high=int((~undefined).sum() - worse.sum()) if ranked else None,
                groups=marks[at] if ranked else (),
                p_chance=float(p_chance[at]),
                told_from_chance=bool(p_chance[at] <= 1 - how.level) if ranked else None,
            )
        )
    return [*compared_rows, *others]


def pairs(how: Asked, labels: Sequence[Labels], undefined: NDArray[np.bool_]) -> Values:
    """P-values of all pairs, adjusted (Holm): (runs, runs), NaN on the diagonal.

    Parameters
    ----------
    undefined : (runs,), of which the metric says nothing: no test
    """
    n = len(labels)
    adjusted = np.full((n, n), np.nan)
    rows, columns = np.triu_indices(n, 1)
    metric = METRICS[how.primary].of_tables
    values = [
        np.nan
        if undefined[[a, b]].any()
        else swap_classes.p_value(
            how.truth, labels[a], labels[b], metric, groups=how.groups, seed=how.seed
        )
        for a, b in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
    adjusted[rows, columns] = adjusted[columns, rows] = multiple.holm(values) if n > 1 else []
    return adjusted


def of_invalid(names: Iterable[str]) -> list[ClassRow]:
    """Runs that could not be read: nothing is measured, and there is no rank."""
    nothing = {key: Measured(np.nan, np.nan, np.nan, "") for key in METRICS}
    return [ClassRow(name, Kind.INVALID, "", nothing) for name in names]


def trivial(how: Asked) -> list[ClassRow]:
    """Everything called the largest class, and classes drawn at random, with a range."""
    names, sizes = np.unique(how.truth, return_counts=True)
    largest = np.full(len(how.truth), names[np.argmax(sizes)])
    one = measured(how, ONE_CLASS, ClassAnswer(largest, Kind.TRIVIAL))
    rng = np.random.default_rng(how.seed)
    tables = np.stack([rng.multinomial(size, np.full(len(names), 1 / len(names)), TOSSES)
                       for size in sizes], axis=1).astype(np.float64)  # fmt: skip
    tail = (1 - how.level) / 2
    cells = {}
    for key, metric in METRICS.items():
        values = metric.of_tables(tables)
        low, high = np.quantile(values, [tail, 1 - tail])
        cells[key] = Measured(float(values.mean()), float(low), float(high), "range of tosses")
    return [replace(one, blind=None), ClassRow(COIN, Kind.TRIVIAL, "", cells)]
