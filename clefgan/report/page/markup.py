"""HTML and SVG that cannot be broken by a user's text: whatever is not `Markup` is escaped."""

from collections.abc import Iterable
from html import escape

VOID = frozenset({"br", "circle", "img", "input", "line", "link", "meta", "path", "rect"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str | float | bool | None) -> Markup:
    """An element; children that are not `Markup` are escaped, and so are attributes.

    An underscore at the end of an attribute's name is dropped, others become hyphens; None and
    False leave the attribute out, True gives it no value.

    Examples
    --------
    >>> tag("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    written = "".join(attribute(key, value) for key, value in attributes.items())
    if name in VOID and not children:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def attribute(key: str, value: str | float | bool | None) -> str:
    """One attribute with the space before it."""
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    text = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
    return f' {name}="{escape(text)}"'


def join(children: Iterable[str], between: str = "") -> Markup:
    """Children one after the other."""
    return Markup(between.join(c if isinstance(c, Markup) else escape(c) for c in children))
