"""Which built-in edition image ids are of, where its ids are known by their form and number.

2023 and 2025 (subtask 1) name candidates in ways that exclude each other; ids of no such form tell
nothing.
"""

import io
import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from submissions import editions
from submissions.checking import archive
from submissions.edition import Edition
from submissions.names import without_extension
from submissions.problems import RunFindings

ANY = ".+"
MOST, ENOUGH = 0.9, 0.5  # shares: of the ids that have the form, of the test set that is named
LARGEST = 2**24  # bytes of a run file that is looked into


def of_ids(ids: Collection[str]) -> str | None:
    """The edition whose candidates these are, with a few faults at most; None if none is known.

    Examples
    --------
    >>> of_ids([f"real_unknown_{number}.png" for number in range(1, 501)])
    '2025_s1'
    >>> of_ids(["a", "b"]) is None
    True
    """
    names = {without_extension(image_id) for image_id in ids}
    for name in editions.names():
        edition = editions.get(name)
        if is_told_by_ids(edition) and edition.n_test:
            n_fitting = fitting(names, edition)
            if n_fitting >= MOST * len(names) and n_fitting >= ENOUGH * edition.n_test:
                return name
    return None


def is_told_by_ids(edition: Edition) -> bool:
    """Whether the form of its ids is known."""
    return edition.id_pattern != ANY


def fitting(ids: set[str], edition: Edition) -> int:
    """How many ids are of the edition, as far as their form and number tell."""
    known = edition.known_ids()
    if known is not None:
        return len(ids.intersection(known))
    return sum(1 for image_id in ids if re.fullmatch(edition.id_pattern, image_id))


def of_run(path: Path, *, largest: int = LARGEST) -> str | None:
    """The edition that the ids in a run file, or a zip of one, are of; None if none is known."""
    return of_ids({*ids_in(path, largest)})


def ids_in(path: Path, largest: int) -> Iterator[str]:
    """What stands before the first comma, semicolon or tab of each line; nothing if unreadable."""
    try:
        content = bytes_of(path, largest)
    except (OSError, zipfile.BadZipFile):
        return  # checking or reading the run says what is wrong
    for line in io.StringIO(content.decode("utf-8-sig", "replace")):
        cell = re.split(r"[,;\t]", line, maxsplit=1)[0].strip().strip('"')
        if cell:
            yield cell


def bytes_of(path: Path, largest: int) -> bytes:
    """The run file, or the one run of a zip; nothing of one that is too large to be a run.

    Raises
    ------
    OSError, zipfile.BadZipFile
        The file cannot be read, or is a damaged zip.
    """
    if not path.is_file():
        return b""
    with path.open("rb") as stream:
        if stream.read(len(archive.STARTS[0])) not in archive.STARTS:
            stream.seek(0)
            return at_most(largest, stream)
        with archive.opened(stream, RunFindings(str(path), editions.get("2023"))) as run:
            return b"" if run is None else at_most(largest, run)


def at_most(largest: int, run: IO[bytes] | archive.Member) -> bytes:
    """All that is left; nothing if that is more than a run has."""
    content = run.read(largest + 1)
    return content if len(content) <= largest else b""
