"""What a person said of the pairs: `internal/judged.csv`, saved by the page of pairs."""

import csv
from collections.abc import Collection
from pathlib import Path

from clefgan.errors import ClefganError, counted

FILE = "judged.csv"
COPY = "copy"
JUDGEMENTS = (COPY, "no copy", "not sure")


def read(path: Path) -> dict[str, str]:
    """Judgement of each released image that was judged; nothing where there is no file.

    Raises
    ------
    ClefganError
        Not such a table, or another word than the page's.
    """
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [(row["released"], row["judgement"]) for row in csv.DictReader(file)]
    except (KeyError, UnicodeDecodeError, csv.Error) as error:
        raise ClefganError(
            f"{path}: not a table with the columns released and judgement; save it from pairs.html"
        ) from error
    for name, word in rows:
        if word not in JUDGEMENTS:
            raise ClefganError(
                f"{path}: judgement {word!r} of {name!r} is not one of {', '.join(JUDGEMENTS)}"
            )
    return dict(rows)


def note(judged: dict[str, str], released: Collection[str]) -> str:
    """How many were judged, and how many of the copies are still to be released: nobody's id."""
    copies = {name for name, word in judged.items() if word == COPY}
    left = len(copies & set(released))
    sentence = f"a person judged {counted(len(judged), 'pair')} of the audit before: "
    sentence += counted(len(copies), "copy", "copies")
    if left:
        return f"{sentence}, of which {left} still to be released: to be withheld"
    return f"{sentence}, none of them still to be released"
