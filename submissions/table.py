"""Small tables of text (truth, groups, strata): rows of cells, and which cells say nothing.

One rule for all of them. The text is UTF-8, with or without a byte order mark, or UTF-16 with one.
Cells are separated by commas, semicolons, tabs or bars (whichever the first line has most of), and
may be quoted. The first line names the columns if a cell of it is a word for an image (`id`,
`file`, `image_name`, ...).
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from submissions.checking import byte_lines
from submissions.errors import RunFileError
from submissions.names import has_extension
from submissions.problems import quoted

DELIMITERS = (",", ";", "\t", "|")
MISSING = frozenset(
    ("", "nan", "na", "n/a", "#n/a", "<na>", "nat", "null", "none", "nil", "-", "--", "?")
)
HEADER_WORDS = re.compile(
    r"\W*(?:(?:image|img|file|real|generated|sample|candidate)[ _-]?)?"
    r"(?:id|ids|image|images|img|file|filename|name|path|candidate|sample|slice)\W*",
    re.IGNORECASE,
)


def is_missing(cell: object) -> bool:
    """Whether a value of a table or an array says that nothing is known.

    Examples
    --------
    >>> [is_missing(each) for each in ("", " ", "NaN", "n/a", float("nan"), None, "P1", 0)]
    [True, True, True, True, True, True, False, False]
    """
    text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
    return text.strip().casefold() in MISSING


@dataclass(frozen=True)
class TextRow:
    """Cells of one row, without spaces around them; `line` is where it starts, from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class TextTable:
    """A table that was read.

    path : for errors
    columns : names of the columns in lower case; empty where the first line names none
    rows : all others, empty ones left out
    """

    path: str
    columns: tuple[str, ...]
    rows: tuple[TextRow, ...]

    @property
    def id_column(self) -> int:
        """Index of the column of images."""
        words = (i for i, name in enumerate(self.columns) if HEADER_WORDS.fullmatch(name))
        return self.columns.index("id") if "id" in self.columns else next(words, 0)


def names_nobody(cell: object) -> bool:
    """Whether a value that should be a patient or another group is missing, or says `unknown`."""
    return is_missing(cell) or str(cell).strip().casefold() in ("unknown", "missing", "not known")


def rows(path: str | os.PathLike[str]) -> tuple[TextRow, ...]:
    """All rows that are not empty, the line of column names among them.

    Raises
    ------
    RunFileError
        As `read` does.
    """
    where = os.fspath(path)
    return tuple(row for row in _rows(where, _text(where)) if any(row.cells))


def read(path: str | os.PathLike[str], *, known: Collection[str] = ()) -> TextTable:
    """Read a table.

    Parameters
    ----------
    known : ids and file names of images: a first line that has one of them is no header

    Raises
    ------
    RunFileError
        No such file, not text, or a quote that is never closed; with the line where it starts.
    """
    where = os.fspath(path)
    table = rows(path)
    if table and _is_header(table[0].cells, frozenset(known)):
        return TextTable(where, tuple(cell.casefold() for cell in table[0].cells), table[1:])
    return TextTable(where, (), table)


def pairs(table: TextTable, columns: Sequence[str]) -> list[tuple[int, str, str]]:
    """Line, image and value of each row; every image once. A value may be missing: ask for it.

    Parameters
    ----------
    columns : names that the column of values may have, the first that is there counts; in a table
        of two columns it is the other one, whatever it is called

    Raises
    ------
    RunFileError
        A row of another form, without an image, or of an image that was there.
    """
    key, value = table.id_column, _value_column(table, columns)
    by_image: dict[str, tuple[int, str, str]] = {}
    for row in table.rows:
        where, cells = f"{table.path}:{row.line}", row.cells
        while not table.columns and len(cells) > 2 and not cells[-1]:
            cells = cells[:-1]  # a comma at the end of the line
        if value < 0 or len(cells) <= max(key, value) or (not table.columns and len(cells) != 2):
            raise RunFileError(
                f"{where}: need two columns, 'id' and {columns[0]!r}; got {_shown(cells)}"
            )
        name, text = cells[key], cells[value]
        if not name:
            raise RunFileError(f"{where}: no id; got {_shown(cells)}")
        if "\n" in name + text:
            raise RunFileError(f"{where}: a line break in {_shown(cells)}; is a quote missing?")
        if name in by_image:
            raise RunFileError(f"{where}: id {quoted(name)} is there twice")
        by_image[name] = row.line, name, text
    return list(by_image.values())


def _value_column(table: TextTable, columns: Sequence[str]) -> int:
    """Index of the column of values; -1 if nobody can tell."""
    if not table.columns:
        return 1
    named = [table.columns.index(name) for name in columns if name in table.columns]
    others = [i for i in range(len(table.columns)) if i != table.id_column]
    return named[0] if named else others[0] if len(others) == 1 else -1


def _shown(cells: Sequence[str]) -> str:
    more = ", …" if len(cells) > 5 else ""
    return f"[{', '.join(quoted(cell, 30) for cell in cells[:5])}{more}]"


def _is_header(cells: Sequence[str], known: frozenset[str]) -> bool:
    """Whether a first line names columns; a class or a patient may be called `sample`."""
    if any(cell in known for cell in cells):
        return False
    words = [bool(HEADER_WORDS.fullmatch(cell)) for cell in cells]
    is_word = re.search("[0-9]", cells[0]) is None and not has_extension(cells[0])
    return words[0] or (is_word and any(words))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _text(path: str) -> str:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - carried to Python 3.9
            content = stream.read()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RunFileError(f"{path}: cannot be read ({reason}); give a table") from None
    opening = byte_lines.look(content[:8192])
    if opening.what:
        raise RunFileError(f"{path}: is {opening.what}, not a table of text; save it as CSV")
    try:
        return content.decode(opening.encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        where = f"{path}:{line}" if opening.encoding == "utf-8" else path
        raise RunFileError(f"{where}: not UTF-8 text; save it as UTF-8") from None


def _rows(path: str, text: str) -> Iterator[TextRow]:
    first = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")
    comma = max(DELIMITERS, key=lambda delimiter: len(_cells(first, delimiter)))
    lines = io.StringIO(text, newline=None)
    reader = csv.reader(lines, delimiter=comma, strict=True, skipinitialspace=True)
    start = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            what = 'a quote (") that is not closed, or is not at the end of its cell'
            if "limit" in str(error):
                what = (
                    f'a cell of more than {csv.field_size_limit():,} characters: a stray quote (")'
                )
            raise RunFileError(
                f"{path}:{start}: {what}; remove it, or double it inside quotes"
            ) from None
        if cells is None:
            return
        yield TextRow(start, tuple(cell.strip() for cell in cells))
        start = reader.line_num + 1
