"""Compiled loops over similarities. Importing this module imports numba.

Real images are sorted by group, so one pass over a row meets the images of a group together.
"""

from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def nearest_groups(similar, group, values, images):  # type: ignore[no-untyped-def]  # compiled
    """Fill in, for each row of `similar`, the best image of each of the most similar groups.

    `values` and `images` are (n_rows, keep); values descend, ties in the order of the groups.
    """
    n_rows, n_real = similar.shape
    keep = values.shape[1]
    for row in range(n_rows):
        filled = 0
        start = 0
        while start < n_real:
            best = start
            stop = start + 1
            while stop < n_real and group[stop] == group[start]:
                if similar[row, stop] > similar[row, best]:
                    best = stop
                stop += 1
            value = similar[row, best]
            if filled < keep or value > values[row, keep - 1]:
                at = filled if filled < keep else keep - 1
                while at > 0 and values[row, at - 1] < value:
                    values[row, at] = values[row, at - 1]
                    images[row, at] = images[row, at - 1]
                    at -= 1
                values[row, at] = value
                images[row, at] = best
                if filled < keep:
                    filled += 1
            start = stop


@njit(cache=True, nogil=True, error_model="numpy")
def update_largest(similar, first, last, largest):  # type: ignore[no-untyped-def]  # compiled
    """Keep the largest values of columns `first` to `last`: `largest` (n_real, k), descending."""
    keep = largest.shape[1]
    for row in range(similar.shape[0]):
        for column in range(first, last):
            value = similar[row, column]
            if value > largest[column, keep - 1]:
                at = keep - 1
                while at > 0 and largest[column, at - 1] < value:
                    largest[column, at] = largest[column, at - 1]
                    at -= 1
                largest[column, at] = value
