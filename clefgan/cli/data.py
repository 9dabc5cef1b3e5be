"""`clefgan data`: what is in some data, and how to store the challenge's as a dataset."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from clefgan.cli import pictures
from clefgan.cli.console import console, progress_bar
from clefgan.report.wording import as_bytes

if TYPE_CHECKING:
    from collections import Counter

    from clefgan.data.inspection import Report, Role
    from clefgan.data.patient_table import PatientTable

EXAMPLES = 2  # pairs of copies that are named

app = typer.Typer(
    help="Look at the data of a challenge, or store it as a dataset.", no_args_is_help=True
)


@app.command()
def info(
    data: Annotated[
        str,
        typer.Argument(
            help="A folder in a challenge layout, a dataset's name, its prepared folder; or any "
            "folder or file of images: DICOM, NIfTI, arrays, PNG, JPEG, TIFF."
        ),
    ] = "phantom_ct",
    test_data: Annotated[
        str | None, typer.Option(help="The test part, where it is not below DATA.")
    ] = None,
    edition: Annotated[str, typer.Option(help="Whose folder names.")] = "2023",
    window: pictures.WINDOW = None,
    size: pictures.SIZE = None,
    patients: pictures.PATIENTS = None,
    file_column: pictures.FILE_COLUMN = None,
    patient_column: pictures.PATIENT_COLUMN = None,
) -> None:
    """Show roles, counts, sizes, kinds and exact copies, and what is missing.

    Exit 1 if a run would fail; of images that are no challenge, if one cannot be read.
    """
    from clefgan.cli.run import refuse_classes
    from clefgan.data import inspection
    from submissions import editions

    refuse_classes(editions.get(edition))
    levels, grid = pictures.window_levels(window), pictures.pixels(size)
    owners = pictures.patient_table(patients, file_column, patient_column)
    if test_data is None and not inspection.is_challenge(data, edition):
        show_contents(data, owners, edition)
        return
    with progress_bar() as progress:
        report = inspection.inspect(
            data,
            edition,
            test_data=test_data,
            sixteen_bit=levels,
            size=grid,
            patients=owners,
            progress=progress,
        )
    console.print(Text(report.source, style="bold"), soft_wrap=True)
    console.print(role_table(report))
    console.print()
    console.print(copies_table(report))
    console.print()
    for note in report.notes:
        console.print(Text(note), style="dim")
    for warning in report.warnings:
        console.print(Text(f"warning: {warning}"), style="yellow", soft_wrap=True)
    for problem in report.problems:
        console.print(Text(problem), style="red", soft_wrap=True)
    if report.problems:
        raise typer.Exit(1)
    console.print("[green]ready to run[/green]")


def show_contents(data: str, owners: "PatientTable | None", edition: str) -> None:
    """Show what is in a folder or file of images that is no challenge."""
    from clefgan.data import contents
    from clefgan.report.terminal import contents as sheet

    with progress_bar() as progress:
        found = contents.contents(data, edition, patients=owners, progress=progress)
    for each in sheet.show(found):
        console.print(each, soft_wrap=True)
    if problems := list(found.problems()):
        for problem in problems:
            console.print(Text(problem), style="red", soft_wrap=True)
        raise typer.Exit(1)


@app.command()
def prepare(
    name: Annotated[str, typer.Argument(help="Such as imageclef_gans/2023.")],
    source: Annotated[
        Path | None, typer.Option("--from", help="The folder of the download, unpacked.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Prepare it anew, and replace what is there.")
    ] = False,
) -> None:
    """Store a challenge's data as a TFDS dataset, to be named by --data from then on."""
    from clefgan.data.tfds import preparation

    path, made = preparation.ensure(name, source, force=force)
    said = "prepared" if made else "already prepared:"
    console.print(f"{said} {name} in {path}", markup=False, soft_wrap=True)


def role_table(report: "Report") -> Table:
    """One row a role."""
    table = plain_table("role", "images", "size", "kind", "on disk", "where")
    for number in (1, 4):
        table.columns[number].justify = "right"
    for role in report.roles:
        table.add_row(
            Text(role.images.role, style="cyan"),
            f"{len(role.images):,}",
            counted(role.sizes),
            counted(role.kinds),
            as_bytes(role.n_bytes),
            Text(place(role, report.source), style="dim"),
        )
    return table


def copies_table(report: "Report") -> Table:
    """Exact copies: within roles that have some, and between roles."""
    table = plain_table("exact copies", "images", "such as")
    table.columns[1].justify = "right"
    within = [role for role in report.roles if role.repeated]
    for role in within:
        repeats = [ids for ids in role.copies.values() if len(ids) > 1]
        table.add_row(f"within {role.images.role}", marked(role.repeated), examples(repeats))
    if not within:
        table.add_row("within a role", marked(0))
    for shared in report.shared:
        between = f"{shared.first} and {shared.second}"
        table.add_row(
            between, marked(len(shared.pairs), bad=shared.contradicts), examples(shared.pairs)
        )
    return table


def plain_table(*titles: str) -> Table:
    """A table without lines."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def counted(counter: "Counter[str]") -> str:
    """`128x128`, or each value with its count if there are several."""
    if len(counter) == 1:
        return next(iter(counter))
    return ", ".join(f"{value} ({count:,})" for value, count in counter.most_common()) or "–"


def marked(count: int, *, bad: bool = False) -> Text:
    """A count that catches the eye if it is not 0."""
    if count == 0:
        return Text("none", style="dim")
    return Text(f"{count:,}", style="red" if bad else "yellow")


def examples(groups: "list[tuple[str, ...]] | tuple[tuple[str, str], ...]") -> Text:
    """The first few sets of equal images."""
    shown = [" = ".join(ids[:EXAMPLES]) for ids in groups[:EXAMPLES]]
    return Text(", ".join(shown) + (", ..." if len(groups) > EXAMPLES else ""), style="dim")


def place(role: "Role", source: str) -> str:
    """Where a role is, as seen from the data's folder."""
    where = Path(role.images.where)
    if where.is_relative_to(source):
        return str(where.relative_to(source))
    return role.images.where.removeprefix(f"{source}, split ")
