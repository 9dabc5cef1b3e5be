"""Marks of a NIfTI file: the texts of its header, and of extensions in it."""

from pathlib import Path
from typing import Any

from clefgan.data.formats.marks import Mark, MarkKind, Marks, tells
from clefgan.data.formats.nifti import opened

FIELDS = ("descrip", "aux_file", "intent_name", "db_name")


def read(path: Path) -> Marks:
    """The marks of one file; its values are not read.

    Raises
    ------
    ImageError
        The file is damaged.
    """
    header: Any = opened(path).header
    texts = [(name, header[name].item()) for name in FIELDS if name in header]
    texts += [("extension", extension.get_content()) for extension in header.extensions]
    texts_marked = (Mark(MarkKind.TEXT, name, as_text(value)) for name, value in texts)
    return Marks(frozenset(mark for mark in texts_marked if tells(mark.kind, mark.value)))


def as_text(value: Any) -> str:
    """A field or the content of an extension as text; a DICOM header is all its lines."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.strip("\0 \n")
