"""What `clefgan run` prints: how many called used, and scores beside the all-used row."""

import math
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from clefgan.cli.console import console

if TYPE_CHECKING:
    from clefgan.job import Run, Scored

SHOWN = ("f1", "accuracy", "precision", "specificity", "recall", "cohen_kappa", "auc")
TITLES = {"f1": "F1", "cohen_kappa": "kappa", "auc": "AUC"}


def show(run: "Run") -> None:
    """Print the summary of a run."""
    console.print(f"[bold]{run.method}[/bold]  {run.configured.knowledge}")
    console.print(repr(run.configured), style="dim", markup=False)
    if run.test is not None:
        called, n = int(run.test.decisions.sum()), len(run.test.ids)
        console.print(f"test: {called} of {n} candidates called used")
    else:
        console.print("no test candidates: dev scores only, no run file")
    table = score_table(run)
    if table.row_count:
        console.print()
        console.print(table)
    for note in run.notes:
        console.print(f"[yellow]{note}[/yellow]")


def score_table(run: "Run") -> Table:
    """Every scored part with its intervals, all-used beside it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("scored on", no_wrap=True)
    table.add_column("n", justify="right")
    for metric in SHOWN:
        table.add_column(TITLES.get(metric, metric), justify="right", no_wrap=True)
    for protocol, scored in run.dev.items():
        add(table, f"dev, {protocol}", scored, "bold")
    if run.dev:
        add_all_used(table, "dev, all used", next(iter(run.dev.values())))
    if run.test is not None and run.test.truth is not None:
        add(table, "test", run.test, "bold")
        add_all_used(table, "test, all used", run.test)
    return table


def add(table: Table, title: str, scored: "Scored", style: str = "") -> None:
    """One row: each value above its interval."""
    from evaluation import membership

    assert scored.truth is not None
    values = membership.evaluate(scored.truth, scored.decisions, scored.scores)
    cells = [number(values[metric]) for metric in SHOWN]
    table.add_row(title, str(len(scored.ids)), *cells, style=style)


def add_all_used(table: Table, title: str, scored: "Scored") -> None:
    """What a file of ones would score on the same images."""
    import dataclasses

    ones = dataclasses.replace(scored, scores=np.ones(len(scored.ids)))
    add(table, title, ones, "dim")


def number(value: float) -> str:
    """Three decimals, or a dash where there is nothing to measure."""
    return "–" if math.isnan(value) else f"{value:.3f}"
