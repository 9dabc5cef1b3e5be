"""The edition of a command that reads data: the one that is given, else that of the data."""

from __future__ import annotations

from pathlib import Path

from clefgan.data import challenge, which_edition
from submissions import editions


def of_data(given: str | None, *data: str | Path | None) -> str:
    """The edition as it is given, else the one that the data are of, else the default.

    Raises
    ------
    ClefganError
        The data are of another edition than the one given, or of two.
    """
    asked = given
    for source in data:
        known = None if source is None else which_edition.of(source)
        if asked is None and known is not None:
            asked = known.name
        if source is not None and asked is not None:
            which_edition.refuse_another(source, known, editions.get(asked))
    return asked or challenge.DEFAULT_EDITION
