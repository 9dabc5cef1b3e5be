"""Values that the shell completes, for every command that takes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
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

# Values of options that are a closed list. They stand here as words, so that the shell need not
# wait for NumPy or SciPy; tests hold them against what the commands accept.
CLOSED: dict[str, tuple[str, ...]] = {
    "--release": ("public", "public-use", "controlled", "membership"),
    "--withhold": ("list", "symmetric"),
    "--features": ("radiomic", "vgg16"),
    "--patient-from": ("header", "folder"),
    "audit --window": ("header", "percentiles"),
    "--how": ("copy", "blend", "tiles", "pca", "dcgan", "flow"),
    "make-classes --kind": (
        *("subset", "family", "both", "other-generator", "seed", "null", "texture-shift"),
        *("texture-reversed", "histogram", "collapse", "shared-patients", "unequal-sizes"),
    ),
    "--rule": ("pca", "blend", "tiles", "up", "warp", "dcgan", "flow"),
    "--knows": (*LEVELS, "A0", "A1", "A2", "A3"),
    "methods --kind": ("membership", "attribution", "clusters"),
    "--folder": ("real=", "generated=", "unknown="),
    "paper": ("aimultimedialab-2023",),
    "prepare": ("imageclef_gans/2023", "imageclef_gans/2025_s1"),
}


def one_of(option: str) -> Callable[[str], list[str]]:
    """What completes an option whose values are a closed list."""

    def words(incomplete: str) -> list[str]:
        return beginning(incomplete, CLOSED[option])

    return words


def beginning(incomplete: str, known: Sequence[str]) -> list[str]:
    """The words that begin so."""
    return [word for word in known if word.startswith(incomplete)]


def suite_names(incomplete: str) -> list[str]:
    """Names of the bench's challenges that begin so."""
    from clefgan.experiments.lab.bench import suite  # brings NumPy

    return beginning(incomplete, [entry.name for entry in suite.SUITE])


def setting_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """`NAME=` of the settings of the method that is typed; of a DCGAN where none can be."""
    from clefgan.dcgan import config  # brings NumPy
    from clefgan.errors import ClefganError  # with the others
    from clefgan.plugins import hyperparameters, registry  # bring NumPy

    if "method" not in ctx.params:
        described = hyperparameters.describe(config.DCGANConfig)
    else:
        try:
            name, _ = registry.split(ctx.params["method"] or "")
            described = hyperparameters.describe(registry.room_of(name).get(name))
        except ClefganError:  # no such method, or none yet
            return []
    return beginning(incomplete, [f"{setting.name}=" for setting in described])


def method_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of methods that begin so: of classes, of membership, or of both if neither is known."""
    from clefgan.plugins import registry  # brings NumPy: only where a name is completed

    known = [registry.METHODS.entries(), registry.ATTRIBUTORS.entries()]
    known.append(registry.CLUSTERERS.entries())
    edition = ctx.params.get("edition")
    if edition in editions.names():
        known = known[:1] if editions.get(edition).is_membership else known[1:]
    return beginning(incomplete, [name for entries in known for name in entries])


def membership_method_names(incomplete: str) -> list[str]:
    """Names of the methods of membership that begin so."""
    from clefgan.plugins import registry  # brings NumPy

    return beginning(incomplete, [*registry.METHODS.entries()])


def edition_names(incomplete: str) -> list[str]:
    """Names of editions, and files of one's own, that begin so."""
    named = [name for name in editions.names() if name.startswith(incomplete)]
    return [*named, *(path for path in paths(incomplete) if path.endswith(".toml"))]


def edition_words(ctx: typer.Context, incomplete: str) -> list[str]:
    """`show`, and after it the names of editions."""
    named = editions.names() if ctx.params.get("words") else ["show"]
    return beginning(incomplete, named)


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
    return beginning(incomplete, PROTOCOLS)


def levels_of_runs(incomplete: str) -> list[str]:
    """`RUN=S0` to `RUN=S3` once the run is typed."""
    run, sign, _ = incomplete.partition("=")
    return beginning(incomplete, [f"{run}={level}" for level in LEVELS] if sign else [])


def data_names(incomplete: str) -> list[str]:
    """Names of the embedded data, and paths, that begin so."""
    named = beginning(incomplete, EMBEDDED)
    return [*named, *paths(incomplete)]


def paths(incomplete: str) -> list[str]:
    """Paths that begin so, written as they were begun."""
    folder, start = os.path.split(incomplete)
    if not Path(folder or ".").is_dir():
        return []
    names = sorted(entry.name for entry in Path(folder or ".").iterdir())
    return [os.path.join(folder, name) for name in names if name.startswith(start)]  # noqa: PTH118
