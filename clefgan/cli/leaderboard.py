"""`clefgan leaderboard`: many run files in, one ranking that says how far to trust it out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli import board_table, entering, leaderboard_classes, outputs
from clefgan.cli.console import only_errors, progress_bar, say_wrote
from clefgan.cli.entering import Entered
from clefgan.cli.option_values import check_level, main_metric, refuse_membership_options
from clefgan.cli.options import (
    ALL,
    CSV,
    DATA,
    EDITION_OF_RUNS,
    GROUPS,
    HTML,
    JSON,
    KNOWLEDGE,
    LATEX,
    LEVEL,
    MARKDOWN,
    METRIC,
    QUIET,
    RUNS,
    SEED,
    TRUTH,
)
from clefgan.cli.pictures import SIZE, WINDOW, pixels, refuse_without_data, window_levels
from clefgan.report import gallery, sheet
from clefgan.report import part as parts
from clefgan.report.files import pairs as pair_table
from clefgan.report.page import imprint as imprints
from clefgan.report.page import page as pages
from clefgan.runs import run_editions, valid_runs
from evaluation import published
from evaluation.boards import leaderboard as boards
from evaluation.boards import rows
from submissions.edition import Edition

PAIRS = Annotated[
    Path | None,
    typer.Option(
        "--pairs", help="Write every pair of runs, with all tests, as CSV; replaces a file."
    ),
]


WITH_PUBLISHED = Annotated[
    bool,
    typer.Option("--with-published", help="Add the published results of the edition, unranked."),
]
TITLE = Annotated[str, typer.Option(help="The title of the table and the page.")]
NAMES = Annotated[
    Path | None,
    typer.Option(
        "--names", help="A CSV of file, team, run, link, which gives the runs their names."
    ),
]
CONTACT = Annotated[
    str, typer.Option(help="The contact that the page names: an address or a link.")
]


def leaderboard(
    runs: RUNS,
    truth: TRUTH = None,
    data: DATA = None,
    edition: EDITION_OF_RUNS = None,
    metric: METRIC = None,
    with_published: WITH_PUBLISHED = False,
    knowledge: KNOWLEDGE = None,
    groups: GROUPS = None,
    window: WINDOW = None,
    size: SIZE = None,
    level: LEVEL = 0.95,
    seed: SEED = 0,
    title: TITLE = "Leaderboard",
    csv: CSV = None,
    json: JSON = None,
    markdown: MARKDOWN = None,
    latex: LATEX = None,
    pairs: PAIRS = None,
    html: HTML = None,
    names: NAMES = None,
    contact: CONTACT = "",
    everything: ALL = False,
    quiet: QUIET = False,
) -> None:
    """Rank run files, with intervals, trivial answers and a chance limit beside them.

    A run that is not valid is shown as invalid and not ranked; a run of another edition is left
    out; both are said. With --data the page also shows candidates beside their nearest generated
    images. What is written replaces older files, after everything was read and computed.
    """
    check_level(level)
    refuse_without_data(data, window, size)
    files = {"csv": csv, "json": json, "markdown": markdown, "latex": latex}
    page = None if html is None else html / "index.html"
    written = outputs.tables({**files, "pairs": pairs, "html": page})
    outputs.refuse(written, [*outputs.belonging(runs), truth, groups, data, edition, names])
    rules, kept, others = run_editions.taking_part(edition, runs, data)
    left_out = [f"left out: {run} is of edition {name}" for run, name in others.items()]
    if not rules.is_membership:
        refuse_membership_options(
            {
                "--knowledge": knowledge, "--pairs": pairs,
            }
        )  # fmt: skip
        asked_of = leaderboard_classes.AskedOfRuns(
            kept, truth, data, rules, edition or rules.name, metric, groups, level, seed, title,
            with_published, window_levels(window), pixels(size), names, lenient=True,
            everything=everything, left_out=others,
        )  # fmt: skip
        with only_errors(quiet or outputs.is_printed(files)):
            leaderboard_classes.show(asked_of, files, page, imprints.Imprint(contact))
        return
    primary = main_metric(metric, rules)
    pictures, asked = page is not None and data is not None, edition or rules.name
    entered = entering.enter(
        kept, truth, data, rules, asked, knowledge, groups,
        pictures=pictures, lenient=True, names=names, left_out=others, window=window_levels(window),
        size=pixels(size),
    )  # fmt: skip
    board = boards.build(
        entered.panel,
        primary=primary,
        published=printed(rules) if with_published else None,
        level=level,
        seed=seed,
        allows=rules.allows,
    )
    board = replace(board, rows=(*board.rows, *rows.of_invalid(entered.invalid, board.columns)))
    pictured = galleries(board, entered) if pictures else ()
    notes = (
        *left_out,
        *valid_runs.left_out(entered.invalid),
        *entered.notes,
        *absent(board, rules, with_published, pictures and not pictured),
    )
    part = parts.Part(title, board, entered.panel, notes, pictured, links=entered.links)
    table = sheet.of(board, title, notes)
    contents = outputs.texts([table], files)
    if pairs is not None:
        contents[pairs] = pair_table.as_csv(board, entered.panel)
    if page is not None:
        contents[page] = pages.html(title, [part], imprints.Imprint(contact))
    paths = outputs.write(contents)
    with only_errors(quiet or outputs.is_printed(files)):
        say_wrote(paths)
        board_table.show(board, table, everything)


def printed(edition: Edition) -> dict[str, tuple[int, int, int, int]]:
    """Counts of the edition's printed test runs, as far as they follow from what is printed."""
    year = edition.name.partition("_")[0]
    counts_by_row = {}
    for row in published.read():
        if row.edition == year and row.task == "membership" and row.split == "test":
            counts = published.counts_of(row)
            if counts is not None:
                counts_by_row[f"{row.team}: {row.title}"] = counts
    return counts_by_row


def absent(
    board: boards.Leaderboard, edition: Edition, with_published: bool, no_gallery: bool
) -> list[str]:
    """What was asked for and is not there."""
    notes = []
    if with_published and not any(row.kind is rows.Kind.PUBLISHED for row in board.rows):
        notes.append(f"--with-published: no printed result of edition {edition.name} has counts")
    if no_gallery:
        notes.append("no gallery: no run has scores; a record beside the run file adds them")
    return notes


def galleries(board: boards.Leaderboard, entered: Entered) -> tuple[gallery.Gallery, ...]:
    """Candidates of the best runs beside their nearest generated images."""
    assert entered.challenge is not None
    with progress_bar() as progress:
        return tuple(
            gallery.make(
                board,
                entered.panel,
                entered.ids,
                entered.challenge,
                entered.pairs,
                entered.ranks,
                progress=progress,
            )
        )
