"""Compiled loops over similarities. Importing this module imports numba.

A step of `CHUNK` similarities is first asked whether any of them counts, in one comparison of
vectors; after the first images hardly one does.
"""

from numba import njit

CHUNK = 16


@njit(cache=True, nogil=True, error_model="numpy")
def any_above(row, limit):  # type: ignore[no-untyped-def]  # compiled
    """Whether any value is above the limit."""
    above = 0
    for value in row:
        above |= value > limit
    return above > 0


@njit(cache=True, nogil=True, error_model="numpy")
def any_above_own(row, limits):  # type: ignore[no-untyped-def]  # compiled
    """Whether any value is above the limit at its place."""
    above = 0
    for at in range(len(row)):
        above |= row[at] > limits[at]
    return above > 0


@njit(cache=True, nogil=True, error_model="numpy")
def nearest_groups(similar, first, group, values, images):  # type: ignore[no-untyped-def]
    """Bring the best image of each of the most similar groups into the lists of each row.

    `similar` is (n_rows, n_columns), of the real images from number `first` on; real images are
    sorted by group and come in that order, call by call. `values` and `images` are (n_rows, keep),
    -inf at first; values descend, ties in the order of the groups.
    """
    n_rows, n_columns = similar.shape
    for row in range(n_rows):
        for start in range(0, n_columns, CHUNK):
            stop = min(start + CHUNK, n_columns)
            if not any_above(similar[row, start:stop], values[row, -1]):
                continue
            for column in range(start, stop):
                if similar[row, column] > values[row, -1]:
                    insert(similar[row, column], first + column, group, values[row], images[row])


@njit(cache=True, nogil=True, error_model="numpy")
def insert(value, image, group, values, images):  # type: ignore[no-untyped-def]  # compiled
    """Put an image into one list, in the place of its group's image if that is less alike."""
    at = len(values) - 1
    for slot in range(len(values)):
        if values[slot] == -float("inf"):
            break
        if group[images[slot]] == group[image]:
            if values[slot] >= value:
                return
            at = slot
            break
    while at > 0 and values[at - 1] < value:
        values[at] = values[at - 1]
        images[at] = images[at - 1]
        at -= 1
    values[at] = value
    images[at] = image


@njit(cache=True, nogil=True, error_model="numpy")
def update_largest(similar, largest, limits):  # type: ignore[no-untyped-def]  # compiled
    """Keep the largest values of each column: `largest` (n_columns, k), descending.

    `limits` (n_columns,) are the last of them.
    """
    n_rows, n_columns = similar.shape
    keep = largest.shape[1]
    for row in range(n_rows):
        for start in range(0, n_columns, CHUNK):
            stop = min(start + CHUNK, n_columns)
            if not any_above_own(similar[row, start:stop], limits[start:stop]):
                continue
            for column in range(start, stop):
                value = similar[row, column]
                if value <= limits[column]:
                    continue
                at = keep - 1
                while at > 0 and largest[column, at - 1] < value:
                    largest[column, at] = largest[column, at - 1]
                    at -= 1
                largest[column, at] = value
                limits[column] = largest[column, keep - 1]
