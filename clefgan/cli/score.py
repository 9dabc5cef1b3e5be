"""`clefgan score`: what run files score against a truth, without ranking them."""

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
    """
    tables.check_level(level)
    files = {"csv": csv, "json": json, "markdown": markdown, "latex": latex}
    tables.refuse_inputs(list(files.values()), [*runs, truth, groups])
    entered = entering.enter(runs, truth, data, edition, knowledge or [], groups)
    from clefgan.report import findings, scores, sheet
    from evaluation import leaderboard

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
