"""`clefgan evaluate`: methods compared on dev, by both protocols, with repeated folds and seeds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clefgan.cli import pictures, tables
from clefgan.cli.cluster import CLUSTER, connected
from clefgan.cli.console import console, errors, progress_bar
from clefgan.report.terminal import control_table

if TYPE_CHECKING:
    from clefgan.report.part import Part

SUBFOLDER = "trials"


def evaluate(
    method: Annotated[
        list[str],
        typer.Option(help="A method, such as 'nearest' or 'lbp-svm(C=10)'; repeatable."),
    ],
    data: Annotated[
        str, typer.Option(help="A folder in a challenge layout, or a dataset's name.")
    ] = "phantom_ct",
    edition: tables.EDITION = "2023",
    protocol: Annotated[
        list[str] | None,
        typer.Option(help="paper, held-out; repeatable; both if not given."),
    ] = None,
    repeats: Annotated[
        int, typer.Option(help="Each with other folds and another seed.", min=1)
    ] = 1,
    folds: Annotated[int, typer.Option(help="Of the held-out protocol.", min=2)] = 3,
    seed: tables.SEED = 0,
    jobs: Annotated[int, typer.Option(help="Processes; 0: one a core.", min=0)] = 0,
    cluster: CLUSTER = None,
    out: Annotated[
        Path, typer.Option(help="Folder whose trials/ keeps what is done, to go on later.")
    ] = Path("runs"),
    metric: tables.METRIC = None,
    level: tables.LEVEL = 0.95,
    window: pictures.WINDOW = None,
    size: pictures.SIZE = None,
    patients: pictures.PATIENTS = None,
    file_column: pictures.FILE_COLUMN = None,
    patient_column: pictures.PATIENT_COLUMN = None,
    controls: Annotated[
        bool,
        typer.Option("--controls", help="Negative controls beside the held-out scores."),
    ] = False,
    strata: Annotated[
        Path | None,
        typer.Option(help="With --controls: a table (id, stratum); labels are permuted within."),
    ] = None,
    csv: tables.CSV = None,
    json: tables.JSON = None,
    markdown: tables.MARKDOWN = None,
    latex: tables.LATEX = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Folder for the report, index.html; replaces it.")
    ] = None,
) -> None:
    """Compare methods on the dev images. Stopped and started again, it goes on where it was."""
    tables.check_level(level)
    from clefgan.cli.run import chosen_protocols
    from clefgan.plugins import registry

    for name in method:
        registry.configure(name)  # a misspelt one stops here, before any work
    from clefgan.experiments.controls import by_method
    from clefgan.experiments.trials import trials
    from clefgan.experiments.trials.evaluate import evaluate as evaluate_plan
    from clefgan.report import boards, sheet
    from submissions import editions

    primary = tables.ranking_metric(metric, editions.get(edition))
    plan = trials.Plan(
        methods=tuple(method),
        data=data,
        folder=out / SUBFOLDER,
        edition=edition,
        protocols=chosen_protocols(protocol or []),
        repeats=repeats,
        n_folds=folds,
        seed=seed,
        sixteen_bit=pictures.window_levels(window),
        size=pictures.pixels(size),
        patients=pictures.patient_table(patients, file_column, patient_column),
    )
    if controls:
        by_method.check(plan)
    found = None
    with connected(cluster):
        with progress_bar() as progress:
            results = evaluate_plan(plan, jobs=jobs, progress=progress)
        if controls and results.scores.get("held-out"):
            with progress_bar() as progress:
                found = by_method.of(plan, results, progress, strata=strata)
    parts = boards.parts(plan, results, primary, level, found) if results.seconds else []
    show(parts)
    if found is not None:
        console.print(control_table.show(found))
    sheets = [sheet.of(part.board, part.title, part.notes, part.extra) for part in parts]
    if sheets:
        files = {"csv": csv, "json": json, "markdown": markdown, "latex": latex}
        tables.export(sheets, files)
        if html is not None:
            write_page(html / "index.html", parts)
    for reason in results.failures.values():
        errors.print(f"clefgan: {reason}", markup=False, soft_wrap=True)
    if results.failures:
        raise typer.Exit(1)


def show(parts: "list[Part]") -> None:
    """Print the tables and what they say."""
    from clefgan.report import findings, sheet
    from clefgan.report.terminal import ranking

    for part in parts:
        table = sheet.of(part.board, part.title, part.notes, part.extra)
        console.print(ranking.show(table, console.width))
        console.print()
        for sentence in findings.sentences(part.board):
            console.print(sentence, markup=False)
        for note in table.notes:
            console.print(note, style="yellow", markup=False)
        console.print(findings.made(part.board), style="dim", markup=False)
        console.print()


def write_page(path: Path, parts: "list[Part]") -> None:
    """Write the report."""
    from clefgan.report.files import exports
    from clefgan.report.page import page

    exports.write(path, page.html("Evaluation on dev", parts))
    console.print(f"wrote [cyan]{path}[/cyan]", soft_wrap=True)
