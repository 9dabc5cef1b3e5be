"""Which images of a set are slices of one volume, and in which order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clefgan.auditing.margins import Numbers
from clefgan.auditing.material import Flags
from clefgan.data.sets.grey import GreySet

ALONE = -1  # of an image that is no slice of a volume


@dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """The volumes of one set, in the order of their first slices.

    ids : of the volumes
    of : (n_images,), number of the volume that each image is a slice of; `ALONE` for none
    places : (n_images,), place of each slice along its volume
    """

    ids: tuple[str, ...]
    of: Numbers
    places: np.ndarray[tuple[int], np.dtype[np.float64]]

    def __len__(self) -> int:
        """Number of volumes."""
        return len(self.ids)

    def counts(self) -> Numbers:
        """How many slices each volume has, (n_volumes,)."""
        return np.bincount(self.of[self.of != ALONE], minlength=len(self.ids)).astype(np.int64)

    def rows(self, volume: int) -> Numbers:
        """Numbers of the slices of one volume, in their order along it."""
        own = np.flatnonzero(self.of == volume)
        return own[np.argsort(self.places[own], kind="stable")]

    def middle(self, volume: int) -> int:
        """Number of the slice in the middle of a volume."""
        rows = self.rows(volume)
        return int(rows[len(rows) // 2])

    def whole(self, chosen: Flags) -> Flags:
        """The chosen images, and every slice of a volume that has a chosen one."""
        of_volumes = np.zeros(len(self.ids) + 1, bool)
        of_volumes[self.of[chosen]] = True
        of_volumes[ALONE] = False
        return np.asarray(chosen | of_volumes[self.of])

    def some(self, kept: Sequence[int] | Numbers) -> tuple["Slices", Numbers]:
        """The same of some of the images, and the numbers of the volumes that are left."""
        rows = np.asarray(kept, np.int64)
        of = self.of[rows]
        left = np.unique(of[of != ALONE])
        number = np.full(len(self.ids) + 1, ALONE)
        number[left] = np.arange(len(left))
        ids = tuple(self.ids[volume] for volume in left.tolist())
        return Slices(ids, number[of], self.places[rows]), left


def of_set(images: GreySet, owners: Sequence[str] | None = None) -> tuple[Slices, int]:
    """The volumes of a set, and how many were taken apart.

    Parameters
    ----------
    owners : the patient of each image; images of several patients are no slices of one volume,
        whatever file they are in. None: not known
    """
    several: Counter[str] = Counter()
    if owners is not None:
        pairs = {
            (volume, owner)
            for volume, owner in zip(images.volumes, owners, strict=True)
            if volume is not None
        }
        several.update(volume for volume, _ in pairs)
    torn = {volume for volume, n in several.items() if n > 1}
    numbers: dict[str, int] = {}
    of = [
        ALONE if volume is None or volume in torn else numbers.setdefault(volume, len(numbers))
        for volume in images.volumes
    ]
    places = np.asarray(images.places, np.float64)
    return Slices(tuple(numbers), np.asarray(of, np.int64), places), len(torn)
