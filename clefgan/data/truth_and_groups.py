"""Tables beside the images: `truth.csv` (id, 0 or 1), `groups.csv` or `manifest.csv` (any columns).

In a table of truth, a first line of column names is optional, and needed where there are more than
two columns. An id may carry its image extension.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from clefgan.data import patient_table
from clefgan.data.formats import kinds
from clefgan.data.listing import NAMED
from clefgan.data.patient_table import NamedImage
from clefgan.errors import ClefganError

TRUTH_FILES = ("truth.csv",)
GROUP_FILES = ("groups.csv", "manifest.csv")
ID_COLUMNS = ("id", "file", "filename", "image")


def locate(folders: Iterable[Path], names: Sequence[str]) -> Path | None:
    """The one file of these names in these folders, or None.

    Raises
    ------
    ClefganError
        There are two.
    """
    paths = [folder / name for folder in dict.fromkeys(folders) for name in names]
    paths = [path for path in paths if path.is_file() and not (is_other_manifest(path))]
    if len(paths) > 1:
        raise ClefganError(f"{paths[0]}: there is also {str(paths[1])!r}; keep one")
    return paths[0] if paths else None


def is_other_manifest(path: Path) -> bool:
    """Whether this is a `manifest.csv` that says nothing of groups."""
    return path.name == "manifest.csv" and not patient_table.names_patients(path)


def truth(path: Path, ids: Sequence[str]) -> dict[str, bool]:
    """`id -> used` for every id.

    Raises
    ------
    ClefganError
        A value that is not 0 or 1, or an id that is missing, unknown or there twice.
    """
    table = mapping(path, "truth", ids)
    unknown = [name for name in table if name not in set(ids)]
    if unknown:
        raise ClefganError(f"{path}: {first(unknown)} not among the {len(ids)} candidates")
    wrong = [name for name in table if table[name] not in ("0", "1")]
    if wrong:
        raise ClefganError(f"{path}: truth of {wrong[0]!r} is {table[wrong[0]]!r}, not 0 or 1")
    return {name: table[name] == "1" for name in ids}


def groups(path: Path, ids: Sequence[str]) -> dict[str, str]:
    """`id -> group` for every id, from a table of any columns; see `patient_table`.

    Raises
    ------
    ClefganError
        Columns that cannot be told, an id without a row, or with two groups.
    """
    matched = patient_table.read(path).match({"images": [NamedImage(name) for name in ids]})
    return dict(matched.groups["images"])


def mapping(path: Path, column: str, ids: Sequence[str]) -> dict[str, str]:
    """First column (or `id`) to second (or `column`), checked to have every id once."""
    lines = rows(path)
    names = columns(lines)
    key, value = 0, 1
    if names:
        lines = lines[1:]
        key = next(names.index(name) for name in ID_COLUMNS if name in names)
        value = names.index(column) if column in names else 1 if len(names) == 2 else -1
    table: dict[str, str] = {}
    for number, line in enumerate(lines, 2 if names else 1):
        if value < 0 or len(line) <= max(key, value) or (not names and len(line) != 2):
            raise ClefganError(
                f"{path}:{number}: need two columns, 'id' and {column!r}; got {line}"
            )
        name = stem(line[key].strip())
        if name in table:
            raise ClefganError(f"{path}:{number}: id {name!r} is there twice")
        table[name] = line[value].strip()
    missing = [name for name in ids if name not in table]
    if missing:
        raise ClefganError(f"{path}: {first(missing)} missing; every id needs a {column}")
    return table


def rows(path: Path) -> list[list[str]]:
    """Lines of a CSV file, empty ones left out."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ClefganError(f"{path}: not UTF-8 text; save it as UTF-8") from error
    return [line for line in csv.reader(text.splitlines()) if line]


def columns(lines: Sequence[Sequence[str]]) -> list[str]:
    """Names of the columns, or none if the first line is not a line of names."""
    names = [name.strip().casefold() for name in lines[0]] if lines else []
    return names if any(name in names for name in ID_COLUMNS) else []


def stem(name: str) -> str:
    """An id without its image extension."""
    return kinds.stem(name)


def first(names: Sequence[str]) -> str:
    """`'a', 'b', 'c' and 4 more ids are`."""
    more = f" and {len(names) - NAMED} more ids" if len(names) > NAMED else ""
    return f"{', '.join(map(repr, names[:NAMED]))}{more} {'is' if len(names) == 1 else 'are'}"
