"""`clefgan score`: what run files score against a truth, without ranking them."""

import typer

from clefgan.cli import entering, tables
from clefgan.cli.console import console


def score(
    runs: tables.RUNS,
    truth: tables.TRUTH = None,
    data: tables.DATA = None,
    edition: tables.EDITION = "2023",
    metric: tables.MEASURED = None,
    knowledge: tables.KNOWLEDGE = None,
    groups: tables.GROUPS = None,
    level: tables.LEVEL = 0.95,
    seed: tables.SEED = 0,
    csv: tables.CSV = None,
    json: tables.JSON = None,
    markdown: tables.MARKDOWN = None,
    latex: tables.LATEX = None,
) -> None:
    """Score run files against a truth: every metric with its interval, beside trivial answers.

    The record that clefgan writes beside a run adds scores (AUC and the like) and what it knew.
    For an edition of classes, such as 2025_s2, the truth is a CSV of id, class.
    """
    tables.check_level(level)
    files = {"csv": csv, "json": json, "markdown": markdown, "latex": latex}
    tables.refuse_inputs(list(files.values()), [*runs, truth, groups])
    from submissions import editions

    rules = editions.get(edition)
    if not rules.is_membership:
        if metric or knowledge or data:
            raise typer.BadParameter(
                f"--metric, --knowledge, --data: not for classes, as edition {edition!r} asks for"
            )
        from clefgan.cli import score_classes

        score_classes.score(runs, truth, rules, groups=groups, level=level, seed=seed, files=files)
        return
    entered = entering.enter(runs, truth, data, edition, knowledge or [], groups)
    from clefgan.report import findings, sheet
    from clefgan.report.terminal import scores
    from evaluation.boards import leaderboard

    board = leaderboard.build(
        entered.panel,
        primary=tables.ranking_metric(metric, entered.edition),
        level=level,
        seed=seed,
    )
    table = sheet.of(board, "Scores", entered.notes)
    console.print(scores.show(table, console.width))
    console.print()
    for sentence in (findings.from_chance(board), findings.trivial(board), findings.power(board)):
        if sentence:
            console.print(sentence, markup=False)
    for note in table.notes:
        console.print(note, style="yellow", markup=False)
    tables.export([table], files)
