"""`clefgan data membership-from`: K labelled sources into K membership challenges."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli import outputs, run_classes
from clefgan.cli.completion import data_names, edition_names
from clefgan.cli.console import console, progress_bar, say_wrote
from clefgan.cli.options import FOLDER, SEED
from clefgan.cli.outputs import Output
from clefgan.cli.pictures import SIZE, WINDOW, pixels, window_levels
from clefgan.data.classes import membership, reading
from clefgan.errors import ClefganError, counted
from submissions import editions


def membership_from(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="A class challenge, such as phantom_classes.",
            autocompletion=data_names,
        ),
    ],
    out: Annotated[
        Path, typer.Argument(metavar="DIR", help="The new folder, with one challenge per source.")
    ],
    edition: Annotated[
        str,
        typer.Option(
            help="The edition whose layout the class data have.", autocompletion=edition_names
        ),
    ] = "2025_s2",
    dev_only: Annotated[
        bool,
        typer.Option(
            "--dev-only", help="Make no test part, and put its real images into dev as not used."
        ),
    ] = False,
    seed: SEED = 0,
    window: WINDOW = None,
    size: SIZE = None,
    folder: FOLDER = None,
) -> None:
    """Turn K labelled sources into K membership challenges, each tested on another generator.

    Of each source: its real images are used, those of the others are not, and its own generated
    images are the released ones. The test part is that of the next source, whose generator no
    method saw on dev.
    """
    if editions.get(edition).is_membership:
        raise ClefganError(
            f"edition {edition!r} is of membership already; give one of classes, such as 2025_s2"
        )
    outputs.refuse([Output("DIR", out, is_folder=True)], [data])
    with progress_bar() as progress:
        challenge = reading.read(
            data,
            edition,
            folders=run_classes.folders_of(folder or []),
            shared=True,
            window=window_levels(window),
            size=pixels(size),
        )
        done = membership.write(challenge, out, dev_only=dev_only, seed=seed, progress=progress)
    say_challenges(done, dev_only=dev_only)
    say_wrote([out])


def say_challenges(done: Sequence[membership.Written], *, dev_only: bool) -> None:
    """Print a line per challenge."""
    for written in done:
        candidates = counted(written.candidates, "candidate")
        test = f"; test: {candidates} of {written.test}" if written.test else ""
        more = f"; {written.left_out} left out, as its own too" if written.left_out else ""
        console.print(
            f"{written.name}: {written.used} used, {written.not_used} not used, "
            f"{written.generated} generated{test}{more}"
        )
    if not dev_only and len(done) < membership.LEAST:
        console.print(
            f"no test parts: they need {membership.LEAST} sources or more", style="yellow"
        )
