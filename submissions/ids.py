"""Ids of the images that a run must answer for, and which of them a wrong id may mean."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable

from submissions.edition import Edition, split_number
from submissions.errors import RunFileError
from submissions.names import FileNames, has_extension, without_extension
from submissions.problems import quoted
from submissions.table import HEADER_WORDS

SEARCHED = 20_000
"""Ids among which the closest match is sought; more would take seconds per line."""


class Ids:
    """The ids of a test set as an edition's run file writes them.

    Parameters
    ----------
    image_ids : ids or names of files, whichever are known; of `FileNames` the ids are certain
    lenient : take what a list without file names leaves open, as for scoring: any ending of an
        image where the edition writes one, and a name exactly as the list writes it

    Raises
    ------
    RunFileError
        No id, one that is no text, or two ids that the run file would write alike.
    """

    def __init__(
        self, image_ids: Iterable[str], edition: Edition, *, lenient: bool = False
    ) -> None:
        self.edition = edition
        self.lenient = lenient
        self.tokens: list[str] = []
        self.image_ids: list[str] = []
        self.index: dict[str, int] = {}
        self._open: dict[str, int] = {}  # what `lenient` takes
        if isinstance(image_ids, (str, bytes)):
            raise RunFileError(f"ids: one text, {image_ids!r}; give a list of ids")
        certain = image_ids if isinstance(image_ids, FileNames) else None
        for image_id in image_ids:
            if not isinstance(image_id, str):
                raise RunFileError(f"ids: {image_id!r} is no text; give each id as text")
            file_name = None if certain is None else certain[image_id]
            token = edition.token(image_id, file_name)
            if token in self.index:
                raise RunFileError(
                    f"ids: {quoted(image_id)} comes twice (a run file would write {quoted(token)} "
                    "for both); give each id once"
                )
            self.index[token] = len(self.tokens)
            if not edition.extension_in_id or file_name:
                self._open.setdefault(file_name or image_id, len(self.tokens))
            elif not has_extension(image_id) or certain is not None:
                self._open.setdefault(image_id, len(self.tokens))
            self.tokens.append(token)
            self.image_ids.append(image_id if certain is not None else edition.image_id(token))
        if not self.tokens:
            raise RunFileError("ids: no id; a run needs at least one image")
        self._meant: dict[tuple[str, str], int] | None = None

    def __len__(self) -> int:
        return len(self.tokens)

    def accepted(self, token: str) -> int | None:
        """Index of the id that a lenient reader takes another way of writing for; else None."""
        if not self.lenient:
            return None
        return self._open.get(without_extension(token) if self.edition.extension_in_id else token)

    def image_id(self, token: str) -> str:
        """The image id that a token stands for."""
        index = self.index.get(token)
        return self.edition.image_id(token) if index is None else self.image_ids[index]

    def meant(self, token: str) -> int | None:
        """Index of the one id that differs in extension, padding or case only; None if not one."""
        if self._meant is None:
            self._meant = {}
            for i, token_known in enumerate(self.tokens):
                key = _loose(token_known)
                self._meant[key] = -1 if key in self._meant else i
        index = self._meant.get(_loose(token), -1)
        return None if index < 0 else index

    def closest(self, token: str) -> str | None:
        """The most similar id, if any is similar."""
        if len(self.tokens) > SEARCHED:
            return None
        matches = difflib.get_close_matches(token, self.tokens, 1, 0.8)
        return matches[0] if matches else None


def _loose(token: str) -> tuple[str, str]:
    before, digits = split_number(without_extension(token).casefold())
    return before, str(int(digits)) if digits else ""


def difference(token: str, right: str) -> str:
    """In words, how an id differs from the one it stands for."""
    causes = []
    if has_extension(token) and not has_extension(right):
        causes.append("the file extension does not belong in the id")
    elif has_extension(right) and not has_extension(token):
        causes.append(f"the file extension {right[right.rindex('.') :]!r} belongs to the id")
    elif token[len(without_extension(token)) :] != right[len(without_extension(right)) :]:
        causes.append("the file extension differs")
    bare, want = without_extension(token), without_extension(right)
    if len(split_number(bare)[1]) != len(split_number(want)[1]):
        causes.append("the number is padded differently")
    if split_number(bare)[0] != split_number(want)[0]:
        causes.append("upper and lower case differ")
    return " and ".join(causes) or "it is written differently"


def read(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Ids from a text file, one per line; of a line with columns the first.

    Raises
    ------
    RunFileError
        Not readable as UTF-8 text, or without any id.
    """
    try:
        with open(path, encoding="utf-8-sig") as lines:  # noqa: PTH123 - carried to Python 3.9
            ids = [re.split(r"[,;\t]", line)[0].strip() for line in lines if line.strip()]
    except UnicodeDecodeError:
        raise RunFileError(f"{path}: ids are not UTF-8 text; one id a line") from None
    except OSError as error:
        raise RunFileError(f"{path}: cannot read the ids: {error.strerror}") from None
    if ids and HEADER_WORDS.fullmatch(ids[0]):
        ids = ids[1:]
    if not ids:
        raise RunFileError(f"{path}: no id; write one per line")
    return tuple(ids)
