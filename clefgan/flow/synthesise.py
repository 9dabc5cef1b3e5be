"""Images of flows of one's own, each trained once and kept.

An entry of the cache is found by the digest of the images, the config, the versions and the count
of cores, as that of a DCGAN. The images are kept, the network is not: where more are asked for than
are kept, it is trained again.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from clefgan.dcgan import side_by_side
from clefgan.errors import ClefganError
from clefgan.flow.config import FlowConfig
from clefgan.method import Images, Progress, silent
from clefgan.storage import array_files
from clefgan.storage.files import cache

LAYOUT = 1  # of an entry, and of what training does with a config: raise it when either changes


def synthesise(
    images: Images, config: FlowConfig, n: int, *, progress: Progress = silent
) -> Images:
    """Draw n images from a flow trained on `images`: uint8 (n, height, width).

    The first k images are the same for any n of at least k.

    Raises
    ------
    ClefganError
        If n is below 1, or as `FlowConfig.check_images` does.
    """
    if n < 1:
        raise ClefganError(f"flow: number of images to draw must be at least 1; got {n}; change it")
    config.check_images(images)
    from clefgan.flow.train import train_and_draw  # JAX

    path = cache("flow") / f"{entry(images, config)}.images"
    kept = array_files.read(path)
    if kept is not None and len(kept["images"]) >= n:
        return kept["images"][:n].astype(np.uint8, copy=False)
    drawn = train_and_draw(images, config, n, progress=progress)
    array_files.write(path, {"images": drawn})
    return drawn


def synthesise_all(
    sets: Sequence[Images], config: FlowConfig, n: int, *, progress: Progress = silent
) -> None:
    """Do what `synthesise` does for each set of images, and keep it for the calls that follow.

    Raises
    ------
    ClefganError
        As `synthesise` does, before any training; the first training that fails stops the others.
    """
    for images in sets:
        config.check_images(images)
    apart = {entry(images, config): images for images in sets}
    side_by_side.draw_all(synthesise, list(apart.values()), config, n, progress=progress)


def entry(images: Images, config: FlowConfig) -> str:
    """Return the name of the cache entry: everything that decides a trained network's bits."""
    from clefgan.dcgan import devices  # JAX
    from clefgan.dcgan.train import digest

    deciding = {
        "layout": LAYOUT,
        "images": digest(images),
        "config": asdict(config),
        "record": devices.record(),
    }
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()
