"""`clefgan score`: what run files score against a truth, without ranking them."""

from __future__ import annotations

from clefgan.cli import entering, leaderboard_classes, outputs
from clefgan.cli.console import console, only_errors, say, say_wrote
from clefgan.cli.option_values import check_level, main_metric, refuse_membership_options
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
    QUIET,
    RUNS,
    SEED,
    TRUTH,
)
from clefgan.cli.pictures import SIZE, WINDOW, pixels, refuse_without_data, window_levels
from clefgan.report import findings, sheet
from clefgan.report.terminal import scores
from clefgan.runs import run_editions
from evaluation.boards import leaderboard


def score(
    runs: RUNS,
    truth: TRUTH = None,
    data: DATA = None,
    edition: EDITION_OF_RUNS = None,
    metric: METRIC = None,
    knowledge: KNOWLEDGE = None,
    groups: GROUPS = None,
    window: WINDOW = None,
    size: SIZE = None,
    level: LEVEL = 0.95,
    seed: SEED = 0,
    csv: CSV = None,
    json: JSON = None,
    markdown: MARKDOWN = None,
    latex: LATEX = None,
    quiet: QUIET = False,
) -> None:
    """Score run files against a truth: every metric with its interval, beside trivial answers.

    The record that clefgan writes beside a run adds scores (AUC and the like), what it knew, and
    the edition. For an edition of classes, such as 2025_s2, the truth is a CSV of id, class.
    """
    check_level(level)
    refuse_without_data(data, window, size)
    files = {"csv": csv, "json": json, "markdown": markdown, "latex": latex}
    read = [*outputs.belonging(runs), truth, groups, data, edition]
    outputs.refuse(outputs.tables(files), read)
    rules = run_editions.edition_or_default(edition, runs, data=data)
    if not rules.is_membership:
        refuse_membership_options({"--knowledge": knowledge})
        asked = leaderboard_classes.AskedOfRuns(
            runs, truth, data, rules, edition or rules.name, metric, groups, level, seed, "Scores",
            window=window_levels(window), size=pixels(size), everything=True,
        )  # fmt: skip
        with only_errors(quiet or outputs.is_printed(files)):
            leaderboard_classes.show(asked, files)
        return
    primary = main_metric(metric, rules)
    entered = entering.enter(
        runs, truth, data, rules, edition or rules.name, knowledge, groups,
        window=window_levels(window), size=pixels(size),
    )  # fmt: skip
    board = leaderboard.build(entered.panel, primary=primary, level=level, seed=seed)
    table = sheet.of(board, "Scores", entered.notes)
    written = outputs.write(outputs.texts([table], files))
    with only_errors(quiet or outputs.is_printed(files)):
        show(board, table)
        say_wrote(written)


def show(board: leaderboard.Leaderboard, table: sheet.Sheet) -> None:
    """Print the scores, what they say, and what must be known of them."""
    console.print(scores.show(table, console.width))
    console.print()
    for sentence in (findings.from_chance(board), findings.trivial(board), findings.power(board)):
        if sentence:
            say(sentence)
    for note in table.notes:
        say(note, "yellow")
