"""The command line, put together: one file a command."""

from typing import Annotated

import typer

from clefgan import __version__
from clefgan.cli import methods, run

app = typer.Typer(
    name="clefgan",
    help="Which real images trained the generator? Run, score and submit membership methods.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run.run)
app.command()(methods.methods)


def show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        typer.echo(f"clefgan {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Which real images trained the generator? Run, score and submit membership methods."""
