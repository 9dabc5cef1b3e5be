"""For each released image, the patients that are most like it, in one view: one blocked product.

Only lists are kept, never all pairs. All that the audit says is worked out from these lists.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from clefgan.auditing.turns import Turn
from clefgan.auditing.views import View
from clefgan.method import Images, Progress, silent
from clefgan.similarity.detail import Maps
from clefgan.similarity.threads import cores, single_blas

HUB = 10  # released images that say how alike a real image is to everything
BLOCK = 512  # released images that a thread compares at a time
TURNED_BLOCK = 128  # the same where each is turned in eight ways
FEW, MANY = 1024, 4096  # real images beside them: similarities of short rows stay in the cache
SHORT = 1024  # pixels of a short row
ROWS = 16  # images that are filtered at a time
ALIKE = 1 - 1e-6  # correlations are cut here before atanh

Posed = tuple[Turn, Maps]  # a turn, and unit rows of released images after it, without inversion


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
    progress: Progress = silent,
) -> NearestLists:
    """Compare all released images with all real ones in one view; see `in_views`."""
    return next(in_views([view], [released], real, group, progress=progress))[0]


def in_views(
    views: Sequence[View],
    sets: Sequence[Images],
    real: Images,
    group: NDArray[np.int64],
    *,
    progress: Progress = silent,
) -> Iterator[list[NearestLists]]:
    """Lists of each set of images, view by view.

    Parameters
    ----------
    views : that filter alike, so that real images are filtered once
    sets : of (n, height, width) uint8; lists of each are as if there were no other
    real : (n_real, height, width) uint8
    group : (n_real,), ascending

    Notes
    -----
    The sets are read in blocks, so they may be memory-mapped.
    """
    with single_blas():
        rows = filtered_in_threads(views[0], real)
        for view in views:
            yield in_view(view, sets, rows, group, progress)


def in_view(
    view: View,
    sets: Sequence[Images],
    rows: Maps,
    group: NDArray[np.int64],
    progress: Progress = silent,
) -> list[NearestLists]:
    """The same of one view; `rows` of all real images, (n_cuts, n_real, n_pixels)."""
    filling = [Filling(view, len(images), group) for images in sets]
    size = TURNED_BLOCK if view.turned else BLOCK
    parts = [(number, part) for number, images in enumerate(sets) for part in blocks(images, size)]

    def compare(block: tuple[int, slice]) -> int:
        number, part = block
        some = np.asarray(sets[number][part])
        posed = [(turn, filtered(view, turn.posed(some))) for turn in view.turns(some)]
        filling[number].add(part, posed, rows)
        return len(some)

    in_turn(compare, parts, sum(map(len, sets)), f"comparing {view.name}", progress)
    return [own.lists() for own in filling]


def blocks(images: Images, size: int = BLOCK) -> list[slice]:
    """The same for any number of threads, and so is what comes of them."""
    n = len(images)
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


Part = TypeVar("Part")


def in_turn(
    work: Callable[[Part], int], parts: Sequence[Part], n: int, stage: str, progress: Progress
) -> None:
    """Call `work` with each part, one thread per core; it says how many of the `n` it did."""
    done = 0
    with ThreadPoolExecutor(cores()) as pool:
        waiting = [pool.submit(work, part) for part in parts]
        try:
            for finished in as_completed(waiting):
                done += finished.result()
                progress(stage, done, n, "")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class Filling:
    """Lists of one set in one view while they are filled, block by block, by several threads."""

    def __init__(self, view: View, n: int, group: NDArray[np.int64]) -> None:
        shape = (view.n_cuts, n, min(view.keep, len(np.unique(group))))
        self.view, self.group = view, group
        self.values = np.full(shape, -np.inf, np.float32)
        self.images = np.zeros(shape, np.int32)
        self.tops = Tops(view.n_cuts, len(group), min(HUB, n))

    def add(self, part: slice, posed: Sequence[Posed], rows: Maps) -> None:
        """Compare the images of one block with all real ones; both are (n_cuts, n, n_pixels)."""
        with self.tops.borrowed() as (largest, limits):
            for number, own in enumerate(rows):
                cut = [(turn, cuts[number]) for turn, cuts in posed]
                nearest = self.values[number, part], self.images[number, part]
                fill(cut, own, self.group, nearest, (largest[number], limits[number]))

    def lists(self) -> NearestLists:
        """The lists, when all blocks are in."""
        z = as_z(self.tops.merged())
        level = np.asarray(z.mean(axis=2), np.float32)
        return NearestLists(self.view, as_z(self.values), self.images, level, z[:, :, 0])


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


def filtered(view: View, images: Images) -> Maps:
    """Unit rows (n_cuts, n, n_pixels); a few at a time, so that they stay in the cache."""
    first = view.cuts(images[:ROWS])
    rows = np.empty((len(first), len(images), first.shape[2]), np.float32)
    rows[:, :ROWS] = first
    for start in range(ROWS, len(images), ROWS):
        rows[:, start : start + ROWS] = view.cuts(images[start : start + ROWS])
    return rows


def filtered_in_threads(view: View, images: Images) -> Maps:
    """The same, one thread per core."""
    first = view.cuts(images[:1])
    rows = np.empty((len(first), len(images), first.shape[2]), np.float32)

    def some_of(part: slice) -> int:
        for start in range(part.start, part.stop, ROWS):
            some = slice(start, min(start + ROWS, part.stop))
            rows[:, some] = view.cuts(images[some])
        return int(part.stop - part.start)

    in_turn(some_of, blocks(images), len(images), "", silent)
    return rows


def fill(
    some: Sequence[Posed],
    rows: Maps,
    group: NDArray[np.int64],
    nearest: tuple[NDArray[np.float32], NDArray[np.int32]],
    largest: tuple[Maps, Maps],
) -> None:
    """Compare one block with all real images; fill its lists, and update the hubs' values."""
    from clefgan.auditing import _nearest_kernels as kernels  # imports numba

    width = FEW if rows.shape[1] <= SHORT else MANY
    buffers = np.empty((min(2, len(some)), len(some[0][1]), min(width, len(rows))), np.float32)
    for start in range(0, len(rows), width):
        part = slice(start, min(start + width, len(rows)))
        similar = most_alike(some, rows[part], buffers[:, :, : part.stop - start])
        kernels.nearest_groups(similar, start, group, *nearest)
        if largest[0].shape[1]:
            kernels.update_largest(similar, largest[0][part], largest[1][part])


def most_alike(some: Sequence[Posed], rows: Maps, buffers: Maps) -> Maps:
    """Correlations of each image in the turn that is most alike: the first of the buffers."""
    best: Maps = buffers[0]
    for number, (turn, posed) in enumerate(some):
        similar = buffers[min(number, 1)]
        np.matmul(posed, rows.T, out=similar)
        turn.strengths(similar)
        if number:
            np.maximum(best, similar, out=best)
    return best


def as_z(correlations: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fisher's z of correlations; infinite ones, which stand for nothing, stay."""
    z = np.arctanh(np.clip(correlations, -ALIKE, ALIKE))
    return np.where(np.isfinite(correlations), z, correlations).astype(np.float32)
