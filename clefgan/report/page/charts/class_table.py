"""The table of classes of one run: as a table, and as a picture."""

import numpy as np

from clefgan.report.page.charts.tables import heading, shade, share_cell
from clefgan.report.page.markup import Markup, join, tag
from clefgan.report.wording import number, percent
from evaluation.boards.class_board import ClassTable

SIDE = 240  # of the picture of the cells, in its own units
ROOM = 60  # for names beside and above them
MOST = 12  # letters of a name that are drawn
LETTER = 6  # the width of one


def confusion(table: ClassTable, named: bool = True) -> Markup:
    """Counts with the share of their row, shaded; recall and precision beside and below.

    Parameters
    ----------
    named : labels are classes, so that the diagonal is right
    """
    names, labels = table.names, table.called
    heads = [heading(f"called {names[k]}") for k in labels]
    head = tag("tr", tag("td", ""), *heads, heading("recall"))
    rows = []
    for at in table.true:
        total = int(table.cells[at].sum())
        cells = [share_cell(int(table.cells[at, k]), total, at == k) for k in labels]
        recall = tag("td", number(float(table.figures["recall"][at])))
        rows.append(tag("tr", heading(names[at], "row"), *cells, recall))
    below = [tag("td", number(float(table.figures["precision"][k]))) for k in labels]
    foot = tag("tr", heading("precision", "row"), *below, tag("td", "")) if named else Markup("")
    caption = tag("caption", "True class by row, label by column; percent of the row")
    return tag(
        "table", caption, tag("thead", head), tag("tbody", *rows), tag("tfoot", foot),
        class_="confusion",
    )  # fmt: skip


def picture(name: str, table: ClassTable) -> Markup:
    """The same as a picture: a square a cell, darker for a larger share of its row."""
    labels = table.called
    side = SIDE / len(labels)
    cells = table.cells[np.ix_(table.true, labels)]
    shares = np.asarray(cells / table.cells[list(table.true)].sum(axis=1, keepdims=True))
    parts = []
    longest = max(min(len(table.names[label]), MOST) for label in labels) * LETTER
    upright = longest > side  # written beside each other, the names would lie upon each other
    top = max(ROOM, longest + 12) if upright else ROOM
    for row, at in enumerate(table.true):
        y = top + row * side
        parts.append(word(ROOM - 4, y + side / 2 + 4, table.names[at], "end"))
        for column, share in enumerate(shares[row].tolist()):
            label = labels[column]
            words = f"{table.names[at]} called {table.names[label]}: {percent(round(share, 3))}"
            parts.append(
                tag(
                    "rect",
                    tag("title", words),
                    x=float(ROOM + column * side), y=float(y), width=side, height=side,
                    class_="cell", style=shade(share / 0.6, "good" if at == label else "bad"),
                )
            )  # fmt: skip
    for column, label in enumerate(labels):
        x = ROOM + (column + 0.5) * side
        if upright:
            parts.append(word(x + 4, top - 6, table.names[label], "start", upright=True))
        else:
            parts.append(word(x, top - 6, table.names[label], "middle"))
    height = top + len(table.true) * side + 4
    description = f"{len(table.true)} true classes by row, {len(labels)} labels by column"
    return tag(
        "svg",
        tag("title", f"Classes of {name}"),
        tag("desc", description),
        join(parts),
        viewBox=f"0 0 {ROOM + SIDE + 4} {height:.0f}",
        role="img",
        class_="classes",
        aria_label=f"Classes of {name}. {description}",
    )


def word(x: float, y: float, text: str, anchor: str, upright: bool = False) -> Markup:
    """A name in the picture, its end left out where it is long."""
    short = text if len(text) <= MOST else f"{text[: MOST - 1]}…"
    turned = {"transform": f"rotate(-90 {x:.1f} {y:.1f})"} if upright else {}
    return tag("text", short, x=float(x), y=float(y), text_anchor=anchor, class_="label", **turned)
