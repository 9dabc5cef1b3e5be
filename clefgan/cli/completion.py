"""Values that the shell completes, for every command that takes them."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from submissions import editions

RULES = (
    *("auto", "auto:", "zero", "dev-best", "quota:", "mixture", "null95", "conformal:"),
    *("argmax", "open:", "balanced"),
)
PROTOCOLS = ("held-out", "paper", "grouped", "plain")
LEVELS = ("S0", "S1", "S2", "S3")
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


def edition_words(ctx: typer.Context, incomplete: str) -> list[str]:
    """`show`, and after it the names of editions."""
    named = editions.names() if ctx.params.get("words") else ["show"]
    return [name for name in named if name.startswith(incomplete)]


def metric_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of metrics that begin so: of classes, of membership, or of both if neither is known."""
    from evaluation import class_tables, metrics  # brings NumPy

    known = [[metric.name for metric in metrics.METRICS], [*class_tables.METRICS]]
    edition = ctx.params.get("edition")
    if edition in editions.names():
        known = known[:1] if editions.get(edition).is_membership else known[1:]
    return list(dict.fromkeys(n for each in known for n in each if n.startswith(incomplete)))


def rule_names(incomplete: str) -> list[str]:
    """Decision rules that begin so; those with a number end where it begins."""
    from clefgan.runs.decisions import rules  # brings NumPy

    metrics = [f"dev-best:{name}" for name in rules.metrics_to_choose_by()]
    return [rule for rule in (*RULES, *metrics) if rule.startswith(incomplete)]


def protocol_names(incomplete: str) -> list[str]:
    """Protocols that begin so."""
    return [name for name in PROTOCOLS if name.startswith(incomplete)]


def levels_of_runs(incomplete: str) -> list[str]:
    """`RUN=S0` to `RUN=S3` once the run is typed."""
    run, sign, _ = incomplete.partition("=")
    known = [f"{run}={level}" for level in LEVELS] if sign else []
    return [text for text in known if text.startswith(incomplete)]


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
