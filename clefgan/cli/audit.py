"""`clefgan audit`: may this set of generated images be released, and which of them not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from clefgan.auditing import example, feature_spaces
from clefgan.auditing import filter as filtering
from clefgan.auditing.profiles import LEAST_SIDE, MOST_SEALED, PROFILES
from clefgan.cli import outputs
from clefgan.cli.choices import refuse_unknown, wrong_usage
from clefgan.cli.completion import one_of
from clefgan.cli.console import progress_bar, say, say_wrote
from clefgan.cli.options import SEED
from clefgan.cli.outputs import Output
from clefgan.cli.pictures import FILE_COLUMN, PATIENT_COLUMN, window_levels
from clefgan.data.patient_pattern import pattern_of
from clefgan.data.sets import windows
from clefgan.report.audit import making, tables
from clefgan.report.audit import result as results
from clefgan.storage import folders

EXAMPLE_RELEASE = "public"
RECORD = "audit.json"


TRAIN = Annotated[
    str | None,
    typer.Option(help="The images that the generator was trained on: a folder or a file."),
]
RELEASED = Annotated[
    str | None, typer.Option(help="The generated images to be released: a folder or a file.")
]
HELD_OUT = Annotated[
    str | None,
    typer.Option(help="Real images like the training images, of patients who were not used."),
]
PATIENTS = Annotated[
    Path | None, typer.Option(help="A table of images and their patients, with any columns.")
]
PATIENT_FROM = Annotated[
    str | None,
    typer.Option(
        metavar="header|folder|REGEX",
        help="What names the patient of an image without a table: its DICOM header, its folder, "
        "or a pattern in its id.",
        autocompletion=one_of("--patient-from"),
    ),
]
ONE_IMAGE_EACH = Annotated[
    bool, typer.Option("--one-image-each", help="Take every image as a patient of its own.")
]
STRATA = Annotated[
    Path | None, typer.Option(help="A table of images and their strata, such as scanners.")
]
RELEASE = Annotated[
    str | None,
    typer.Option(
        help="The kind of release, which sets the threshold: public, public-use, controlled or "
        "membership.",
        autocompletion=one_of("--release"),
    ),
]
OUT = Annotated[Path, typer.Option(help="The folder for the report.")]
AFTER = Annotated[
    Path | None, typer.Option(help="The folder of the earlier audit, if this is a re-audit.")
]
WITHHOLD = Annotated[
    str | None,
    typer.Option(
        metavar="list|symmetric",
        help="Choose images to withhold: those listed as findings, or by a symmetric filter "
        "that uses no labels.",
        autocompletion=one_of("--withhold"),
    ),
]
THIN = Annotated[
    float | None,
    typer.Option(help="With --withhold: the share of the images to keep, chosen for diversity."),
]
SEALED = Annotated[
    float | None,
    typer.Option(
        help="The share of the patients that is kept for the re-audit (0.2 with --withhold).",
        min=0,
        max=MOST_SEALED,
    ),
]
WINDOW = Annotated[
    str | None,
    typer.Option(
        metavar="LOW,HIGH",
        help="The levels that become black and white, the same for all images; or header, or "
        "percentiles.",
        autocompletion=one_of("audit --window"),
    ),
]
LARGEST = Annotated[
    int,
    typer.Option(help="The longest side in pixels to which images are reduced.", min=LEAST_SIDE),
]
DEALS = Annotated[
    int,
    typer.Option(help="The number of random deals of patients in the test of the set.", min=99),
]
PLANTED = Annotated[
    int, typer.Option(help="The number of copies of each kind that are planted.", min=0)
]
FEATURES = Annotated[
    str,
    typer.Option(
        metavar="radiomic|vgg16",
        help="The features on which fidelity is measured.",
        autocompletion=one_of("--features"),
    ),
]
FORCE = Annotated[bool, typer.Option("--force", help="Replace an earlier report.")]


def audit(
    train: TRAIN = None,
    released: RELEASED = None,
    held_out: HELD_OUT = None,
    patients: PATIENTS = None,
    file_column: FILE_COLUMN = None,
    patient_column: PATIENT_COLUMN = None,
    patient_from: PATIENT_FROM = None,
    one_image_each: ONE_IMAGE_EACH = False,
    strata: STRATA = None,
    release: RELEASE = None,
    out: OUT = Path("audit"),
    after: AFTER = None,
    withhold: WITHHOLD = None,
    thin: THIN = None,
    sealed: SEALED = None,
    window: WINDOW = None,
    largest: LARGEST = 128,
    deals: DEALS = 1999,
    planted: PLANTED = 50,
    features: FEATURES = "radiomic",
    seed: SEED = 0,
    force: FORCE = False,
) -> None:
    """Say whether images may be released; without options, audit an embedded example.

    Exit code 0: nothing was found, with enough power to find it; 1: a leak or copies were found;
    2: wrong usage; 3: the audit cannot say.
    """
    check_usage(train, released, release, withhold, thin)
    check_words(features, patient_from)
    refuse_for_example(train, {
        "--held-out": held_out, "--patients": patients, "--file-column": file_column,
        "--patient-column": patient_column, "--patient-from": patient_from,
        "--one-image-each": one_image_each, "--strata": strata, "--window": window,
    })  # fmt: skip
    folders.refuse_existing(out, (RECORD,), force)
    output = Output("--out", out, is_folder=True, is_replaced=True)
    outputs.refuse([output], [train, released, held_out, patients, strata, after])
    with progress_bar() as progress:
        options = making.Options(
            release=release or EXAMPLE_RELEASE, after=after, withhold=withhold, thin=thin,
            sealed=sealed, deals=deals, planted=planted, features=features, seed=seed,
        )  # fmt: skip
        if train is None or released is None:
            made = making.example(options, progress=progress)
        else:
            files = making.Files(
                train=train, released=released, held_out=held_out, patients=patients,
                file_column=file_column, patient_column=patient_column,
                patient_from=patient_from, one_image_each=one_image_each, strata=strata,
                window=window_of(window), largest=largest,
            )  # fmt: skip
            made = making.audit(files, options, progress=progress)
    made.write(out, today=datetime.now().astimezone().date(), force=force)
    show(made, out)
    raise typer.Exit(int(made.outcome))


def check_usage(
    train: str | None,
    released: str | None,
    release: str | None,
    withhold: str | None,
    thin: float | None,
) -> None:
    """Refuse options that do not go together: exit code 2."""
    if (train is None) != (released is None):
        raise typer.BadParameter("give both --train and --released, or neither for the example")
    if train is not None and release is None:
        raise typer.BadParameter(
            f"choose a threshold before looking: {', '.join(PROFILES)}", param_hint="--release"
        )
    refuse_unknown("--release", release, PROFILES)
    refuse_unknown("--withhold", withhold, filtering.Withhold)
    if thin is not None and (withhold is None or not 0 < thin <= 1):
        raise typer.BadParameter(
            f"{thin} is to be a share above 0 and at most 1, with --withhold", param_hint="--thin"
        )


def check_words(features: str, patient_from: str | None) -> None:
    """Refuse a feature space that there is not, and a pattern that means nothing: exit code 2."""
    refuse_unknown("--features", features, feature_spaces.names())
    with wrong_usage("--patient-from"):
        pattern_of(patient_from or "")


def refuse_for_example(train: str | None, given: Mapping[str, object]) -> None:
    """Refuse options of the images where none are given: exit code 2."""
    names = [name for name, value in given.items() if value]
    if train is None and names:
        raise typer.BadParameter(
            "is of your own images: give --train and --released too", param_hint=names[0]
        )


def window_of(text: str | None) -> windows.WindowChoice:
    """`LOW,HIGH` as two levels; the names as they are."""
    if text is None or text in ("header", "percentiles"):
        return text  # type: ignore[return-value]  # checked here
    return window_levels(text)


def parts_lines(parts: tables.AuditTable) -> list[str]:
    """A line per part of the 2026 edition; what is the same of all sets is said once."""
    lines = []
    for part, *measured in parts.rows:
        pairs = zip(measured, parts.heads[1:], strict=True)
        by_set = [f"{words} ({name})" for words, name in pairs]
        lines.append(f"{part}: {measured[0] if len(set(measured)) == 1 else '; '.join(by_set)}")
    return lines


def show(made: results.Audit, out: Path) -> None:
    """Print the verdict, and where the report is; of the example first that it is one."""
    others = [note for note in made.run.inputs.notes if note != example.NOTE]
    if len(others) < len(made.run.inputs.notes):
        say(example.NOTE, "dim")
    colour = {0: "cyan", 1: "red", 3: "yellow"}[int(made.outcome)]
    say(made.verdict, colour)
    for reason in made.run.verdict.reasons[1:]:
        say(f"- {reason}")
    if "volumes" in made.tables:
        say(", ".join(f"{name}: {count}" for name, count, _ in made.tables["volumes"].rows))
    for line in parts_lines(made.tables["parts"]):
        say(line)
    for note in others:
        say(note, "dim")
    listed = out / "internal" / "withhold.csv"  # of which the verdict speaks
    say_wrote([out, *([listed] if listed.is_file() else [])])
    say(f"next: open {out / 'audit.html'}, then {out / 'internal' / 'pairs.html'}")
