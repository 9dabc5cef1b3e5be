"""The loops of SSIM, compiled. Importing this module imports numba.

Each row of windows costs one addition and one subtraction a column, and the seven columns of a
window are added as 1 + 2 + 4. All sums are whole numbers below 2^31.
"""

import numpy as np
from numba import njit

C1 = (0.01 * 255) ** 2 * 49 * 49  # scaled as the squares of sums are
C2 = (0.03 * 255) ** 2 * 49 * 48  # scaled as the spreads are: sample covariance


@njit(cache=True, nogil=True, error_model="numpy")
def windows(image, sums, spread):  # type: ignore[no-untyped-def]  # compiled
    """Fill the sums and 49 * squares - sum^2 of all 7 x 7 windows of one image."""
    height, width = image.shape
    column = np.zeros(width, np.int32)
    squares = np.zeros(width, np.int32)
    for i in range(height):
        for j in range(width):
            level = np.int32(image[i, j])
            column[j] += level
            squares[j] += level * level
        if i >= 7:
            for j in range(width):
                level = np.int32(image[i - 7, j])
                column[j] -= level
                squares[j] -= level * level
        if i >= 6:
            for j in range(width - 6):
                total = np.int32(0)
                square = np.int32(0)
                for o in range(7):
                    total += column[j + o]
                    square += squares[j + o]
                sums[i - 6, j] = total
                spread[i - 6, j] = np.float32(np.int32(49) * square - total * total)


@njit(cache=True, nogil=True, error_model="numpy")
def _pair(a, a_sums, a_spread, b, b_sums, b_spread, column, two, row):  # type: ignore[no-untyped-def]
    """Mean SSIM of one pair; `column`, `two` (int32) and `row` (float32) are scratch."""
    height, width = a.shape
    c1 = np.float32(C1)
    c2 = np.float32(C2)
    inside = width - 6
    column[:] = 0
    row[:] = 0
    for i in range(7):
        for j in range(width):
            column[j] += np.int32(a[i, j]) * np.int32(b[i, j])
    for i in range(height - 6):
        if i > 0:
            for j in range(width):
                new = np.int32(a[i + 6, j]) * np.int32(b[i + 6, j])
                column[j] += new - np.int32(a[i - 1, j]) * np.int32(b[i - 1, j])
        for j in range(width - 1):
            two[j] = column[j] + column[j + 1]
        for j in range(inside):
            product = two[j] + two[j + 2] + two[j + 4] + column[j + 6]
            p = a_sums[i, j]
            q = b_sums[i, j]
            cross = p * q
            pf = np.float32(p)
            qf = np.float32(q)
            covariance = np.float32(np.int32(49) * product - cross)
            crossf = np.float32(cross)
            top = (crossf + crossf + c1) * (covariance + covariance + c2)
            bottom = (pf * pf + qf * qf + c1) * (a_spread[i, j] + b_spread[i, j] + c2)
            row[j] += top / bottom
    total = 0.0
    for j in range(inside):
        total += row[j]
    return total / (inside * (height - 6))


@njit(cache=True, nogil=True, error_model="numpy")
def pairs(a, a_sums, a_spread, b, b_sums, b_spread, distances):  # type: ignore[no-untyped-def]
    """Fill 1 - SSIM of all pairs; identical images get exactly 0."""
    width = a.shape[2]
    column = np.empty(width, np.int32)
    two = np.empty(width, np.int32)
    row = np.empty(width, np.float32)
    for g in range(len(b)):
        for c in range(len(a)):
            distances[c, g] = 1.0 - _pair(
                a[c], a_sums[c], a_spread[c], b[g], b_sums[g], b_spread[g], column, two, row
            )
