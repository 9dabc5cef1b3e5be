"""Which columns of a table are of files and of patients, by their names."""

import re
from collections.abc import Sequence
from pathlib import Path

from clefgan.errors import ClefganError
from submissions.problems import quoted

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
    option = {"files": "--file-column", "patients": "--patient-column"}[what]
    for names in known:
        matches = [i for i, name in enumerate(columns) if normal(name) in names and i != but]
        if len(matches) > 1 and what == "patients":
            pair = " and ".join(repr(columns[i]) for i in matches[:2])
            raise ClefganError(
                f"{path}: columns {pair} may both be the {what}; name one with {option}"
            )
        if matches:
            return min(matches, key=lambda i: names.index(normal(columns[i]))), True
    if len(columns) == 2 and but is not None:
        return 1 - but, True
    raise ClefganError(
        f"{path}: no column is known to hold the {what}; its columns are {listed_names}; "
        f"name one with {option}"
    )


def normal(name: str) -> str:
    """A column's name in small letters, words parted by `_`."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
