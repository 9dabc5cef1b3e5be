"""`clefgan gan`: train a DCGAN on a folder of images, and draw from it."""

from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli import outputs
from clefgan.cli.console import progress_bar, say_path
from clefgan.cli.options import SETTINGS
from clefgan.cli.outputs import Output
from clefgan.data import images as pictures
from clefgan.data import png_files
from clefgan.dcgan import config as configs
from clefgan.errors import ClefganError, counted
from clefgan.plugins import hyperparameters
from clefgan.storage.files import written_whole

DIGITS = 4  # of the number in a file name, at least


def train(
    images: Annotated[Path, typer.Argument(metavar="IMAGES", help="A folder of square images.")],
    out: Annotated[
        Path, typer.Option(help="The folder for networks, checkpoints, log and samples.")
    ] = Path("gan"),
    settings: SETTINGS = None,
    seed: Annotated[
        int, typer.Option(help="The seed of weights, order, noise and samples.", min=0)
    ] = 0,
    every: Annotated[
        int, typer.Option(help="The number of epochs between checkpoints and sample sheets.", min=1)
    ] = 5,
    coordinator: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="The address of rank 0, where several hosts train together."
        ),
    ] = None,
    processes: Annotated[
        int, typer.Option(help="The number of processes that train together.", min=1)
    ] = 1,
    rank: Annotated[int, typer.Option(help="The number of this process, from 0.", min=0)] = 0,
) -> None:
    """Train a DCGAN; a second start goes on where the first stopped."""
    if coordinator is None and (processes, rank) != (1, 0):
        raise typer.BadParameter(
            "says nothing without --coordinator HOST:PORT", param_hint="--processes or --rank"
        )
    outputs.refuse([Output("--out", out, is_folder=True)], [images])
    values = {"seed": str(seed)} | hyperparameters.parse_settings(settings or [])
    config = hyperparameters.build(configs.DCGANConfig, values, "dcgan")
    listed = pictures.listing(images)
    from clefgan.dcgan import devices, export, train  # JAX: once images and settings are known good

    if coordinator is not None:
        devices.join(coordinator, processes, rank)
    with progress_bar() as progress:
        trained = train.train(
            pictures.read(listed, progress=progress),
            config,
            checkpoints=out / "checkpoints",
            log=out / "log.jsonl",
            samples=out / "samples",
            every=every,
            progress=progress,
        )
    if rank == 0:
        export.write(out, trained)
        say_path(f"trained on {counted(len(listed), 'image')}; wrote ", out)


def sample(
    gan: Annotated[Path, typer.Argument(metavar="GAN", help="The folder that training wrote.")],
    n: Annotated[int, typer.Option("-n", help="The number of images.", min=1)] = 802,
    out: Annotated[Path, typer.Option(help="The folder for the PNG files.")] = Path("generated"),
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that is not empty.")
    ] = False,
) -> None:
    """Draw images from a DCGAN; the same command draws the same images."""
    of_training = [gan / name for name in ("networks.json", "networks.weights", "checkpoints")]
    outputs.refuse([Output("--out", out, is_folder=True)], of_training)
    if out.is_dir() and any(out.iterdir()) and not force:
        raise ClefganError(f"{out}: is not empty; give another --out, or --force")
    from clefgan.dcgan import export  # JAX

    with progress_bar() as progress:
        drawn = export.read(gan).draw(n, progress=progress)
        digits = max(DIGITS, len(str(n)))
        for index, pixels in enumerate(drawn, start=1):
            with written_whole(out / f"generated_{index:0{digits}d}.png") as part:
                png_files.write(part, pixels)
            progress("writing", index, n, "")
    say_path(f"wrote {counted(n, 'image')} to ", out)
