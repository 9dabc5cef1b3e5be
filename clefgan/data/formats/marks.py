"""What a file carries beside its pixels that may lead to a person: identifiers, dates, texts.

DICOM elements at any depth, the EXIF, PNG, JPEG and TIFF fields of pictures, and the texts of a
NIfTI header. Values are for comparison and for nobody's eyes: no report may show one.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from clefgan.data.formats import kinds

PLACEHOLDERS = {
    "", "0", "1", "na", "n/a", "nan", "none", "null", "unknown", "anon", "anonymous", "anonymized",
    "anonymised", "deidentified", "de-identified", "removed", "redacted", "test", "phantom",
    "19000101", "19700101", "20000101",
}  # fmt: skip
SHORTEST_TEXT = 6  # letters of a text that is compared


class MarkKind(StrEnum):
    """What a mark is."""

    UID = "uid"
    IDENTITY = "identity"
    DATE = "date"
    PRIVATE = "private"
    TEXT = "text"


class Mark(NamedTuple):
    """One value: `element` is a standard's name for where it stands, or '' where it has none."""

    kind: MarkKind
    element: str
    value: str

    def key(self) -> tuple[str, str, str]:
        """What makes it the mark of another file too: an identifier counts in any element."""
        anywhere = self.kind in (MarkKind.UID, MarkKind.IDENTITY)
        return self.kind, "" if anywhere else self.element, self.value


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one file.

    burned_in : the header says that there is text in the pixels
    thumbnail : a second, small picture is in the file
    """

    values: frozenset[Mark] = field(default=frozenset(), repr=False)
    burned_in: bool = False
    thumbnail: bool = False


NO_MARKS = Marks()
READERS = {kinds.DICOM: "dicom_marks", kinds.PICTURE: "picture_marks", kinds.NIFTI: "nifti_marks"}
"""Format to its module here, imported where a file of it is read."""


def read(path: Path) -> Marks:
    """The marks of a file; none of a format that carries nothing beside its arrays.

    Raises
    ------
    ImageError
        The file is damaged.
    """
    kind = kinds.kind_of(path)
    if kind not in READERS:
        return NO_MARKS
    module = importlib.import_module(f"clefgan.data.formats.{READERS[kind]}")
    reader: Callable[[Path], Marks] = module.read
    return reader(path)


def tells(kind: MarkKind, value: str) -> bool:
    """Whether a value may lead to somebody: not a placeholder, nor too short to be told apart."""
    plain = value.strip().casefold()
    if plain in PLACEHOLDERS:
        return False
    return kind not in (MarkKind.TEXT, MarkKind.PRIVATE) or len(plain) >= SHORTEST_TEXT
