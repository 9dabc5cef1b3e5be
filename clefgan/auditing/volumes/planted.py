"""Copies of whole volumes planted on purpose, to measure what the comparison of wholes would see.

Each is a training volume on its cube, moved, softened and given noise in three dimensions.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from clefgan.auditing import planted
from clefgan.auditing.planted import Field, PlantedKind
from clefgan.auditing.volumes.views import as_cubes
from clefgan.method import Images

SHIFT = 0.5  # voxels: the most that a volume is moved, each way
BLUR = (0.25, 0.5)  # voxels, standard deviation; lowest and highest


def degraded(images: NDArray[np.generic], rng: np.random.Generator) -> Images:
    """Move, soften and add noise to each cube: uint8 of the same shape."""
    given_back = np.empty(images.shape, np.uint8)
    for row, cube in enumerate(as_cubes(images)):  # type: ignore[arg-type]  # or floats
        moved = ndimage.shift(
            cube.astype(np.float32), rng.uniform(-SHIFT, SHIFT, 3), order=1, mode="nearest"
        )
        soft = ndimage.gaussian_filter(moved, rng.uniform(*BLUR)).reshape(images.shape[1:])
        noise = rng.standard_normal(soft.shape, dtype=np.float32)
        given_back[row] = np.clip(np.rint(soft + np.float32(planted.NOISE) * noise), 0, 255)
    return given_back


def backwards(images: Field, _rng: np.random.Generator) -> Field:
    """The slices in the other order."""
    return np.asarray(as_cubes(images)[0, ::-1].reshape(images.shape[1:]))  # type: ignore[arg-type]


def turn(images: Field, rng: np.random.Generator) -> Field:
    """Each slice turned, all in the same way."""
    return planted.turn(as_cubes(images), rng).reshape(images.shape[1:])  # type: ignore[arg-type]


KINDS = (
    PlantedKind("volume-copy", "near copies of whole volumes", 1, planted.copy),
    PlantedKind("volume-flip", "flipped copies of whole volumes", 1, planted.flip),
    PlantedKind("volume-backwards", "copies of whole volumes in the other order of slices", 1,
                backwards),
    PlantedKind("volume-window", "copies of whole volumes in another window", 1, planted.window),
    PlantedKind("volume-turn", "turned copies of whole volumes", 1, turn),
    PlantedKind("volume-inverse", "copies of whole volumes in inverted grey levels", 1,
                planted.inverse),
)  # fmt: skip
