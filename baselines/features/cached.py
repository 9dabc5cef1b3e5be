"""Features kept by the image's digest: an image is looked at once by each extractor.

`Cached` keeps them on disk: for networks, at hundreds of milliseconds an image. `Remembered` keeps
the latest in memory: for what takes milliseconds and has thousands of values per image, so that a
method that passes over the same images several times computes once, and a study fills no disk.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from baselines.features.blocks import Features
from clefgan.method import Images, Progress, silent
from clefgan.similarity.pixel_digest import digest
from clefgan.storage import array_files
from clefgan.storage.files import cache

REMEMBERED = 256 * 2**20  # bytes of features in memory, of all extractors together


class Extractor(Protocol):
    """A slow feature map that can say what decides its features."""

    def key(self) -> str:
        """Return a digest of settings, weights and whatever else decides the features."""
        ...

    def each(self, images: Images) -> Iterator[Features]:
        """Yield the features block by block; one empty block if there are no images."""
        ...


class FeatureStore(Protocol):
    """Where the features of images are kept, by the digest of the image."""

    def get(self, name: str, /) -> NDArray[np.float32] | None:
        """Return features; None where there are none."""
        ...

    def put(self, name: str, row: NDArray[np.float32], /) -> None:
        """Keep features."""
        ...


@dataclass(frozen=True)
class Cached:
    """The features of another map, read back where this machine has worked them out before.

    One file an image and extractor. A file that is not as it was written counts as absent. What an
    interrupted call has worked out is kept.
    """

    extractor: Extractor

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, d) float32 features of (n, height, width) uint8 images."""
        folder = Folder(cache("features") / self.extractor.key()[:32])
        return looked_up(self.extractor, images, folder, progress)


@dataclass(frozen=True)
class Remembered:
    """The features of another map; those that were asked for last are at hand."""

    extractor: Extractor

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, d) float32 features of (n, height, width) uint8 images."""
        return looked_up(self.extractor, images, Latest(self.extractor.key(), memory), progress)


def looked_up(
    extractor: Extractor, images: Images, kept: FeatureStore, progress: Progress
) -> Features:
    """Return the features of images: those that are kept, and the others worked out and kept."""
    names = [digest(image, salt=image.shape).hex() for image in images]
    rows = {name: kept.get(name) for name in dict.fromkeys(names)}
    first = {name: i for i, name in reversed(list(enumerate(names)))}
    missing = sorted(first[name] for name, row in rows.items() if row is None)
    todo = images if len(missing) == len(images) else images[missing]
    done = 0
    if not names:
        return next(extractor.each(images))
    for block in extractor.each(todo) if missing else ():
        for row in block:
            name = names[missing[done]]
            rows[name] = row
            kept.put(name, row)
            done += 1
        progress("features", done, len(missing), "")
    return np.array([rows[name] for name in names], np.float32)


@dataclass(frozen=True)
class Folder:
    """Features in files."""

    path: Path

    def get(self, name: str) -> NDArray[np.float32] | None:
        """Return the features of a file that is whole."""
        arrays = array_files.read(self.path / name[:2] / name)
        row = (arrays or {}).get("features")
        return None if row is None else row.astype(np.float32)

    def put(self, name: str, row: NDArray[np.float32]) -> None:
        """Write a file."""
        array_files.write(self.path / name[:2] / name, {"features": row})


class Memory:
    """Rows by name, at most so many bytes of them: the ones used last stay."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.rows: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self.lock = Lock()

    def get(self, name: str) -> NDArray[np.float32] | None:
        """Return a row if it is there."""
        with self.lock:
            if name in self.rows:
                self.rows.move_to_end(name)
            return self.rows.get(name)

    def put(self, name: str, row: NDArray[np.float32]) -> None:
        """Keep a row; let go of those that nobody asked for the longest."""
        with self.lock:
            old = self.rows.pop(name, None)
            self.size += row.nbytes - (0 if old is None else old.nbytes)
            self.rows[name] = row
            while self.size > self.limit:
                self.size -= self.rows.popitem(last=False)[1].nbytes


memory = Memory(REMEMBERED)


@dataclass(frozen=True)
class Latest:
    """Features of one extractor in the memory that all of them share."""

    key: str
    memory: Memory

    def get(self, name: str) -> NDArray[np.float32] | None:
        """Return features that are still there."""
        return self.memory.get(self.key + name)

    def put(self, name: str, row: NDArray[np.float32]) -> None:
        """Keep a copy: the row may be a view of a whole block."""
        self.memory.put(self.key + name, row.copy())
