"""Rules by which a class's images are made from its training images, before they are degraded.

The rules of `leaks` without fresh images, and two more: `up`, which leaves a trace of upsampling,
and `warp`, which is not linear in the training images.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy

from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.experiments.lab import leaks
from clefgan.experiments.lab.leaks import Field, LeakPool
from clefgan.flow.config import FlowConfig
from clefgan.method import Images, Progress, silent

BENT = 2.0  # pixels, standard deviation of the field of `warp` at 64 pixels a side
SMOOTH = 8.0  # pixels at 64 a side, of the same field
MOST_SEEDS = 2**32  # a network takes seeds below


def up(images: Images, n: int, rng: np.random.Generator) -> Field:
    """Samples of a Gaussian of the images at half the size, enlarged linearly."""
    height, width = images.shape[1:]
    half = images.astype(np.float32)[:, : height // 2 * 2, : width // 2 * 2]
    half = half.reshape(len(images), height // 2, 2, width // 2, 2).mean(axis=(2, 4))
    made = gaussian(half, n, rng)
    zoom = (1, height / made.shape[1], width / made.shape[2])
    return np.asarray(
        scipy.ndimage.zoom(made, zoom, order=1, mode="nearest", grid_mode=True), np.float32
    )


def gaussian(images: Field, n: int, rng: np.random.Generator) -> Field:
    """Samples of the Gaussian that has the mean and the covariance of the images."""
    rows = images.reshape(len(images), -1).astype(np.float64)
    mean = rows.mean(axis=0)
    normal = rng.standard_normal((n, len(rows))) / np.sqrt(max(1, len(rows) - 1))
    return np.asarray((mean + normal @ (rows - mean)).reshape(n, *images.shape[1:]), np.float32)


def warp(images: Images, n: int, rng: np.random.Generator) -> Field:
    """Weighted means of three images, each bent by a smooth field of its own."""
    height, width = images.shape[1:]
    order = leaks.rounds(len(images), n * leaks.BLENDED, rng).reshape(n, leaks.BLENDED)
    made = np.zeros((n, height, width), np.float32)
    for image, parents in zip(made, order, strict=True):
        weights = rng.dirichlet([leaks.EVENNESS] * leaks.BLENDED)
        for weight, parent in zip(weights, parents, strict=True):
            image += np.float32(weight) * bent(images[parent].astype(np.float32), rng)
    return made


def bent(image: Field, rng: np.random.Generator) -> Field:
    """An image moved by a smooth random field, with its edge repeated outwards."""
    scale = min(image.shape) / 64
    fields = scipy.ndimage.gaussian_filter(
        rng.standard_normal((2, *image.shape)), (0, SMOOTH * scale, SMOOTH * scale), mode="wrap"
    )
    fields *= BENT * scale / np.maximum(fields.std(axis=(1, 2), keepdims=True), 1e-12)
    at = np.indices(image.shape) + fields
    return np.asarray(scipy.ndimage.map_coordinates(image, at, order=1, mode="nearest"), np.float32)


OWN: dict[str, Callable[[Images, int, np.random.Generator], Field]] = {"up": up, "warp": warp}
RULES = (
    "pca",
    "blend",
    "tiles",
    "up",
    "warp",
    *sorted(set(leaks.KINDS) - {"copy", "pca", "blend", "tiles"}),
)


def make(
    rule: str,
    images: Images,
    n: int,
    rng: np.random.Generator,
    *,
    gan: DCGANConfig | None = None,
    flow: FlowConfig | None = None,
    progress: Progress = silent,
) -> Field:
    """Make `n` images of the training images by a rule; (n, height, width), not degraded.

    Parameters
    ----------
    gan, flow : of the network that `dcgan` or `flow` trains; its seed comes from `rng`

    Raises
    ------
    ClefganError
        No such rule.
    """
    check(rule)
    if rule in OWN:
        return OWN[rule](images, n, rng)
    if rule == "pca":  # that of `leaks` keeps n - 1 components at a leak of 1, as this does
        return gaussian(images.astype(np.float32), n, rng)
    pool = LeakPool(images, images)
    if rule == "dcgan":
        of_gan = replace(gan or DCGANConfig(), seed=int(rng.integers(MOST_SEEDS)))
        made = leaks.dcgan(pool, n, 1.0, rng, of_gan, progress)
    elif rule == "flow":
        of_flow = replace(flow or FlowConfig(), seed=int(rng.integers(MOST_SEEDS)))
        made = leaks.flow(pool, n, 1.0, rng, of_flow, progress)
    else:
        made = leaks.KINDS[rule](pool, n, 1.0, rng)
    return np.asarray(made.images, np.float32)


def check(rule: str) -> None:
    """Refuse an unknown rule."""
    if rule not in RULES:
        raise ClefganError(f"lab: no rule {rule!r}; known: {', '.join(RULES)}")
