"""Which built-in edition image ids are of, where its ids are known by their form and number.

2023 and 2025 (subtask 1) name candidates in ways that exclude each other; ids of no such form tell
nothing.
"""

import io
import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

from submissions import editions
from submissions.edition import Edition
from submissions.names import without_extension

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
    names = {without_extension(each) for each in ids}
    for name in editions.names():
        edition = editions.get(name)
        if is_told_by_ids(edition) and edition.n_test:
            fitting = sum(1 for each in names if fits(each, edition))
            if fitting >= MOST * len(names) and fitting >= ENOUGH * edition.n_test:
                return name
    return None


def is_told_by_ids(edition: Edition) -> bool:
    """Whether the form of its ids is known."""
    return edition.id_pattern != ANY


def fits(image_id: str, edition: Edition) -> bool:
    """Whether an id is one of the edition's."""
    known = edition.known_ids()
    if known is not None:
        return image_id in known
    return re.fullmatch(edition.id_pattern, image_id) is not None


def of_run(path: Path) -> str | None:
    """The edition that the ids in a run file, or a zip of one, are of; None if none is known."""
    return of_ids({*ids_in(path)})


def ids_in(path: Path) -> Iterator[str]:
    """What stands before the first comma, semicolon or tab of each line; nothing if unreadable."""
    try:
        content = bytes_of(path)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
        return
    for line in io.StringIO(content.decode("utf-8-sig", "replace")):
        cell = re.split(r"[,;\t]", line, maxsplit=1)[0].strip().strip('"')
        if cell:
            yield cell


def bytes_of(path: Path) -> bytes:
    """The run file, or the first CSV of a zip; nothing of one that is too large to be a run."""
    if path.suffix.lower() != ".zip":
        return path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST else b""
    with zipfile.ZipFile(path) as packed:
        inside = [each for each in packed.infolist() if each.filename.lower().endswith(".csv")]
        return packed.read(inside[0]) if inside and inside[0].file_size <= LARGEST else b""
