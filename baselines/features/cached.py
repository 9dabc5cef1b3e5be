"""Features kept on disk: an image is looked at once by each extractor."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from baselines.features.blocks import Features
from clefgan.files import cache, written_whole
from clefgan.method import Images, Progress, silent

CHECK = 8  # bytes of checksum before the values


class Extractor(Protocol):
    """A slow feature map that can say what decides its features."""

    def key(self) -> str:
        """Return a digest of settings, weights and whatever else decides the features."""
        ...

    def each(self, images: Images) -> Iterator[Features]:
        """Yield the features block by block; one empty block if there are no images."""
        ...


@dataclass(frozen=True)
class Cached:
    """The features of another map, read back where this machine has worked them out before.

    One file an image and extractor: a checksum and the float32 values. A file that is not as it was
    written counts as absent. What an interrupted call has worked out is kept.
    """

    extractor: Extractor

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, d) float32 features of (n, height, width) uint8 images."""
        folder = cache("features") / self.extractor.key()[:32]
        names = [digest(image) for image in images]
        rows = {name: read(folder / name[:2] / name) for name in dict.fromkeys(names)}
        first = {name: i for i, name in reversed(list(enumerate(names)))}
        missing = sorted(first[name] for name, row in rows.items() if row is None)
        todo = images if len(missing) == len(images) else images[missing]
        done = 0
        if not names:
            return next(self.extractor.each(images))
        for block in self.extractor.each(todo) if missing else ():
            for row in block:
                name = names[missing[done]]
                rows[name] = row
                write(folder / name[:2] / name, row)
                done += 1
            progress("features", done, len(missing), "")
        return np.array([rows[name] for name in names], np.float32)


def digest(image: Images) -> str:
    """Return the digest of an image's shape and pixels."""
    found = hashlib.blake2b(str(image.shape).encode(), digest_size=16)
    found.update(np.ascontiguousarray(image).data)
    return found.hexdigest()


def read(path: Path) -> NDArray[np.float32] | None:
    """Return the features in a file; None if it is absent or damaged."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    body = data[CHECK:]
    if len(data) < CHECK or checksum(body) != data[:CHECK] or len(body) % 4:
        return None
    return np.frombuffer(body, "<f4")


def write(path: Path, row: NDArray[np.float32]) -> None:
    """Write features whole or not at all."""
    body = row.astype("<f4").tobytes()
    with written_whole(path) as part:
        part.write_bytes(checksum(body) + body)


def checksum(body: bytes) -> bytes:
    """Return what stands before the values."""
    return hashlib.blake2b(body, digest_size=CHECK).digest()
