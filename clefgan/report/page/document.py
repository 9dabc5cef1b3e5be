"""A whole HTML page that needs no network and nothing beside it."""

import base64
import hashlib
from importlib.resources import files

from clefgan.report.page.markup import Markup, tag


def document(title: str, *content: Markup) -> str:
    """A page with our style and script, which may load nothing from anywhere."""
    style, script = (asset(name) for name in ("page.css", "page.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(style)),
    )
    body = tag("body", *content, tag("script", Markup(script)))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def asset(name: str) -> str:
    """Style or script, as it stands beside this module."""
    return files("clefgan.report.page").joinpath(name).read_text(encoding="utf-8")
