"""Copies planted on purpose, in memory, to measure what an audit of this data would have seen.

Each is made of training images, then moved, softened and given noise, as what a generator gives
back is. Nothing is said of kinds that are not planted.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from clefgan.auditing.material import Material
from clefgan.method import Images

SHIFT = 1 / 64  # of the width: the most that an image is moved, each way
BLUR = (0.5, 1.0)  # pixels, standard deviation; lowest and highest
NOISE = 4.0  # grey levels, standard deviation
BLENDED = 3  # images that are mixed
EVENNESS = 2.0  # of the Dirichlet law of their weights
TILES = 4  # along each side
KEPT = (0.85, 0.95)  # of each side that a crop keeps, lowest and highest
GAIN, GAMMA = (0.8, 1.25), (0.8, 1.25)  # of a change of window, lowest and highest

Field = NDArray[np.float32]
Degrade = Callable[[NDArray[np.generic], np.random.Generator], Images]
Make = Callable[[Field, np.random.Generator], Field]


@dataclass(frozen=True, slots=True)
class PlantedKind:
    """A kind of copy.

    parts : training images that one is made of
    make : (parts, height, width) to one image
    """

    name: str
    title: str
    parts: int
    make: Make


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """Copies of one kind, and the groups that are in each: (n, parts)."""

    kind: PlantedKind
    images: Images
    parents: NDArray[np.int64]


def plant(
    material: Material,
    kind: PlantedKind,
    n: int,
    rng: np.random.Generator,
    *,
    degrade: Degrade | None = None,
) -> Planted:
    """Make `n` copies of one kind of training images, patients in turn, one image of each.

    Parameters
    ----------
    degrade : what moves, softens and adds noise; None: `degraded`
    """
    ours = np.flatnonzero(material.training)
    total = n * kind.parts
    turns = [rng.permutation(ours) for _ in range(-(-total // len(ours)))]
    parents = np.concatenate(turns)[:total].reshape(n, kind.parts)
    first, last = (np.searchsorted(material.group, parents, side) for side in ("left", "right"))
    rows = rng.integers(first, last)
    made = np.empty((n, *material.real.shape[1:]), np.float32)
    for row, some in enumerate(rows):
        made[row] = kind.make(material.real[some].astype(np.float32), rng)
    return Planted(kind, (degrade or degraded)(made, rng), parents)


def degraded(images: NDArray[np.generic], rng: np.random.Generator) -> Images:
    """Move, soften and add noise to each image: uint8 of the same shape."""
    given_back = np.empty(images.shape, np.uint8)
    most = SHIFT * images.shape[2]
    for row, image in enumerate(images):
        moved = ndimage.shift(
            image.astype(np.float32), rng.uniform(-most, most, 2), order=1, mode="nearest"
        )
        soft = ndimage.gaussian_filter(moved, rng.uniform(*BLUR))
        noise = rng.standard_normal(image.shape, dtype=np.float32)
        given_back[row] = np.clip(np.rint(soft + np.float32(NOISE) * noise), 0, 255)
    return given_back


def copy(images: Field, _rng: np.random.Generator) -> Field:
    """The image itself."""
    return np.asarray(images[0])


def blend(images: Field, rng: np.random.Generator) -> Field:
    """Weighted mean."""
    weights = rng.dirichlet([EVENNESS] * len(images)).astype(np.float32)
    return np.asarray(np.tensordot(weights, images, axes=1), np.float32)


def tiles(images: Field, _rng: np.random.Generator) -> Field:
    """A patchwork, each tile from an image of its own, at its place there."""
    rows, columns = (
        np.linspace(0, side, TILES + 1).astype(int).tolist() for side in images.shape[1:]
    )
    whole = np.empty_like(images[0])
    for row, image in enumerate(images):
        i, j = divmod(row, TILES)
        tile = slice(rows[i], rows[i + 1]), slice(columns[j], columns[j + 1])
        whole[tile] = image[tile]
    return np.asarray(whole)


def flip(images: Field, _rng: np.random.Generator) -> Field:
    """Left and right exchanged."""
    return np.asarray(images[0][:, ::-1])


def turn(images: Field, rng: np.random.Generator) -> Field:
    """Turned by quarters, flipped first or not; upside down alone where it is not square."""
    image = images[0][..., ::-1] if rng.integers(2) else images[0]
    square = image.shape[-2] == image.shape[-1]
    return np.asarray(np.rot90(image, int(rng.integers(1, 4)) if square else 2, axes=(-2, -1)))


def inverse(images: Field, _rng: np.random.Generator) -> Field:
    """Dark and bright exchanged."""
    return np.asarray(255 - images[0])


def crop(images: Field, rng: np.random.Generator) -> Field:
    """A part of the image, brought back to full size."""
    image, kept = images[0], rng.uniform(*KEPT)
    start = [rng.uniform(0, (1 - kept) * side) for side in image.shape]
    return np.asarray(
        ndimage.affine_transform(image, np.eye(2) * kept, offset=start, order=1, mode="nearest")
    )


def window(images: Field, rng: np.random.Generator) -> Field:
    """Other brightness and contrast: a gain around the middle, and a gamma."""
    shares = np.clip((images[0] / 255 - 0.5) * rng.uniform(*GAIN) + 0.5, 0, 1)
    return np.asarray(255 * shares ** rng.uniform(*GAMMA), np.float32)


KINDS = (
    PlantedKind("copy", "near copies", 1, copy),
    PlantedKind("blend", "blends of three", BLENDED, blend),
    PlantedKind("tiles", "patchworks of 16 tiles", TILES * TILES, tiles),
    PlantedKind("flip", "flipped copies", 1, flip),
    PlantedKind("crop", "cropped copies", 1, crop),
    PlantedKind("window", "copies in another window", 1, window),
    PlantedKind("turn", "turned copies", 1, turn),
    PlantedKind("inverse", "copies in inverted grey levels", 1, inverse),
)
