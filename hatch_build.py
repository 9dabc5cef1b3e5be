"""The long description of the package: README.md, its links made absolute.

A package index shows the README without the files beside it, so a relative link or picture is
dead there. Where `[project.urls]` of pyproject.toml gives `Source`, each becomes an address at the
tag of the version; without it the README is taken as it is, and the package still builds.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(?P<bang>!?)\[(?P<text>[^\]]*)\]\((?!https?:|mailto:|#)(?P<target>[^)\s]+)\)")


class LongDescription(MetadataHookInterface):
    """Gives `project.readme`, which pyproject.toml says is dynamic."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the README with the addresses that the other metadata give."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        source = metadata.get("urls", {}).get("Source", "")
        if source:
            text = absolute(text, source.rstrip("/"), f"v{metadata['version']}")
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def absolute(text: str, source: str, tag: str) -> str:
    """Markdown whose relative links lead to `source` at `tag`: pictures raw, all else as a page."""

    def address(link: re.Match[str]) -> str:
        kind = "raw" if link["bang"] else "blob"
        return f"{link['bang']}[{link['text']}]({source}/{kind}/{tag}/{link['target']})"

    return LINK.sub(address, text)
