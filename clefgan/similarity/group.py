"""Small groups of transformations under which a copy may hide, and how an image looks after each.

=======  ========================================================================================
group    members
=======  ========================================================================================
flips    as it is, left to right, upside down, both
turns    the flips, and the same after a quarter turn (of square images)
tilts    turned by -6 to 6 degrees, in steps of 2
shifts   moved by up to 3 pixels of the working image in both directions (by phase: see `spectrum`)
all      turns, tilts and shifts; not one after the other
=======  ========================================================================================
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import scipy
from numpy.typing import NDArray

from clefgan.method import Images

GroupName: TypeAlias = Literal["flips", "turns", "tilts", "shifts", "all"]
GROUPS: tuple[GroupName, ...] = get_args(GroupName)
DEGREES = (-6, -4, -2, 2, 4, 6)
REACH = 3  # pixels of the working image


@dataclass(frozen=True)
class Pose:
    """An image mirrored, then turned by quarters, or tilted by a few degrees."""

    is_mirrored: bool = False
    quarters: int = 0
    degrees: int = 0

    def __call__(self, images: Images) -> Images:
        """Return (n, height, width) of the same size; quarter turns need square images."""
        posed = images[:, :, ::-1] if self.is_mirrored else images
        if self.quarters:
            posed = np.rot90(posed, self.quarters, axes=(1, 2))
        if self.degrees:
            posed = scipy.ndimage.rotate(
                posed, self.degrees, axes=(1, 2), reshape=False, order=1, mode="nearest"
            )
        return np.ascontiguousarray(posed)


AS_IT_IS = Pose()
Shift: TypeAlias = tuple[int, int]
"""Down and to the right, pixels of the working image."""


def poses(name: GroupName, *, square: bool) -> tuple[Pose, ...]:
    """The members that are worked out on images, as it is first."""
    quarters = {"flips": (0, 2), "turns": (0, 1, 2, 3), "all": (0, 1, 2, 3)}.get(name, (0,))
    mirrors = (False, True) if len(quarters) > 1 else (False,)
    turned = [
        Pose(is_mirrored, quarter)
        for quarter in quarters
        for is_mirrored in mirrors
        if square or quarter % 2 == 0
    ]
    degrees = DEGREES if name in ("tilts", "all") else ()
    return (*turned, *(Pose(degrees=angle) for angle in degrees))


def shifts(name: GroupName) -> tuple[Shift, ...]:
    """The members that are worked out by phase, without the one that moves nothing."""
    if name not in ("shifts", "all"):
        return ()
    steps = range(-REACH, REACH + 1)
    return tuple((down, right) for down in steps for right in steps if (down, right) != (0, 0))


Moved: TypeAlias = Callable[[NDArray[np.float32], Shift], NDArray[np.float32]]
"""Rows of features after a shift of the images that they are of."""
