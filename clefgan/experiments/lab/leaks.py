"""Stated generators whose leak can be set, one function a kind.

Each makes `n` images from a pool: `used`, the images that count as its training set, and `fresh`,
images of groups that are in no other role. What does not leak is made of fresh images by the very
same rule, and everything but a flow's draws then passes through one degradation. So texture tells
generated from real, but nothing except the comparison with the generated images tells used from not
used, and at leak 0 no method can be better than chance.

What `leak` means:

copy, blend, tiles, dcgan, flow
    the share of the generated images that come from used images
pca
    the share of the principal components of the used images that the generator keeps; see `pca`
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from clefgan.dcgan import synthesise as dcgan_synthesis
from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.flow import synthesise as flow_synthesis
from clefgan.flow.config import FlowConfig
from clefgan.method import Images, Progress, silent

SHIFT = 1 / 64  # of the width: an image is moved by up to this, each way
BLUR = (0.5, 1.0)  # pixels, standard deviation; lowest and highest
NOISE = 4.0  # grey levels, standard deviation

BLENDED = 3  # images that are mixed
EVENNESS = 2.0  # of the Dirichlet law of their weights; the largest weight is 0.56 on average
GRID = 4  # tiles across

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class LeakPool:
    """What a generator is made from."""

    used: Images
    fresh: Images


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a generator made.

    leaks : (n,) True where an image comes from used images
    parents : for each image the indices of the used images that are in it; empty where it does not
        leak, or where a model of all used images made it
    """

    images: NDArray[np.generic]
    leaks: NDArray[np.bool_]
    parents: tuple[tuple[int, ...], ...]


def copy(pool: LeakPool, n: int, leak: float, rng: np.random.Generator) -> Made:
    """One image each. A used image may be copied several times, and another not at all."""
    return put_together(pool, n, leak, 1, lambda images: images[0], rng)


def blend(pool: LeakPool, n: int, leak: float, rng: np.random.Generator) -> Made:
    """Weighted means of three images."""

    def mixed(images: Images) -> Field:
        weights = rng.dirichlet([EVENNESS] * len(images)).astype(np.float32)
        return np.tensordot(weights, images.astype(np.float32), axes=1)

    return put_together(pool, n, leak, BLENDED, mixed, rng)


def tiles(pool: LeakPool, n: int, leak: float, rng: np.random.Generator) -> Made:
    """Patchworks of 4 x 4 tiles, each from an image of its own, at its place there."""

    def patchwork(images: Images) -> Field:
        height, width = images.shape[1:]
        rows, columns = (np.linspace(0, side, GRID + 1).astype(int) for side in (height, width))
        whole = np.empty((height, width), np.float32)
        for i in range(GRID):
            for j in range(GRID):
                tile = slice(rows[i], rows[i + 1]), slice(columns[j], columns[j + 1])
                whole[tile] = images[GRID * i + j][tile]
        return whole

    return put_together(pool, n, leak, GRID * GRID, patchwork, rng)


def put_together(
    pool: LeakPool,
    n: int,
    leak: float,
    parts: int,
    join: Callable[[Images], NDArray[np.generic]],
    rng: np.random.Generator,
) -> Made:
    """Draw parents for each image, and join them; a share `leak` has used parents."""
    leaks = which(n, leak, rng)
    order = rounds(len(pool.fresh), n * parts, rng)
    images = np.empty((n, *pool.used.shape[1:]), np.float32)
    parents: list[tuple[int, ...]] = []
    for row, leaking in enumerate(leaks):
        if leaking:
            drawn = rng.integers(len(pool.used), size=parts)
            images[row] = join(pool.used[drawn])
            parents.append(tuple(dict.fromkeys(drawn.tolist())))
        else:
            images[row] = join(pool.fresh[order[row * parts : (row + 1) * parts]])
            parents.append(())
    return Made(images, leaks, tuple(parents))


def pca(pool: LeakPool, n: int, leak: float, rng: np.random.Generator) -> Made:
    """Samples of a Gaussian fitted on as many images as are used.

    With a leak it is fitted on the used images and keeps the first `leak * (n_used - 1)` principal
    components, at least one: all of them span every used image, few give what all patients share.
    Without, it is fitted on fresh images and keeps all.
    """
    train = (
        pool.used if leak > 0 else pool.fresh[rng.permutation(len(pool.fresh))[: len(pool.used)]]
    )
    rows = train.reshape(len(train), -1).astype(np.float64)
    centred = rows - rows.mean(axis=0)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    kept = max(1, round(leak * (len(train) - 1))) if leak > 0 else len(train)
    vectors = vectors[:, np.argsort(-values, kind="stable")[:kept]]
    normal = rng.standard_normal((n, vectors.shape[1])) / np.sqrt(max(1, len(train) - 1))
    samples = rows.mean(axis=0) + (normal @ vectors.T) @ centred
    images = samples.reshape(n, *train.shape[1:]).astype(np.float32)
    return Made(images, np.full(n, leak > 0), ((),) * n)


def dcgan(
    pool: LeakPool,
    n: int,
    leak: float,
    rng: np.random.Generator,
    config: DCGANConfig | None = None,
    progress: Progress = silent,
) -> Made:
    """Draw from two DCGANs, one trained on the used images and one on as many fresh ones.

    Raises
    ------
    ClefganError
        As `clefgan.dcgan.synthesise.synthesise` does, such as for images that are not square.
    """
    return by_two(pool, n, leak, rng, dcgan_synthesis.synthesise, config or DCGANConfig(), progress)


def flow(
    pool: LeakPool,
    n: int,
    leak: float,
    rng: np.random.Generator,
    config: FlowConfig | None = None,
    progress: Progress = silent,
) -> Made:
    """Draw from two rectified flows, as `dcgan` does from two DCGANs.

    Raises
    ------
    ClefganError
        As `clefgan.flow.synthesise.synthesise` does.
    """
    return by_two(pool, n, leak, rng, flow_synthesis.synthesise, config or FlowConfig(), progress)


def by_two(
    pool: LeakPool,
    n: int,
    leak: float,
    rng: np.random.Generator,
    synthesise: Callable[..., Images],
    config: DCGANConfig | FlowConfig,
    progress: Progress,
) -> Made:
    """Images of one network trained on the used images and of one on as many fresh ones."""
    leaks = which(n, leak, rng)
    others = pool.fresh[rng.permutation(len(pool.fresh))[: len(pool.used)]]
    images = np.empty((n, *pool.used.shape[1:]), np.float32)
    for train, numbers in ((pool.used, np.flatnonzero(leaks)), (others, np.flatnonzero(~leaks))):
        if len(numbers):
            images[numbers] = synthesise(train, config, len(numbers), progress=progress)
    return Made(images, leaks, ((),) * n)


KINDS: dict[str, Callable[..., Made]] = {
    "copy": copy,
    "blend": blend,
    "tiles": tiles,
    "pca": pca,
    "dcgan": dcgan,
    "flow": flow,
}


def generate(
    how: str,
    pool: LeakPool,
    n: int,
    leak: float,
    rng: np.random.Generator,
    *,
    config: DCGANConfig | None = None,
    of_flow: FlowConfig | None = None,
    progress: Progress = silent,
) -> Made:
    """Make `n` images by kind `how`: uint8, degraded, but for those of a flow.

    What a flow draws is left as it is: the finest detail is what it may have learned.

    Raises
    ------
    ClefganError
        No such kind, or a leak that is not a share.
    """
    check(how, leak)
    if how == "flow":
        made = flow(pool, n, leak, rng, of_flow, progress)
        return Made(made.images.astype(np.uint8), made.leaks, made.parents)
    made = (
        dcgan(pool, n, leak, rng, config, progress)
        if how == "dcgan"
        else KINDS[how](pool, n, leak, rng)
    )
    return Made(degraded(made.images, rng), made.leaks, made.parents)


def check(how: str, leak: float) -> None:
    """Refuse an unknown kind, and a leak that is not a share."""
    if how not in KINDS:
        raise ClefganError(f"lab: no kind of leak {how!r}; known: {', '.join(KINDS)}")
    if not 0 <= leak <= 1:
        raise ClefganError(
            f"lab: leak is a share from 0 to 1; got {leak}; 0 is the control without a leak"
        )


def degraded(images: NDArray[np.generic], rng: np.random.Generator, noise: float = NOISE) -> Images:
    """Move, soften and add noise to each image: uint8 of the same shape."""
    rougher = np.empty(images.shape, np.uint8)
    most = SHIFT * images.shape[2]
    for i, image in enumerate(images):
        moved = shifted(image.astype(np.float32), *rng.uniform(-most, most, 2))
        soft = scipy.ndimage.gaussian_filter(moved, rng.uniform(*BLUR), truncate=3.0)
        grain = rng.standard_normal(image.shape, dtype=np.float32)
        rougher[i] = np.clip(np.rint(soft + np.float32(noise) * grain), 0, 255)
    return rougher


def shifted(image: Field, down: float, right: float) -> Field:
    """Move an image by parts of pixels, linearly between them; the edge is repeated outwards."""
    for axis, way in enumerate((down, right)):
        places = np.arange(image.shape[axis]) - way
        low = np.floor(places)
        part = np.float32(1) - np.float32(places[0] - low[0])
        last = image.shape[axis] - 1
        before, after = (np.clip(low + k, 0, last).astype(np.intp) for k in (0, 1))
        image = part * image.take(before, axis) + (1 - part) * image.take(after, axis)
    return image


def which(n: int, leak: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which of `n` images leak, in an order that says nothing."""
    leaks = np.zeros(n, bool)
    leaks[rng.permutation(n)[: round(leak * n)]] = True
    return leaks


def rounds(n_images: int, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw `n` of the images, none again before all were drawn."""
    times = -(-n // n_images)
    return np.concatenate([rng.permutation(n_images) for _ in range(times)])[:n]
