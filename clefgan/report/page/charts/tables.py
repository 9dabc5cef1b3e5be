"""Charts that are tables: what a screen reader can walk through needs no picture."""

import math
from collections.abc import Container, Sequence

import numpy as np

from clefgan.report.page.markup import Markup, join, tag
from clefgan.report.sheet import measure
from clefgan.report.wording import NOTHING, number, p_value, percent
from evaluation.boards.ranking import Robustness, Stability
from evaluation.boards.rows import Row
from evaluation.significance.comparison import PairedTests

HIDDEN = "hidden"


def confusion(row: Row) -> Markup:
    """The 2 x 2 table of one run, shaded by share of the truth's row."""
    assert row.counts is not None
    tp, tn, fp, fn = row.counts
    head = tag(
        "tr", tag("td", ""), *(heading(words) for words in ("decided used", "decided not used"))
    )
    rows = [
        tag("tr", heading(words, "row"), *(share_cell(n, sum(cells), ok) for n, ok in marks))
        for words, cells, marks in (
            ("used", (tp, fn), ((tp, True), (fn, False))),
            ("not used", (fp, tn), ((fp, False), (tn, True))),
        )
    ]
    caption = tag("caption", "Truth by row, decision by column")
    return tag("table", caption, tag("thead", head), tag("tbody", *rows), class_="confusion")


def share_cell(n: int, total: int, right: bool) -> Markup:
    """One cell: count, share of its row, and whether that is right."""
    share = n / total if total else 0.0
    sign = "✓" if right else "✗"
    return tag(
        "td",
        tag("b", f"{n:,}"),
        tag("small", f" {sign} {100 * share:.0f}%"),
        style=shade(share, "good" if right else "bad"),
    )


def rank_distribution(
    stability: Stability,
    names: Sequence[str],
    order: Sequence[int],
    undefined: Container[tuple[str, str]] = (),
) -> Markup:
    """How often each run has each rank when images are drawn again.

    Parameters
    ----------
    order : runs, best first
    undefined : run and metric where there is nothing to rank
    """
    runs = len(names)
    head = tag("tr", heading("Run"), *(heading(str(rank + 1)) for rank in range(runs)))
    rows = []
    for run in order:
        cells = (
            [tag("td", NOTHING)] * runs
            if (names[run], stability.metric.name) in undefined
            else [distribution_cell(float(share)) for share in stability.share[run]]
        )
        rows.append(tag("tr", heading(names[run], "row"), *cells))
    caption = tag(
        "caption",
        f"How often each run has each rank by {stability.metric.label} when images are drawn "
        "again, in percent",
    )
    return tag("table", caption, tag("thead", head), tag("tbody", *rows), class_="heat")


def distribution_cell(share: float) -> Markup:
    """A share in percent; nothing where it never happens."""
    if share == 0:
        return tag("td", "")
    text = "<1" if share < 0.01 else ">99" if 0.99 < share < 1 else f"{100 * share:.0f}"
    return tag("td", text, style=shade(share, "used"))


def significance(pairs: PairedTests, order: Sequence[int], level: float) -> Markup:
    """Which run is better than which, after adjustment for the number of pairs."""
    names = pairs.names
    head = tag(
        "tr",
        heading("Run"),
        *(heading(str(i + 1), title=names[run]) for i, run in enumerate(order)),
    )
    rows = []
    for rank, run in enumerate(order):
        cells = [significance_cell(pairs, run, other, level) for other in order]
        label = join([tag("span", f"{rank + 1}", class_="number"), Markup(" "), names[run]])
        rows.append(tag("tr", heading(label, "row"), *cells))
    untested = f", {NOTHING} not compared" if np.isnan(pairs.adjusted).any() else ""
    caption = tag(
        "caption",
        f"Row against column by {pairs.metric.label}: ▲ better, ▼ worse, · no significant "
        f"difference{untested} ({pairs.test.value}, {pairs.adjust.value}, {percent(level)})",
    )
    return tag("table", caption, tag("thead", head), tag("tbody", *rows), class_="heat signs")


def significance_cell(pairs: PairedTests, run: int, other: int, level: float) -> Markup:
    """One pair."""
    if run == other:
        return tag("td", "", class_="self")
    p, gap = float(pairs.adjusted[run, other]), float(pairs.advantage[run, other])
    relation, sign, style = f"not significantly different from {pairs.names[other]}", "·", None
    if p <= 1 - level and gap > 0:
        relation, sign, style = f"better than {pairs.names[other]}", "▲", shade(0.55, "good")
    elif p <= 1 - level:
        relation, sign, style = f"worse than {pairs.names[other]}", "▼", shade(0.55, "bad")
    words = f"{relation}, p {p_value(p)}"
    if math.isnan(p):
        sign, words = NOTHING, not_compared(pairs, run, other)
    return tag(
        "td",
        tag("span", sign, aria_hidden="true"),
        tag("span", words, class_=HIDDEN),
        title=words,
        style=style,
    )


def not_compared(pairs: PairedTests, run: int, other: int) -> str:
    """Why a pair has no p-value; a run without a value has no advantage over itself either."""
    undefined = [i for i in (run, other) if math.isnan(pairs.advantage[i, i])]
    why = f": {pairs.names[undefined[0]]} has no {pairs.metric.label}" if undefined else ""
    return f"not compared with {pairs.names[other]}{why}"


def ranks_by_metric(
    robustness: Robustness,
    names: Sequence[str],
    order: Sequence[int],
    undefined: Container[tuple[str, str]] = (),
) -> Markup:
    """The rank of each run by every metric.

    Parameters
    ----------
    undefined : run and metric where there is nothing to rank
    """
    head = tag(
        "tr",
        heading("Run"),
        *(heading(measure(metric).brief, title=metric.label) for metric in robustness.metrics),
    )
    runs = len(names)
    rows = []
    for run in order:
        cells = []
        for row, metric in enumerate(robustness.metrics):
            if (names[run], metric.name) in undefined:
                cells.append(tag("td", NOTHING))
                continue
            rank = int(robustness.rank[row, run])
            style = shade(1 - (rank - 1) / max(runs - 1, 1), "used")
            cells.append(tag("td", str(rank), title=f"{names[run]} by {metric.label}", style=style))
        rows.append(tag("tr", heading(names[run], "row"), *cells))
    taus = [float(value) for value in robustness.tau[0]]
    tau_cells = [tag("td", number(tau, 2) if not math.isnan(tau) else "–") for tau in taus]
    foot = tag("tr", heading("Kendall's tau to the ranking", "row"), *tau_cells)
    caption = tag("caption", "Rank of each run by every metric; stronger colour is better")
    return tag(
        "table",
        caption,
        tag("thead", head),
        tag("tbody", *rows),
        tag("tfoot", foot),
        class_="heat",
    )


def best_first(stability: Stability) -> list[int]:
    """Runs by rank."""
    return [int(run) for run in np.argsort(stability.rank, kind="stable")]


def heading(words: str, scope: str = "col", title: str | None = None) -> Markup:
    """A header cell."""
    return tag("th", words, scope=scope, title=title)


def shade(share: float, colour: str) -> str:
    """Background of a heat cell; `page.css` mixes the colour, so that it works in the dark."""
    return f"--heat:{round(100 * min(1.0, max(0.0, share)) * 0.6)}%;--hue:var(--{colour})"
