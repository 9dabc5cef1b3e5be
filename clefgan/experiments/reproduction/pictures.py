"""The paper's figures: confusion matrices (Figure 4) and a sheet of examples (Figure 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from clefgan.experiments.reproduction import printed
from clefgan.experiments.reproduction.paper import Paper
from clefgan.experiments.reproduction.rows import RowsRun
from clefgan.method import Images
from clefgan.storage.files import written_whole
from evaluation import published

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 8  # examples a row of the sheet
GAP = 4  # pixels between examples
LABEL = 24  # pixels for the words above a row


@dataclass(frozen=True, slots=True)
class Matrix:
    """One panel: counts tp, tn, fp, fn, or None with the reason."""

    title: str
    counts: tuple[int, int, int, int] | None
    reason: str = ""


def matrices(paper: Paper, outcome: RowsRun) -> list[list[Matrix]]:
    """Panels by part and row of the paper: printed above ours; parts without any are left out."""
    done = {row_done.row.key: row_done for row_done in outcome.done}
    grid = []
    for part, title in (
        ("dev", "dev, printed"),
        ("paper", "dev, ours, paper"),
        ("held-out", "dev, ours, held-out"),
        ("test", "test, printed"),
        ("our test", "test, ours"),
    ):
        panels = []
        for row in paper.rows:
            reason = ""
            caption = title
            if part in ("dev", "test"):
                counts, reason, without = printed_panel(row.dev if part == "dev" else row.test)
                caption += f", all but {printed.label(without)}" if without else ""
            else:
                scored = (
                    done[row.key].parts.get(part.removeprefix("our ")) if row.key in done else None
                )
                counts = None if scored is None else scored.counts
                reason = "not run" if row.key not in done else "truth not known"
            panels.append(Matrix(f"{row.title}\n{caption}", counts, reason))
        if any(panel.counts is not None for panel in panels):
            grid.append(panels)
    return grid


def printed_panel(name: str) -> tuple[tuple[int, int, int, int] | None, str, str]:
    """Counts behind a printed row, why there are none, and the value that they do not give."""
    if not name:
        return None, "not printed", ""

    table = printed.counts(published.get(name))
    return (None, "no counts give it", "") if table is None else (table.table, "", table.without)


def write_matrices(path: Path, grid: Sequence[Sequence[Matrix]]) -> None:
    """Write the panels as one PNG."""
    from matplotlib.figure import Figure  # matplotlib

    figure = Figure(figsize=(2.5 * len(grid[0]), 2.75 * len(grid)), dpi=110, layout="constrained")
    axes = figure.subplots(len(grid), len(grid[0]), squeeze=False)
    for line, panels in zip(axes, grid, strict=True):
        for axis, panel in zip(line, panels, strict=True):
            draw(axis, panel)
    with written_whole(path) as part:
        figure.savefig(part, format="png", metadata={"Software": None})


def draw(axes: "Axes", panel: Matrix) -> None:
    """Draw one confusion matrix: truth down, call across, shade by share of the truth's class."""
    axes.set_title(panel.title, fontsize=8)
    if panel.counts is None:
        axes.text(0.5, 0.5, panel.reason, ha="center", va="center", fontsize=8, color="0.4")
        axes.set_axis_off()
        return
    tp, tn, fp, fn = panel.counts
    table = np.array([[tp, fn], [fp, tn]])
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(table):
        colour = "white" if shares[row, column] > 0.55 else "black"
        axes.text(column, row, f"{count}", ha="center", va="center", fontsize=12, color=colour)
    axes.set_xticks([0, 1], ["used", "not used"], fontsize=7)
    axes.set_yticks([0, 1], ["used", "not used"], fontsize=7, rotation=90, va="center")
    axes.set_xlabel("called", fontsize=7)
    axes.set_ylabel("truth", fontsize=7)
    axes.tick_params(length=0)


def chosen(images: Images, seed: int) -> Images:
    """Draw up to `COLUMNS` examples, in their order."""
    n = len(images)
    picks = np.random.default_rng(seed).choice(n, min(COLUMNS, n), replace=False)
    return np.asarray(images[np.sort(picks)])


def write_examples(path: Path, sets: Mapping[str, Images], seed: int = 0) -> None:
    """Write a sheet with a row of examples of each set, its name above it."""
    picked = {name: chosen(images, seed) for name, images in sets.items()}
    height, width = next(iter(picked.values())).shape[1:]
    across = max(COLUMNS * (width + GAP) + GAP, 420)
    down = len(picked) * (LABEL + height + GAP) + GAP
    sheet = Image.new("L", (across, down), 255)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=15)
    for number, (name, images) in enumerate(picked.items()):
        top = GAP + number * (LABEL + height + GAP)
        pen.text((GAP, top), name, fill=0, font=font)
        for column, image in enumerate(images):
            sheet.paste(Image.fromarray(image), (GAP + column * (width + GAP), top + LABEL))
    with written_whole(path) as part:
        sheet.save(part, format="PNG")
