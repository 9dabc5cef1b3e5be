"""Values that the shell completes, for every command that takes them."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from submissions import editions

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
    "run --protocol": ("held-out", "paper"),
    "evaluate --protocol": ("held-out", "paper", "grouped", "plain"),
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


def known(kind: str) -> Callable[[typer.Context, str], list[str]]:
    """What completes names that only heavy packages know; see `known_names` for the kinds."""

    def words(ctx: typer.Context, incomplete: str) -> list[str]:
        names = importlib.import_module("clefgan.cli.known_names")  # not before a name is typed
        return beginning(incomplete, getattr(names, kind)(ctx))

    return words


method_names = known("methods")
membership_method_names = known("membership_methods")
metric_names = known("metrics")
rule_names = known("rules")
suite_names = known("challenges")
setting_names = known("settings")


def edition_names(incomplete: str) -> list[str]:
    """Names of editions, and files of one's own, that begin so."""
    named = [name for name in editions.names() if name.startswith(incomplete)]
    return [*named, *(path for path in paths(incomplete) if path.endswith(".toml"))]


def edition_words(ctx: typer.Context, incomplete: str) -> list[str]:
    """`show`, and after it the names of editions."""
    named = editions.names() if ctx.params.get("words") else ["show"]
    return beginning(incomplete, named)


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
