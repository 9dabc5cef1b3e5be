"""`clefgan editions`: whose rules there are, and one of them as a file to change."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from clefgan.cli.completion import edition_words
from clefgan.cli.console import console, echo, say
from submissions import edition_text
from submissions import editions as known


def editions(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[show NAME]",
            help="Print that edition as a commented TOML file.",
            autocompletion=edition_words,
        ),
    ] = None,
) -> None:
    """List the editions; `editions show NAME > mine.toml` writes one to change."""
    if not words:
        console.print(table())
        say("clefgan editions show NAME > mine.toml writes one with every key explained", "dim")
        return
    if words[0] != "show" or len(words) != 2:
        raise typer.BadParameter(
            f"{' '.join(words)!r} is not 'show NAME', such as 'show 2025_s1'",
            param_hint="clefgan editions",
        )
    echo(edition_text.as_toml(known.get(words[1])).rstrip("\n"))


def table() -> Table:
    """A row for each edition."""
    listed = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("edition", "asks", "ids", "upload", "metric"):
        listed.add_column(title, overflow="fold")
    listed.columns[0].no_wrap = True
    for name in known.names():
        one = known.get(name)
        asks = "used or not used" if one.is_membership else f"which of {one.n_classes} classes"
        ids = " to ".join(one.id_range or ()) or "as the data name them"
        ending = f", with {one.extension}" if one.extension_in_id else ""
        upload = one.container if one.container == "csv" else f"zip of {one.member}"
        listed.add_row(Text(name, style="cyan"), asks, Text(ids + ending), upload, one.metric)
    return listed
