"""Sums of products of whole rows: by NumPy, or on an accelerator where there is one.

The numbers are whole and exact (see `rows`), so who multiplies changes no bit.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clefgan.similarity import accelerator, block_sizes
from clefgan.similarity.threads import in_threads
from clefgan.similarity.whole_numbers import Coded, Floats, Moments


class Multiplier(Protocol):
    """Candidates that wait to be multiplied."""

    def __call__(self, theirs: Coded, /) -> tuple[Floats, Moments]:
        """Sums of products of all pairs, and the moments of the generated rows."""
        ...


def multiplier(candidates: Coded, *, memory_mib: int) -> Multiplier:
    """Who multiplies: the accelerators of this process, or else NumPy."""
    devices = accelerator.devices()
    if not devices:
        return OnHost.prepare(candidates, memory_mib=memory_mib)
    from clefgan.similarity.on_devices import OnDevices  # imports JAX

    return OnDevices(candidates, devices)


@dataclass(frozen=True)
class OnHost:
    """Candidates for NumPy."""

    candidates: Coded
    kept: tuple[NDArray[Any], ...]  # as floats, one array a chunk; empty: convert again
    panel: int = 2048  # candidates converted to floats at a time, where they are not kept

    @classmethod
    def prepare(cls, candidates: Coded, *, memory_mib: int) -> "OnHost":
        """Keep the candidates as floats too if that takes under a quarter of memory."""
        n, exact = len(candidates.whole), candidates.exact
        fits = candidates.whole.size * exact.itemsize <= memory_mib * 2**18
        kept = tuple(
            candidates.floats(slice(0, n), columns, np.empty(n * candidates.chunk, exact))
            for columns in (candidates.chunks() if fits else ())
        )
        return cls(candidates, kept, block_sizes.current().panel)

    def __call__(self, theirs: Coded) -> tuple[Floats, Moments]:
        """Chunk by chunk, each thread its share of the generated rows."""
        width = len(theirs.whole)
        dots = np.zeros((len(self.candidates.whole), width))
        about = Moments(np.zeros(width), np.zeros(width))

        def columns(part: slice) -> None:
            self.add(theirs[part], dots[:, part], about[part])

        in_threads(columns, width)
        return dots, about

    def add(self, theirs: Coded, dots: Floats, about: Moments) -> None:
        """Add all products of `theirs` to `dots`, and what concerns them alone to `about`."""
        n, width = dots.shape
        ours_buffer = np.empty(0 if self.kept else min(n, self.panel) * theirs.chunk, theirs.exact)
        theirs_buffer = np.empty(width * theirs.chunk, theirs.exact)
        product = np.empty((min(n, self.panel), width), theirs.exact)
        for number, columns in enumerate(theirs.chunks()):
            part = theirs.floats(slice(0, width), columns, theirs_buffer)
            about.sums[:] += part @ np.ones(part.shape[1], part.dtype)
            about.squares[:] += np.vecdot(part, part)
            for start in range(0, n, self.panel):
                rows = slice(start, min(start + self.panel, n))
                if self.kept:
                    left = self.kept[number][rows]
                else:
                    left = self.candidates.floats(rows, columns, ours_buffer)
                view = product[: rows.stop - start]
                np.matmul(left, part.T, out=view)
                dots[rows] += view
