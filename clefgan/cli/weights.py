"""`clefgan weights`: which weights are known, where they are looked for, what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from clefgan.cli.console import console, say
from clefgan.report.terminal.room import is_wide
from clefgan.storage import known_vgg
from clefgan.storage import weights as vgg


def weights(
    add: Annotated[
        Path | None,
        typer.Option(help="Check a .h5, .safetensors or .onnx file and keep its weights."),
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="With --add: accept weights that are not on the list.")
    ] = False,
) -> None:
    """List pre-trained VGG-16 weights: which are known, and which are on this machine."""
    if add is not None:
        say(f"kept as {vgg.add(add, trust=trust).path}")
    elif trust:
        raise typer.BadParameter("says nothing without --add FILE", param_hint="--trust")
    show(vgg.places())
    say(f"known: convolutions of sha256 {known_vgg.current().convolutions_sha256}")


def show(places: list[vgg.WeightPlace]) -> None:
    """One row a place that was looked at."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    titles = ("place", "what is there", *(("layers",) if is_wide(console.width) else ()))
    for title in titles:
        table.add_column(title, overflow="fold")
    for item in places:
        mark = Text("yes", style="green") if item.usable else Text("no")
        table.add_row(mark, *(item.where, item.what, item.layers)[: len(titles)])
    console.print(table)
