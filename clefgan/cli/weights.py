"""`clefgan weights`: which weights are known, where they are looked for, what is there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from clefgan.cli.console import console

if TYPE_CHECKING:
    from clefgan.storage.weights import Place


def weights(
    add: Annotated[
        Path | None,
        typer.Option(help="Check a .h5, .safetensors or .onnx file and keep its weights."),
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="With --add: take weights that are not known.")
    ] = False,
) -> None:
    """List pre-trained VGG-16 weights: what is known, where it is looked for, what is there."""
    from clefgan.storage import weights

    if add is not None:
        item = weights.add(add, trust=trust)
        console.print(f"kept as {item.path}", markup=False, soft_wrap=True)
    elif trust:
        raise typer.BadParameter("says nothing without --add FILE", param_hint="--trust")
    show(weights.places())
    console.print(f"known: convolutions of sha256 {weights.CONVOLUTIONS_SHA256}", soft_wrap=True)


def show(places: "list[Place]") -> None:
    """One row a place that was looked at."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for title in ("place", "what is there", "layers"):
        table.add_column(title, overflow="fold")
    for place in places:
        mark = "[green]yes[/green]" if place.usable else "no"
        table.add_row(mark, place.where, place.what, place.layers)
    console.print(table)
