"""`clefgan run` for editions that ask for classes: which subset, or generator, is it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from clefgan.cli.choices import wrong_usage
from clefgan.cli.console import console, dumped, echo, progress_bar, say, say_wrote
from clefgan.data.classes import reading
from clefgan.data.formats import grid, raw
from clefgan.errors import ClefganError
from clefgan.experiments import class_runs
from clefgan.plugins import registry
from clefgan.report import next_steps
from clefgan.report.objects import class_run
from clefgan.report.terminal import class_summary
from clefgan.runs.classes import decisions, record


@dataclass(frozen=True, slots=True)
class ClassRunOptions:
    """The options of `clefgan run` that classes have too."""

    method: str
    data: str | None
    test_data: Path | None
    sources: Sequence[str]
    folders: Sequence[str]
    clusters: int | None
    edition: str
    seed: int
    settings: Sequence[str]
    n_folds: int
    window: raw.Window | None
    size: grid.Size | None
    rule: str
    shared: bool
    as_json: bool = False


def run(asked: ClassRunOptions, target: Path, force: bool) -> None:
    """Fit a method on the sources, call each image under test a class, write run and record."""
    with wrong_usage("--decide"):
        rule = decisions.parse(asked.rule)
    room = registry.registry_of(asked.method)
    configured = room.configure(asked.method, list(asked.settings), asked.seed)
    if asked.clusters is not None and room is not registry.CLUSTERERS:
        raise typer.BadParameter(
            f"{asked.method!r} names classes; give it to a clusterer", param_hint="--clusters"
        )
    named = sources_of(asked.sources)
    if named and asked.data is not None:
        raise typer.BadParameter("give --data or --sources, not both", param_hint="--sources")
    with progress_bar() as progress:
        challenge = reading.read(
            asked.data or reading.DEFAULT_CLASSES,
            asked.edition,
            test_data=asked.test_data,
            sources=named or None,
            folders=folders_of(asked.folders),
            shared=asked.shared,
            window=asked.window,
            size=asked.size,
        )
        result = class_runs.run(
            challenge,
            asked.method,
            configured,
            n_folds=asked.n_folds,
            seed=asked.seed,
            rule=rule,
            n_clusters=asked.clusters,
            progress=progress,
        )
    written = record.write(result, target, force=force)
    under_test = asked.test_data or asked.data or ("" if named else reading.DEFAULT_CLASSES)
    steps = next_steps.after_classes(result, target, str(under_test), asked.edition)
    if asked.as_json:
        echo(dumped(class_run.of(result, written, steps)))
        return
    say_wrote(written)
    console.print()
    console.print(class_summary.show(result))
    for step in steps:
        say(f"next: {step}")


def sources_of(texts: Sequence[str]) -> dict[str, Path]:
    """Class to folder, of texts `NAME=FOLDER`.

    Raises
    ------
    ClefganError
        A text of another form, or a name given twice.
    """
    folders: dict[str, Path] = {}
    for text in texts:
        name, equals, folder = text.partition("=")
        if not equals or not name.strip() or not folder.strip():
            raise ClefganError(f"--sources: {text!r} is not NAME=FOLDER, such as ward_a=images/a")
        if name.strip() in folders:
            raise ClefganError(f"--sources: class {name.strip()!r} is given twice; give each once")
        folders[name.strip()] = Path(folder.strip())
    return folders


def folders_of(texts: Sequence[str]) -> reading.ClassFolders:
    """Names of the folders, of texts such as `real=REALS`.

    Raises
    ------
    ClefganError
        A text of another form, or no such role.
    """
    folders = reading.ClassFolders()
    for text in texts:
        role, equals, name = text.partition("=")
        if not equals or not name or role not in ("real", "generated", "unknown"):
            raise ClefganError(
                f"--folder: {text!r} is not ROLE=NAME with a role of real, generated or unknown"
            )
        folders = replace(folders, **{role: (name,)})
    return folders
