"""The study as one picture: a column per kind of leak, a row per metric, a curve per method."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clefgan.experiments.lab.power import CHANCE, METRICS, CurvePoint
from clefgan.storage.files import written_whole
from evaluation import metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's, told apart by colour-blind readers too; each with a marker of its own."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
OTHERS = "#9a9a9a"


def draw(points: Sequence[CurvePoint], path: Path, *, n_seeds: int) -> None:
    """Draw power curves to a PNG.

    The first seven methods have a colour and a band (95%, over the seeds), the others are thin
    grey lines.
    """
    from matplotlib.figure import Figure  # matplotlib

    kinds = list(dict.fromkeys(p.how for p in points))
    methods = list(dict.fromkeys(p.method for p in points))
    figure = Figure(figsize=(3.1 * len(kinds) + 2.4, 6.2), layout="constrained", dpi=110)
    grid = figure.subplots(len(METRICS), len(kinds), squeeze=False, sharex=True, sharey="row")
    for axes_row, metric in zip(grid, METRICS, strict=True):
        for axes, how in zip(axes_row, kinds, strict=True):
            panel(axes, [p for p in points if (p.how, p.metric) == (how, metric)], methods)
            axes.axhline(CHANCE[metric], color="#444444", linestyle="--", linewidth=1.2, zorder=1)
        axes_row[0].set_ylabel(metrics.get(metric).label)
    for axes, how in zip(grid[0], kinds, strict=True):
        axes.set_title(how, fontweight="bold")
    for axes in grid[-1]:
        axes.set_xlabel("leak")
    grid[0][0].set_ylim(0.35, 1.02)
    grid[-1][0].set_ylim(-0.02, 1.02)
    legend(grid[0][0], methods, figure, n_seeds)
    with written_whole(path) as part:
        figure.savefig(part, format="png", metadata={"Software": "clefgan"})


def panel(axes: "Axes", points: Sequence[CurvePoint], methods: Sequence[str]) -> None:
    """One kind, one metric."""
    strengths = list(dict.fromkeys(p.leak for p in points))
    places = range(len(strengths))
    for k, name in reversed(list(enumerate(methods))):
        own = [p for p in points if p.method == name]
        means = [p.mean for p in own]
        if k >= len(COLOURS):
            axes.plot(places, means, color=OTHERS, linewidth=0.9, zorder=2)
            continue
        low, high = [p.seeds_low for p in own], [p.seeds_high for p in own]
        axes.fill_between(places, low, high, color=COLOURS[k], alpha=0.13, linewidth=0, zorder=2)
        axes.plot(
            places, means, color=COLOURS[k], marker=MARKERS[k], markersize=5, linewidth=1.6,
            label=name, zorder=3,
        )  # fmt: skip
    axes.set_xticks(list(places), [f"{leak:g}" for leak in strengths])
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def legend(axes: "Axes", methods: Sequence[str], figure: "Figure", n_seeds: int) -> None:
    """Name the curves at the right of all panels."""
    from matplotlib.lines import Line2D  # matplotlib

    handles, names = axes.get_legend_handles_labels()
    handles, names = list(handles)[::-1], list(names)[::-1]
    others = list(methods[len(COLOURS) :])
    if others:
        handles.append(Line2D([], [], color=OTHERS, linewidth=0.9))
        names.append("other methods")
    handles.append(Line2D([], [], color="#444444", linestyle="--", linewidth=1.2))
    names.append("chance")
    title = f"mean of {n_seeds} seeds" + (", 95% band" if n_seeds > 1 else "")
    figure.legend(handles, names, loc="outside right center", frameon=False, title=title)
