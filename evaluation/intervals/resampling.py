"""Drawing cases again: stratified by truth, and by patient where patients are known.

The unit that is drawn is a cluster (a patient; a case by itself where nobody says otherwise). Units
are drawn with replacement within strata of alike units: all used, all not used, mixed. With
single cases this is the bootstrap stratified by truth, so the share of used images stays fixed.

References
----------
Davison, Hinkley (1997), Bootstrap Methods and their Application, sections 3.2 and 3.8.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.membership import Used
from evaluation.score_curve import Weights

CELLS = 1 << 18
"""Weights held at once (2 MiB: they stay in a core's cache)."""

ROWS = 16
"""Resamples measured at once at least, however many cases: memory grows with n, never with n^2."""

JACKKNIFE = 200_000
"""Jackknife: up to some 450 units each is left out by itself, of more so many / n groups."""

GROUPS = 100
"""Groups that are left out at least; the acceleration they give is of order 1 / sqrt(n)."""


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """What is drawn.

    of_case : (n,) index of the unit of each case
    strata : for each stratum the indices of its units
    single : each case is a unit of its own, in order
    """

    of_case: NDArray[np.intp]
    strata: tuple[NDArray[np.intp], ...]
    single: bool

    @classmethod
    def of(cls, truth: Used, clusters: NDArray[np.generic] | None = None) -> "Units":
        """Group cases into units, and units into strata."""
        if clusters is None:
            of_case = np.arange(len(truth))
        else:
            of_case = np.unique(clusters, return_inverse=True)[1].astype(np.intp)
        size = np.bincount(of_case)
        used = np.bincount(of_case, weights=truth)
        kind = np.where(used == size, 0, np.where(used == 0, 1, 2))
        strata = tuple(members for k in range(3) if len(members := np.flatnonzero(kind == k)))
        return cls(of_case, strata, clusters is None)

    def spread(self, of_units: Weights) -> Weights:
        """Weights of units to weights of cases."""
        return of_units if self.single else of_units[:, self.of_case]

    @property
    def count(self) -> int:
        """Number of units."""
        return sum(len(stratum) for stratum in self.strata)


def draws(units: Units, resamples: int, rng: np.random.Generator) -> Iterator[Weights]:
    """Bootstrap weights of cases, `(some, n)` at a time, `resamples` in all."""
    step = max(ROWS, CELLS // len(units.of_case))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        weights = np.empty((rows, units.count), np.int32)
        for stratum in units.strata:
            weights[:, stratum] = _drawn(len(stratum), rows, rng)
        yield units.spread(weights)


def _drawn(size: int, rows: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """How often each of `size` units is drawn in each of `rows` rounds of `size` draws."""
    picks = rng.integers(size, size=(rows, size), dtype=np.int64)
    picks += np.arange(rows)[:, None] * size
    return np.bincount(picks.ravel(), minlength=rows * size).reshape(rows, size)


def deletions(units: Units) -> Iterator[tuple[int, Weights]]:
    """Jackknife weights: each unit, or group of units, left out in turn, with its stratum's index.

    The rest of the stratum is weighted up to the stratum's full size, so that leaving out one used
    image does not change the share of used images.
    """
    step = max(ROWS, CELLS // len(units.of_case))
    wanted = max(GROUPS, JACKKNIFE // units.count)
    for index, stratum in enumerate(units.strata):
        if len(stratum) < 2:
            continue  # nothing would be left
        groups = np.array_split(stratum, min(len(stratum), -(-wanted // len(units.strata))))
        for start in range(0, len(groups), step):
            some = groups[start : start + step]
            weights = np.ones((len(some), units.count))
            for row, group in zip(weights, some, strict=True):
                row[stratum] = len(stratum) / (len(stratum) - len(group))
                row[group] = 0
            yield index, units.spread(weights)
