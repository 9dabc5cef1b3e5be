"""What `clefgan run` shows: scores beside a file of ones, and in words what they say."""

from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clefgan.report.run_findings import METRICS, agreed, measured, scored_parts, verdict
from clefgan.report.terminal import blank_table
from clefgan.report.wording import knowledge, limits, number
from clefgan.runs.classes.record import ClassRun
from clefgan.runs.record import Run
from clefgan.runs.result import Scored
from evaluation import metrics
from evaluation.boards.cells import Cell


def show(run: Run) -> RenderableType:
    """The summary of a run: method, settings that differ, a table, notes, and what it says."""
    lines: list[RenderableType] = [
        Text.assemble(
            (run.method, "bold"), f"  {knowledge(run.knowledge)}: {run.knowledge.meaning}"
        )
    ]
    if changed := settings(run):
        lines.append(Text(changed, style="dim"))
    parts = scored_parts(run)
    if parts:
        lines += [Text(""), score_table(parts)]
    if contrasts := blank_table.parts(run):
        title_of_blank = "blank: the same images against another generator's; 95% intervals"
        lines += [Text(""), Text(title_of_blank, style="dim"), blank_table.table(contrasts)]
    if parts_agree := agreed(run):
        lines += [Text(""), Text(parts_agree, style="dim")]
    notes = (*blank_table.warnings(run), *shown_notes(run, parts))
    lines += [Text(note, style="yellow") for note in joined(notes)]
    return Group(*lines, Text(""), Text(verdict(run), style="bold"))


def joined(notes: Iterable[str]) -> list[str]:
    """Notes on what there is not as one where the reason is the same: `no pairs, no blank: ...`."""
    heads: dict[str, list[str]] = {}
    for note in notes:
        head, colon, reason = note.partition(": ") if note.startswith("no ") else ("", "", note)
        heads.setdefault(colon + reason, []).append(head)
    return [", ".join(alike) + reason for reason, alike in heads.items()]


def settings(run: Run | ClassRun) -> str:
    """The settings that differ from the defaults, as `--set` takes them; '' where none does."""
    return " ".join(f"--set {setting}" for setting in run.provenance["method"].get("set", ()))


def shown_notes(run: Run, parts: Mapping[str, Scored]) -> list[str]:
    """What the reader must know; of scores on the training images only where they are shown."""
    on_training = "dev, training images" in parts
    return [note for note in run.notes if on_training or not note.startswith("paper protocol")]


def score_table(parts: Mapping[str, Scored]) -> Table:
    """A row per metric, a column per part, and a file of ones last."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(Text("95% intervals", style="not bold dim"), no_wrap=True)
    for name in parts:
        table.add_column(Text(name), no_wrap=True)
    table.add_column("all used", no_wrap=True, style="dim")
    table.add_row("truly used", *(Text(counted(part), style="dim") for part in parts.values()))
    *cells, ones = measured(parts)
    for metric in METRICS:
        texts = [cell_text(row[metric]) for row in cells]
        table.add_row(metrics.get(metric).brief, *texts, number(ones[metric].value))
    return table


def counted(part: Scored) -> str:
    """How many of the images were used in truth."""
    assert part.truth is not None
    return f"{int(part.truth.sum())} of {len(part.truth)}"


def cell_text(cell: Cell) -> Text:
    """`0.921 [0.87, 0.96]`; a dash where there is nothing to measure."""
    brackets = limits(cell.low, cell.high)
    return Text.assemble((number(cell.value), "bold"), (f" {brackets}" if brackets else "", "dim"))
