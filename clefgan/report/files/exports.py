"""Sheets as files: CSV, JSON and Markdown here; LaTeX in `latex`."""

import csv
import io
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from clefgan.report.files import latex, markdown
from clefgan.report.files.markdown import plain
from clefgan.report.sheet import Column, Entry, Holds, Line, Sheet, text_of
from clefgan.report.wording import knowledge, measured, p_value, span
from clefgan.storage import json_text
from clefgan.storage.files import written_whole


def write(path: Path, text: str) -> Path:
    """Write a text file whole or not at all; return its path."""
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    return path


def as_csv(sheets: Sequence[Sheet]) -> str:
    """One line per row; an interval takes two more columns; several sheets have one to tell them.

    Numbers have all their digits; what is undefined is empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = merged(sheets)
    several = len(sheets) > 1
    heads = [head for column in columns for head in heads_of(column)]
    writer.writerow(["table", *heads] if several else heads)
    for sheet in sheets:
        for line in sheet.lines:
            cells = [cell for column in columns for cell in cells_of(line, column)]
            writer.writerow([sheet.title, *cells] if several else cells)
    return out.getvalue()


def merged(sheets: Sequence[Sheet]) -> list[Column]:
    """The columns of all sheets, each once."""
    by_key: dict[str, Column] = {}
    for sheet in sheets:
        by_key |= {column.key: column for column in sheet.columns if column.key not in by_key}
    return list(by_key.values())


def heads_of(column: Column) -> list[str]:
    """Names of the columns of CSV that one column takes."""
    return [column.key, *([f"{column.key}_low", f"{column.key}_high"] if column.interval else [])]


def cells_of(line: Line, column: Column) -> list[str]:
    """The cells of CSV that one entry takes."""
    entry = line.entries.get(column.key, Entry())
    return [exact(value) for value in values_of(entry, column)]


def values_of(entry: Entry, column: Column) -> list[str | int | float | bool | None]:
    """The value, and its limits where the column has them."""
    if not column.interval:
        return [entry.value]
    ends: list[float | int] = [entry.low, entry.high]
    if column.holds is Holds.WHOLE:
        ends = [end if math.isnan(end) else int(end) for end in ends]
    return [entry.value, *ends]


def exact(value: str | int | float | bool | None) -> str:
    """A value as CSV has it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def as_json(sheets: Sequence[Sheet]) -> str:
    """Everything in the sheets."""
    tree = [
        {
            "title": sheet.title,
            "subtitle": sheet.subtitle,
            "primary": sheet.primary,
            "level": sheet.level,
            "columns": [described(column) for column in sheet.columns],
            "rows": [row(line, sheet.columns) for line in sheet.lines],
            "notes": list(sheet.notes),
        }
        for sheet in sheets
    ]
    return json_text.of({"tables": tree})


def described(column: Column) -> dict[str, Any]:
    """A column as JSON."""
    return {
        "key": column.key,
        "title": column.title,
        "holds": column.holds.value,
        "help": column.help,
        **({"lower_is_better": column.lower_is_better} if column.holds is Holds.MEASURE else {}),
    }


def row(line: Line, columns: Sequence[Column]) -> dict[str, Any]:
    """A row as JSON: an entry with limits is an object, another one a value."""
    cells: dict[str, Any] = {}
    for column in columns:
        entry = line.entries.get(column.key, Entry())
        values = values_of(entry, column)
        cells[column.key] = values[0]
        if column.interval:
            cells[column.key] = dict(zip(("value", "low", "high"), values, strict=True))
            if entry.interval:
                cells[column.key]["interval"] = entry.interval
    return cells


def as_markdown(sheets: Sequence[Sheet]) -> str:
    """A table for GitHub and the like, each sheet under a heading."""
    return "\n".join("\n".join(markdown_lines(sheet)) + "\n" for sheet in sheets)


def markdown_lines(sheet: Sheet) -> Iterator[str]:
    """Heading, table, notes."""
    yield f"### {plain(sheet.title)}"
    yield ""
    yield plain(sheet.subtitle)
    yield ""
    columns = sheet.for_people
    yield markdown.table(
        [plain(column.brief) for column in columns],
        [
            [plain(words(line.entries.get(column.key, Entry()), column)) for column in columns]
            for line in sheet.lines
        ],
        [column.holds is not Holds.TEXT for column in columns],
    )
    for note in sheet.notes:
        yield ""
        yield plain(note)


def words(entry: Entry, column: Column) -> str:
    """An entry as people read it."""
    if column.holds is Holds.MEASURE:
        return measured(entry.measure, entry.low, entry.high)
    if column.holds is Holds.P_VALUE:
        return "" if math.isnan(entry.measure) else p_value(entry.measure)
    if column.key == "rank" and entry.value is not None and not math.isnan(entry.low):
        return f"{entry.value} ({span(int(entry.low), int(entry.high))})"
    return knowledge(text_of(entry)) if column.key == "knowledge" else text_of(entry)


def as_latex(sheets: Sequence[Sheet]) -> str:
    """A booktabs table each."""
    return "\n".join(
        latex.table(
            sheet,
            [column.brief for column in sheet.for_people],
            ["l" if column.holds is Holds.TEXT else "r" for column in sheet.for_people],
            [
                [
                    words(line.entries.get(column.key, Entry()), column)
                    for column in sheet.for_people
                ]
                for line in sheet.lines
            ],
        )
        for sheet in sheets
    )


FORMATS: dict[str, Callable[[Sequence[Sheet]], str]] = {
    "csv": as_csv,
    "json": as_json,
    "markdown": as_markdown,
    "latex": as_latex,
}
