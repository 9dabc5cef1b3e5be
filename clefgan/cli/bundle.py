"""`clefgan bundle`: what the platform takes, ready to upload."""

import shlex
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli import outputs
from clefgan.cli.console import say
from clefgan.cli.entering import asked_of_runs
from clefgan.cli.options import DATA, EDITION_OF_RUNS, IDS, RUNS
from clefgan.cli.outputs import Output
from clefgan.runs import run_editions, run_files
from submissions import RunFileError, checker
from submissions import bundle as bundles
from submissions.edition import Edition


def bundle(
    runs: RUNS,
    edition: EDITION_OF_RUNS = None,
    data: DATA = None,
    ids: IDS = None,
    out: Annotated[
        Path | None, typer.Option(help="The folder for the uploads; that of each run if not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing uploads.")] = False,
) -> None:
    """Zip runs as the platform takes them: one upload per run, checked before and after.

    An edition that takes the run file itself gets no zip: with --out a checked copy of the file.
    Without --edition it is that of the records beside the runs, of the data or of the ids.
    """
    rules = run_editions.edition_of(edition, runs, data=data, ids=ids)
    if rules is None:
        for run in runs:
            if not run.exists():
                raise RunFileError(f"{run}: no such file; give a run file")
        raise typer.BadParameter(
            "neither records, data nor ids say which; give it", param_hint="--edition"
        )
    bundles.count(runs, rules)
    targets = [bundles.target(run, rules, out) for run in runs]
    written = [Output("--out", target) for target in targets if target is not None]
    outputs.refuse(written, [*outputs.belonging(runs), ids, data, edition])
    known, classes = asked_of_runs(rules, edition or rules.name, data, ids)
    lines = []
    for run, target in zip(runs, targets, strict=True):
        try:
            lines.append(made(run, target, rules, known, force=force))
        except RunFileError as error:
            said = "" if data or ids else hint(run, rules, known)
            raise RunFileError(f"{error}{said}") from None
    if rules.container != "zip":
        ours = rules.certainty["container"] == "inferred"
        sure = " (our reading, not confirmed by the organisers)" if ours else ""
        lines.append(f"edition {rules.name} takes the run file itself, not a zip{sure}")
    if rules.max_runs is None:
        lines.append(
            f"note: how many runs a team may hand in to edition {rules.name} is not known; "
            f"you have {len(runs)}"
        )
    for run in runs:
        lines += map(str, checker.check(run, rules, known, classes))
    for line in lines:
        say(line)


def made(
    run: Path, target: Path | None, rules: Edition, ids: Collection[str] | None, *, force: bool
) -> str:
    """Make the upload of one run, and say what it is.

    Raises
    ------
    RunFileError
        The run is not valid, or a file is in the way.
    """
    if target is None:
        bundles.check(run, rules, ids)
        return f"{run}: ok; upload this file as it is"
    if rules.container == "zip":
        bundles.write(run, rules, ids, out=target, force=force)
        return f"wrote {target} ({rules.member}, edition {rules.name})"
    bundles.copy(run, rules, ids, out=target, force=force)
    return f"wrote {target} (a copy, edition {rules.name})"


def hint(run: Path, rules: Edition, ids: Collection[str] | None) -> str:
    """Which data the record names, where the ids of the edition are not those of the run."""
    source = run_files.recorded_data(run)
    if source is None or all(p.kind != "missing" for p in checker.check(run, rules, ids)):
        return ""
    return f"; by its record it answers {source}: give --data {shlex.quote(source)}"
