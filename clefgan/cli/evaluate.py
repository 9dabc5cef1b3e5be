"""`clefgan evaluate`: methods compared on dev, by both protocols, with repeated folds and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli import board_table, evaluate_classes, outputs
from clefgan.cli.completion import one_of
from clefgan.cli.console import console, fail_with, only_errors, progress_bar, say_wrote
from clefgan.cli.option_values import (
    check_level,
    chosen_protocols,
    connected,
    main_metric,
    refuse_class_options,
    refuse_membership_options,
)
from clefgan.cli.options import (
    ALL,
    CHALLENGE_OR_DEFAULT,
    CLUSTER,
    CSV,
    EDITION,
    FOLDER,
    FOLDS,
    HTML,
    JOBS,
    JSON,
    LATEX,
    LEVEL,
    MARKDOWN,
    METHODS,
    METRIC,
    QUIET,
    SEED,
    SHARED,
)
from clefgan.cli.outputs import Output
from clefgan.cli.pictures import (
    FILE_COLUMN,
    PATIENT_COLUMN,
    PATIENTS,
    SIZE,
    WINDOW,
    patient_table,
    pixels,
    window_levels,
)
from clefgan.data import reading, which_edition
from clefgan.data.classes import reading as class_reading
from clefgan.experiments.controls import by_method
from clefgan.experiments.trials import evaluate as evaluation
from clefgan.experiments.trials import trials
from clefgan.plugins import registry
from clefgan.report import blanks, boards, sheet
from clefgan.report import part as parts
from clefgan.report.page import page as pages
from clefgan.report.terminal import blanks_table, control_table
from submissions import editions

SUBFOLDER = "trials"


PROTOCOL = Annotated[
    list[str] | None,
    typer.Option(
        help="How dev is scored: held-out (the default) or paper, on the training images; for "
        "classes: grouped or plain (both by default, grouped is shown); repeatable.",
        autocompletion=one_of("evaluate --protocol"),
    ),
]
REPEATS = Annotated[
    int, typer.Option(help="The number of repeats, each with other folds and another seed.", min=1)
]
OUT = Annotated[
    Path, typer.Option(help="The folder whose trials/ keeps what is done, to go on from later.")
]
CONTROLS = Annotated[
    bool,
    typer.Option("--controls", help="Measure negative controls beside the held-out scores."),
]
BLANK = Annotated[
    bool,
    typer.Option(help="Also score the held-out images against another generator."),
]
STRATA = Annotated[
    Path | None,
    typer.Option(
        help="With --controls: a table of id, stratum; labels are permuted within each stratum."
    ),
]


def evaluate(
    method: METHODS,
    data: CHALLENGE_OR_DEFAULT = None,
    edition: EDITION = None,
    protocol: PROTOCOL = None,
    repeats: REPEATS = 1,
    folds: FOLDS = 3,
    seed: SEED = 0,
    jobs: JOBS = 0,
    cluster: CLUSTER = None,
    out: OUT = Path("runs"),
    metric: METRIC = None,
    level: LEVEL = 0.95,
    window: WINDOW = None,
    size: SIZE = None,
    patients: PATIENTS = None,
    file_column: FILE_COLUMN = None,
    patient_column: PATIENT_COLUMN = None,
    controls: CONTROLS = False,
    blank: BLANK = True,
    strata: STRATA = None,
    folder: FOLDER = None,
    shared: SHARED = False,
    csv: CSV = None,
    json: JSON = None,
    markdown: MARKDOWN = None,
    latex: LATEX = None,
    html: HTML = None,
    everything: ALL = False,
    quiet: QUIET = False,
) -> None:
    """Compare methods on the dev images; a second start goes on where the first stopped.

    The screen has the headline metrics of the held-out scores; --all has every metric, and the
    files have everything. Scores on the training images (--protocol paper) are shown if asked for.
    """
    check_level(level)
    edition = which_edition.chosen(edition, data)
    rules = editions.get(edition)
    kept = out / SUBFOLDER
    source = data or (
        reading.DEFAULT_DATA if rules.is_membership else class_reading.DEFAULT_CLASSES
    )
    files = {"csv": csv, "json": json, "markdown": markdown, "latex": latex}
    page = None if html is None else html / "index.html"
    read = [source, edition, strata, patients, *outputs.named_files(method)]
    outputs.refuse([Output("--out", kept, is_folder=True)], read)
    outputs.refuse(outputs.tables({**files, "html": page}), [*read, kept])
    if not rules.is_membership:
        refuse_membership_options(
            {
                "--patients": patients, "--file-column": file_column,
                "--patient-column": patient_column, "--controls": controls, "--strata": strata,
                "--no-blank": not blank,
            }
        )  # fmt: skip
        asked = evaluate_classes.AskedOfMethods(
            method, source, rules, edition, folder or [], protocol, repeats, folds, seed, jobs,
            cluster, kept, metric, level, window_levels(window), pixels(size), shared, everything,
        )  # fmt: skip
        with only_errors(quiet or outputs.is_printed(files)):
            evaluate_classes.evaluate(asked, files, page, "Evaluation on dev")
        return
    refuse_class_options(None, folder, None, shared=shared)
    primary = main_metric(metric, rules)
    for name in method:
        registry.configure(name)  # a misspelt one stops here, before any work
    plan = trials.TrialPlan(
        methods=tuple(method),
        data=source,
        folder=kept,
        edition=edition,
        protocols=chosen_protocols(protocol or ["held-out"]),
        repeats=repeats,
        n_folds=folds,
        seed=seed,
        window=window_levels(window),
        size=pixels(size),
        patients=patient_table(patients, file_column, patient_column),
        blank=blank,
    )
    if controls:
        by_method.check(plan)
    contrasts = None
    quiet = quiet or outputs.is_printed(files)
    with connected(cluster), only_errors(quiet):
        with progress_bar() as progress:
            results = evaluation.evaluate(plan, jobs=jobs, progress=progress)
        if controls and results.scores.get("held-out"):
            with progress_bar() as progress:
                contrasts = by_method.of(plan, results, progress, strata=strata)
    beside = blanks.contrasts(results, seed)
    parts = (
        boards.parts(plan, results, primary, level, contrasts, beside) if results.seconds else []
    )
    sheets = [sheet.of(part.board, part.title, part.notes, part.extra) for part in parts]
    contents = outputs.texts(sheets, files) if sheets else {}
    if page is not None and parts:
        contents[page] = pages.html("Evaluation on dev", parts)
    with only_errors(quiet):
        say_wrote(outputs.write(contents))
        if contrasts is not None:
            console.print(control_table.show(contrasts))
        if beside:
            console.print(blanks_table.show(beside))
        show(parts, sheets, everything)
    fail_with(results.failures)


def show(parts: Sequence[parts.Part], sheets: Sequence[sheet.Sheet], everything: bool) -> None:
    """Print the tables and what they say; held-out, which is the one to believe, last."""
    for part, table in reversed(list(zip(parts, sheets, strict=True))):
        board_table.show(part.board, table, everything)
