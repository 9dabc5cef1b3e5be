"""Generated images of a DCGAN of one's own, trained once and kept.

An entry of the cache is found by the digest of the images, the config, the versions and the count
of cores, so what is read back is what training again would give. An entry that is not as it was
written counts as absent. A training that was killed is gone on from.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clefgan.dcgan.config import DCGANConfig, check_images
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent
from clefgan.storage import array_files, lock
from clefgan.storage.files import cache

if TYPE_CHECKING:
    from clefgan.dcgan.trained import Trained

SECONDS = 60.0  # between checkpoints: a shorter training writes none, and so is not held up
LAYOUT = 5  # of an entry, and of what training does with a config: raise it when either changes


def synthesise(
    images: Images, config: DCGANConfig, n: int, *, progress: Progress = silent
) -> Images:
    """Draw n images from a DCGAN trained on `images`: uint8 (n, size, size).

    The first k images are the same for any n of at least k. Training is skipped where it was done
    before on this machine, and so is drawing.

    Raises
    ------
    ClefganError
        If n is below 1, or as `clefgan.dcgan.train.train` does.
    """
    if n < 1:
        raise ClefganError(
            f"dcgan: number of images to draw must be at least 1; got {n}; change it"
        )
    check_images(images)
    path = cache("dcgan") / f"{entry(images, config)}.images"
    kept = array_files.read(path)
    if kept is not None and len(kept["images"]) >= n:
        return kept["images"][:n].astype(np.uint8, copy=False)
    drawn = trained(images, config, progress=progress).draw(n, progress=progress)
    array_files.write(path, {"images": drawn})
    return drawn


def trained(
    images: Images,
    config: DCGANConfig,
    *,
    seconds: float = SECONDS,
    progress: Progress = silent,
) -> Trained:
    """Return a DCGAN trained on `images`, from the cache where it was trained before.

    Where a process that trained the same was killed, its last checkpoint is gone on from; where one
    is training the same now, both do, and neither waits for the other. `seconds` lie between two
    checkpoints.

    Raises
    ------
    ClefganError
        As `clefgan.dcgan.train.train` does.
    """
    from clefgan.dcgan.trained import Trained  # JAX

    size = check_images(images)
    path = cache("dcgan") / f"{entry(images, config)}.weights"
    kept = array_files.read(path)
    if kept is not None:
        return Trained(config, size, nested(kept))
    with lock.only_mine(path.with_suffix(".training")) as folder:
        result = resumed(images, config, folder, seconds, progress)
        array_files.write(path, flat(result.weights))
    return result


def resumed(
    images: Images, config: DCGANConfig, folder: Path | None, seconds: float, progress: Progress
) -> Trained:
    """Train with checkpoints in `folder`; ones that cannot be gone on from are thrown away."""
    from clefgan.dcgan.checkpoint import CheckpointError  # JAX
    from clefgan.dcgan.train import train

    def attempt() -> Trained:
        return train(images, config, checkpoints=folder, seconds=seconds, progress=progress)

    try:
        return attempt()
    except CheckpointError:
        if folder is None:
            raise
        shutil.rmtree(folder)
        return attempt()


def entry(images: Images, config: DCGANConfig) -> str:
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


def flat(tree: dict[Any, Any], prefix: str = "") -> dict[str, NDArray[np.generic]]:
    """Name each array of nested dicts by its path."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            arrays |= flat(value, f"{prefix}{name}/")
        else:
            arrays[f"{prefix}{name}"] = np.asarray(value)
    return arrays


def nested(arrays: dict[str, NDArray[np.generic]]) -> dict[Any, Any]:
    """Turn `flat` back: weights of both networks, with a place for BatchNorm's figures in each."""
    tree: dict[Any, Any] = {name: {"norms": {}} for name in ("generator", "discriminator")}
    for path, array in arrays.items():
        *folders, last = (int(part) if part.isdigit() else part for part in path.split("/"))
        branch = tree
        for folder in folders:
            branch = branch.setdefault(folder, {})
        branch[last] = array
    return tree
