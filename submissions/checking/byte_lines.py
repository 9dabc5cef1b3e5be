"""A file's lines, in constant memory, whatever the file is."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class Readable(Protocol):
    """All that is asked of a stream."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty at the end."""
        ...


CHUNK = 1 << 20
LONGEST = 4096
"""Bytes in a line; no id is near that long."""

MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"%PDF", "a PDF file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x80\x04", "a Python pickle"),
)
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class Opening:
    """What a file's first bytes say.

    encoding : `utf-8`, `utf-16-le` or `utf-16-be`
    bom : whether a byte order mark comes first
    what : what the file is if it is no text, else empty
    """

    encoding: str
    bom: bool
    what: str


def look(head: bytes) -> Opening:
    """Tell text from what is not, by the first bytes (some hundreds suffice)."""
    for start, encoding in _UTF16.items():
        if head.startswith(start):
            return Opening(encoding, True, "")
    if head.startswith(codecs.BOM_UTF8):
        return Opening("utf-8", True, "")
    for start, what in MAGIC:
        if head.startswith(start):
            return Opening("utf-8", False, what)
    if b"\0" in head and len(head) < 8:
        return Opening("utf-8", False, "a binary file")
    if b"\0" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        half = len(head) // 2
        if odd > 0.8 * half and even < 0.1 * half:
            return Opening("utf-16-le", False, "")
        if even > 0.8 * half and odd < 0.1 * half:
            return Opening("utf-16-be", False, "")
        return Opening("utf-8", False, "a binary file")
    return Opening("utf-8", False, "")


def split(
    stream: Readable, head: bytes = b"", chunk_size: int = CHUNK
) -> Iterator[tuple[int, bytes | None, bytes]]:
    r"""Each line as (number from 1, content, line end); content None where it is too long.

    The line end is `\n`, `\r\n`, `\r`, or empty at the end of the file.
    """
    number, rest, skipping = 0, b"", False
    chunk = head or stream.read(chunk_size)
    while chunk:
        following = stream.read(chunk_size)
        rest += chunk
        if rest.endswith(b"\r") and following:  # the \n may come with the next chunk
            following = b"\r" + following
            rest = rest[:-1]
        pieces = rest.splitlines(keepends=True)
        rest = b""
        if pieces and following and pieces[-1][-1:] not in (b"\n", b"\r"):
            rest = pieces.pop()
        for piece in pieces:
            content = piece.rstrip(b"\r\n")
            number += 1
            too_long = skipping or len(content) > LONGEST
            yield number, None if too_long else content, piece[len(content) :]
            skipping = False
        if len(rest) > LONGEST:
            rest, skipping = b"x", True  # what it holds no longer matters
        chunk = following
    if skipping:
        yield number + 1, None, b""


class Transcoded:
    """A UTF-16 stream read as UTF-8; what is not UTF-16 becomes U+FFFD."""

    def __init__(self, stream: Readable, head: bytes, encoding: str) -> None:
        self._stream, self._head = stream, head
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def read(self, size: int = CHUNK) -> bytes:
        """Up to about `size` bytes; empty at the end."""
        while True:
            raw, self._head = self._head or self._stream.read(size), b""
            text = self._decoder.decode(raw, final=not raw)
            if text or not raw:
                return text.encode("utf-8", "replace")
