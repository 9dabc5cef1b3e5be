"""Many runs, of which some may not be valid."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from clefgan.errors import ClefganError
from submissions.errors import LISTED, RunFileError

One = TypeVar("One")


def read(
    paths: Mapping[str, Path], reader: Callable[[Path], One], *, lenient: bool
) -> tuple[dict[str, One], dict[str, str]]:
    """Read runs by name: those that are valid, and what is wrong with each other one.

    Raises
    ------
    RunFileError, ClefganError
        What is wrong with the first, if it is not to be `lenient`, if there is no such file, or if
        none is valid, which is then said.
    """
    valid: dict[str, One] = {}
    invalid: dict[str, str] = {}
    for name, path in paths.items():
        try:
            valid[name] = reader(path)
        except (ClefganError, RunFileError) as error:
            if not lenient or not path.exists() or len(paths) == 1:
                raise
            invalid[name] = str(error)
    if invalid and not valid:
        first = next(iter(invalid.values()))
        raise ClefganError(f"none of {len(paths)} run files is valid; the first: {first}")
    return valid, invalid


def left_out(invalid: Mapping[str, str]) -> list[str]:
    """A line for each run that is not valid; where to see the rest is said once, for all."""
    lines = [f"invalid, not ranked: {name} ({why})" for name, why in invalid.items()]
    rest = ["clefgan check lists the other errors of these files"]
    return [line.replace(LISTED, "") for line in lines] + rest * any(LISTED in x for x in lines)
