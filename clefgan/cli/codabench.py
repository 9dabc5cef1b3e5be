"""`clefgan codabench`: set up a competition, check it, try its scoring program."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli import outputs
from clefgan.cli.completion import edition_names
from clefgan.cli.console import dumped, echo, errors, say
from clefgan.cli.outputs import Output
from clefgan.report.files import exports
from evaluation import class_tables, metrics
from submissions import RunFileError, editions
from submissions.codabench import advice as advices
from submissions.codabench import init as competitions
from submissions.codabench import lint as linting
from submissions.codabench import score as scoring

FOLDER = Annotated[Path, typer.Argument(metavar="DIR", help="The competition's folder.")]


def init(
    folder: FOLDER,
    edition: Annotated[
        str,
        typer.Option(
            help="The edition whose run format and metrics hold.", autocompletion=edition_names
        ),
    ],
    truth: Annotated[
        Path, typer.Option(help="The truth of the test images, in lines of id,label.")
    ],
    dev_truth: Annotated[
        Path | None, typer.Option(help="The truth of other images, for the dev phase.")
    ] = None,
    dev_share: Annotated[
        float,
        typer.Option(help="The share of the test images that dev scores, without --dev-truth."),
    ] = 0.3,
    title: Annotated[str, typer.Option(help="The title; that of the edition if not given.")] = "",
    start: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The first day, UTC; today if not given."),
    ] = None,
    dev_days: Annotated[int, typer.Option(help="The length of the dev phase, in days.")] = 60,
    test_days: Annotated[int, typer.Option(help="The length of the test phase, in days.")] = 14,
    per_day: Annotated[
        int, typer.Option(help="The number of dev submissions per day and participant.")
    ] = 5,
    seed: Annotated[int, typer.Option(help="The seed that chooses the dev share.", min=0)] = 0,
    docker_image: Annotated[
        str,
        typer.Option(
            help="The Docker image that scoring runs in; it needs Python 3.9 or later and numpy."
        ),
    ] = "codalab/codalab-legacy:py39",
) -> None:
    """Write a competition: pages, phases, leaderboard, reference data, scoring program."""
    wanted = editions.get(edition)
    outputs.refuse([Output("DIR", folder, is_folder=True)], [truth, dev_truth, edition])
    settings = competitions.CompetitionSettings(
        title=title,
        start=start.date() if start else None,
        dev_days=dev_days,
        test_days=test_days,
        dev_share=dev_share,
        seed=seed,
        per_day=per_day,
        docker_image=docker_image,
    )
    titles = metrics.titles() if wanted.is_membership else class_tables.titles()
    made = competitions.init(folder, wanted, truth, titles, dev_truth=dev_truth, settings=settings)
    say_made(made, wanted)


def say_made(folder: Path, edition: editions.Edition) -> None:
    """Print what was made, what its edition infers, and the next step."""
    say(f"wrote {folder}: edition {edition.name}, official metric {edition.metric}")
    inferred = [key for key in ("metric", *edition.inferred_rules(True)) if edition.unsure(key)]
    if inferred:
        say(f"note: our reading, not confirmed by the organisers: {', '.join(inferred)}")
    say(f"next: edit {folder / 'pages'}, then clefgan codabench lint {folder}")


def lint(folder: FOLDER) -> None:
    """Check a competition: columns, files, dates, phases, no truth in public parts.

    Terms that are still placeholders and a last phase without a limit are warnings.
    """
    problems = linting.lint(folder)
    for problem in (*problems, *advices.advice(folder)):
        say(str(problem), "red" if problem.is_error else "yellow")
    n = len(problems)
    say(f"{folder}: {f'{n} problem' + 's' * (n != 1) if n else 'ok'}", "bold")
    raise typer.Exit(code=int(bool(problems)))


def score(
    folder: FOLDER,
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run file, or a zip of one.")],
    phase: Annotated[str, typer.Option(help="The name or the number of the phase.")] = "test",
    python: Annotated[
        str,
        typer.Option(
            help="The Python that runs the scoring program.", show_default="that of clefgan"
        ),
    ] = sys.executable,
    html: Annotated[Path | None, typer.Option(help="The file for detailed_results.html.")] = None,
) -> None:
    """Run the competition's scoring program on a run, as the platform would; print its scores."""
    outputs.refuse(outputs.tables({"html": html}), [folder, *outputs.belonging([run])])
    outcome = scoring.score(folder, run, phase=phase, python=python)
    if html is not None and outcome.page is not None:
        exports.write(html, outcome.page)
    if outcome.log.strip():
        errors.print(outcome.log.rstrip(), soft_wrap=True)
    if outcome.scores is not None:
        echo(dumped(outcome.scores))
    raise typer.Exit(code=int(outcome.code != 0 or outcome.scores is None))


def pack(
    folder: FOLDER,
    out: Annotated[Path | None, typer.Option(help="The zip file; DIR.zip if not given.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing zip.")] = False,
) -> None:
    """Zip a competition for upload, after checking it."""
    problems = linting.lint(folder)
    if problems:
        raise RunFileError(f"{problems[0]} ({len(problems)} in all; see clefgan codabench lint)")
    target = out or folder.with_name(f"{folder.resolve().name}.zip")
    outputs.refuse([Output("--out", target)], [folder])
    say(f"wrote {scoring.pack(folder, target, force=force)}")
