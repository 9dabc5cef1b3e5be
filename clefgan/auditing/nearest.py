"""For each released image, the patients that are most like it, in one view: one blocked product.

Only lists are kept, never all pairs. All that the audit says is worked out from these lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.auditing.views import View
from clefgan.method import Images, Progress, silent
from clefgan.similarity.detail import Maps
from clefgan.similarity.threads import in_threads, single_blas

HUB = 10  # released images that say how alike a real image is to everything
BLOCK = 256  # released images compared at a time
ROWS = 1024  # images that are filtered at a time
ALIKE = 1 - 1e-6  # correlations are cut here before atanh


@dataclass(frozen=True, slots=True, eq=False)
class NearestLists:
    """Lists of one view; similarities are atanh of correlations.

    values, images : (n_cuts, n_released, keep), most alike first; the best image of each group
    hubs : (n_cuts, n_real), mean of the largest similarities of a real image to released images
    nearest : (n_cuts, n_real), the largest of them
    """

    view: View
    values: NDArray[np.float32]
    images: NDArray[np.int32]
    hubs: NDArray[np.float32]
    nearest: NDArray[np.float32]


def nearest(
    view: View,
    released: Images,
    real: Images,
    group: NDArray[np.int64],
    *,
    hubs: NDArray[np.float32] | None = None,
    progress: Progress = silent,
) -> NearestLists:
    """Compare all released images with all real ones.

    Parameters
    ----------
    released, real : (n, height, width) uint8
    group : (n_real,), ascending
    hubs : taken as they are, for images that are not part of the release; None: worked out

    Notes
    -----
    The released images are read in blocks, so they may be memory-mapped.
    """
    n, keep = len(released), min(view.keep, len(np.unique(group)))
    values = np.full((view.n_cuts, n, keep), -np.inf, np.float32)
    images = np.zeros((view.n_cuts, n, keep), np.int32)
    largest = np.full((view.n_cuts, len(real), min(HUB, n)), -1, np.float32)
    with single_blas():
        rows = real_rows(view, real)
        for start, cuts in blocks(view, released):
            for number, some in enumerate(cuts):
                part = slice(start, start + len(some))
                found = values[number, part], images[number, part]
                fill(
                    some, rows[number], group, found, None if hubs is not None else largest[number]
                )
            progress(f"comparing {view.name}", min(start + BLOCK, n), n, "")
    z = as_z(largest)
    level = z.mean(axis=2) if hubs is None else hubs
    return NearestLists(view, as_z(values), images, np.asarray(level, np.float32), z[:, :, 0])


def real_rows(view: View, real: Images) -> list[Maps]:
    """Unit rows of the real images, one array a window; filtered block by block."""
    rows: list[Maps] = []
    for start in range(0, len(real), ROWS):
        for number, some in enumerate(view.cuts(real[start : start + ROWS])):
            if len(rows) <= number:
                rows.append(np.empty((len(real), some.shape[1]), np.float32))
            rows[number][start : start + len(some)] = some
    return rows


def blocks(view: View, released: Images) -> Iterator[tuple[int, Iterator[Maps]]]:
    """Where a block of released images starts, and its unit rows, window by window."""
    for start in range(0, len(released), BLOCK):
        some = np.asarray(released[start : start + BLOCK])
        yield start, view.cuts(some[:, :, ::-1] if view.mirrored else some)


def fill(
    some: Maps,
    rows: Maps,
    group: NDArray[np.int64],
    found: tuple[NDArray[np.float32], NDArray[np.int32]],
    largest: NDArray[np.float32] | None,
) -> None:
    """Compare one block with all real images; fill its lists, and update the hubs' values."""
    from clefgan.auditing import _nearest_kernels as kernels  # imports numba

    similar = np.empty((len(some), len(rows)), np.float32)
    values, images = found

    def across(part: slice) -> None:
        np.matmul(some[part], rows.T, out=similar[part])
        kernels.nearest_groups(similar[part], group, values[part], images[part])

    def down(part: slice) -> None:
        kernels.update_largest(similar, part.start, part.stop, largest)

    in_threads(across, len(some))
    if largest is not None:
        in_threads(down, len(rows))


def as_z(correlations: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fisher's z of correlations; infinite ones, which stand for nothing, stay."""
    z = np.arctanh(np.clip(correlations, -ALIKE, ALIKE))
    return np.where(np.isfinite(correlations), z, correlations).astype(np.float32)
