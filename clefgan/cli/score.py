"""`clefgan score`: what run files score against a truth, without ranking them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from clefgan.cli import entering, outputs
from clefgan.cli.console import console, say_wrote
from clefgan.cli.options import (
    CSV,
    DATA,
    EDITION_OF_RUNS,
    GROUPS,
    JSON,
    KNOWLEDGE,
    LATEX,
    LEVEL,
    MARKDOWN,
    METRIC,
    RUNS,
    SEED,
    TRUTH,
    check_level,
    main_metric,
)
from clefgan.data import truth_and_groups
from clefgan.report import class_sheet, findings, sheet
from clefgan.report.terminal import class_scores, scores
from clefgan.runs import run_files
from evaluation.boards import leaderboard
from submissions import runfile
from submissions.edition import Edition
from submissions.ids import Ids
from submissions.names import FileNames


def score(
    runs: RUNS,
    truth: TRUTH = None,
    data: DATA = None,
    edition: EDITION_OF_RUNS = None,
    metric: METRIC = None,
    knowledge: KNOWLEDGE = None,
    groups: GROUPS = None,
    level: LEVEL = 0.95,
    seed: SEED = 0,
    csv: CSV = None,
    json: JSON = None,
    markdown: MARKDOWN = None,
    latex: LATEX = None,
) -> None:
    """Score run files against a truth: every metric with its interval, beside trivial answers.

    The record that clefgan writes beside a run adds scores (AUC and the like), what it knew, and
    the edition. For an edition of classes, such as 2025_s2, the truth is a CSV of id, class.
    """
    check_level(level)
    files = {"csv": csv, "json": json, "markdown": markdown, "latex": latex}
    read = [*outputs.belonging(runs), truth, groups, data, edition]
    outputs.refuse(outputs.tables(files), read)
    rules = entering.edition_of(edition, runs)
    if not rules.is_membership:
        if metric or knowledge:
            raise typer.BadParameter(
                f"--metric, --knowledge: not for classes, as edition {rules.name!r} asks for"
            )
        answers = entering.class_truth(truth, data, rules, edition or rules.name)
        measured = of_classes(runs, answers, rules, groups, level, seed)
        written = outputs.write(outputs.texts([measured], files))
        console.print(class_scores.show(measured))
        for note in measured.notes:
            console.print(note, style="dim")
        say_wrote(written)
        return
    primary = main_metric(metric, rules)
    entered = entering.enter(runs, truth, data, rules, edition or rules.name, knowledge, groups)
    board = leaderboard.build(entered.panel, primary=primary, level=level, seed=seed)
    table = sheet.of(board, "Scores", entered.notes)
    written = outputs.write(outputs.texts([table], files))
    console.print(scores.show(table, console.width))
    console.print()
    for sentence in (findings.from_chance(board), findings.trivial(board), findings.power(board)):
        if sentence:
            console.print(sentence)
    for note in table.notes:
        console.print(note, style="yellow")
    say_wrote(written)


def of_classes(
    runs: Sequence[Path],
    answers: tuple[Mapping[str, str], FileNames, str],
    edition: Edition,
    groups: Path | None,
    level: float,
    seed: int,
) -> sheet.Sheet:
    """Every metric of every run of classes with its interval, beside the largest class for all."""
    truth, images, source = answers
    labels: dict[str, Mapping[str, str]] = {
        name: run_files.answered(
            lambda known, path=path: runfile.read_classes(  # type: ignore[misc]
                path, edition, None if known is None else Ids(known, edition, lenient=True)
            ),
            images,
            source,
        )
        for name, path in zip(run_files.names(runs), runs, strict=True)
    }
    patients = None if groups is None else truth_and_groups.clusters(groups, images)
    return class_sheet.of(truth, labels, patients, edition, level, seed)
