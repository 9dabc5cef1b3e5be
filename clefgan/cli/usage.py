"""Mistakes in what an option was given: one line, and exit code 2."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from clefgan.errors import ClefganError


@contextmanager
def of(option: str) -> Iterator[None]:
    """Turn an error of the block, which reads the value of `option`, into one of usage."""
    try:
        yield
    except ClefganError as error:
        where = option.removeprefix("--")
        text = str(error).removeprefix(f"{option}: ").removeprefix(f"{where}: ")
        raise typer.BadParameter(text, param_hint=option) from None
