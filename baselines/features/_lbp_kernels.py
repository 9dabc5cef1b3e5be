"""Compiled loops behind `lbp`; imported on first use only, because numba takes half a second.

All of them release the interpreter lock. None uses fast-math: results are equal to the last bit to
the formula in float64, term by term in the order in which it is written.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., object])

DEFAULT, ROR, UNIFORM, NRI_UNIFORM, VAR = range(5)


def compiled(function: Function, njit: Callable[..., Any] = numba.njit) -> Function:
    """Compile on first call; keep the result on disk where any cache folder can be written."""
    try:
        made = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # numba found no place for its cache
        made = njit(nogil=True)(function)
    return cast("Function", made)


@compiled
def bilinear(
    top: NDArray[np.uint8],
    bottom: NDArray[np.uint8],
    left: int | np.int64,
    right: int | np.int64,
    dr: float,
    dc: float,
) -> float:
    """Return the value `dr` below row `top` and `dc` right of column `left`."""
    above: float = (1 - dc) * top[left] + dc * top[right]
    below: float = (1 - dc) * bottom[left] + dc * bottom[right]
    return (1 - dr) * above + dr * below


@compiled
def patterns_8_1(
    padded: NDArray[np.uint8],
    row_fractions: NDArray[np.float64],
    column_fractions: NDArray[np.float64],
    patterns: NDArray[np.uint8],
) -> None:
    """Fill `patterns` with the 8 signs around each pixel at radius 1, the first one in bit 0.

    The diagonal neighbour at offset a = 0.70711 is no darker than its centre p if
    (1 - a)(v + h - 2p) + a(d - p) >= 0, where v, h and d are the three pixels on that side. Times
    100,000 these are whole numbers, so the sign is certain unless the sum is 0; there rounding in
    float64 decides, so it is worked out as `bilinear` does (not if p is 0: then all four are).

    Parameters
    ----------
    padded : (n, height + 2, width + 2), images with a border of zeros
    row_fractions, column_fractions : (2, height) and (2, width), how far the coordinate less
        0.70711, and the coordinate plus 0.70711, lie beyond a whole number
    patterns : (n, height, width), written
    """
    n, height, width = patterns.shape
    ties = np.empty(width, np.uint8)
    for k in range(n):
        for r in range(height):
            up, mid, down, out = padded[k, r], padded[k, r + 1], padded[k, r + 2], patterns[k, r]
            any_tie = np.uint8(0)
            for c in range(width):
                p, right, left = np.int32(mid[c + 1]), np.int32(mid[c + 2]), np.int32(mid[c])
                above, below = np.int32(up[c + 1]), np.int32(down[c + 1])
                ne = np.int32(29289 * (above + right - 2 * p) + 70711 * (np.int32(up[c + 2]) - p))
                nw = np.int32(29289 * (above + left - 2 * p) + 70711 * (np.int32(up[c]) - p))
                sw = np.int32(29289 * (below + left - 2 * p) + 70711 * (np.int32(down[c]) - p))
                se = np.int32(29289 * (below + right - 2 * p) + 70711 * (np.int32(down[c + 2]) - p))
                out[c] = (
                    np.uint8(right >= p)
                    | np.uint8(ne >= 0) << 1
                    | np.uint8(above >= p) << 2
                    | np.uint8(nw >= 0) << 3
                    | np.uint8(left >= p) << 4
                    | np.uint8(sw >= 0) << 5
                    | np.uint8(below >= p) << 6
                    | np.uint8(se >= 0) << 7
                )
                tie = np.uint8((ne == 0) | (nw == 0) | (sw == 0) | (se == 0)) & np.uint8(p != 0)
                ties[c] = tie
                any_tie |= tie
            if any_tie:
                dr, dr_below = row_fractions[0, r], row_fractions[1, r]
                for c in range(width):
                    if ties[c]:
                        dc, dc_right, p = column_fractions[0, c], column_fractions[1, c], mid[c + 1]
                        out[c] = (
                            out[c] & 0b01010101
                            | (bilinear(up, mid, c + 1, c + 2, dr, dc_right) >= p) << 1
                            | (bilinear(up, mid, c, c + 1, dr, dc) >= p) << 3
                            | (bilinear(mid, down, c, c + 1, dr_below, dc) >= p) << 5
                            | (bilinear(mid, down, c + 1, c + 2, dr_below, dc_right) >= p) << 7
                        )


@compiled
def circle(
    padded: NDArray[np.uint8],
    margin: int,
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    method: int,
    codes: NDArray[np.float64],
) -> None:
    """Fill `codes` for neighbours anywhere on the plane.

    Parameters
    ----------
    padded : (n, height + 2 margin, width + 2 margin), images with a border of zeros
    rows, columns : offsets of the neighbours
    method : one of the five numbers above
    codes : (n, height, width), written
    """
    n, height, width = codes.shape
    points = len(rows)
    line, bits = np.empty(width), np.empty(width, np.int64)
    sums, squares = np.empty(width), np.empty(width)
    for k in range(n):
        for r in range(height):
            bits[:], sums[:], squares[:] = 0, 0.0, 0.0
            centre = padded[k, r + margin]
            for i in range(points):
                top, bottom = np.int64(np.floor(r + rows[i])), np.int64(np.ceil(r + rows[i]))
                dr = r + rows[i] - top
                above, below = padded[k, top + margin], padded[k, bottom + margin]
                left = np.int64(np.floor(columns[i])) + margin
                right = np.int64(np.ceil(columns[i])) + margin
                for c in range(width):
                    dc = (c + columns[i]) - np.floor(c + columns[i])
                    line[c] = bilinear(above, below, c + left, c + right, dr, dc)
                if method == VAR:
                    for c in range(width):
                        sums[c] += line[c]
                        squares[c] += line[c] * line[c]
                else:
                    for c in range(width):
                        bits[c] |= np.int64(line[c] >= centre[c + margin]) << i
            if method == VAR:
                for c in range(width):
                    variance = (squares[c] - (sums[c] * sums[c]) / points) / points
                    codes[k, r, c] = variance if variance != 0 else np.nan
            else:
                for c in range(width):
                    codes[k, r, c] = code(bits[c], points, method)


@compiled
def code(bits: int, points: int, method: int) -> int:
    """Return the code of a pattern of signs, the first one in bit 0."""
    if method == DEFAULT:
        return bits
    if method == ROR:
        least = bits
        for _ in range(points - 1):
            bits = (bits >> 1) | ((bits & 1) << (points - 1))
            least = min(least, bits)
        return least
    ones, changes = bits & 1, 0
    for i in range(1, points):
        ones += (bits >> i) & 1
        changes += ((bits >> i) ^ (bits >> (i - 1))) & 1
    if method == UNIFORM:
        return ones if changes <= 2 else points + 1
    if changes > 2:
        return points * (points - 1) + 2
    if ones == 0:
        return 0
    if ones == points:
        return points * (points - 1) + 1
    first = 0  # place of the first sign that differs from the sign at place 0
    while (bits >> first) & 1 == bits & 1:
        first += 1
    turns = ones - first if bits & 1 else points - first
    return 1 + (ones - 1) * points + turns


@compiled
def count(
    bins: NDArray[np.uint8] | NDArray[np.int32],
    row_edges: NDArray[np.int64],
    column_edges: NDArray[np.int64],
    counts: NDArray[np.int32],
) -> None:
    """Add up bins by cell: `counts` has shape (n, grid rows, grid columns, number of bins).

    Four tables side by side, since one would wait for itself wherever neighbours fall alike.
    """
    tables = np.empty((4, counts.shape[3]), np.int32)
    for k in range(len(bins)):
        for i in range(len(row_edges) - 1):
            for j in range(len(column_edges) - 1):
                tables[:] = 0
                start, end = column_edges[j], column_edges[j + 1]
                for r in range(row_edges[i], row_edges[i + 1]):
                    line = bins[k, r]
                    for c in range(start, end - 3, 4):
                        tables[0, line[c]] += 1
                        tables[1, line[c + 1]] += 1
                        tables[2, line[c + 2]] += 1
                        tables[3, line[c + 3]] += 1
                    for c in range(end - (end - start) % 4, end):
                        tables[0, line[c]] += 1
                counts[k, i, j] = tables.sum(axis=0)
