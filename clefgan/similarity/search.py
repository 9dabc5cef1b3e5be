"""Distance of the nearest member of a group: a copy is found though it was flipped or moved.

    measure = Searched(Metric.UNIT, place.rows, poses("flips", square=True))
    scan(measure, place.rows(candidates), place.rows(generated), Smallest(1))

The candidates are few and take every pose once; the generated images, which may be many, are read
and worked out once. So a group of `m` members costs less than `m` scans.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import Images
from clefgan.similarity.group import Moved, Pose, Shift
from clefgan.similarity.products import Metric, Products
from clefgan.similarity.whole_numbers import Floats, Rows


@dataclass(frozen=True, eq=False)
class Searched:
    """The smallest distance over all poses and shifts of the candidate.

    rows : turns images into the rows that are compared
    poses : as it is first
    moved : rows after a shift; None where there are no shifts
    """

    metric: Metric
    rows: Callable[[Images], Rows]
    poses: tuple[Pose, ...]
    shifts: tuple[Shift, ...] = ()
    moved: Moved | None = None

    def by(self, metric: Metric) -> "Searched":
        """The same search by another metric."""
        return replace(self, metric=metric)

    def against(self, candidates: Rows, /, *, memory_mib: int) -> "SearchedPairs":
        """Make all members of all candidates ready to be compared.

        Raises
        ------
        ClefganError
            Rows that are not worked out from images.
        """
        images = getattr(candidates, "images", candidates)
        if not isinstance(images, np.ndarray) or images.ndim != 3:
            raise ClefganError(
                "search: these features are not worked out from single images; leave out '+...', "
                "or take a method that compares images"
            )
        members = [np.asarray(self.rows(pose(images))[0 : len(images)]) for pose in self.poses]
        if self.moved is not None:
            members += [self.moved(members[0], shift) for shift in self.shifts]
        ready = Products.prepare(self.metric, np.concatenate(members), memory_mib=memory_mib)
        return SearchedPairs(ready, len(members))


@dataclass(frozen=True, eq=False)
class SearchedPairs:
    """Candidates ready to be compared, all of them in one pose after the other."""

    products: Products
    n_members: int

    def column_bytes(self) -> int:
        """Of all members."""
        return self.products.column_bytes()

    def __call__(self, generated: NDArray[Any], /) -> Floats:
        """Distances, (n_candidates, n_generated)."""
        distances = self.products(generated)
        shape = self.n_members, len(distances) // self.n_members, distances.shape[1]
        return np.asarray(distances.reshape(shape).min(axis=0))
