"""Volumes whole: the slices of each, on one cube of voxels."""

import numpy as np
from numpy.typing import NDArray

from clefgan.data.formats.grid import resized
from clefgan.data.sets.grey import GreySet

SIDE = 64  # voxels


def whole_volumes(grey_set: GreySet, side: int = SIDE) -> tuple[tuple[str, ...], NDArray[np.uint8]]:
    """The volumes of a set by area averaging.

    Returns
    -------
    ids of the volumes, in the order of their first slices, and uint8 (n_volumes, side, side, side):
    slices along the first axis. Images that are no slices are left out.
    """
    slices: dict[str, list[tuple[float, int]]] = {}
    for i, volume in enumerate(grey_set.volumes):
        if volume is not None:
            slices.setdefault(volume, []).append((grey_set.places[i], i))
    cubes = np.empty((len(slices), side, side, side), np.uint8)
    for cube, places in zip(cubes, slices.values(), strict=True):
        order = [i for _, i in sorted(places)]
        flat = np.stack([resized(grey_set.images[i], (side, side)) for i in order])
        cube[:] = resized(flat.reshape(len(order), -1), (side, side * side)).reshape(cube.shape)
    return tuple(slices), cubes
