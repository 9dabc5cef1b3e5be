"""The bench as files: JSON and Markdown."""

from collections.abc import Sequence
from dataclasses import asdict

from clefgan.experiments.lab.bench.evaluate import BenchResults
from clefgan.experiments.lab.bench.table import BenchCell, BenchRow, left_out, mean, rows
from clefgan.report.files import markdown
from clefgan.report.wording import number
from clefgan.runs import provenance
from clefgan.storage import json_text

HEADS = (
    "method", "mean AUC", "worst", "behind the best", "rank", "TPR at 1% FPR", "accuracy",
    "false share", "silent", "no leak: AUC", "claims",
)  # fmt: skip


def as_json(results: BenchResults, cells: Sequence[BenchCell]) -> str:
    """Everything, with what decided it."""
    plan = results.plan
    record = {
        "made_by": "clefgan lab bench",
        "real": [source.path.name for source in plan.sources],
        "known": [path.name for path in plan.known],
        "size": asdict(plan.size),
        "versions": provenance.versions(),
        "failures": dict(results.failures),
        "rows": [asdict(row) for row in rows(cells)],
        "chosen_without": [
            {"challenge": name, "method": method, "auc": value}
            for name, method, value in left_out(cells)
        ],
        "cells": [asdict(cell) for cell in cells],
    }
    return json_text.of(record)


def as_markdown(results: BenchResults, cells: Sequence[BenchCell]) -> str:
    """A table over all challenges, one of each, and what choosing a method is worth."""
    roles = results.plan.roles()
    names = list(dict.fromkeys(cell.challenge for cell in cells))
    right = [False, *[True] * (len(HEADS) - 1)]
    parts = [
        "# Bench",
        markdown.table(HEADS, [[markdown.plain(row.method), *texts(row)] for row in rows(cells)],
                       right),
        EXPLAINED,
    ]  # fmt: skip
    chosen = left_out(cells)
    if chosen:
        lines = [[name, markdown.plain(method), number(auc, 3)] for name, method, auc in chosen]
        lines.append(["mean", "", number(mean([auc for _, _, auc in chosen]), 3)])
        parts += ["## Chosen without the challenge", markdown.table(
            ("challenge", "method", "AUC"), lines, [False, False, True])]  # fmt: skip
    for name in names:
        own = sorted((c for c in cells if c.challenge == name), key=lambda c: -c.values[0])
        parts += [f"## {markdown.plain(name)} ({roles[name]})", challenge_table(own)]
    parts += [f"- {markdown.plain(reason)}" for reason in results.failures.values()]
    return "\n\n".join(parts) + "\n"


EXPLAINED = (
    "Mean, worst, rank, TPR and accuracy (of the default decision) over the challenges with a "
    "leak. False share: of the images that `conformal:0.1` calls used, over all challenges but "
    "confounded ones, none called counting as 0; silent: challenges with a leak where it calls "
    "none. Claims: challenges without a leak where the default decision calls any."
)


def texts(row: BenchRow) -> list[str]:
    """Cells of one method over all challenges."""
    shares = [row.auc, row.worst, row.behind]
    more = [row.tpr, row.accuracy, row.false_share]
    return [
        *(number(value, 3) for value in shares),
        number(row.rank, 1),
        *(number(value, 2) for value in more),
        str(row.silent),
        number(row.no_leak_auc, 3),
        str(row.claims),
    ]


def challenge_table(own: Sequence[BenchCell]) -> str:
    """Return all methods on one challenge."""
    lines = []
    for cell in own:
        intervals = [
            f"{number(value, 2)} [{number(low, 2)}, {number(high, 2)}]"
            for value, low, high in zip(cell.values, cell.low, cell.high, strict=True)
        ]
        calls = [f"{cell.called} of {cell.n}", number(cell.accuracy, 2), str(cell.discovered)]
        lines.append([markdown.plain(cell.method), *intervals, *calls, number(cell.false_share, 2)])
    heads = ("method", "AUC", "TPR at 1% FPR", "TPR at 5% FPR", "called", "accuracy",
             "called by conformal:0.1", "false share")  # fmt: skip
    return markdown.table(heads, lines, [False, *[True] * 7])
