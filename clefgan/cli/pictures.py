"""How images are read, for all commands that read a challenge: window, size, patients."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli.choices import wrong_usage
from clefgan.data import patient_table as tables
from clefgan.data.formats import grid, raw

WINDOW = Annotated[
    str | None,
    typer.Option(
        metavar="LOW,HIGH",
        help="The levels that become black and white, for images of more than 8 bits (HU in CT).",
    ),
]
SIZE = Annotated[
    str | None,
    typer.Option(
        metavar="WIDTHxHEIGHT",
        help="The size of all images, reached by area averaging; one number gives a square.",
    ),
]
PATIENTS = Annotated[
    Path | None,
    typer.Option(
        help="A table of files and patients, with any columns; a patient's images share a fold."
    ),
]
FILE_COLUMN = Annotated[
    str | None,
    typer.Option(help="The column of files in --patients; found by its name if not given."),
]
PATIENT_COLUMN = Annotated[
    str | None,
    typer.Option(help="The column of patients in --patients; found by its name if not given."),
]


def refuse_without_data(data: str | None, window: str | None, size: str | None) -> None:
    """Refuse what says how images are read where none are."""
    for option, given in (("--window", window), ("--size", size)):
        if data is None and given is not None:
            raise typer.BadParameter("says nothing without --data", param_hint=option)


def window_levels(text: str | None) -> raw.Window | None:
    """The window `LOW,HIGH` as two levels; whole numbers stay whole."""
    if text is None:
        return None
    low, _, high = text.partition(",")
    try:
        levels = level(low), level(high)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not two numbers LOW,HIGH", param_hint="--window"
        ) from None
    if not levels[0] < levels[1]:
        raise typer.BadParameter(
            f"{text!r}: the low level must be below the high one", param_hint="--window"
        )
    return levels


def level(text: str) -> float:
    """A finite number; a whole one is an int.

    Raises
    ------
    ValueError
        It is none.
    """
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return int(value) if value.is_integer() else value


def pixels(text: str | None) -> grid.Size | None:
    """The size `WIDTHxHEIGHT` as height and width."""
    if text is None:
        return None
    width, by, height = text.lower().partition("x")
    try:
        size = int(height if by else width), int(width)
    except ValueError:
        size = (0, 0)
    if min(size) < 1:
        raise typer.BadParameter(
            f"{text!r} is not a size, such as 128 or 256x192", param_hint="--size"
        )
    with wrong_usage("--size"):
        grid.check(size)
    return size


def patient_table(
    path: Path | None, file_column: str | None, patient_column: str | None
) -> tables.PatientTable | None:
    """The table of patients, if one is given."""
    if path is None:
        for option, value in (
            ("--file-column", file_column),
            ("--patient-column", patient_column),
        ):
            if value is not None:
                raise typer.BadParameter("goes with --patients", param_hint=option)
        return None
    return tables.read(path, file_column=file_column, patient_column=patient_column)
