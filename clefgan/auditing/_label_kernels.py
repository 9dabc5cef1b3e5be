"""Compiled loops over permuted labels. Importing this module imports numba."""

from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def tails(labels, winner, margin, k, sums):  # type: ignore[no-untyped-def]  # compiled
    """Fill in, for each row of labels, the k largest margins of training winners less the others'.

    `winner` and `margin` are sorted, largest margin first.
    """
    for row in range(labels.shape[0]):
        ours = 0
        theirs = 0
        total = 0.0
        for at in range(len(winner)):
            if labels[row, winner[at]]:
                if ours < k:
                    total += margin[at]
                    ours += 1
            elif theirs < k:
                total -= margin[at]
                theirs += 1
            if ours == k and theirs == k:
                break
        sums[row] = total


@njit(cache=True, nogil=True, error_model="numpy")
def signed(labels, winner, margin, sums):  # type: ignore[no-untyped-def]  # compiled
    """Fill in, for each row of labels and released image, its signed margins over all windows.

    `winner` and `margin` are (n_released, n_cuts), `sums` (n_rows, n_released).
    """
    for row in range(labels.shape[0]):
        for at in range(winner.shape[0]):
            total = 0.0
            for cut in range(winner.shape[1]):
                if labels[row, winner[at, cut]]:
                    total += margin[at, cut]
                else:
                    total -= margin[at, cut]
            sums[row, at] = total
