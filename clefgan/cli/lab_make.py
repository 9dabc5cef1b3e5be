"""`clefgan lab make`: a challenge whose leak is set by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli import outputs, pictures
from clefgan.cli.completion import one_of
from clefgan.cli.console import console, progress_bar, say_wrote
from clefgan.cli.lab_options import (
    CANDIDATES,
    COUNTS,
    DCGAN_SETTINGS,
    GENERATED,
    GROUP,
    MANIFEST,
    NOT_USED,
    PER_GROUP,
    REAL,
    SIZE,
    TEST_GENERATED,
    USED,
    networks,
)
from clefgan.cli.outputs import Output
from clefgan.errors import counted
from clefgan.experiments.lab import make as making
from clefgan.experiments.lab import reals
from clefgan.experiments.lab.role_counts import RoleCounts
from clefgan.report.terminal import lab_tables


def make(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new challenge's folder.")],
    real: REAL,
    leak: Annotated[
        float,
        typer.Option(
            help="The strength of the leak, from 0 (a control without a leak) to 1.",
            show_default=False,
        ),
    ],
    how: Annotated[
        str,
        typer.Option(
            help="The kind of leak: copy, blend, tiles, pca, dcgan or flow.",
            autocompletion=one_of("--how"),
        ),
    ] = "copy",
    seed: Annotated[int, typer.Option(help="The seed of everything that is drawn.", min=0)] = 0,
    group: GROUP = None,
    manifest: MANIFEST = None,
    window: pictures.WINDOW = None,
    size: SIZE = None,
    used: USED = COUNTS.used,
    not_used: NOT_USED = COUNTS.not_used,
    generated: GENERATED = COUNTS.generated,
    candidates: CANDIDATES = COUNTS.candidates,
    test_generated: TEST_GENERATED = COUNTS.test_generated,
    per_group: PER_GROUP = COUNTS.per_group,
    settings: DCGAN_SETTINGS = None,
) -> None:
    """Make a challenge with a known truth, in the layout of 2023, from real images.

    No group (patient) is in two roles. The leak is the share of the generated images that come from
    used images; with 'pca', the share of the used images' principal components that are kept.
    """
    levels = pictures.window_levels(window)
    outputs.refuse([Output("DIR", folder, is_folder=True)], [real, manifest])
    making.refuse_existing(folder)
    counts = RoleCounts(
        used=used, not_used=not_used, generated=generated, candidates=candidates,
        test_generated=test_generated, per_group=per_group,
    )  # fmt: skip
    gan, flow = networks(settings, seed, [how])
    spec = making.Spec(leak=leak, how=how, seed=seed, counts=counts, gan=gan, flow=flow)
    with progress_bar() as progress:
        real_images = reals.read(
            real, group=group, manifest=manifest, size=size, window=levels, progress=progress
        )
        drawn = making.draw(real_images, spec, progress=progress)
        making.write(folder, real_images, spec, drawn, progress=progress)
    say_drawn(real_images, drawn)
    say_wrote([folder])


def say_drawn(real_images: reals.Reals, drawn: making.DrawnChallenge) -> None:
    """Print what there was, and who got which role."""
    n_groups = len(set(real_images.groups))
    console.print(
        f"{real_images.source}: {counted(len(real_images.images), 'image')}, "
        f"{counted(n_groups, 'group')} by {real_images.group_source}"
    )
    console.print(lab_tables.roles_table(drawn))
