r"""The part of YAML that competition files use, read with line numbers and without a library.

Block mappings and lists, plain and quoted scalars, flow lists of scalars, block text (`|`, `>`),
comments. Anything else (anchors, tags, flow mappings, ...) is refused with its line, never guessed.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from submissions.errors import RunFileError

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#\[\]{}&*!|>%@`,:-][^:#]*?)\s*:(?:\s+|$)"""
)


@dataclass(frozen=True)
class Node:
    """A value and where it starts; `value` is a dict or a list of nodes, or a scalar."""

    value: Any
    line: int

    def get(self, key: str) -> Node | None:
        """The node of a key; None if absent, or if this is no mapping."""
        found: Node | None = self.value.get(key) if isinstance(self.value, dict) else None
        return found

    def items(self) -> list[Node]:
        """The nodes of a list; none if this is no list."""
        return self.value if isinstance(self.value, list) else []

    def plain(self) -> Any:
        """The value without line numbers, as a YAML library would return it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def read(text: str, where: str) -> Node:
    """Parse a document.

    Raises
    ------
    RunFileError
        `where:line: ...` for what is not understood.
    """
    return _Reader(text, where).document()


class _Reader:
    def __init__(self, text: str, where: str) -> None:
        self.where, self.raw = where, text.splitlines()
        self.lines = list(self._significant())
        self.at = 0

    def fail(self, line: int, message: str) -> NoReturn:
        raise RunFileError(f"{self.where}:{line}: {message}")

    def _significant(self) -> Iterator[tuple[int, int, str]]:
        """(line, indent, content) of what is neither blank nor a comment."""
        for number, line in enumerate(self.raw, 1):
            content = line.strip()
            if content and not content.startswith("#"):
                if "\t" in line[: len(line) - len(line.lstrip())]:
                    self.fail(number, "a tab; indent with spaces")
                yield number, len(line) - len(line.lstrip(" ")), content

    def document(self) -> Node:
        if self.lines and self.lines[0][2] == "---":
            self.at = 1
        if self.at >= len(self.lines):
            self.fail(1, "is empty")
        node = self._block(self.lines[self.at][1])
        if self.at < len(self.lines):
            self.fail(self.lines[self.at][0], "indented unlike the lines before it")
        return node

    def _block(self, indent: int) -> Node:
        number, _, content = self.lines[self.at]
        if content == "-" or content.startswith("- "):
            return self._list(indent)
        if _KEY.match(content):
            return self._mapping(indent)
        self.fail(number, f"neither `key: value` nor `- item`; got {content[:40]!r}")

    def _list(self, indent: int) -> Node:
        start, items = self.lines[self.at][0], []
        while self._here(indent) and re.match(r"-(\s|$)", self.lines[self.at][2]):
            number, _, content = self.lines[self.at]
            rest = content[1:].lstrip(" ")
            if not rest or rest.startswith("#"):
                self.at += 1
                items.append(self._nested(indent, number))
            elif _KEY.match(rest) or re.match(r"-(\s|$)", rest):
                inner = indent + len(content) - len(rest)
                self.lines[self.at] = (number, inner, rest)
                items.append(self._block(inner))
            else:
                self.at += 1
                items.append(self._scalar(rest, number, indent))
        return Node(items, start)

    def _mapping(self, indent: int) -> Node:
        start = self.lines[self.at][0]
        found: dict[str, Node] = {}
        while self._here(indent):
            number, _, content = self.lines[self.at]
            match = _KEY.match(content)
            if not match:
                break
            key = str(self._inline(match.group(1), number))
            if key in found:
                self.fail(number, f"key {key!r} again, after line {found[key].line}")
            rest = content[match.end() :]
            self.at += 1
            if not rest or rest.startswith("#"):
                found[key] = self._nested(indent, number, below_list=True)
            else:
                found[key] = self._scalar(rest, number, indent)
        return Node(found, start)

    def _here(self, indent: int) -> bool:
        return self.at < len(self.lines) and self.lines[self.at][1] == indent

    def _nested(self, indent: int, number: int, below_list: bool = False) -> Node:
        """What stands below a key or a dash; nothing is null."""
        if self.at < len(self.lines):
            _, inner, content = self.lines[self.at]
            if inner > indent or (below_list and inner == indent and content.startswith("- ")):
                return self._block(inner)
        return Node(None, number)

    def _scalar(self, text: str, number: int, indent: int) -> Node:
        if re.fullmatch(r"[|>][-+]?(\s+#.*)?", text):
            return Node(self._text(text, indent), number)
        if self.at < len(self.lines) and self.lines[self.at][1] > indent:
            self.fail(self.lines[self.at][0], "a value over several lines; quote it in one line")
        return Node(self._inline(text, number), number)

    def _text(self, style: str, indent: int) -> str:
        """Block text: every deeper line that follows."""
        first = self.lines[self.at - 1][0]
        last = first
        while last < len(self.raw) and (
            not self.raw[last].strip()
            or len(self.raw[last]) - len(self.raw[last].lstrip()) > indent
        ):
            last += 1
        body = self.raw[first:last]
        while self.at < len(self.lines) and self.lines[self.at][0] <= last:
            self.at += 1
        depth = min((len(b) - len(b.lstrip()) for b in body if b.strip()), default=0)
        text = "\n".join(line[depth:] for line in body).rstrip("\n")
        if style.startswith(">"):
            text = re.sub(r"(?<!\n)\n(?!\n)", " ", text)
        return text if style[1:2] == "-" or not text else text + "\n"

    def _inline(self, text: str, number: int) -> Any:
        """A scalar or a flow list of scalars on one line."""
        quoted = re.match(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""", text)
        if quoted:
            rest = text[quoted.end() :].strip()
            if rest and not rest.startswith("#"):
                self.fail(number, f"text after a quoted value: {rest[:40]!r}")
            return self._unquoted(quoted.group(), number)
        text = re.split(r"\s+#", text)[0].strip()
        if text.startswith("[") and text.endswith("]"):
            inner = text[1:-1].strip()
            if re.search(r"""["'\[\]{}]""", inner):
                self.fail(number, "a list of more than plain values; write one `- item` a line")
            return (
                [Node(_plain(each.strip()), number) for each in inner.split(",")] if inner else []
            )
        if text[0] in "[]{}&*!|>%@`\"'" or ": " in text:
            self.fail(number, f"{text[:40]!r} is not understood; write it plainly or in quotes")
        return _plain(text)

    def _unquoted(self, text: str, number: int) -> str:
        if text.startswith("'"):
            return text[1:-1].replace("''", "'")
        try:
            return str(json.loads(text))
        except ValueError:
            self.fail(number, f"{text[:40]!r} has an escape that is not understood")


def _plain(text: str) -> Any:
    """A plain scalar as YAML 1.1 reads it, as far as competition files need."""
    low = text.lower()
    if low in ("true", "yes", "on") and text in (low, low.title(), low.upper()):
        return True
    if low in ("false", "no", "off") and text in (low, low.title(), low.upper()):
        return False
    if text in ("~", "") or (low == "null" and text in (low, low.title(), low.upper())):
        return None
    if re.fullmatch(r"[-+]?(0|[1-9][0-9]*)", text):
        return int(text)
    if re.fullmatch(r"[-+]?[0-9]+\.[0-9]*", text):
        return float(text)
    date = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ]+(\d\d):(\d\d):(\d\d))?", text)
    if date:
        try:
            parts = [int(part) for part in date.groups() if part is not None]
            return datetime.datetime(*parts) if len(parts) > 3 else datetime.date(*parts)  # type: ignore[arg-type]
        except ValueError:
            return text
    return text
