"""Leaderboards and class tables of editions of classes, as sheets."""

from dataclasses import replace
from math import isnan

from clefgan.errors import counted
from clefgan.report import sheet
from clefgan.report.class_part import ClassPart
from clefgan.report.sheet import Column, Entry, Holds, Line, Sheet
from clefgan.runs.classes import knows
from evaluation.boards.class_board import ClassRow, ClassTable
from evaluation.boards.rows import Kind
from evaluation.class_tables import METRICS

KNOWS = "What the method was given: A0 images, A1 real, A2 labels, A3 both"
BLIND = Column(
    "blind_95",
    "Guessed labels, 95%",
    Holds.MEASURE,
    help="95% quantile of the ranking metric of guessed (permuted) labels",
    short="Guess 95%",
)
LABS = (
    Column(
        "knows",
        "Knows, by labs",
        Holds.TEXT,
        help="By both labs: training data, only the network (texture), both or neither",
    ),
    Column(
        "lab_training",
        "Lab: training data",
        Holds.MEASURE,
        True,
        "Accuracy where nothing but the training data tells classes apart",
        "Lab: data",
    ),
    Column(
        "lab_texture",
        "Lab: texture",
        Holds.MEASURE,
        True,
        "Accuracy where nothing but texture tells classes apart",
    ),
)
FIGURES = {"recall": "Recall", "precision": "Precision", "f1": "F1", "specificity": "Specificity"}


def of(part: ClassPart) -> Sheet:
    """The leaderboard: every metric with its interval, and what the labs say."""
    board = part.board
    taken = {row.name for row in board.runs}
    columns = [column for column in sheet.FIXED if column.key not in ("knowledge", "comparable")]
    knowledge = replace(sheet.FIXED[3], help=KNOWS)
    measures = [
        Column(key, metric.label, Holds.MEASURE, True, metric.help, metric.brief)
        for key, metric in METRICS.items()
    ]
    unit = "" if board.n_groups is None else f" in {counted(board.n_groups, 'group')}"
    classes = counted(len(board.classes), "class", "classes")
    return Sheet(
        title=part.title,
        subtitle=f"{counted(board.n, 'image')} of {classes}{unit}",
        primary=board.primary,
        level=board.level,
        columns=(
            *columns[:3],
            knowledge,
            *columns[3:],
            *measures,
            BLIND,
            *(LABS if any(part.labs.values()) else ()),
            *(column for column, _ in part.extra),
        ),
        lines=tuple(line(part, row, name_of(row, taken)) for row in board.rows),
        notes=part.notes,
    )


def name_of(row: ClassRow, taken: set[str]) -> str:
    """The name; of a row that is no run and is called as one, with what it stands for."""
    return row.name if row.is_run or row.name not in taken else f"{row.name} ({row.kind})"


def line(part: ClassPart, row: ClassRow, title: str) -> Line:
    """One row."""
    nothing = float("nan")
    low, high = row.rank_low, row.rank_high
    measured = row.cells.get(part.board.primary)
    undefined = measured is None or isnan(measured.value)  # as of clusters, whose names say nothing
    entries = {
        "rank": Entry(row.rank, nothing if low is None else low, nothing if high is None else high),
        "run": Entry(title),
        "kind": Entry(row.kind.value),
        "knowledge": Entry(row.knowledge),
        "groups": Entry(("" if all(len(g) == 1 for g in row.groups) else " ").join(row.groups)),
        "p_chance": Entry(row.p_chance),
        "told_from_chance": Entry(row.told_from_chance),
        "blind_95": Entry(None if row.blind is None or undefined else row.blind.upper),
        **of_labs(part, row),
    }
    for key, cell in row.cells.items():
        entries[key] = Entry(cell.value, cell.low, cell.high, cell.how)
    for column, entry_of in part.extra:
        if row.name in entry_of and row.kind is not Kind.TRIVIAL:
            entries[column.key] = entry_of[row.name]
    return Line(title, row.kind, entries, beats_guessing=row.told_from_chance)


def of_labs(part: ClassPart, row: ClassRow) -> dict[str, Entry]:
    """What the labs say of a run or a shortcut."""
    labs = part.labs.get(row.name)
    if not labs or row.kind not in (Kind.RUN, Kind.SHORTCUT):
        return {}
    level, n = part.board.level, part.n_classes
    entries = {"knows": Entry(knows.meaning(labs, n, level))}
    for key, title in (("lab_training", knows.TRAINING), ("lab_texture", knows.TEXTURE)):
        ends = knows.interval(labs[title], n, level)
        entries[key] = Entry(labs[title], float(ends.low), float(ends.high), "Wilson")
    return entries


def tables(part: ClassPart) -> list[Sheet]:
    """The class table of every run, a sheet each."""
    return [
        class_table(row.name, row.table, part) for row in part.board.runs if row.table is not None
    ]


def class_table(name: str, table: ClassTable, part: ClassPart) -> Sheet:
    """A row a true class: how many of its images got each label, and its figures."""
    labels = {
        k: Column(f"called {table.names[k]}", table.names[k], Holds.WHOLE) for k in table.called
    }
    figures = [Column(key, title, Holds.MEASURE) for key, title in FIGURES.items()]
    lines = []
    for at in table.true:
        true = table.names[at]
        counts = {column.key: Entry(int(table.cells[at, k])) for k, column in labels.items()}
        values = {key: Entry(float(table.figures[key][at])) for key in FIGURES}
        lines.append(Line(true, Kind.RUN, {"class": Entry(true), **counts, **values}))
    return Sheet(
        title=f"{part.title}, classes of {name}" if part.title else f"Classes of {name}",
        subtitle="true class by row, label by column",
        primary="recall",
        level=part.board.level,
        columns=(Column("class", "True class", Holds.TEXT), *labels.values(), *figures),
        lines=tuple(lines),
    )
