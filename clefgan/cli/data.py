"""`clefgan data`: what is in some data, and how to store the challenge's as a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from clefgan.cli import run_classes
from clefgan.cli.completion import data_names, one_of
from clefgan.cli.console import (
    complain,
    console,
    dumped,
    echo,
    only_errors,
    progress_bar,
    say,
    say_path,
)
from clefgan.cli.option_values import refuse_class_options, refuse_membership_options
from clefgan.cli.options import AS_JSON, EDITION, FOLDER, QUIET
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
from clefgan.data import contents, inspection, reading, which_edition
from clefgan.data import patient_table as patient_tables
from clefgan.data.classes import inspection as class_inspection
from clefgan.data.classes import reading as classes_reading
from clefgan.data.tfds import preparation
from clefgan.report.objects import data as objects
from clefgan.report.terminal import contents as contents_sheet
from clefgan.report.terminal import data_tables
from submissions import editions

DATA = Annotated[
    str | None,
    typer.Argument(
        help="A folder in a challenge layout, a dataset's name, or its prepared folder; or any "
        "folder or file of images (DICOM, NIfTI, arrays, PNG, JPEG, TIFF).",
        show_default="phantom_ct, or phantom_classes",
        autocompletion=data_names,
    ),
]
TEST_DATA = Annotated[str | None, typer.Option(help="The test part, where it is not below DATA.")]


def info(
    data: DATA = None,
    test_data: TEST_DATA = None,
    edition: EDITION = None,
    window: WINDOW = None,
    size: SIZE = None,
    patients: PATIENTS = None,
    file_column: FILE_COLUMN = None,
    patient_column: PATIENT_COLUMN = None,
    folder: FOLDER = None,
    quiet: QUIET = False,
    as_json: AS_JSON = False,
) -> None:
    """Show roles, counts, sizes, kinds and exact copies, and what is missing.

    Exit 1 if a run would fail; of images that are no challenge, if one cannot be read.
    """
    edition = which_edition.chosen(edition, data, test_data)
    levels, grid = window_levels(window), pixels(size)
    with only_errors(quiet or as_json):
        if not editions.get(edition).is_membership:
            refuse_membership_options(
                {
                    "--patients": patients, "--file-column": file_column,
                    "--patient-column": patient_column,
                }
            )  # fmt: skip
            with progress_bar() as progress:
                report = class_inspection.inspect(
                    data or classes_reading.DEFAULT_CLASSES,
                    edition,
                    test_data=test_data,
                    folders=run_classes.folders_of(folder or []),
                    window=levels,
                    size=grid,
                    progress=progress,
                )
            show_report(report, as_json)
            return
        refuse_class_options(None, folder, None)
        data = data or reading.DEFAULT_DATA
        owners = patient_table(patients, file_column, patient_column)
        if test_data is None and not inspection.is_challenge(data, edition):
            show_contents(data, owners, edition, as_json)
            return
        with progress_bar() as progress:
            report = inspection.inspect(
                data, edition, test_data=test_data, window=levels, size=grid, patients=owners,
                progress=progress,
            )  # fmt: skip
        show_report(report, as_json)


def show_report(report: inspection.Report, as_json: bool) -> None:
    """Print what was found; exit 1 if a run would fail."""
    if as_json:
        echo(dumped(objects.of_report(report)))
    say(report.source, "bold")
    folder = data_tables.folder_of(report)
    if folder != report.source:
        say_path("in ", Path(folder))
    if report.roles:
        console.print(data_tables.role_table(report))
        console.print()
        console.print(data_tables.copies_table(report))
        console.print()
    for note in report.notes:
        console.print(Text(note), style="dim")
    for warning in report.warnings:
        say(f"warning: {warning}", "yellow")
    stop_at(report.problems, as_json)
    say("ready to run", "green")


def show_contents(
    data: str, owners: patient_tables.PatientTable | None, edition: str, as_json: bool
) -> None:
    """Show what is in a folder or file of images that is no challenge."""
    with progress_bar() as progress:
        inside = contents.contents(data, edition, patients=owners, progress=progress)
    if as_json:
        echo(dumped(objects.of_contents(inside)))
    for line in contents_sheet.show(inside):
        console.print(line, soft_wrap=True)
    stop_at(list(inside.problems()), as_json)


def stop_at(problems: Sequence[str], as_json: bool) -> None:
    """Exit 1 if there are problems; print them, as errors where nothing else is printed."""
    if not problems:
        return
    for problem in problems if not as_json else ():
        if console.quiet:
            complain(problem)
        say(problem, "red")
    raise typer.Exit(1)


def prepare(
    name: Annotated[
        str,
        typer.Argument(
            help="The dataset to store, such as imageclef_gans/2023.",
            autocompletion=one_of("prepare"),
        ),
    ],
    source: Annotated[
        Path | None, typer.Option("--from", help="The folder of the unpacked download.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Prepare the dataset anew and replace the old one.")
    ] = False,
) -> None:
    """Store the data of a challenge as a dataset (TFDS), whose name --data then takes."""
    path, made = preparation.ensure(name, source, force=force)
    say(f"{'prepared' if made else 'already prepared:'} {name} in {path}")
