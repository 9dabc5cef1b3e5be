"""`clefgan leaderboard` and `clefgan score` for editions that ask for classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import typer

from clefgan.cli import class_table, entering, outputs
from clefgan.cli.console import progress_bar, say_wrote
from clefgan.cli.option_values import class_metric
from clefgan.data import truth_and_groups
from clefgan.data.classes import challenge as parts
from clefgan.data.classes import reading
from clefgan.data.formats import grid, raw
from clefgan.errors import ClefganError
from clefgan.report import class_leaderboard, class_part, class_sheet
from clefgan.report.page import class_page
from clefgan.report.page import imprint as imprints
from clefgan.runs import valid_runs
from clefgan.runs.classes import run_files
from evaluation import published
from evaluation.boards import class_board
from submissions import names
from submissions import truth as truths
from submissions.edition import Edition


@dataclass(frozen=True, slots=True)
class AskedOfRuns:
    """The options of both commands that classes have too."""

    runs: list[Path]
    truth: Path | None
    data: str | None
    edition: Edition
    folders: str
    metric: str | None
    groups: Path | None
    level: float
    seed: int
    title: str
    with_published: bool = False
    window: raw.Window | None = None
    size: grid.Size | None = None
    names: Path | None = None
    lenient: bool = False
    everything: bool = False
    left_out: Mapping[Path, str] = field(default_factory=dict)


def show(
    asked: AskedOfRuns,
    files: Mapping[str, Path | None],
    page: Path | None = None,
    imprint: imprints.Imprint | None = None,
) -> None:
    """Measure the runs, write what is asked for, print."""
    part = measured(asked)
    contents = texts([part], files)
    if page is not None:
        contents[page] = class_page.html(asked.title, [part], imprint)
    written = outputs.write(contents)
    say_wrote(written)
    class_table.show(part, asked.everything)


def texts(parts: list[class_part.ClassPart], files: Mapping[str, Path | None]) -> dict[Path, str]:
    """The tables as files, with the class table of each run; a CSV has one table only."""
    sheets = [class_sheet.of(part) for part in parts]
    more = [table for part in parts for table in class_sheet.tables(part)]
    csv = {"csv": files.get("csv")}
    others = {kind: path for kind, path in files.items() if kind != "csv"}
    return outputs.texts(sheets, csv) | outputs.texts([*sheets, *more], others)


def measured(asked: AskedOfRuns) -> class_part.ClassPart:
    """Read runs and truth, and build the board."""
    primary = class_metric(asked.metric, asked.edition)
    challenge = None
    if asked.data is not None:
        challenge = reading.read(asked.data, asked.folders, window=asked.window, size=asked.size)
    answers, images, source = known_truth(asked, challenge)
    called, links = entering.titled(asked.runs, asked.names, asked.left_out)
    entrants, invalid = valid_runs.read(
        called,
        lambda path: run_files.read(path, asked.edition, images, source),
        lenient=asked.lenient,
    )
    patients = None if asked.groups is None else truth_and_groups.clusters(asked.groups, images)
    with progress_bar() as progress:
        part = class_leaderboard.part(
            asked.title,
            answers,
            entrants,
            challenge=challenge,
            groups=patients,
            primary=primary,
            published=printed(asked.edition, primary) if asked.with_published else None,
            level=asked.level,
            seed=asked.seed,
            progress=progress,
        )
    return with_the_others(part, asked.left_out, invalid, links)


def with_the_others(
    part: class_part.ClassPart,
    left_out: Mapping[Path, str],
    invalid: Mapping[str, str],
    links: Mapping[str, str],
) -> class_part.ClassPart:
    """The same with a row and a note for each invalid run, and notes on those left out."""
    others = (f"left out: {run} is of edition {name}" for run, name in left_out.items())
    board = replace(part.board, rows=(*part.board.rows, *class_board.of_invalid(invalid)))
    return replace(
        part, board=board, notes=(*others, *valid_runs.left_out(invalid), *part.notes), links=links
    )


def known_truth(
    asked: AskedOfRuns, challenge: parts.ClassChallenge | None
) -> tuple[Mapping[str, str], names.FileNames, str]:
    """Classes of a truth file, or those that the data hold; the images, and where from.

    Raises
    ------
    ClefganError
        No truth, or one of other images or classes than the data have.
    """
    if asked.truth is None:
        if challenge is None:
            raise typer.BadParameter(
                f"--truth: edition {asked.edition.name!r} needs a CSV of id, class, or --data that "
                "holds it"
            )
        if challenge.test is None or challenge.truth is None:
            raise ClefganError(
                f"{asked.data}: no truth of the images under test here; give --truth FILE"
            )
        return challenge.truth, challenge.test.file_names, f"the truth of {asked.data}"
    if challenge is None or challenge.test is None:
        named = truths.read_named(asked.truth, asked.edition)
        return named.labels, named.images, str(asked.truth)
    names = challenge.test.file_names
    table = truth_and_groups.mapping(asked.truth, "class", names, is_truth=True)
    labels = {image: parts.class_name(name) for image, name in table.items()}
    strange = sorted(set(labels.values()) - set(challenge.names)) if challenge.classes else []
    if strange:
        raise ClefganError(
            f"{asked.truth}: class {strange[0]!r} is none of {asked.data}; known: "
            f"{', '.join(challenge.names)}"
        )
    return {image: labels[image] for image in names}, names, str(asked.truth)


def printed(edition: Edition, metric: str) -> dict[str, float]:
    """The edition's printed test results by the metric."""
    return {
        f"{row.team}: {row.title}": float(row.printed[metric])
        for row in published.read()
        if row.edition == edition.name and row.task == "attribution" and metric in row.printed
    }
