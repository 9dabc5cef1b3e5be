"""Do released files stand in the order of the training files that they are most like?"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.auditing.file_findings import FileFinding
from clefgan.data.sets.grey import GreySet
from clefgan.method import Images

PERMUTATIONS = 2000
LEVEL = 0.01  # of both orders together
FEWEST = 10  # released images: fewer cannot be told from chance
COARSE = 16  # pixels along each side at which images are compared here
BLOCK = 1024  # released images compared at a time


def find(
    train: GreySet,
    released: GreySet,
    nearest: Sequence[int] | NDArray[np.int64],
    *,
    seed: int = 0,
    permutations: int = PERMUTATIONS,
) -> tuple[FileFinding, ...]:
    """Orders of released files, by name and by time, that follow those of their nearest images.

    Parameters
    ----------
    nearest : for each released image, the number of the training image that it is most like

    Notes
    -----
    Spearman's correlation of the two orders, and the share of permutations of the released files
    with one at least as large in size: exact where their order says nothing of training images.
    Two orders are looked at, each at half the level.
    """
    rows = np.asarray(nearest, np.int64)
    if len(rows) < FEWEST:
        return ()
    orders = {
        "names": (np.arange(len(released)), np.arange(len(train))[rows]),
        "times of the last change": (moments(released), moments(train)[rows]),
    }
    return tuple(
        finding
        for what, (theirs, ours) in orders.items()
        for finding in follows(what, theirs, ours, np.random.default_rng(seed), permutations)
    )


def most_alike(train: Images, released: Images) -> NDArray[np.int64]:
    """For each released image the training image that correlates most with it, both made coarse.

    Parameters
    ----------
    train, released : (n, height, width) and (m, height, width)

    Returns
    -------
    (m,), numbers of training images
    """
    known = coarse(train)
    parts = [
        np.argmax(coarse(released[start : start + BLOCK]) @ known.T, axis=1)
        for start in range(0, len(released), BLOCK)
    ]
    return np.concatenate(parts, dtype=np.int64)


def coarse(images: Images) -> NDArray[np.float32]:
    """Means over at most 16 x 16 cells, centred, of length 1: (n, cells); constant images are 0."""
    n, *sides = images.shape
    rows, columns = (np.arange(min(COARSE, side)) * side // min(COARSE, side) for side in sides)
    areas = np.diff(rows, append=sides[0])[:, None] * np.diff(columns, append=sides[1])
    cells = np.empty((n, areas.size), np.float32)
    for cell, image in zip(cells, images, strict=True):
        sums = np.add.reduceat(np.add.reduceat(image, rows, axis=0, dtype=np.int64), columns, 1)
        cell[:] = (sums / areas).ravel()
    cells -= cells.mean(axis=1, keepdims=True)
    size = np.linalg.norm(cells, axis=1, keepdims=True)
    return np.asarray(cells / np.where(size > 0, size, 1), np.float32)


def moments(files: GreySet) -> NDArray[np.int64]:
    """When the file of each image was last changed, in ns."""
    return np.array([path.stat().st_mtime_ns for path in files.files], np.int64)


def follows(
    what: str,
    theirs: NDArray[np.int64],
    ours: NDArray[np.int64],
    rng: np.random.Generator,
    permutations: int,
) -> Iterator[FileFinding]:
    """Yield a finding if two orders go together more than chance allows."""
    one, other = ranks(theirs), ranks(ours)
    if not one.any() or not other.any():
        return
    seen = abs(float(one @ other))
    drawn = np.array([abs(float(rng.permutation(one) @ other)) for _ in range(permutations)])
    p = (1 + int((drawn >= seen * (1 - 1e-12)).sum())) / (permutations + 1)
    if p <= LEVEL / 2:
        yield FileFinding(
            "order",
            len(theirs),
            len(theirs),
            f"The order of the released files by {what} follows that of the training images that "
            f"they are most like (p = {p:.2g}): give them new names and times in a random order.",
        )


def ranks(values: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean ranks, centred, of length 1; all 0 where all values are equal."""
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    upper = np.cumsum(counts)
    mean = (upper - (counts - 1) / 2)[index]
    centred: NDArray[np.float64] = mean - mean.mean()
    size = float(np.linalg.norm(centred))
    return centred / size if size > 0 else centred
