"""`clefgan bundle`: the zip that the platform takes."""

from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli.check import DATA, IDS, RUNS, say, test_ids
from clefgan.errors import ClefganError


def bundle(
    runs: RUNS,
    edition: Annotated[str, typer.Option(help="Whose rules and limit of runs.")],
    data: DATA = None,
    ids: IDS = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the zips; beside each run if not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing zips.")] = False,
) -> None:
    """Zip runs as the platform takes them: one upload a run, checked before and after."""
    from submissions import bundle as bundles
    from submissions import editions

    wanted = editions.get(edition)
    known = test_ids(wanted, edition, data, ids)
    bundles.count(runs, wanted)
    targets = [(out or run.parent) / f"{run.stem}.zip" for run in runs]
    twice = {target for target in targets if targets.count(target) > 1}
    if twice:
        raise ClefganError(f"{min(twice)}: two runs would get this name; rename one")
    for run, target in zip(runs, targets, strict=True):
        bundles.write(run, wanted, known, out=target, force=force)
        say(f"wrote {target} ({wanted.member}, edition {wanted.name})")
    if wanted.container != "zip":
        grade = wanted.certainty["container"]
        say(f"note: edition {wanted.name} takes the run file itself, not a zip ({grade})")
    if wanted.max_runs is None:
        say(f"note: how many runs edition {wanted.name} takes is not known; you have {len(runs)}")
