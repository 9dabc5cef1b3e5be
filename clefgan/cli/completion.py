"""Values that the shell completes, for every command that takes them."""

from __future__ import annotations

import os
from pathlib import Path

from submissions import editions

EMBEDDED = ("phantom_ct", "phantom_classes")


def method_names(incomplete: str) -> list[str]:
    """Names of methods, attributors and clusterers that begin so."""
    from clefgan.plugins import registry  # brings NumPy: only where a name is completed

    known = (registry.METHODS, registry.ATTRIBUTORS, registry.CLUSTERERS)
    return [name for room in known for name in room.entries() if name.startswith(incomplete)]


def edition_names(incomplete: str) -> list[str]:
    """Names of editions, and files of one's own, that begin so."""
    named = [name for name in editions.names() if name.startswith(incomplete)]
    return [*named, *(path for path in paths(incomplete) if path.endswith(".toml"))]


def data_names(incomplete: str) -> list[str]:
    """Names of the embedded data, and paths, that begin so."""
    named = [name for name in EMBEDDED if name.startswith(incomplete)]
    return [*named, *paths(incomplete)]


def paths(incomplete: str) -> list[str]:
    """Paths that begin so, written as they were begun."""
    folder, start = os.path.split(incomplete)
    if not Path(folder or ".").is_dir():
        return []
    names = sorted(entry.name for entry in Path(folder or ".").iterdir())
    return [os.path.join(folder, name) for name in names if name.startswith(start)]  # noqa: PTH118
