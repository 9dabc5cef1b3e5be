"""Editions by name, or from a user's own TOML file."""

import difflib
import functools
import re
import tomllib
from dataclasses import replace
from importlib import resources
from pathlib import Path

from submissions.edition import Edition
from submissions.edition_toml import FIELDS, Table
from submissions.errors import RunFileError

__all__ = ["FIELDS", "Edition", "get", "names"]


def names() -> tuple[str, ...]:
    """Names of the built-in editions, oldest first."""
    return tuple(_built_in())


def get(name: str | Path) -> Edition:
    """Return an edition by name (`2023`, `2025_s1`, ...) or from a TOML file.

    Raises
    ------
    RunFileError
        No such edition, a year with two subtasks, or a file that does not define an edition.

    Examples
    --------
    >>> get("2025-subtask1").name
    '2025_s1'
    """
    text = str(name)
    if isinstance(name, Path) or text.lower().endswith(".toml"):
        return _read_own(Path(name))
    known = _built_in()
    asked = _canonical(text)
    if asked in known:
        return known[asked]
    tasks = [task for task in known if task.startswith(f"{asked}_s")]
    if tasks:
        raise RunFileError(
            f"edition {text!r} has two parts; say "
            + " or ".join(f"{task!r} ({known[task].task})" for task in tasks)
        )
    close = difflib.get_close_matches(asked, known, 1, 0.6)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise RunFileError(
        f"no edition {text!r}{hint}; known: {', '.join(known)}, or a path to a .toml file"
    )


def _canonical(name: str) -> str:
    """`2025-task1`, `2025 subtask 1`, `2025_1` and the like as `2025_s1`."""
    match = re.fullmatch(
        r"(20\d\d)[\s_./-]*(?:s|t|st|task|subtask)?[\s_./-]*(\d)", name.strip().lower()
    )
    return f"{match.group(1)}_s{match.group(2)}" if match else name.strip()


@functools.cache
def _built_in() -> dict[str, Edition]:
    source = resources.files("submissions").joinpath("editions.toml")
    text = source.read_text(encoding="utf-8")
    known: dict[str, Edition] = {}
    for name, table in tomllib.loads(text).items():
        base = known.get(table.pop("base", ""))
        known[name] = Table("editions.toml", text, table, name, base).edition()
    return known


def _read_own(path: Path) -> Edition:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RunFileError(f"{path}: not UTF-8 text; save the edition as UTF-8") from None
    except OSError as error:
        raise RunFileError(f"{path}: cannot read the edition: {error.strerror}") from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RunFileError(_syntax(path, str(error))) from None
    name = table.pop("name", path.stem)
    base_name = table.pop("base", None)
    graded = "certainty" in table
    own = Table(str(path), text, table, name, None)
    if not isinstance(name, str):
        own.fail("name", f"'name' is not text; got {name!r}")
    if name in names() or not name.strip() or not name.isprintable():
        why = "is that of a built-in edition" if name in names() else "is no name"
        own.fail("name", f"the name {name!r} {why}; give another one with 'name'")
    if base_name is None:
        return _stated(own.edition(), graded)
    if not isinstance(base_name, str) or base_name.lower().endswith(".toml"):
        own.fail("base", f"'base' is not the name of a built-in edition; got {base_name!r}")
    try:
        own.base = get(base_name)
    except RunFileError as error:
        own.fail("base", f"'base': {error}")
    return _stated(own.edition(), graded)


def _stated(edition: Edition, graded: bool) -> Edition:
    """A user's own edition: nobody else has to confirm it, unless the file itself grades it."""
    return edition if graded else replace(edition, certainty=dict.fromkeys(FIELDS, "given"))


def _syntax(path: Path, message: str) -> str:
    match = re.search(r"(.*) \(at line (\d+), column (\d+)\)", message)
    if match is None:  # "at end of document"
        return f"{path}: not TOML: {message}"
    return f"{path}:{match.group(2)}: not TOML: {match.group(1).lower()}, column {match.group(3)}"
