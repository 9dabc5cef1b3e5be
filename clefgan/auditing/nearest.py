"""For each released image, the patients that are most like it, in one view: one blocked product.

Only lists are kept, never all pairs. All that the audit says is worked out from these lists.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.auditing.views import View
from clefgan.method import Images, Progress, silent
from clefgan.similarity.detail import Maps
from clefgan.similarity.threads import cores, single_blas

HUB = 10  # released images that say how alike a real image is to everything
BLOCK = 512  # released images that a thread compares at a time
FEW, MANY = 1024, 4096  # real images beside them: similarities of short rows stay in the cache
SHORT = 1024  # pixels of a short row
ROWS = 16  # images that are filtered at a time
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
    tops = Tops(view.n_cuts, len(real), 0 if hubs is not None else min(HUB, n))
    with single_blas():
        rows = filtered_in_threads(view, real)

        def compare(start: int) -> int:
            part = slice(start, min(start + BLOCK, n))
            some = np.asarray(released[part])
            cuts = filtered(view, some[:, :, ::-1] if view.mirrored else some)
            with tops.borrowed() as (largest, limits):
                for number, cut in enumerate(cuts):
                    found = values[number, part], images[number, part]
                    fill(cut, rows[number], group, found, (largest[number], limits[number]))
            return part.stop - start

        in_turn(compare, n, f"comparing {view.name}", progress)
    if hubs is not None:
        return NearestLists(view, as_z(values), images, hubs, hubs)
    z = as_z(tops.merged())
    level = np.asarray(z.mean(axis=2), np.float32)
    return NearestLists(view, as_z(values), images, level, z[:, :, 0])


def in_turn(work: Callable[[int], int], n: int, stage: str, progress: Progress) -> None:
    """Call `work` with the start of each block of `range(n)`, one thread a core.

    Blocks are the same for any number of threads, and so is what comes of them.
    """
    done = 0
    with ThreadPoolExecutor(cores()) as pool:
        waiting = [pool.submit(work, start) for start in range(0, n, BLOCK)]
        try:
            for finished in as_completed(waiting):
                done += finished.result()
                progress(stage, done, n, "")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class Tops:
    """Largest similarities of each real image, one store a thread, merged at the end.

    Each is (n_cuts, n_real, k) beside the last of them, (n_cuts, n_real).
    """

    def __init__(self, n_cuts: int, n_real: int, k: int) -> None:
        self.shape = (n_cuts, n_real, k)
        self.made: list[tuple[Maps, Maps]] = []
        self.free: list[tuple[Maps, Maps]] = []

    @contextmanager
    def borrowed(self) -> Iterator[tuple[Maps, Maps]]:
        """A store that no other thread has now."""
        try:
            store = self.free.pop()
        except IndexError:
            store = np.full(self.shape, -1, np.float32), np.full(self.shape[:2], -1, np.float32)
            self.made.append(store)
        yield store
        self.free.append(store)

    def merged(self) -> Maps:
        """The largest of all stores, descending."""
        everything = np.concatenate([store[0] for store in self.made], axis=2)
        return np.asarray(-np.sort(-everything, axis=2)[:, :, : self.shape[2]])


def filtered(view: View, images: Images) -> list[Maps]:
    """Unit rows of images, one array a window; a few at a time, so that they stay in the cache."""
    rows: list[Maps] = []
    for start in range(0, len(images), ROWS):
        for number, some in enumerate(view.cuts(images[start : start + ROWS])):
            if len(rows) <= number:
                rows.append(np.empty((len(images), some.shape[1]), np.float32))
            rows[number][start : start + len(some)] = some
    return rows


def filtered_in_threads(view: View, images: Images) -> list[Maps]:
    """The same, one thread a core."""
    rows = [
        np.empty((len(images), some.shape[1]), np.float32) for some in filtered(view, images[:1])
    ]

    def some_of(start: int) -> int:
        part = slice(start, min(start + BLOCK, len(images)))
        for whole, some in zip(rows, filtered(view, images[part]), strict=True):
            whole[part] = some
        return part.stop - start

    in_turn(some_of, len(images), "", silent)
    return rows


def fill(
    some: Maps,
    rows: Maps,
    group: NDArray[np.int64],
    found: tuple[NDArray[np.float32], NDArray[np.int32]],
    largest: tuple[Maps, Maps],
) -> None:
    """Compare one block with all real images; fill its lists, and update the hubs' values."""
    from clefgan.auditing import _nearest_kernels as kernels  # imports numba

    width = FEW if rows.shape[1] <= SHORT else MANY
    buffer = np.empty((len(some), min(width, len(rows))), np.float32)
    for start in range(0, len(rows), width):
        part = slice(start, min(start + width, len(rows)))
        similar = buffer[:, : part.stop - start]
        np.matmul(some, rows[part].T, out=similar)
        kernels.nearest_groups(similar, start, group, *found)
        if largest[0].shape[1]:
            kernels.update_largest(similar, largest[0][part], largest[1][part])


def as_z(correlations: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fisher's z of correlations; infinite ones, which stand for nothing, stay."""
    z = np.arctanh(np.clip(correlations, -ALIKE, ALIKE))
    return np.where(np.isfinite(correlations), z, correlations).astype(np.float32)
