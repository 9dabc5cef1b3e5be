"""The command line, put together: one file a command."""

from typing import Annotated

import typer

from clefgan import __version__
from clefgan.cli import (
    audit,
    bundle,
    check,
    codabench,
    data,
    evaluate,
    gan,
    lab,
    leaderboard,
    methods,
    reproduce,
    run,
    score,
    weights,
)

RUN, JUDGE, SUBMIT, LOOK = "Run methods", "Judge runs", "Submit runs", "Look and prepare"

app = typer.Typer(
    name="clefgan",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(rich_help_panel=RUN)(run.run)
app.command(rich_help_panel=RUN)(evaluate.evaluate)
app.command(rich_help_panel=RUN)(methods.methods)
app.command(rich_help_panel=RUN)(reproduce.reproduce)
app.add_typer(gan.app, name="gan", rich_help_panel=RUN)
app.command(rich_help_panel=JUDGE)(audit.audit)
app.command(rich_help_panel=JUDGE)(score.score)
app.command(rich_help_panel=JUDGE)(leaderboard.leaderboard)
app.command(rich_help_panel=SUBMIT)(check.check)
app.command(rich_help_panel=SUBMIT)(bundle.bundle)
app.add_typer(codabench.app, name="codabench", rich_help_panel=SUBMIT)
app.add_typer(data.app, name="data", rich_help_panel=LOOK)
app.add_typer(lab.app, name="lab", rich_help_panel=LOOK)
app.command(rich_help_panel=LOOK)(weights.weights)


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
