"""Whose run is whose: a table of run files with team, run and link.

file,team,run,link
upload_17.csv,Team A,LBP and SVM,https://example.org/a
upload_18.csv,Team A,ensemble,
upload_19.csv,Team B,,
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clefgan.errors import ClefganError
from clefgan.storage.steering import steers

COLUMNS = ("file", "team", "run", "link")


@dataclass(frozen=True, slots=True)
class TeamRun:
    """One row of the table; `run` and `link` may be empty."""

    file: str
    team: str
    run: str = ""
    link: str = ""


def read(path: Path) -> tuple[TeamRun, ...]:
    """Read the table: CSV with the columns `file` and `team`, and `run` and `link` if wanted.

    Raises
    ------
    ClefganError
        Not readable, a column that is missing or not known, a row without file or team, a file
        twice, a link that is not of the web, a line break or a sign that steers the screen, or a
        team that is written in two ways.
    """
    rows = table(path)
    runs: dict[str, TeamRun] = {}
    teams: dict[str, str] = {}
    for number, row in enumerate(rows, 2):
        one = TeamRun(**{name: (row.get(name) or "").strip() for name in COLUMNS})
        where = f"{path}:{number}"
        if not one.file or not one.team:
            raise ClefganError(f"{where}: no {'team' if one.file else 'file'}; give both")
        refuse_steering(one, where)
        before = teams.setdefault(alike(one.team), one.team)
        if before != one.team:
            raise ClefganError(
                f"{where}: team {one.team!r} is {before!r} above; write a team in one way"
            )
        if one.file in runs:
            raise ClefganError(f"{where}: {one.file!r} is given twice; give each run once")
        if one.link and not one.link.startswith(("https://", "http://")):
            raise ClefganError(f"{where}: link {one.link!r} does not begin with https://")
        runs[one.file] = one
    return tuple(runs.values())


def refuse_steering(row: TeamRun, where: str) -> None:
    """Refuse line breaks, control characters and signs that turn the direction of writing."""
    for column in COLUMNS:
        text = getattr(row, column)
        sign = next((c for c in text if steers(c)), "")
        if sign:
            what = "a line break" if sign in "\r\n" else "a control character"
            raise ClefganError(f"{where}: {column} {text!r} holds {what}; leave it out")


def alike(team: str) -> str:
    """What teams have in common that differ in case, spaces and composition alone."""
    return " ".join(unicodedata.normalize("NFKC", team).casefold().split())


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file whose header names our columns."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ClefganError(f"{path}: not UTF-8 text; save the names as UTF-8") from None
    except OSError as error:
        raise ClefganError(
            f"{path}: cannot read the names: {(error.strerror or '').lower()}"
        ) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="", restkey="more")
    heads = [head.strip() for head in reader.fieldnames or ()]
    wrong = [head for head in heads if head not in COLUMNS]
    lacking = [name for name in COLUMNS[:2] if name not in heads]
    if wrong or lacking:
        what = f"unknown column {wrong[0]!r}" if wrong else f"no column {lacking[0]!r}"
        raise ClefganError(f"{path}:1: {what}; the columns are {', '.join(COLUMNS)}")
    reader.fieldnames = heads
    rows = list(reader)
    for number, row in enumerate(rows, 2):
        if "more" in row:
            raise ClefganError(f"{path}:{number}: more than {len(heads)} columns; quote commas")
    return rows


def matched(
    rows: Sequence[TeamRun],
    names: Mapping[str, Path],
    where: Path,
    left_out: Collection[Path] = (),
) -> dict[str, TeamRun]:
    """The row of each run that has one, by the name that the run has so far.

    Parameters
    ----------
    left_out : runs that take no part; their rows are passed over

    Raises
    ------
    ClefganError
        A row of no run, or of two.
    """
    runs: dict[str, TeamRun] = {}
    for row in rows:
        own = [name for name, path in names.items() if row.file in (name, *names_of(path))]
        if not own and any(row.file in names_of(path) for path in left_out):
            continue
        if len(own) != 1:
            what = "is not one of the runs" if not own else "may be any of several runs"
            raise ClefganError(f"{where}: {row.file!r} {what}; give the path of one")
        runs[own[0]] = row
    return runs


def names_of(path: Path) -> tuple[str, str, str]:
    """What a table may call a run file."""
    return str(path), path.name, path.stem


def titles(names: Sequence[str], rows: Mapping[str, TeamRun]) -> dict[str, str]:
    """What each run is called: its team, and the run where the team has several.

    Raises
    ------
    ClefganError
        Two runs would have one title.
    """
    of_team = Counter(row.team for row in rows.values())
    named = {}
    for name in names:
        row = rows.get(name)
        if row is None:
            named[name] = name
        elif of_team[row.team] == 1:
            named[name] = row.team
        else:
            named[name] = f"{row.team}: {row.run or name}"
    twice = [title for title, times in Counter(named.values()).items() if times > 1]
    if twice:
        raise ClefganError(f"names: two runs are called {twice[0]!r}; give each another run")
    return named
