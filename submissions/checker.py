"""Checks a run file against an edition: every problem at once, likely causes named.

Memory is bounded: lines are read one by one, problems of a kind are kept up to 20 and then counted,
and what is remembered of each id is its line and its label. Without given ids at most
`scan.MOST_IDS` ids are remembered; a file with more is refused.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import IO

from submissions.checking import archive
from submissions.checking.one_pass import Keep, Scan
from submissions.checking.strange_classes import Called
from submissions.edition import Edition
from submissions.errors import LISTED, RunFileError
from submissions.ids import Ids
from submissions.problems import Problem, RunFindings


def check(
    path: str | os.PathLike[str],
    edition: Edition,
    ids: Iterable[str] | None = None,
    classes: Collection[str] = (),
) -> list[Problem]:
    """Return everything wrong with a run file, or with the run inside a zip; errors first.

    Parameters
    ----------
    path : a run file, or a zip that holds one
    edition : whose rules apply
    ids : of the test images, with or without file extension, or `names.FileNames` of the data;
        None: ids are not checked, other than for their form and repetition
    classes : attribution: those of the data, where they are known; other labels are a warning

    Raises
    ------
    RunFileError
        `ids` themselves are unusable.
    """
    if edition.is_membership or not classes:
        return inspect(path, edition, ids).finished()
    called = Called(classes)
    findings = inspect(path, replace(edition, n_classes=len(classes)), ids, called)
    fault = called.fault(edition.metric)
    if not fault:
        return findings.finished()
    findings.add("class", 0, fault, level="warning")
    return [problem for problem in findings.finished() if problem.kind != "classes"]


def inspect(
    path: str | os.PathLike[str],
    edition: Edition,
    ids: Iterable[str] | Ids | None = None,
    keep: Keep | None = None,
    called: str = "",
) -> RunFindings:
    """Like `check`, for those who also need the lines (`keep`) or the repairs."""
    findings = RunFindings(called or os.fspath(path), edition)
    known = ids if ids is None or isinstance(ids, Ids) else Ids(ids, edition)
    try:
        if not _is_file(path, findings):
            return findings
        with open(path, "rb") as stream:  # noqa: PTH123 - `path` may be any path-like
            if stream.read(4) in archive.STARTS:
                _check_zip(stream, findings, known, keep)
            elif str(path).lower().endswith(".zip"):
                findings.add("zip", 0, "is named .zip but is no zip; make it again")
            else:
                stream.seek(0)
                Scan(findings, known, keep).run(stream)
    except OSError as error:
        findings.add("unreadable", 0, f"cannot be read: {(error.strerror or str(error)).lower()}")
    return findings


def _is_file(path: str | os.PathLike[str], findings: RunFindings) -> bool:
    mode = os.stat(path).st_mode  # noqa: PTH116 - `path` may be any path-like
    if stat.S_ISDIR(mode):
        findings.add("not-a-file", 0, "is a folder; give the run files in it")
    elif not stat.S_ISREG(mode):
        findings.add("not-a-file", 0, "is not a regular file but a device or a pipe")
    return stat.S_ISREG(mode)


def _check_zip(
    stream: IO[bytes], findings: RunFindings, known: Ids | None, keep: Keep | None
) -> None:
    outside = findings.path
    try:
        with archive.opened(stream, findings) as member:
            if member is not None:
                findings.path = f"{outside}/{member.name}"
                Scan(findings, known, keep).run(member)
    except zipfile.BadZipFile:
        findings.path = outside
        findings.add("zip", 0, "is a damaged zip; make it again")
    finally:
        findings.path = outside


def n_errors(problems: Iterable[Problem]) -> tuple[int, int]:
    """Numbers of errors and of warnings, those that were only counted included."""
    numbers = {"error": 0, "warning": 0}
    for problem in problems:
        numbers[problem.level] += problem.times
    return numbers["error"], numbers["warning"]


def require(
    path: str | os.PathLike[str], edition: Edition, ids: Iterable[str] | Ids | None
) -> None:
    """Raise the first error that `check` finds, and say whether there are more.

    Raises
    ------
    RunFileError
        The file is not a valid run.
    """
    raise_first(inspect(path, edition, ids))


def raise_first(findings: RunFindings) -> None:
    """Raise the first error as a RunFileError; do nothing if there are warnings only."""
    errors = [problem for problem in findings.finished() if problem.is_error]
    if errors:
        n = sum(count for (level, _), count in findings.counts.items() if level == "error")
        more = f"; and {n - 1} more error{'s' * (n > 2)}{LISTED}" if n > 1 else ""
        raise RunFileError(f"{errors[0]}{more}")
