"""Rows as whole numbers, so that a sum of products has one value whatever the order of adding.

A matrix product in floating point depends on how it was cut into blocks: every library adds in an
order of its own. Two images would then be compared a little differently beside other images, and
an exact copy would not be at distance 0. Here every product and every partial sum is a whole
number that the float type holds exactly, so block size, core count and library change nothing.

=============  ==========================  =========  =========================
rows           whole numbers               chunk      largest partial sum
=============  ==========================  =========  =========================
uint8          level - 128, 8 bits         1024       2^7 * 2^7 * 2^10 = 2^24, exact in float32
float          21 bits and a sign, scaled  2048       2^21 * 2^21 * 2^11 = 2^53, exact in float64
=============  ==========================  =========  =========================

Chunks of columns are added in their order, in float64. Rounding a float row to 21 bits moves a
component by at most 2.4e-7 of the row's largest.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError

Floats: TypeAlias = NDArray[np.float64]

GREY_CENTRE = 128
GREY_CHUNK = 1024
FIXED_BITS = 21
FIXED_CHUNK = 2048


class Rows(Protocol):
    """Images or features: an array, a memory-mapped array, or anything that slices like one."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: slice, /) -> NDArray[Any]: ...


@dataclass(frozen=True)
class Coded:
    """Rows as whole numbers: row i is `scale[i]` times (`whole[i]` minus `centre`)."""

    whole: NDArray[Any]  # (n, n_features), uint8 or int32
    scale: Floats  # (n,), powers of two
    centre: int

    def __getitem__(self, rows: slice) -> "Coded":
        """Some of the rows."""
        return Coded(self.whole[rows], self.scale[rows], self.centre)

    @property
    def chunk(self) -> int:
        """How many features one exact product may span."""
        return GREY_CHUNK if self.whole.dtype == np.uint8 else FIXED_CHUNK

    @property
    def exact(self) -> np.dtype[Any]:
        """The float type that holds every partial sum of a chunk."""
        return np.dtype(np.float32 if self.whole.dtype == np.uint8 else np.float64)

    def chunks(self) -> Iterator[slice]:
        """The columns of each product, in order."""
        width = self.whole.shape[1]
        for start in range(0, width, self.chunk):
            yield slice(start, min(start + self.chunk, width))

    def floats(self, rows: slice, columns: slice, out: NDArray[Any]) -> NDArray[Any]:
        """Part of the rows in the exact float type, written into `out` (a buffer of that type)."""
        part = self.whole[rows, columns]
        view: NDArray[Any] = out[: part.size].reshape(part.shape)
        np.copyto(view, part)
        if self.centre:
            np.subtract(view, view.dtype.type(self.centre), out=view)
        return view


def code(rows: NDArray[Any]) -> Coded:
    """Rows of any shape (n, ...) as whole numbers; uint8 stays uint8, floats get 21 bits.

    Raises
    ------
    ClefganError
        A float row holds a value that is not finite.
    """
    n = len(rows)
    flat = rows.reshape(n, math.prod(rows.shape[1:]))
    if flat.dtype == np.uint8:
        return Coded(np.asarray(flat), np.ones(n), GREY_CENTRE)
    largest = np.abs(flat).max(axis=1, initial=0.0).astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(largest))
    if bad.size:
        raise ClefganError(
            f"features: row {bad[0]} is not finite ({bad.size} of {n} such rows); "
            "use another feature map or mend its input"
        )
    exponent = np.frexp(largest)[1] - FIXED_BITS
    whole = np.rint(np.ldexp(flat.astype(np.float64), -exponent[:, None])).astype(np.int32)
    return Coded(whole, np.ldexp(np.ones(n), exponent), 0)


@dataclass(frozen=True)
class Moments:
    """What a distance needs to know of each row by itself."""

    sums: Floats  # (n,), of the whole numbers
    squares: Floats  # (n,), added chunk by chunk exactly as a product of the row with itself

    def __getitem__(self, rows: slice) -> "Moments":
        """Of some of the rows."""
        return Moments(self.sums[rows], self.squares[rows])


def moments(coded: Coded) -> Moments:
    """Sum and sum of squares of each row, a few rows at a time."""
    n = len(coded.whole)
    sums, squares = np.zeros(n), np.zeros(n)
    step = 256
    buffer = np.empty(step * coded.chunk, coded.exact)
    for start in range(0, n, step):
        rows = slice(start, min(start + step, n))
        for columns in coded.chunks():
            part = coded.floats(rows, columns, buffer)
            sums[rows] += part @ np.ones(part.shape[1], part.dtype)
            squares[rows] += np.vecdot(part, part)
    return Moments(sums, squares)
