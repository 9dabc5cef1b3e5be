"""The four charts of one run: ROC, precision-recall, scores by truth, metric by assumed share."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.report import curves
from clefgan.report.curves import CurveBand, Truth
from clefgan.report.page.charts.frame import (
    Scale,
    axes,
    band,
    chart,
    curve,
    line,
    short,
    ticks,
    x_scale,
    y_scale,
)
from clefgan.report.page.markup import Markup, tag
from clefgan.report.wording import number, percent
from evaluation import metrics
from evaluation.boards.rows import Row
from evaluation.counts import Values
from evaluation.metrics import Metric, Needs
from evaluation.runs import Run

BINS = 24
UNIT = (0, 0.25, 0.5, 0.75, 1)
LINES = ("first", "second", "third")


def roc(name: str, area: CurveBand, row: Row, level: float) -> Markup:
    """Recall against false positive rate."""
    x, y = x_scale(0, 1), y_scale(0, 1)
    return chart(
        f"ROC of {name}",
        f"AUC {measured(row, 'auc')}; band: {percent(level)}; dashed: guessing.",
        axes(x, y, ("False positive rate", "Recall"), UNIT, UNIT),
        line(x(0), y(0), x(1), y(1), "blind"),
        band(x, y, area.x.tolist(), area.low.tolist(), area.high.tolist()),
        curve(x, y, [0.0, *area.x.tolist()], [0.0, *area.value.tolist()], "curve"),
    )


def precision_recall(name: str, area: CurveBand, row: Row, truth: Truth, level: float) -> Markup:
    """Precision against recall; the dashed line is the share of used images."""
    x, y = x_scale(0, 1), y_scale(0, 1)
    share = float(truth.mean())
    return chart(
        f"Precision and recall of {name}",
        f"Average precision {measured(row, 'average_precision')}; band: {percent(level)}; "
        f"dashed: guessing, {number(share, 2)}.",
        axes(x, y, ("Recall", "Precision"), UNIT, UNIT),
        line(x(0), y(share), x(1), y(share), "blind"),
        band(x, y, area.x.tolist(), area.low.tolist(), area.high.tolist()),
        curve(x, y, area.x.tolist(), area.value.tolist(), "curve"),
    )


def histogram(name: str, truth: Truth, run: Run) -> Markup:
    """Scores of used images upwards, of others downwards, and the threshold if there is one."""
    assert run.scores is not None
    edges = bin_edges(run.scores, run.cut)
    used, not_used = (in_bins(run.scores[kind], edges) for kind in (truth, ~truth))
    top, bottom = max(int(used.max()), 1), max(int(not_used.max()), 1)
    x, y = x_scale(float(edges[0]), float(edges[-1])), y_scale(-bottom * 1.05, top * 1.05)
    parts = [axes(x, y, ("Score", "Images"), y_ticks=whole(y), absolute=True)]
    for index, (up, down) in enumerate(zip(used.tolist(), not_used.tolist(), strict=True)):
        left, right = x(float(edges[index])), x(float(edges[index + 1]))
        parts += [bar(left, right, y, up, "used"), bar(left, right, y, -down, "not-used")]
    parts.append(line(x.start, y(0), x.end, y(0), "axis"))
    if run.cut is not None and edges[0] <= run.cut <= edges[-1]:
        parts.append(line(x(run.cut), y.start, x(run.cut), y.end, "threshold"))
    right = int((run.decisions == truth).sum())
    return chart(
        f"Scores of {name} by truth",
        f"Used above the line, not used below it; {decided(run)}, {right} of {len(truth)} right.",
        *parts,
    )


def decided(run: Run) -> str:
    """How the run calls used, in words."""
    if run.cut is not None:
        return f"scores above {short(run.cut)} are decided as used"
    return (
        f"{int(run.decisions.sum())} of {len(run.decisions)} are decided as used, by no threshold"
    )


def histogram_legend(run: Run) -> Markup:
    """Which bars are which."""
    used = tag("span", "▲ used", class_="used-text")
    not_used = tag("span", "▼ not used", class_="not-used-text")
    return tag("p", used, "  ", not_used, f"  {decided(run)}", class_="legend")


def bin_edges(scores: Values, cut: float | None = 0.0) -> Values:
    """Edges of equal bins, of which one is the threshold if the scores lie on both sides of it."""
    low, high = float(scores.min()), float(scores.max())
    if not high > low:
        return np.array([low - 0.5, low + 0.5])
    width = (high - low) / BINS
    if cut is not None and low <= cut < high:
        below, above = math.ceil((cut - low) / width - 1e-9), math.floor((high - cut) / width) + 1
        return np.asarray(cut + np.arange(-below, above + 1) * width, dtype=np.float64)
    return np.linspace(low, high, BINS + 1, dtype=np.float64)


def in_bins(scores: Values, edges: Values) -> NDArray[np.intp]:
    """Number of scores in each bin; one at an edge counts below it, as the threshold itself."""
    return np.histogram(-scores, -edges[::-1])[0][::-1]


def whole(y: Scale) -> list[float]:
    """Ticks at whole numbers of images."""
    return [value for value in ticks(y.low, y.high, 6) if value == int(value)]


def bar(left: float, right: float, y: Scale, count: int, class_: str) -> Markup:
    """One bar, from the middle line up or down."""
    if count == 0:
        return Markup("")
    top, bottom = max(y(0), y(count)), min(y(0), y(count))
    width = max(right - left - 0.6, 0.4)
    return tag("rect", x=left, y=bottom, width=width, height=top - bottom, class_=class_)


def shares(name: str, truth: Truth, run: Run, primary: Metric) -> Markup:
    """Metrics if the highest-scored share were called used, over all shares."""
    assert run.scores is not None
    columns = share_metrics(primary)
    curves_by_metric = [curves.by_share(truth, run.scores, metric) for metric in columns]
    low = min(0.0, *(float(np.nanmin(values, initial=0.0)) for _, values in curves_by_metric))
    x, y = x_scale(0, 1), y_scale(math.floor(low * 4) / 4, 1)
    parts = [axes(x, y, ("Share decided as used", "Metric"), UNIT, ticks(y.low, 1, 4))]
    own, true = float(run.decisions.mean()), float(truth.mean())
    parts.append(line(x(own), y.start, x(own), y.end, "threshold"))
    parts.append(line(x(true), y.start, x(true), y.end, "truth"))
    blind = [columns[0].chance(true, share) for share in curves_by_metric[0][0].tolist()]
    parts.append(curve(x, y, curves_by_metric[0][0].tolist(), blind, "blind"))
    for (places, values), class_ in zip(curves_by_metric, LINES, strict=False):
        parts.append(curve(x, y, places.tolist(), values.tolist(), f"curve {class_}"))
    best = int(np.argmax(np.nan_to_num(columns[0].sign * curves_by_metric[0][1], nan=-np.inf)))
    return chart(
        f"{name}: metrics by assumed share of used images",
        f"{columns[0].label} would be highest, {number(float(curves_by_metric[0][1][best]))}, with "
        f"{percent(round(float(curves_by_metric[0][0][best]), 2))} decided as used; the run "
        f"decides {percent(round(own, 3))}, the true share is {percent(round(true, 3))}.",
        *parts,
    )


def share_metrics(primary: Metric) -> list[Metric]:
    """The primary metric if it is one of counts, F1 and kappa: those that the share moves most."""
    wanted = [primary] if primary.needs is Needs.DECISIONS else []
    for name in ("f1", "cohen_kappa", "accuracy"):
        if name not in [metric.name for metric in wanted]:
            wanted.append(metrics.get(name))
    return wanted[: len(LINES)]


def share_legend(primary: Metric) -> Markup:
    """Which line is which."""
    columns = share_metrics(primary)
    items: list[Markup] = []
    for metric, class_ in zip(columns, LINES, strict=False):
        items.append(key(f"curve {class_}", metric.label))
    items += [
        key("blind", f"{columns[0].label} of guessing"),
        key("threshold", "the run's own share"),
        key("truth", "true share"),
    ]
    return tag("p", *items, class_="legend")


def key(class_: str, label: str) -> Markup:
    """A sample of a line beside its meaning."""
    sample = tag("svg", line(0, 5, 22, 5, class_), viewBox="0 0 22 10", aria_hidden="true")
    return tag("span", sample, f" {label} ", class_="key")


def measured(row: Row, name: str) -> str:
    """A metric with its interval, for a description."""
    cell = row.cells.get(name)
    if cell is None or math.isnan(cell.value):
        return "undefined"
    ends: Sequence[float] = (cell.low, cell.high)
    known = not any(math.isnan(end) for end in ends)
    return number(cell.value) + (
        f" ({number(cell.low, 2)} to {number(cell.high, 2)})" if known else ""
    )
