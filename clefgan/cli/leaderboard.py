"""`clefgan leaderboard`: many run files in, one ranking that says how far to trust it out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.padding import Padding

from clefgan.cli import entering, tables
from clefgan.cli.console import console, progress_bar

if TYPE_CHECKING:
    from clefgan.cli.entering import Entered
    from clefgan.report.gallery import Gallery
    from clefgan.report.part import Part
    from evaluation.boards.leaderboard import Leaderboard
    from submissions.edition import Edition

HTML = Annotated[
    Path | None, typer.Option("--html", help="Folder for the report, index.html; replaces it.")
]
PAIRS = Annotated[
    Path | None,
    typer.Option("--pairs", help="Write every pair of runs, with all tests, as CSV; replaces it."),
]


def leaderboard(
    runs: tables.RUNS,
    truth: tables.TRUTH = None,
    data: tables.DATA = None,
    edition: tables.EDITION = "2023",
    metric: tables.METRIC = None,
    with_published: Annotated[
        bool, typer.Option("--with-published", help="Add the edition's printed results, unranked.")
    ] = False,
    knowledge: tables.KNOWLEDGE = None,
    groups: tables.GROUPS = None,
    level: tables.LEVEL = 0.95,
    seed: tables.SEED = 0,
    title: Annotated[str, typer.Option(help="Of the table and the page.")] = "Leaderboard",
    csv: tables.CSV = None,
    json: tables.JSON = None,
    markdown: tables.MARKDOWN = None,
    latex: tables.LATEX = None,
    pairs: PAIRS = None,
    html: HTML = None,
) -> None:
    """Rank run files, with intervals, trivial rows, a power line, and groups that are alike.

    With --data the page also shows candidates beside their nearest generated images. Nothing is
    written before everything was read and computed; what is written replaces older files.
    """
    tables.check_level(level)
    files = {"csv": csv, "json": json, "markdown": markdown, "latex": latex}
    page = None if html is None else html / "index.html"
    tables.refuse_inputs([*files.values(), pairs, page], [*runs, truth, groups])
    gallery = page is not None and data is not None
    entered = entering.enter(runs, truth, data, edition, knowledge or [], groups, pictures=gallery)
    from clefgan.report import sheet as sheets
    from clefgan.report.files import pairs as pair_table
    from clefgan.report.part import Part

    board = build(entered, metric, with_published, level, seed)
    shown = galleries(board, entered) if gallery else ()
    notes = (*entered.notes, *absent(entered, board, with_published, gallery and not shown))
    paired = "" if pairs is None else pair_table.as_csv(board, entered.panel)
    sheet = sheets.of(board, title, notes)
    show(board, notes, title)
    tables.export([sheet], files)
    if pairs is not None:
        tables.put(pairs, paired)
    if page is not None:
        write_page(page, title, Part(title, board, entered.panel, notes, shown))


def build(
    entered: "Entered", metric: str | None, with_published: bool, level: float, seed: int
) -> "Leaderboard":
    """Compute the board."""
    from evaluation.boards import leaderboard as boards

    return boards.build(
        entered.panel,
        primary=tables.ranking_metric(metric, entered.edition),
        published=printed(entered.edition) if with_published else None,
        level=level,
        seed=seed,
    )


def printed(edition: "Edition") -> dict[str, tuple[int, int, int, int]]:
    """Counts of the edition's printed test runs, as far as they follow from what is printed."""
    from evaluation import published

    year = edition.name.partition("_")[0]
    found = {}
    for row in published.read():
        if row.edition == year and row.task == "membership" and row.split == "test":
            counts = published.counts_of(row)
            if counts is not None:
                found[f"{row.team}: {row.title}"] = counts
    return found


def show(board: "Leaderboard", notes: tuple[str, ...], title: str) -> None:
    """Print the table and what it says."""
    from clefgan.report import findings, sheet
    from clefgan.report.terminal import ranking

    console.print(ranking.show(sheet.of(board, title), console.width))
    console.print()
    for sentence in findings.sentences(board):
        console.print(Padding(sentence, (0, 0, 0, 0)), markup=False)
    for note in (*board.notes, *notes):
        console.print(note, style="yellow", markup=False)
    console.print(findings.made(board), style="dim", markup=False)


def absent(
    entered: "Entered", board: "Leaderboard", with_published: bool, no_gallery: bool
) -> list[str]:
    """What was asked for and is not there."""
    from evaluation.boards.rows import Kind

    notes = []
    if with_published and not any(row.kind is Kind.PUBLISHED for row in board.rows):
        notes.append(
            f"--with-published: no printed result of edition {entered.edition.name} has counts"
        )
    if no_gallery:
        notes.append("no gallery: no run has scores; a record beside the run file adds them")
    return notes


def galleries(board: "Leaderboard", entered: "Entered") -> "tuple[Gallery, ...]":
    """Candidates of the best runs beside their nearest generated images."""
    from clefgan.report import gallery

    assert entered.challenge is not None
    with progress_bar() as progress:
        shown = gallery.make(
            board, entered.panel, entered.ids, entered.challenge, progress=progress
        )
    return tuple(shown)


def write_page(path: Path, title: str, part: "Part") -> None:
    """Write the report."""
    from clefgan.report.page import page

    tables.put(path, page.html(title, [part]))
