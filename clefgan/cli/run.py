"""`clefgan run`: the main job, from a data folder to a run file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli import outputs, run_classes
from clefgan.cli.choices import wrong_usage
from clefgan.cli.completion import method_names, rule_names
from clefgan.cli.console import (
    console,
    dumped,
    echo,
    only_errors,
    progress_bar,
    say,
    say_path,
    say_wrote,
)
from clefgan.cli.option_values import (
    chosen_protocols,
    connected,
    plain_name,
    refuse_class_options,
    refuse_membership_options,
)
from clefgan.cli.options import (
    AS_JSON,
    CHALLENGE_OR_DEFAULT,
    CLUSTER,
    EDITION,
    FOLDER,
    FOLDS,
    PROTOCOL,
    QUIET,
    SEED,
    SETTINGS,
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
from clefgan.cli.run_classes import ClassRunOptions
from clefgan.data import reading, which_edition
from clefgan.data.classes import reading as class_reading
from clefgan.errors import ClefganError
from clefgan.plugins import registry
from clefgan.report import next_steps
from clefgan.report.objects import run as objects
from clefgan.report.terminal import summary
from clefgan.runs import ahead, job, request
from clefgan.runs import pairs as pair_tables
from clefgan.runs import record as records
from clefgan.runs.decisions import beforehand, decide
from submissions import editions

METHOD = Annotated[
    str,
    typer.Option(
        help="The name of a method, or file.py; file.py:Class if it holds several.",
        autocompletion=method_names,
    ),
]
TEST_DATA = Annotated[
    Path | None, typer.Option(help="The test part, where it is not below --data.")
]
OUT = Annotated[Path, typer.Option(help="The folder for the run file and its record.")]
NAME = Annotated[
    str | None,
    typer.Option(help="The name of the files, without ending; that of the method if not given."),
]
RULE = Annotated[
    str | None,
    typer.Option(
        "--decide",
        metavar="RULE",
        help="How scores become decisions: auto, auto:SHARE, zero, dev-best:METRIC, quota:SHARE, "
        "mixture, null95 or conformal:FDR; for classes: argmax, open:RATE or balanced.",
        autocompletion=rule_names,
        show_default="auto, or argmax",
    ),
]
SOURCES = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=FOLDER",
        help="For classes: a folder of real images and the name of its class; repeatable.",
    ),
]
CLUSTERS = Annotated[
    int | None, typer.Option(help="For classes: the number of clusters to make.", min=2)
]
PAIRS = Annotated[
    bool,
    typer.Option(help="Write the generated images nearest to each candidate, as pairs/NAME.csv."),
]
BLANK = Annotated[
    bool,
    typer.Option(
        help="Also score the images against another generator, which cannot have seen them."
    ),
]
FORCE = Annotated[bool, typer.Option("--force", help="Overwrite an existing run.")]


def run(
    method: METHOD,
    data: CHALLENGE_OR_DEFAULT = None,
    test_data: TEST_DATA = None,
    edition: EDITION = None,
    out: OUT = Path("runs"),
    name: NAME = None,
    seed: SEED = 0,
    settings: SETTINGS = None,
    folds: FOLDS = 3,
    protocol: PROTOCOL = None,
    window: WINDOW = None,
    size: SIZE = None,
    patients: PATIENTS = None,
    file_column: FILE_COLUMN = None,
    patient_column: PATIENT_COLUMN = None,
    rule: RULE = None,
    sources: SOURCES = None,
    folder: FOLDER = None,
    clusters: CLUSTERS = None,
    shared: SHARED = False,
    cluster: CLUSTER = None,
    pairs: PAIRS = True,
    blank: BLANK = True,
    force: FORCE = False,
    quiet: QUIET = False,
    as_json: AS_JSON = False,
) -> None:
    """Fit a method on dev, score the test candidates, write the run file and its record."""
    given, edition = edition, which_edition.chosen(edition, data, test_data)
    wanted = editions.get(edition)
    stem = file_stem(method) if name is None else plain_name(name)
    csv, json = out / f"{stem}.csv", out / f"{stem}.json"
    evidence = pair_tables.path_of(csv)
    refuse_existing([csv, json, evidence], force)
    source = data or (
        reading.DEFAULT_DATA if wanted.is_membership else class_reading.DEFAULT_CLASSES
    )
    read = [
        *(source, test_data, edition, patients),
        *outputs.named_files([method, *(settings or [])]),
        *(text.partition("=")[2] for text in sources or []),
    ]
    outputs.refuse([Output("--out", path) for path in (csv, json, evidence)], read)
    if not wanted.is_membership:
        refuse_membership_options(
            {
                "--patients": patients, "--file-column": file_column,
                "--patient-column": patient_column, "--protocol": protocol, "--cluster": cluster,
                "--no-pairs": not pairs, "--no-blank": not blank,
            }
        )  # fmt: skip
        asked = ClassRunOptions(
            method, data, test_data, sources or [], folder or [], clusters, edition, seed,
            settings or [], folds, window_levels(window), pixels(size), rule or "argmax", shared,
            as_json,
        )  # fmt: skip
        with only_errors(quiet or as_json):
            run_classes.run(asked, csv, force)
        return
    refuse_class_options(sources, folder, clusters, shared=shared)
    configured = registry.configure(method, settings or [], seed)
    chosen = chosen_protocols(protocol)
    levels, grid = window_levels(window), pixels(size)
    owners = patient_table(patients, file_column, patient_column)
    with wrong_usage("--decide"):
        how = None if rule is None else decide.parse(rule)
    side = None if cluster else reading.side_to_draw(source, grid)
    with (
        only_errors(quiet or as_json),
        connected(cluster),
        progress_bar() as progress,
        ahead.compiling(method, configured, side),
    ):
        challenge = reading.read(
            source, edition, test_data=test_data, window=levels, size=grid, patients=owners
        )
        how = how or decide.usual(challenge, configured)
        if cannot := beforehand.floor(how, challenge):
            say(cannot)
        result = job.run(
            challenge, method, configured, protocols=chosen, n_folds=folds, seed=seed, rule=how,
            extras=request.Extras(pair_tables.NEAREST if pairs else 0, blank), progress=progress,
        )  # fmt: skip
    how_read = {
        "--data": data, "--test-data": test_data, "--window": window, "--size": size,
        "--patients": patients, "--file-column": file_column, "--patient-column": patient_column,
        "--edition": given,
    }  # fmt: skip
    steps = next_steps.after(result, csv, str(test_data or source), how_read)
    finish(result, csv, steps, force=force, quiet=quiet, as_json=as_json)


def finish(
    result: records.Run, csv: Path, steps: list[str], *, force: bool, quiet: bool, as_json: bool
) -> None:
    """Write a run, and say what it found and what to do next."""
    stale = result.test is None and csv.exists()
    written = result.write(csv, force=force)
    if as_json:
        echo(dumped(objects.of(result, written, steps)))
    with only_errors(quiet or as_json):
        if stale:
            say_path("removed ", csv, ": it was of an earlier run")
        say_wrote(written)
        console.print()
        console.print(summary.show(result))
        for step in steps:
            say(f"next: {step}")


def file_stem(method: str) -> str:
    """A file name for a method: `nearest(size=8)` is `nearest`, `my.py:Mine` is `Mine`."""
    bare, _ = registry.split(method)
    return Path(bare).stem if bare.endswith(".py") else bare.rpartition(":")[2]


def refuse_existing(paths: list[Path], force: bool) -> None:
    """Raise before any work is done if a run would overwrite another."""
    for path in paths:
        if path.is_dir():
            raise ClefganError(f"{path}: is a folder; give another --name")
        if path.exists() and not force:
            raise ClefganError(f"{path}: exists; give another --name or --force")
