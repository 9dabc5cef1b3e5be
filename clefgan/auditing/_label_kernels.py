"""Compiled loops over permuted labels. Importing this module imports numba."""

from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def tails(labels, winner, margin, k, sums):  # type: ignore[no-untyped-def]  # compiled
    """Fill in, for each row of labels, the k largest margins of training winners less the others'.

    `winner` and `margin` are sorted, largest margin first. Returns whether each row found `k` of
    both.
    """
    whole = True
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
        whole &= ours == k and theirs == k
    return whole


@njit(cache=True, nogil=True, error_model="numpy")
def signed(signs, winner, margin, sums):  # type: ignore[no-untyped-def]  # compiled
    """Fill in, for each released image and row of labels, its signed margins over all windows.

    `signs` is (n_groups, n_rows), 1 or -1; `winner` and `margin` are (n_released, n_cuts), `sums`
    (n_released, n_rows). Rows are next to each other, so that they are added up together.
    """
    n_rows = signs.shape[1]
    for at in range(winner.shape[0]):
        sums[at, :] = 0.0
        for cut in range(winner.shape[1]):
            group = winner[at, cut]
            value = margin[at, cut]
            for row in range(n_rows):
                sums[at, row] += value * signs[group, row]


@njit(cache=True, nogil=True, error_model="numpy")
def least_chance(labels, order, chances, least):  # type: ignore[no-untyped-def]  # compiled
    """Fill in, for each row of labels, the least chance of its hits before each decoy.

    `order` holds groups, `chances` is (decoys, hits).
    """
    for row in range(labels.shape[0]):
        hits = 0
        decoys = 0
        smallest = 1.0
        for group in order:
            if labels[row, group]:
                hits += 1
            else:
                decoys += 1
            smallest = min(smallest, chances[decoys, hits])
        least[row] = smallest
