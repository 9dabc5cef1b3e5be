"""What a person said of the pairs: `internal/judged.csv`, saved by the page of pairs."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from clefgan.auditing.margins import Numbers
from clefgan.errors import ClefganError, counted
from submissions import RunFileError, table

FILE = "judged.csv"
COLUMNS = ("released", "judgement")
COPY = "copy"
JUDGEMENTS = (COPY, "no copy", "not sure")


def read(path: Path) -> dict[str, str]:
    """Judgement of each released image that was judged; nothing where there is no file.

    Raises
    ------
    ClefganError
        Not such a table, another word than the page's, or two judgements of one image.
    """
    if not path.exists():
        return {}
    words: dict[str, str] = {}
    for name, word in pairs(path):
        if word not in JUDGEMENTS:
            raise ClefganError(
                f"{path}: judgement {word!r} of {name!r} is not one of {', '.join(JUDGEMENTS)}"
            )
        if words.setdefault(name, word) != word:
            raise ClefganError(
                f"{path}: {name!r} is judged {words[name]!r} and {word!r}; leave one of the rows"
            )
    return words


def pairs(path: Path) -> list[tuple[str, str]]:
    """Image and judgement of each row, however a spreadsheet has saved the page's table again.

    Raises
    ------
    ClefganError
        Not such a table.
    """
    try:
        heads, *rows = [row.cells for row in table.rows(path)] or [()]
        columns = [heads.index(name) for name in COLUMNS]
        return [(cells[columns[0]], cells[columns[1]]) for cells in rows]
    except (RunFileError, ValueError, IndexError) as error:
        raise ClefganError(
            f"{path}: not a table with the columns {' and '.join(COLUMNS)} in every row; save it "
            "from pairs.html"
        ) from error


def check(words: Mapping[str, str], audited: Collection[str], path: Path) -> None:
    """Refuse judgements of images that are no part of the audit before: they would count for none.

    Raises
    ------
    ClefganError
        A judged image was not audited.
    """
    foreign = [name for name in words if name not in audited]
    if foreign:
        are = counted(len(foreign), "judged image is", "judged images are")
        raise ClefganError(
            f"{path}: {are} not in this audit, such as {foreign[0]!r}; save the table from the "
            "pairs.html beside it"
        )


def copies(words: Mapping[str, str], released: Sequence[str]) -> Numbers:
    """Numbers of the released images that were judged to be copies, ascending."""
    return np.flatnonzero([words.get(name) == COPY for name in released])


def note(words: Mapping[str, str], left: int) -> str:
    """How many were judged, and how many of the copies are still to be released: nobody's id."""
    n = sum(word == COPY for word in words.values())
    sentence = f"a person judged {counted(len(words), 'pair')} of the audit before: "
    sentence += counted(n, "copy", "copies")
    if left:
        return f"{sentence}, of which {left} still to be released: to be withheld"
    return f"{sentence}, none of them still to be released"
