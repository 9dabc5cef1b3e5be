"""A table of images and patients with any columns: which is which, and whose each image is.

The columns are given or told by their names, and `said` says which were taken. A table of two
columns may lack the line of names. Files may be named with or without folders and endings. A cell
that is empty, or says that nothing is known (`nan`, `unknown`, `-`), is never a patient.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from clefgan.data.patient_columns import FILES, LAST_RESORT, PATIENTS, column, normal
from clefgan.data.patient_rows import PLURALS, NamedImage, Owners, TableLine, parts
from clefgan.errors import ClefganError
from submissions import RunFileError
from submissions import table as text_tables
from submissions.table import names_nobody

NOBODY = "(patient not known)"

WhenUnknown: TypeAlias = Literal["refuse", "own"]
"""What to do where a table gives no patient: raise, or make each image a patient of its own."""


class Matched(NamedTuple):
    """Set to id to patient, and sentences on what was taken and passed over."""

    groups: Mapping[str, Mapping[str, str]]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatientTable:
    """Rows of images and patients.

    said : which columns were taken, and whether they were guessed
    named : whether it has a line of column names
    what : of an image, `patient` or `stratum`
    """

    path: Path
    lines: tuple[TableLine, ...]
    said: str
    named: bool = True
    what: str = "patient"

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
        owners = Owners(self.path, self.lines, self.said, self.what)
        matched: dict[str, dict[str, TableLine]] = {name: {} for name in sets}
        for name, images in sets.items():
            for image in images:
                line = owners.line_of(name, image)
                if line is not None:
                    matched[name][image.id] = line
        if not self.named:
            owners.refuse_first()
        owners.check(sum(len(lines) for lines in sets.values()))
        if unknown == "refuse":
            owners.refuse_unknown()
        groups = {
            name: {key: line.patient or f"{key} {NOBODY}" for key, line in lines.items()}
            for name, lines in matched.items()
        }
        return Matched(groups, (f"{self.said}.", *owners.notes()))

    def n_known(self, images: Sequence[NamedImage]) -> int:
        """How many of the images have a row."""
        owners = Owners(self.path, self.lines, self.said)
        return sum(bool(owners.fitting(image)) for image in images)


def read(
    path: Path,
    *,
    file_column: str | None = None,
    patient_column: str | None = None,
    what: str = "patient",
) -> PatientTable:
    """Read a table of images and patients.

    Parameters
    ----------
    path : a CSV with any columns, separated by comma, semicolon, tab or bar
    file_column, patient_column : their names; told from the names of all columns if not given
    what : what the second column holds, `patient` or `stratum`

    Raises
    ------
    ClefganError
        No such file, no text, or columns that cannot be told.
    """
    rows = rows_of(path)
    names = [normal(name) for name in rows[0][1]]
    headed = bool({*names} & {*FILES, *PATIENTS, *LAST_RESORT}) or file_column or patient_column
    if not headed:
        return PatientTable(path, lines_of(path, rows, 0, 1), bare(path, rows), named=False)
    if len(rows) == 1:
        raise ClefganError(
            f"{path}: has a line of column names and no row below it; give a row for each image"
        )
    columns = list(rows[0][1])
    file, guessed_file = column(path, columns, file_column, [FILES], "files")
    patient, guessed_patient = column(
        path, columns, patient_column, [PATIENTS, LAST_RESORT], "patients", but=file
    )
    guesses = [
        name for name, guess in (("files", guessed_file), ("patients", guessed_patient)) if guess
    ]
    said = (
        f"{path.name}: files in column {columns[file]!r}, {PLURALS[what]} in column "
        f"{columns[patient]!r}" + (f" ({' and '.join(guesses)} guessed)" if guesses else "")
    )
    return PatientTable(path, lines_of(path, rows[1:], file, patient), said, what=what)


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
