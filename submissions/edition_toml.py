"""One table of a TOML file on its way to an edition: types, ranges, and where a fault is."""

import difflib
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from submissions import contradictions
from submissions.edition import KNOWLEDGE, ROLES, Edition
from submissions.errors import RunFileError

_MOST_IDS = 1_000_000
_GRADES = ("verified", "printed", "inferred", "not_found")
_CHOICES = {
    "task": ("membership", "attribution"),
    "container": ("csv", "zip"),
    "knowledge": KNOWLEDGE,
}
_KINDS: dict[str, tuple[type, str]] = {
    "title": (str, "text"),
    "task": (str, "text"),
    "folders": (dict, "a table of role = [names]"),
    "id_pattern": (str, "text (a regular expression)"),
    "id_range": (list, "a list of the first and the last id, or an empty one"),
    "n_test": (int, "a whole number, 0 where not known"),
    "extension_in_id": (bool, "true or false"),
    "extension": (str, "text such as '.png'"),
    "header": (list, "a list of column names, empty for no header"),
    "delimiter": (str, "one character"),
    "labels": (list, "a list of texts"),
    "n_classes": (int, "a whole number"),
    "container": (str, "text"),
    "member": (str, "text (a file name)"),
    "metric": (str, "text"),
    "higher_is_better": (bool, "true or false"),
    "max_runs": (int, "a whole number, 0 for no limit"),
    "balanced": (bool, "true or false"),
    "knowledge": (str, "text: 'S0', 'S1', 'S2' or 'S3'"),
}
FIELDS = tuple(_KINDS)


class Table:
    """One table of a TOML file on its way to an `Edition`."""

    def __init__(
        self, where: str, text: str, table: dict[str, Any], name: str, base: Edition | None
    ) -> None:
        self.where, self.lines, self.table, self.name = where, text.splitlines(), table, name
        self.base = base

    def fail(self, key: str, message: str) -> NoReturn:
        """Raise with the file, and the line that sets the key."""
        line, message = _line_of(self.lines, key), _cut(message)
        raise RunFileError(
            f"{self.where}:{line}: {message}" if line else f"{self.where}: {message}"
        )

    def edition(self) -> Edition:
        """Build it, or raise with file, line and key."""
        grades = self._grades(self.table.pop("certainty", {}))
        for key, value in self.table.items():
            self._known(key, FIELDS)
            kind, words = _KINDS[key]
            if type(value) is not kind:
                self.fail(key, f"{key!r} must be {words}; got {value!r}")
        values = {field: getattr(self.base, field) for field in FIELDS} if self.base else {}
        values |= {key: getattr(self, f"_{key}", _same)(value) for key, value in self.table.items()}
        missing = [field for field in FIELDS if field not in values]
        if missing:
            raise RunFileError(
                f"{self.where}: no {missing[0]!r}; give it, or start from an edition with "
                'base = "2023"'
            )
        certainty = dict(self.base.certainty) if self.base else {}
        certainty |= dict.fromkeys(self.table, "given") | grades
        edition = Edition(name=self.name, certainty=certainty, **values)
        self._agree(edition)
        return edition

    def _known(self, key: str, known: tuple[str, ...]) -> None:
        if key not in known:
            close = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
            self.fail(key, f"unknown key {key!r}; {hint}")

    def _texts(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
            self.fail(key, f"{key!r} must be a list of texts; got {value!r}")
        return tuple(value)

    def _grades(self, table: Mapping[str, Any]) -> dict[str, str]:
        if not isinstance(table, dict):
            self.fail("certainty", f"'certainty' must be a table; got {table!r}")
        grades: dict[str, str] = {}
        for grade, fields in table.items():
            self._known(grade, _GRADES)
            for field in self._texts(grade, fields):
                if field not in FIELDS:
                    self.fail(grade, f"{grade!r} grades {field!r}, which is not a key")
                if field in grades:
                    self.fail(grade, f"{grade!r} grades {field!r}, as {grades[field]!r} does")
                grades[field] = grade
        return grades

    def _folders(self, table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        folders = dict(self.base.folders) if self.base else {}
        for role, aliases in table.items():
            self._known(role, ROLES)
            folders[role] = self._texts(role, aliases)
            outside = [one for one in folders[role] if {"", ".", ".."} & set(one.split("/"))]
            if outside:
                self.fail(role, f"{role!r} must name folders of the data; got {outside[0]!r}")
        taken: dict[str, str] = {}
        for role, alias in [(one, alias) for one in folders for alias in folders[one]]:
            other = taken.setdefault(alias.casefold(), role)
            if other != role:
                key = role if role in table else other
                self.fail(key, f"the folder {alias!r} is of {other!r} and of {role!r}")
        missing = [role for role in ROLES if role not in folders]
        if missing:
            self.fail("folders", f"'folders' has no {missing[0]!r}")
        return folders

    def _id_pattern(self, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            self.fail("id_pattern", f"'id_pattern' is not a regular expression: {error}")
        return value

    def _id_range(self, value: object) -> tuple[str, ...] | None:
        ids = self._texts("id_range", value)
        if not ids:
            return None
        numbers = [re.fullmatch(r"(.*?)([0-9]+)", end) for end in ids]
        first, last = (numbers[0], numbers[-1]) if len(ids) == 2 else (None, None)
        if first is None or last is None or first[1] != last[1] or not _ascends(first[2], last[2]):
            self.fail(
                "id_range",
                "'id_range' must be two ids that differ in their final number only, the smaller "
                f"first, and at most {_MOST_IDS:,} in all; got {value!r}",
            )
        return ids

    def _whole(self, key: str, value: int) -> int:
        if value < 0:
            self.fail(key, f"{key!r} must be 0 or more; got {value}")
        return value

    def _n_test(self, value: int) -> int | None:
        return self._whole("n_test", value) or None

    def _max_runs(self, value: int) -> int | None:
        return self._whole("max_runs", value) or None

    def _n_classes(self, value: int) -> int:
        if value < 2:
            self.fail("n_classes", f"'n_classes' must be 2 or more; got {value}")
        return value

    def _header(self, value: object) -> tuple[str, ...]:
        return self._texts("header", value)

    def _labels(self, value: object) -> tuple[str, ...]:
        return self._texts("labels", value)

    def _delimiter(self, value: str) -> str:
        if len(value) != 1 or value in "\r\n\"'" or value.isalnum():
            self.fail("delimiter", f"'delimiter' must be one character such as ','; got {value!r}")
        return value

    def _extension(self, value: str) -> str:
        if not re.fullmatch(r"\.[A-Za-z0-9]+", value):
            self.fail("extension", f"'extension' must look like '.png'; got {value!r}")
        return value

    def _member(self, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", value):
            self.fail("member", f"'member' must be a plain file name; got {value!r}")
        return value

    def _task(self, value: str) -> str:
        return self._choice("task", value)

    def _container(self, value: str) -> str:
        return self._choice("container", value)

    def _knowledge(self, value: str) -> str:
        return self._choice("knowledge", value)

    def _choice(self, key: str, value: str) -> str:
        if value not in _CHOICES[key]:
            self.fail(key, f"{key!r} must be {' or '.join(_CHOICES[key])}; got {value!r}")
        return value

    def _agree(self, edition: Edition) -> None:
        """Refuse values that are fine alone and contradict each other."""
        for keys, message in contradictions.of(edition):
            self.fail(next((key for key in keys if key in self.table), keys[0]), message)


def _same(value: Any) -> Any:
    return value


def _ascends(first: str, last: str) -> bool:
    return len(last) <= 18 and 0 <= int(last) - int(first) < _MOST_IDS


def _cut(message: str, at_most: int = 400) -> str:
    """A message without the middle of a value that is too long to be read."""
    if len(message) <= at_most:
        return message
    return f"{message[: at_most - 100]}…{message[-99:]}"


def _line_of(lines: list[str], key: str) -> int:
    """The line that sets a key, 1 for the first; 0 if the text does not show it plainly.

    TOML readers keep no lines, so this looks for `key =` or `[key]`; keys of this format are
    unique enough for that to be right.
    """
    word = re.escape(key)
    sets = re.compile(
        rf"""\s*(?:[\w"'-]+\s*\.\s*)*["']?{word}["']?\s*(?:=|\.)|\s*\[\s*{word}\s*\]"""
    )
    inline = re.compile(rf"""[{{,]\s*["']?{word}["']?\s*=""")
    for pattern in (sets.match, inline.search):
        for number, line in enumerate(lines, 1):
            if pattern(line):
                return number
    return 0
