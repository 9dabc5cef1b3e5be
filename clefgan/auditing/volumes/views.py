"""The views in which volumes are compared whole: those of slices, in three dimensions.

A volume is a cube that stands as a tall image, see `cubes`. `BATTERY` and `CONFIRMING` are for the
same looks as those of slices.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clefgan.auditing.turns import UPRIGHT, Turn
from clefgan.auditing.views import View
from clefgan.method import Images
from clefgan.similarity import detail
from clefgan.similarity.detail import Maps

NARROW, WIDE = 1.0, 3.0  # voxels


@dataclass(frozen=True, slots=True)
class VolumeTurn(Turn):
    """One way to turn a volume: each slice, and the order of slices."""

    backwards: bool = False

    def posed(self, images: Images) -> Images:
        """Volumes turned, but that dark and bright stay."""
        cubes = as_cubes(images)
        if self.backwards:
            cubes = cubes[:, ::-1]
        if self.pose != UPRIGHT:
            cubes = self.pose(cubes.reshape(-1, *cubes.shape[2:])).reshape(cubes.shape)
        return cubes.reshape(images.shape)

    @property
    def words(self) -> str:
        """How a volume was turned, in words; '' for one that was not."""
        order = "with the slices in the other order" if self.backwards else ""
        return ", ".join(filter(None, [super(VolumeTurn, self).words, order]))


@dataclass(frozen=True, slots=True)
class VolumeView(View):
    """A view of cubes.

    backwards : the slices of released volumes are put in the other order first
    """

    backwards: bool = False

    def turns(self, images: Images) -> tuple[Turn, ...]:
        """How released volumes are turned before they are compared."""
        if self.backwards:
            return (VolumeTurn(backwards=True),)
        return tuple(
            VolumeTurn(turn.pose, turn.inverted) for turn in View.turns(self, as_cubes(images)[0])
        )


def as_cubes(images: Images) -> Images:
    """Tall images as (n, depth, height, width), all three the same."""
    side = images.shape[2]
    return images.reshape(len(images), side, side, side)


def blurred(cubes: Maps, sigma: float) -> Maps:
    """Gaussian blur along all three axes, the edge repeated outwards."""
    n, side = len(cubes), cubes.shape[1]
    smooth = detail.smoothing(side, sigma)
    in_plane = smooth @ (cubes @ smooth.T)
    along: Maps = smooth @ in_plane.reshape(n, side, side * side)
    return along.reshape(cubes.shape)


def whole(images: Images) -> Maps:
    """Grey levels as they are."""
    return images.astype(np.float32)


def band(images: Images) -> Maps:
    """Structure of 1 to 3 voxels."""
    cubes = as_cubes(images).astype(np.float32)
    return np.asarray(blurred(cubes, NARROW) - blurred(cubes, WIDE))


def contrast(images: Images) -> Maps:
    """Structure of 1 to 3 voxels over its strength around."""
    maps = band(images)
    strength = np.maximum(blurred(maps * maps, 2 * WIDE), 0) + np.float32(detail.FLOOR)
    return np.asarray(maps / np.sqrt(strength))


def gradient(images: Images) -> Maps:
    """Strength of the slope after a blur of 1 voxel."""
    soft = blurred(as_cubes(images).astype(np.float32), NARROW)
    slopes = np.gradient(soft, axis=(1, 2, 3))
    return np.sqrt(np.sum(np.square(slopes), axis=0, dtype=np.float32))


def view(name: str, title: str, make: Callable[[Images], Maps], **how: bool) -> VolumeView:
    """A view of whole volumes."""
    return VolumeView(f"volume-{name}", f"whole volumes{title}", make, **how)


FINE, SLOPES = "structure of 1 to 3 voxels", "strength of slopes"
BATTERY: tuple[View, ...] = (
    view("pixels", ", grey levels", whole),
    view("band", f", {FINE}", band),
    view("contrast", ", local contrast", contrast),
    view("turned", f" flipped, turned or inverted, {FINE}", band, turned=True, inverted=True),
    view("backwards", f" in the other order of slices, {FINE}", band, backwards=True),
)
CONFIRMING: tuple[View, ...] = (
    view("gradient", f", {SLOPES}", gradient),
    view("turned-gradient", f" flipped or turned, {SLOPES}", gradient, turned=True),
    view("backwards-gradient", f" in the other order of slices, {SLOPES}", gradient,
         backwards=True),
)  # fmt: skip
