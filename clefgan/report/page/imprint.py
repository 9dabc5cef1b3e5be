"""Who made a page and when, and its tables as files that the page carries itself."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from clefgan import __version__
from clefgan.report.files import exports
from clefgan.report.page.markup import Markup, join, tag
from clefgan.report.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Imprint:
    """Who made the page, and when.

    contact : whom to ask, an address or a link; "" where nobody says
    made : the day
    """

    contact: str = ""
    made: date = field(default_factory=date.today)


def lines(
    imprint: Imprint, title: str, sheets: Sequence[Sheet], more: Sequence[Sheet] = ()
) -> Markup:
    """The two lines below a page's title.

    sheets : of the leaderboards
    more : other tables, which the CSV, a table of one kind, leaves out
    """
    return join(
        [
            tag("p", *made_by(imprint), class_="over"),
            tag("p", "Tables to download: ", *downloads(title, sheets, more), class_="over"),
        ]
    )


def made_by(imprint: Imprint) -> list[str]:
    """The day, the version and the contact."""
    said: list[str] = [f"Made on {imprint.made.isoformat()} with clefgan {__version__}"]
    if not imprint.contact:
        return [f"{said[0]}."]
    address = imprint.contact
    if "://" not in address and "@" in address:
        address = f"mailto:{address}"
    is_link = address.startswith(("mailto:", "https://", "http://"))
    contact = tag("a", imprint.contact, href=address) if is_link else imprint.contact
    return [said[0], " · contact: ", contact]


def downloads(title: str, sheets: Sequence[Sheet], more: Sequence[Sheet] = ()) -> list[str]:
    """Links to the tables as files."""
    stem = "".join(sign if sign.isalnum() else "-" for sign in title.lower()).strip("-") or "table"
    links: list[str] = []
    for ending, (kind, text) in {
        "csv": ("text/csv", exports.as_csv(sheets)),
        "json": ("application/json", exports.as_json([*sheets, *more])),
        "md": ("text/markdown", exports.as_markdown([*sheets, *more])),
    }.items():
        data = base64.b64encode(text.encode("utf-8", "backslashreplace")).decode()
        link = tag(
            "a", ending.upper(), href=f"data:{kind};base64,{data}", download=f"{stem}.{ending}"
        )
        links += [" · " if links else "", link]
    return links
