"""The command line, put together: the table of its commands."""

from typing import Annotated

import typer

from clefgan import __version__
from clefgan.cli import bash_words, shell_words
from clefgan.cli.lazy import HELP_OPTIONS, Listed, group_of, list_commands

RUN, JUDGE, SUBMIT, LOOK = "Run methods", "Judge runs", "Submit runs", "Look and prepare"

GAN = (
    Listed(
        "train",
        "Train a DCGAN; a second start goes on where the first stopped.",
        "clefgan.cli.gan:train",
    ),
    Listed(
        "sample",
        "Draw images from a DCGAN; the same command draws the same images.",
        "clefgan.cli.gan:sample",
    ),
)
CODABENCH = (
    Listed(
        "init",
        "Write a competition: pages, phases, leaderboard, reference data, scoring program.",
        "clefgan.cli.codabench:init",
    ),
    Listed(
        "lint",
        "Check a competition: columns, files, dates, phases, no truth in public parts.",
        "clefgan.cli.codabench:lint",
    ),
    Listed(
        "score",
        "Run the competition's scoring program on a run, as the platform would; print its scores.",
        "clefgan.cli.codabench:score",
    ),
    Listed(
        "pack",
        "Zip a competition for upload, after checking it.",
        "clefgan.cli.codabench:pack",
    ),
)
DATA = (
    Listed(
        "info",
        "Show roles, counts, sizes, kinds and exact copies, and what is missing.",
        "clefgan.cli.data:info",
    ),
    Listed(
        "prepare",
        "Store the data of a challenge as a dataset (TFDS), whose name --data then takes.",
        "clefgan.cli.data:prepare",
    ),
    Listed(
        "membership-from",
        "Turn K labelled sources into K membership challenges, each tested on another generator.",
        "clefgan.cli.data_membership:membership_from",
    ),
)
LAB = (
    Listed(
        "make",
        "Make a challenge with a known truth, in the layout of 2023, from real images.",
        "clefgan.cli.lab_make:make",
    ),
    Listed(
        "make-classes",
        "Make a class challenge with a known truth, in the layout of 2025, from real images.",
        "clefgan.cli.lab_classes:make_classes",
    ),
    Listed(
        "study",
        "Measure how strong a leak must be before each method sees it.",
        "clefgan.cli.lab_study:study",
    ),
    Listed(
        "bench",
        "Measure methods on a fixed suite of leaks and controls, made once and kept in the cache.",
        "clefgan.cli.lab_bench:bench",
    ),
)
COMMANDS = (
    Listed(
        "run",
        "Fit a method on dev, score the test candidates, write the run file and its record.",
        "clefgan.cli.run:run",
        panel=RUN,
    ),
    Listed(
        "evaluate",
        "Compare methods on the dev images; a second start goes on where the first stopped.",
        "clefgan.cli.evaluate:evaluate",
        panel=RUN,
    ),
    Listed(
        "methods",
        "List the methods, show the settings of one, or write a new one.",
        "clefgan.cli.methods:methods",
        panel=RUN,
    ),
    Listed(
        "reproduce",
        "Run the methods of a paper again, and show their numbers beside those of its tables.",
        "clefgan.cli.reproduce:reproduce",
        panel=RUN,
    ),
    Listed("gan", "Train a DCGAN, and draw images from it.", commands=GAN, panel=RUN),
    Listed(
        "audit",
        "Say whether images may be released; without options, audit an embedded example.",
        "clefgan.cli.audit:audit",
        panel=JUDGE,
    ),
    Listed(
        "score",
        "Score run files against a truth: every metric with its interval, beside trivial answers.",
        "clefgan.cli.score:score",
        panel=JUDGE,
    ),
    Listed(
        "leaderboard",
        "Rank run files, with intervals, trivial answers and a chance limit beside them.",
        "clefgan.cli.leaderboard:leaderboard",
        panel=JUDGE,
    ),
    Listed(
        "check",
        "Check run files against the rules of an edition. Exit 1 if there is an error.",
        "clefgan.cli.check:check",
        panel=SUBMIT,
    ),
    Listed(
        "bundle",
        "Zip runs as the platform takes them: one upload per run, checked before and after.",
        "clefgan.cli.bundle:bundle",
        panel=SUBMIT,
    ),
    Listed(
        "codabench",
        "For organisers: write, check and pack a Codabench competition.",
        commands=CODABENCH,
        panel=SUBMIT,
    ),
    Listed(
        "editions",
        "List the editions; `editions show NAME > mine.toml` writes one to change.",
        "clefgan.cli.editions:editions",
        panel=LOOK,
    ),
    Listed(
        "weights",
        "List pre-trained VGG-16 weights: which are known, and which are on this machine.",
        "clefgan.cli.weights:weights",
        panel=LOOK,
    ),
    Listed(
        "data",
        "Look at the data of a challenge, or store it as a dataset.",
        commands=DATA,
        panel=LOOK,
    ),
    Listed(
        "lab",
        "Make challenges with a known leak, and study methods on them.",
        commands=LAB,
        panel=LOOK,
    ),
)

app = typer.Typer(
    name="clefgan",
    cls=group_of(COMMANDS),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=HELP_OPTIONS,
)
list_commands(app, COMMANDS)


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
    debug: Annotated[
        bool,
        typer.Option(
            "--debug", help="Show the traceback of an error; may stand anywhere in the command."
        ),
    ] = False,
) -> None:
    """Which real images trained the generator? Run, score and submit membership methods."""


def called(words: list[str]) -> None:
    """Run the command that the words ask for, or complete what the shell has of one."""
    with bash_words.whole(), shell_words.fitted():
        app(words)
