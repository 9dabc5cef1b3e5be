"""Repairs a run file where every repair is certain."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from submissions import checker
from submissions.edition import Edition
from submissions.errors import RunFileError
from submissions.files import neighbour, written_whole
from submissions.ids import Ids


def copy_of(path: str | os.PathLike[str]) -> Path:
    """Where the repaired copy of a run is written: `run.fixed.csv` beside `run.csv`."""
    source = Path(path)
    return neighbour(source, ".fixed.csv")


def fix(
    path: str | os.PathLike[str],
    edition: Edition,
    ids: Iterable[str] | None = None,
    *,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> tuple[Path, Mapping[str, int]]:
    """Write a repaired copy of a run; the original stays as it is.

    Returns
    -------
    The copy's path (`run.fixed.csv` beside `run.csv` unless `out` says otherwise), and what was
    done: each repair and how often. Where there is nothing to repair, nothing is written and the
    path is the original's.

    Raises
    ------
    RunFileError
        A problem that nobody can repair for certain: a missing or unknown id, a score instead of a
        decision, two labels for one id, ...
    """
    source = Path(path)
    if source.is_dir():
        raise RunFileError(f"{source}: is a folder; give the run files in it")
    target = Path(out) if out is not None else copy_of(source)
    known = None if ids is None else Ids(ids, edition)
    checked = checker.inspect(source, edition, known)
    if checked.in_doubt:
        first = next(p for p in checked.finished() if p.is_error and p.kind in checked.doubtful)
        n = checked.in_doubt
        problems = "1 problem has" if n == 1 else f"{n} problems have"
        raise RunFileError(f"{first}; not repaired: {problems} no certain repair")
    if not checked.repairs:
        return source, {}
    with written_whole(target, force) as part:
        with part.open("w", encoding="utf-8", newline="") as lines:
            if edition.header:
                lines.write(edition.delimiter.join(edition.header) + "\n")

            def keep(token: str, label: str) -> None:
                lines.write(f"{token}{edition.delimiter}{label}\n")

            checker.inspect(source, edition, known, keep)
        checker.raise_first(checker.inspect(part, edition, known, called=str(target)))
    return target, dict(checked.repairs)
