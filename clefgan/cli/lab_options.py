"""Options that `clefgan lab make` and `clefgan lab study` share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.experiments.lab.roles import Counts
from clefgan.plugins import hyperparameters

REAL = Annotated[
    Path, typer.Option(help="A folder of real images, or an npz with 'images'.", show_default=False)
]
GROUP = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Column of the manifest, or key of the npz, that tells patients apart; "
        "'group' or 'patient' if not given.",
    ),
]
MANIFEST = Annotated[
    Path | None,
    typer.Option(
        metavar="CSV",
        help="Ids and groups of a folder's images; groups.csv or manifest.csv in it if not given.",
    ),
]
SIZE = Annotated[
    int | None, typer.Option(help="Side to reduce square images to, by averaging blocks.", min=1)
]
USED = Annotated[int, typer.Option(help="Dev images that are used.", min=1)]
NOT_USED = Annotated[int, typer.Option(help="Dev images that are not.", min=1)]
GENERATED = Annotated[int, typer.Option(help="Dev images that are generated.", min=1)]
CANDIDATES = Annotated[int, typer.Option(help="Test candidates; half of them used.", min=2)]
TEST_GENERATED = Annotated[int, typer.Option(help="Test images that are generated.", min=1)]
PER_GROUP = Annotated[int, typer.Option(help="Real images of one group at most.", min=1)]
DCGAN_SETTINGS = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A hyper-parameter of the DCGANs of 'dcgan'; repeatable.",
    ),
]
COUNTS = Counts()
"""How many images of each role there are if nobody says otherwise."""


def network(settings: list[str] | None, seed: int, kinds: Sequence[str]) -> DCGANConfig:
    """The DCGANs' hyper-parameters; the default ones where no kind of leak trains any."""
    if "dcgan" not in kinds:
        if settings:
            raise ClefganError(
                f"--set {settings[0]!r}: is for the DCGANs of 'dcgan'; got --how "
                f"{', '.join(kinds)}; leave it out, or give --how dcgan"
            )
        return DCGANConfig()
    values = {"seed": str(seed)} | hyperparameters.parse_settings(settings or [])
    config: DCGANConfig = hyperparameters.build(DCGANConfig, values, "dcgan")
    return config
