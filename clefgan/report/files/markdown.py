"""Tables in Markdown, as GitHub and the like show them."""

from collections.abc import Iterable, Sequence


def table(
    heads: Sequence[str], lines: Iterable[Sequence[str]], right: Sequence[bool] | None = None
) -> str:
    """A row of heads, a bar, and the lines; cells are Markdown already.

    Parameters
    ----------
    right : whether a column is set to the right; None: none is
    """
    bar = ["---:" if to_right else "---" for to_right in right or [False] * len(heads)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, bar, *lines))


def plain(text: str) -> str:
    """Text of a user without anything that Markdown or HTML would act on."""
    for sign in "\\`*_[]|":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").splitlines()
    )
