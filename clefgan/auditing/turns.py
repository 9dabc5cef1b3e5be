"""How a copy may have been turned: the eight poses of a square, and dark and bright exchanged."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Images
from clefgan.similarity.group import Pose, poses

UPRIGHT = Pose()
SIDES = {1: "to the left", 3: "to the right"}  # of a turn by so many quarters


@dataclass(frozen=True, slots=True)
class Turn:
    """One way to turn an image.

    inverted : whether dark and bright are exchanged; None: either counts, whichever is more alike
    """

    pose: Pose = UPRIGHT
    inverted: bool | None = False

    def __call__(self, images: Images) -> Images:
        """Return images (n, height, width) uint8, turned."""
        posed = self.posed(images)
        return ~posed if self.inverted else posed

    def posed(self, images: Images) -> Images:
        """The same, but that dark and bright stay."""
        return images if self.pose == UPRIGHT else self.pose(images)

    def strengths(self, similar: NDArray[np.float32]) -> NDArray[np.float32]:
        """Correlations of posed images as they count, in place; an inverted copy's is below 0."""
        if self.inverted is None:
            return np.abs(similar, out=similar)
        return np.negative(similar, out=similar) if self.inverted else similar

    def back(self) -> "Turn":
        """What undoes it."""
        quarters = self.pose.quarters if self.pose.is_mirrored else -self.pose.quarters % 4
        return replace(self, pose=Pose(self.pose.is_mirrored, quarters))

    @property
    def words(self) -> str:
        """How an image was turned, in words; '' for one that was not."""
        flipped, quarters = self.pose.is_mirrored, self.pose.quarters
        said = ["flipped"] if flipped else []
        if quarters == 2:
            said = ["flipped upside down" if flipped else "turned by 180 degrees"]
        elif quarters:
            said.append(f"turned by 90 degrees {SIDES[quarters]}")
        return ", ".join(filter(None, [" and ".join(said), "inverted" * bool(self.inverted)]))


AS_IT_IS = Turn()


def searched(*, square: bool, inverted: bool) -> tuple[Turn, ...]:
    """Every turn but none at all; quarters for square images alone."""
    turned = [Turn(pose, None if inverted else False) for pose in poses("turns", square=square)[1:]]
    return (*([Turn(inverted=True)] if inverted else []), *turned)
