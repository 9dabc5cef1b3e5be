"""What the ids of an edition look like, where nobody gave the ids themselves."""

from __future__ import annotations

import re

from submissions.checking.run_line import parse
from submissions.edition import Edition
from submissions.ids import Ids
from submissions.names import has_extension, without_extension
from submissions.table import HEADER_WORDS

_PLAIN = re.compile(r"[A-Za-z0-9_.()+-]+(?: [A-Za-z0-9_.()+-]+)*")


class Shape:
    """The form of an edition's ids in run files."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._id = re.compile(edition.id_pattern)

    def right(self, token: str) -> str:
        """The id with its extension put on or taken off as the edition asks."""
        return self.edition.token(token)

    def fits(self, token: str) -> bool:
        """Whether an id is well formed."""
        if has_extension(token) is not self.edition.extension_in_id or not _PLAIN.fullmatch(token):
            return False
        bare = without_extension(token) if self.edition.extension_in_id else token
        return self._id.fullmatch(bare) is not None

    def is_header(self, text: str, known: Ids | None) -> bool:
        """Whether a first line names columns instead of answering for an image."""
        parsed = parse(text, self.edition)
        token = parsed.token
        if not token or (
            known is not None and (token in known.index or known.meant(token) is not None)
        ):
            return False
        if HEADER_WORDS.fullmatch(token):
            return True
        words = (re.fullmatch(r"[A-Za-z_ ]+", cell) for cell in text.split(self.edition.delimiter))
        return bool(parsed.written) and parsed.label is None and all(words)
