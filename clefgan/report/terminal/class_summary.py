"""What `clefgan run` shows of a run of attribution: classes, scores beside shortcuts, the table."""

from collections.abc import Mapping

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.errors import counted
from clefgan.report.class_run_findings import verdict
from clefgan.report.terminal.class_ranking import of_table
from clefgan.report.terminal.summary import settings
from clefgan.report.wording import knowledge, number
from clefgan.report.wording import measured as with_limits
from clefgan.runs.classes import knows
from clefgan.runs.classes.record import ClassRun
from clefgan.runs.classes.result import ClassScored
from evaluation import class_tables

SHOWN = ("accuracy", "macro_f1", "cohen_kappa", "adjusted_rand", "adjusted_mutual_information")
MEANING = {
    "plain": "random folds",
    "grouped": "near-copies in one fold",
    "unseen": "no label of a generated image was used",
    "unlabelled": "clusters without labels",
}


def show(run: ClassRun) -> RenderableType:
    """The summary of a run: what was called what, then a table per protocol, then notes."""
    lines: list[RenderableType] = [
        Text.assemble((run.method, "bold"), f"  {knowledge(run.evidence)}: {run.evidence.meaning}"),
    ]
    if changed := settings(run):
        lines.append(Text(changed, style="dim"))
    lines.append(Text(called(run)))
    for protocol in strictest([name for name in run.beside if name != "test"] or list(run.dev)):
        own = protocol if protocol in run.dev else "unseen"
        rows = {run.method: run.dev[own], **run.beside.get(protocol, {})}
        title = f"dev, {own}: {MEANING[own]}"
        if own != protocol:
            title += f"; shortcuts with {MEANING[protocol]}"
        lines += [Text(""), Text(title, style="dim"), score_table(rows)]
    if run.test is not None and run.test.truth is not None:
        rows = {run.method: run.test, **run.beside.get("test", {})}
        lines += [Text(""), Text("test", style="dim"), score_table(rows)]
        lines += [Text(""), Text("test: true class, then called", style="dim")]
        lines += [of_table(run.test.class_table())]
    if batch := run.batch():
        lines += [Text(""), Text(of_set(run), style="dim"), set_table(batch)]
    if run.labs:
        what = knows.meaning(run.labs, len(run.classes))
        title = f"what it knows, by labs made of these real images: {what}"
        lines += [Text(""), Text(title, style="dim"), lab_table(run.labs, len(run.classes))]
    lines += [Text(note, style="yellow") for note in run.notes]
    return Group(*lines, Text(""), Text(verdict(run), style="bold"))


def strictest(protocols: list[str]) -> list[str]:
    """Without random folds where near-copies share one: they flatter; the record has them."""
    return [name for name in protocols if name != "plain" or "grouped" not in protocols]


def called(run: ClassRun) -> str:
    """How many images the run calls each class."""
    if run.test is None:
        return "no images under test: dev scores only, no run file"
    counts = ", ".join(
        f"{name} {round(share * len(run.test.ids))}" for name, share in run.test.shares().items()
    )
    ties = f"; {run.test.verdict.ties} ties, the first class taken" if run.test.verdict.ties else ""
    return f"test: {counted(len(run.test.ids), 'image')}: {counts}{ties}"


def score_table(rows: Mapping[str, ClassScored]) -> Table:
    """A row per method: accuracy with its 95% interval, others, and what guessed labels reach."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("", overflow="fold")  # a long name is broken, never a number
    for title in (*(class_tables.METRICS[name].brief for name in SHOWN), "guess 95%"):
        table.add_column(title, no_wrap=True)
    for name, scored in rows.items():
        measured = scored.measured()
        assert measured is not None
        metrics = measured["metrics"]
        cells = [number(metrics[key]["value"]) for key in SHOWN]
        first = metrics["accuracy"]
        cells[0] = with_limits(first["value"], first["low"], first["high"])
        table.add_row(Text(name), *map(Text, cells), number(metrics["accuracy"]["blind_95"]))
    return table


def of_set(run: ClassRun) -> str:
    """What the set consists of, and what its limits are."""
    assert run.test is not None
    n, groups = len(run.test.ids), run.test.groups
    different = n if groups is None else len(np.unique(groups))
    apart = "" if different == n else f" ({different} with near-copies as one)"
    return f"the {n} images under test as a set{apart}: shares with 95% limits"


def set_table(batch: Mapping[str, Mapping[str, float]]) -> Table:
    """A row per class: shares of the set with 95% limits, and whether it is behind it at all."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    by_dev = any("share" in row for row in batch.values())
    for title in ("class", "called", *(["share by dev"] if by_dev else []), "t", "p"):
        table.add_column(title, no_wrap=title != "class")
    for name, row in batch.items():
        shares = [with_limits(row[key], row[f"{key}_low"], row[f"{key}_high"])
                  for key in ("called", "share") if key in row]  # fmt: skip
        table.add_row(Text(name), *map(Text, shares), number(row["t"]), number(row["p_value"]))
    return table


def lab_table(labs: Mapping[str, float], n_classes: int) -> Table:
    """A row per lab: what it asks, and the share that is right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("lab", "accuracy", "chance"):
        table.add_column(title)
    for name, value in labs.items():
        table.add_row(Text(name), number(value), number(1 / n_classes))
    return table
