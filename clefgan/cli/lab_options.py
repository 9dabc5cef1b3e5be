"""Options that `clefgan lab make` and `clefgan lab study` share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli.choices import refuse_unknown
from clefgan.cli.completion import CLOSED
from clefgan.dcgan import config
from clefgan.errors import ClefganError
from clefgan.experiments.lab.role_counts import RoleCounts
from clefgan.flow import config as flow_config
from clefgan.plugins import hyperparameters

REAL = Annotated[
    Path,
    typer.Option(
        help="A folder of real images, or an npz file with the array 'images'.", show_default=False
    ),
]
GROUP = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="The column of the manifest, or the array of the npz file, that names the patients; "
        "'group' or 'patient' if not given.",
    ),
]
MANIFEST = Annotated[
    Path | None,
    typer.Option(
        metavar="CSV",
        help="A table of the images of a folder and their patients; groups.csv or manifest.csv in "
        "the folder if not given.",
    ),
]
SIZE = Annotated[
    int | None,
    typer.Option(help="The side in pixels to which square images are reduced.", min=1),
]
USED = Annotated[int, typer.Option(help="The number of used dev images.", min=1)]
NOT_USED = Annotated[int, typer.Option(help="The number of dev images that are not used.", min=1)]
GENERATED = Annotated[int, typer.Option(help="The number of generated dev images.", min=1)]
CANDIDATES = Annotated[
    int, typer.Option(help="The number of test candidates; half are used.", min=2)
]
TEST_GENERATED = Annotated[int, typer.Option(help="The number of generated test images.", min=1)]
PER_GROUP = Annotated[int, typer.Option(help="The largest number of real images per group.", min=1)]
DCGAN_SETTINGS = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="The value of a hyper-parameter of the networks of 'dcgan' or 'flow'; repeatable.",
    ),
]
COUNTS = RoleCounts()
"""How many images of each role there are if nobody says otherwise."""


def networks(
    settings: list[str] | None, seed: int, kinds: Sequence[str], option: str = "--how"
) -> tuple[config.DCGANConfig, flow_config.FlowConfig]:
    """Hyper-parameters of DCGANs and flows; the default ones where no kind of leak trains any."""
    for kind in kinds:
        refuse_unknown(option, kind, CLOSED[option])
    trained = [kind for kind in ("dcgan", "flow") if kind in kinds]
    if settings and len(trained) != 1:
        what = "one of them" if trained else "'dcgan' or 'flow'"
        raise ClefganError(
            f"--set {settings[0]!r}: is for the networks of 'dcgan' or 'flow'; got {option} "
            f"{', '.join(kinds)}; leave it out, or give {option} {what}"
        )
    values = {"seed": str(seed)} | hyperparameters.parse_settings(settings or [])
    gan, flow = config.DCGANConfig(), flow_config.FlowConfig()
    if "dcgan" in kinds:
        gan = hyperparameters.build(config.DCGANConfig, values, "dcgan")
    if "flow" in kinds:
        flow = hyperparameters.build(flow_config.FlowConfig, values, "flow")
    return gan, flow
