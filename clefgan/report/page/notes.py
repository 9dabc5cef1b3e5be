"""The notes below what a board says; many of them fold away, so that the table is not far."""

from collections.abc import Sequence

from clefgan.report.page.markup import Markup, join, tag

OPEN = 5  # notes that are shown unfolded


def said(sentences: Sequence[str], notes: Sequence[str]) -> Markup:
    """The findings, and the notes among them or in a fold."""
    items = [tag("li", sentence) for sentence in sentences]
    marked = [tag("li", note, class_="note") for note in notes]
    if len(marked) <= OPEN:
        return tag("ul", *items, *marked, class_="findings")
    fold = tag(
        "details",
        tag("summary", f"{len(marked)} notes: runs that take no part, and how runs were read"),
        tag("ul", *marked, class_="findings"),
    )
    return join([tag("ul", *items, class_="findings"), fold])
