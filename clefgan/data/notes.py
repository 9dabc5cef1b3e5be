"""Sentences on what was done to images and where patients come from: with names, and without."""

from typing import Self


class Note(str):
    """A sentence for the house that names files; `public` is the same without the names.

    A file that is no image, or a row of a table, may be called after a patient.
    """

    __slots__ = ("public",)
    public: str

    def __new__(cls, text: str, public: str) -> Self:
        """Both forms."""
        note = super().__new__(cls, text)
        note.public = public
        return note


def public(note: str) -> str:
    """A sentence without names."""
    return note.public if isinstance(note, Note) else note
