"""`clefgan run`: the main job, from a data folder to a run file."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clefgan.cli import pictures, usage
from clefgan.cli.cluster import CLUSTER, connected
from clefgan.cli.console import console, progress_bar
from clefgan.errors import ClefganError

if TYPE_CHECKING:
    from clefgan.runs.record import Protocol
    from submissions.editions import Edition


def run(
    method: Annotated[str, typer.Option(help="A method's name, or file.py:Class.")],
    data: Annotated[
        str,
        typer.Option(
            help="A folder in a challenge layout, a dataset's name, or its prepared folder."
        ),
    ] = "phantom_ct",
    test_data: Annotated[
        Path | None, typer.Option(help="The test part, where it is not below --data.")
    ] = None,
    edition: Annotated[str, typer.Option(help="Whose run format and folder names.")] = "2023",
    out: Annotated[Path, typer.Option(help="Folder for the run file and its record.")] = Path(
        "runs"
    ),
    name: Annotated[
        str | None, typer.Option(help="File name without ending; the method's if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the method and of the folds.", min=0)] = 0,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A hyper-parameter; repeatable."),
    ] = None,
    folds: Annotated[int, typer.Option(help="Of the held-out dev scores.", min=2)] = 3,
    protocol: Annotated[
        list[str] | None,
        typer.Option(help="Dev protocol: paper, held-out; repeatable; both if not given."),
    ] = None,
    window: pictures.WINDOW = None,
    size: pictures.SIZE = None,
    patients: pictures.PATIENTS = None,
    file_column: pictures.FILE_COLUMN = None,
    patient_column: pictures.PATIENT_COLUMN = None,
    rule: Annotated[
        str,
        typer.Option(
            "--decide",
            metavar="RULE",
            help="zero, dev-best:METRIC, quota:SHARE, mixture, null95 or conformal:FDR.",
        ),
    ] = "zero",
    cluster: CLUSTER = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing run.")] = False,
) -> None:
    """Fit a method on dev, score the test candidates, write the run file and its record."""
    from clefgan.plugins import registry

    configured = registry.configure(method, settings or [], seed)
    stem = file_stem(method) if name is None else plain_name(name)
    csv, json = out / f"{stem}.csv", out / f"{stem}.json"
    refuse_folder(out)
    refuse_existing([csv, json], force)
    from submissions import editions

    wanted = editions.get(edition)
    refuse_classes(wanted)
    chosen = chosen_protocols(protocol or [])
    levels, grid = pictures.window_levels(window), pictures.pixels(size)
    owners = pictures.patient_table(patients, file_column, patient_column)
    from clefgan.data import reading
    from clefgan.report.terminal import summary
    from clefgan.runs import job, record
    from clefgan.runs.decisions import decide

    with usage.of("--decide"):
        how = decide.parse(rule)
    with connected(cluster), progress_bar() as progress:
        found = reading.read(
            data,
            edition,
            test_data=test_data,
            sixteen_bit=levels,
            size=grid,
            patients=owners,
        )
        result = job.run(
            found,
            method,
            configured,
            protocols=chosen,
            n_folds=folds,
            seed=seed,
            rule=how,
            progress=progress,
        )
    stale = result.test is None and csv.exists()
    written = record.write(result, csv, force=force)
    console.print(summary.show(result))
    if stale:
        console.print(f"removed [cyan]{csv}[/cyan]: it was of an earlier run", soft_wrap=True)
    for path in written:
        console.print(f"wrote [cyan]{path}[/cyan]", soft_wrap=True)


def file_stem(method: str) -> str:
    """A file name for a method: `nearest(size=8)` is `nearest`, `my.py:Mine` is `Mine`."""
    from clefgan.plugins import registry

    bare, _ = registry.split(method)
    return bare.rpartition(":")[2]


def plain_name(name: str) -> str:
    """The name without the ending of a run file, if it is that of a file and not a path."""
    name = name.removesuffix(".csv")
    if not name or name in (".", "..") or "/" in name or "\\" in name:
        raise typer.BadParameter(
            f"{name!r} is not a plain file name; give the folder with --out", param_hint="--name"
        )
    return name


def refuse_folder(out: Path) -> None:
    """Raise before any work is done if no file can be written below `out`."""
    there = next((each for each in (out, *out.parents) if each.exists()), Path())
    if not there.is_dir():
        raise ClefganError(f"{there}: is not a folder; give another --out")
    if not os.access(there, os.W_OK):
        raise ClefganError(f"{there}: may not be written to; give another --out")


def refuse_classes(edition: "Edition") -> None:
    """Raise before any work is done if the edition asks for what no method here says."""
    if not edition.is_membership:
        raise ClefganError(
            f"edition {edition.name!r} asks for classes; a method says used or not; give a "
            "membership edition, such as 2023 or 2025_s1 (`clefgan check` takes class runs)"
        )


def refuse_existing(paths: list[Path], force: bool) -> None:
    """Raise before any work is done if a run would overwrite another."""
    for path in paths:
        if path.is_dir():
            raise ClefganError(f"{path}: is a folder; give another --name")
        if path.exists() and not force:
            raise ClefganError(f"{path}: exists; give another --name or --force")


def chosen_protocols(asked: list[str]) -> "tuple[Protocol, ...]":
    """The protocols asked for, in the order of the record; all if none is named."""
    from clefgan.runs.record import PROTOCOLS

    for text in asked:
        if text not in PROTOCOLS:
            raise typer.BadParameter(
                f"{text!r} is not one of {', '.join(PROTOCOLS)}", param_hint="--protocol"
            )
    return tuple(known for known in PROTOCOLS if not asked or known in asked)
