"""A table of images and patients with any columns: which is which, and whose each image is.

The columns are given or told by their names, and `said` says which were taken. A table of two
columns may lack the line of names. Files may be named with or without folders and endings. A cell
that is empty, or says that nothing is known (`nan`, `unknown`, `-`), is never a patient.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple, TypeAlias

from clefgan.data.formats import kinds
from clefgan.data.listing import NAMED, natural_key
from clefgan.errors import ClefganError
from submissions import RunFileError
from submissions import table as text_tables
from submissions.problems import quoted
from submissions.table import names_nobody

FILES = (
    "file", "filename", "file_name", "file_path", "filepath", "path", "image", "image_file",
    "image_path", "image_name", "image_id", "imageid", "img", "dicom", "id", "name",
)  # fmt: skip
PATIENTS = (
    "patient", "patient_id", "patientid", "patient_no", "patient_number", "pid", "subject",
    "subject_id", "subjectid", "person", "person_id", "participant", "participant_id", "case",
    "case_id", "mrn",
)  # fmt: skip
LAST_RESORT = ("group", "group_id")  # of a trial's arms as often as of patients
NOBODY = "(patient not known)"

WhenUnknown: TypeAlias = Literal["refuse", "own"]
"""What to do where a table gives no patient: raise, or make each image a patient of its own."""


class NamedImage(NamedTuple):
    """An image by its id and its file, None where it is in no file of its own."""

    id: str
    file: Path | None = None


class TableLine(NamedTuple):
    """One row: its number in the file, the image's name in parts as written, and the patient."""

    number: int
    name: tuple[str, ...]
    patient: str


class Matched(NamedTuple):
    """Set to id to patient, and sentences on what was taken and passed over."""

    groups: Mapping[str, Mapping[str, str]]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatientTable:
    """Rows of images and patients.

    said : which columns were taken, and whether they were guessed
    """

    path: Path
    lines: tuple[TableLine, ...]
    said: str

    def match(
        self, sets: Mapping[str, Sequence[NamedImage]], *, unknown: WhenUnknown = "refuse"
    ) -> Matched:
        """Find the patient of every image.

        Raises
        ------
        ClefganError
            An image without a row or with two patients, a row that fits several files, or a
            patient that is not known.
        """
        owners = Owners(self)
        matched: dict[str, dict[str, TableLine]] = {name: {} for name in sets}
        for name, images in sets.items():
            for image in images:
                line = owners.line_of(name, image)
                if line is not None:
                    matched[name][image.id] = line
        owners.check(sum(len(lines) for lines in sets.values()))
        if unknown == "refuse":
            owners.refuse_unknown()
        groups = {
            name: {key: line.patient or f"{key} {NOBODY}" for key, line in lines.items()}
            for name, lines in matched.items()
        }
        return Matched(groups, (f"{self.said}.", *owners.notes()))


class Owners:
    """Which row is of which image, and what does not fit."""

    def __init__(self, table: PatientTable) -> None:
        self.table = table
        self.by_last: dict[str, list[TableLine]] = defaultdict(list)
        for line in table.lines:
            for last in {line.name[-1], kinds.stem(line.name[-1])}:
                self.by_last[last].append(line)
        self.files: dict[int, set[tuple[str, str]]] = defaultdict(set)  # line to what it fits
        self.missing: list[str] = []
        self.contradicted: list[tuple[str, TableLine, TableLine]] = []

    def line_of(self, set_name: str, image: NamedImage) -> TableLine | None:
        """The row of an image; what is wrong is kept for `check`."""
        lines = self.fitting(image)
        if not lines:
            self.missing.append(image.id)
            return None
        other = next((line for line in lines if line.patient != lines[0].patient), None)
        if other is not None:
            self.contradicted.append((image.id, lines[0], other))
        for line in lines:
            self.files[line.number].add((set_name, str(image.file or image.id)))
        return lines[0]

    def fitting(self, image: NamedImage) -> list[TableLine]:
        """Rows whose name ends the path of an image, else those that end with its id.

        A name that is right as it is written goes before one that is right without its ending:
        `scan.jpg` is the image `scan.jpg.png` before it is `scan.png`.
        """
        own = parts(image.id)
        names = [own]
        if image.file is not None:
            folder = image.file.parent.parts
            names = [(*folder, own[-1]), (*folder, kinds.stem(image.file.name))]
            names.append((*folder, image.file.name))
        lines = {line: None for name in names for line in self.by_last[name[-1]]}
        as_written = [line for line in lines if any(ends(name, line.name) for name in names)]
        cut = [line for line in lines if any(ends(name, stem(line.name)) for name in names)]
        return as_written or cut or [line for line in lines if ends(stem(line.name), own)]

    def check(self, n_images: int) -> None:
        """Raise what does not fit, each kind with a count.

        Raises
        ------
        ClefganError
            There is something.
        """
        path = self.table.path
        if self.missing:
            raise ClefganError(
                f"{path}: {len(self.missing)} of {n_images} images have no row: "
                f"{listed(self.missing)}; every image needs a patient ({self.table.said})"
            )
        if self.contradicted:
            name, one, other = self.contradicted[0]
            raise ClefganError(
                f"{path}: {len(self.contradicted)} images have two patients, such as {name!r} in "
                f"lines {one.number} and {other.number}; keep one"
            )
        several = [line for line in self.table.lines if len(self.files[line.number]) > 1]
        if several:
            line = several[0]
            places = " and ".join(
                f"{name!r} of {where}" if Path(name).parent == Path() else repr(name)
                for where, name in sorted(self.files[line.number])[:2]
            )
            raise ClefganError(
                f"{path}: {len(several)} rows fit several images, such as line {line.number}, "
                f"which fits {places}; give their folders too"
            )

    def unknown(self) -> list[TableLine]:
        """Rows of images here that give no patient."""
        return [line for line in self.table.lines if self.files[line.number] and not line.patient]

    def refuse_unknown(self) -> None:
        """Raise if a row of an image gives no patient.

        Raises
        ------
        ClefganError
            One does.
        """
        lacking = self.unknown()
        if lacking:
            raise ClefganError(
                f"{self.table.path}: {len(lacking)} rows give no patient, such as line "
                f"{lacking[0].number} ({quoted('/'.join(lacking[0].name))}); fill them in"
            )

    def notes(self) -> list[str]:
        """Sentences on rows of no image, and on patients that are not known."""
        notes = []
        spare = [line for line in self.table.lines if not self.files[line.number]]
        if spare:
            notes.append(
                f"{self.table.path.name}: {len(spare)} of {len(self.table.lines)} rows are of no "
                f"image here, such as line {spare[0].number} ({quoted('/'.join(spare[0].name))})."
            )
        if lacking := len(self.unknown()):
            notes.append(
                f"{self.table.path.name}: {lacking} rows give no patient, so each of their "
                "images is taken for a patient of its own."
            )
        return notes


def read(
    path: Path, *, file_column: str | None = None, patient_column: str | None = None
) -> PatientTable:
    """Read a table of images and patients.

    Parameters
    ----------
    path : a CSV with any columns, separated by comma, semicolon, tab or bar
    file_column, patient_column : their names; told from the names of all columns if not given

    Raises
    ------
    ClefganError
        No such file, no text, or columns that cannot be told.
    """
    rows = rows_of(path)
    names = [normal(name) for name in rows[0][1]]
    headed = bool({*names} & {*FILES, *PATIENTS, *LAST_RESORT}) or file_column or patient_column
    if not headed:
        return PatientTable(path, lines_of(path, rows, 0, 1), bare(path, rows))
    columns = list(rows[0][1])
    file, guessed_file = column(path, columns, file_column, [FILES], "files")
    patient, guessed_patient = column(
        path, columns, patient_column, [PATIENTS, LAST_RESORT], "patients", but=file
    )
    guesses = [
        name for name, guess in (("files", guessed_file), ("patients", guessed_patient)) if guess
    ]
    said = (
        f"{path.name}: files in column {columns[file]!r}, patients in column {columns[patient]!r}"
        + (f" ({' and '.join(guesses)} guessed)" if guesses else "")
    )
    return PatientTable(path, lines_of(path, rows[1:], file, patient), said)


def names_patients(path: Path) -> bool:
    """Whether a table has named columns, and one of them is of patients."""
    names = {normal(name) for name in rows_of(path)[0][1]}
    return bool(names & {*FILES}) and bool(names & {*PATIENTS, *LAST_RESORT})


def rows_of(path: Path) -> list[tuple[int, list[str]]]:
    """The lines of a table that are not empty, each with its number.

    Raises
    ------
    ClefganError
        No such file, no text, or no line.
    """
    with as_clefgan_error():
        rows = [(row.line, list(row.cells)) for row in text_tables.rows(path)]
    if not rows:
        raise ClefganError(f"{path}: is empty; give a table of images and patients")
    return rows


def column(
    path: Path,
    columns: Sequence[str],
    asked: str | None,
    known: Sequence[Sequence[str]],
    what: str,
    but: int | None = None,
) -> tuple[int, bool]:
    """Index of a column, and whether it was guessed.

    Raises
    ------
    ClefganError
        No such column, none that can be told, or several.
    """
    listed_names = ", ".join(map(quoted, columns[:20]))
    if asked is not None:
        matches = [i for i, name in enumerate(columns) if normal(name) == normal(asked)]
        if len(matches) != 1:
            count = "no column" if not matches else f"{len(matches)} columns"
            raise ClefganError(f"{path}: {count} {asked!r}; its columns are {listed_names}")
        return matches[0], False
    for names in known:
        matches = [i for i, name in enumerate(columns) if normal(name) in names and i != but]
        if len(matches) > 1 and what == "patients":
            pair = " and ".join(repr(columns[i]) for i in matches[:2])
            raise ClefganError(f"{path}: columns {pair} may both be the {what}; name one")
        if matches:
            return min(matches, key=lambda i: names.index(normal(columns[i]))), True
    if len(columns) == 2 and but is not None:
        return 1 - but, True
    raise ClefganError(
        f"{path}: no column is known to hold the {what}; its columns are {listed_names}; name one"
    )


def lines_of(
    path: Path, rows: Sequence[tuple[int, Sequence[str]]], file: int, patient: int
) -> tuple[TableLine, ...]:
    """The rows as images and patients.

    Raises
    ------
    ClefganError
        A row that is too short, or names no file.
    """
    short = [number for number, row in rows if len(row) <= max(file, patient) or not row[file]]
    if short:
        raise ClefganError(
            f"{path}:{short[0]}: {len(short)} of {len(rows)} rows lack a file or a column; need a "
            "file and a patient in each"
        )
    return tuple(
        TableLine(number, parts(row[file]), "" if names_nobody(row[patient]) else row[patient])
        for number, row in rows
    )


def bare(path: Path, rows: Sequence[tuple[int, Sequence[str]]]) -> str:
    """Say how a table without names of columns is read.

    Raises
    ------
    ClefganError
        It has not two columns.
    """
    wrong = next((number for number, row in rows if len(row) != 2), None)
    if wrong is not None:
        raise ClefganError(
            f"{path}:{wrong}: need a line of column names, or two columns, file and patient; got "
            f"{[cell[:30] for cell in dict(rows)[wrong][:5]]}"
        )
    return f"{path.name}: no line of names, so files in the first column, patients in the second"


@contextmanager
def as_clefgan_error() -> Iterator[None]:
    """Turn an error of `submissions` into one of ours."""
    try:
        yield
    except RunFileError as error:
        raise ClefganError(str(error)) from error


def parts(name: str) -> tuple[str, ...]:
    """A name as folders and file: `C:/x/b.nii.gz` is `x`, `b.nii.gz`."""
    path = PurePosixPath(re.sub(r"^[A-Za-z]:", "", name.replace("\\", "/")))
    folders = [part for part in path.parts[:-1] if part not in ("/", ".", "..")]
    return *folders, path.name


def stem(name: tuple[str, ...]) -> tuple[str, ...]:
    """A name in parts without the ending of its file, cut once."""
    return *name[:-1], kinds.stem(name[-1])


def ends(whole: tuple[str, ...], end: tuple[str, ...]) -> bool:
    """Whether `whole` ends with `end`."""
    return len(end) <= len(whole) and whole[len(whole) - len(end) :] == end


def normal(name: str) -> str:
    """A column's name in small letters, words parted by `_`."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def listed(names: Sequence[str]) -> str:
    """`'a', 'b', 'c' and 4 more`."""
    first = sorted(names, key=natural_key)[:NAMED]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(map(quoted, first)) + more
