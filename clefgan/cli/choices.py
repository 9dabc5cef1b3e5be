"""A value that an option does not take is wrong usage: one line, and exit code 2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import typer

from clefgan.errors import ClefganError


@contextmanager
def wrong_usage(option: str) -> Iterator[None]:
    """Turn an error of the block, which reads the value of `option`, into one of usage."""
    try:
        yield
    except ClefganError as error:
        where = option.removeprefix("--")
        text = str(error).removeprefix(f"{option}: ").removeprefix(f"{where}: ")
        raise typer.BadParameter(text, param_hint=option) from None


def refuse_unknown(option: str, value: str | None, known: Iterable[str], what: str = "") -> None:
    """Raise if a value that is given is none that the option takes.

    Parameters
    ----------
    what : what the values are, where that does not go without saying
    """
    names = list(known)
    if value is not None and value not in names:
        ending = f", {what}" if what else ""
        raise typer.BadParameter(
            f"{value!r} is not one of {', '.join(names)}{ending}", param_hint=option
        )
