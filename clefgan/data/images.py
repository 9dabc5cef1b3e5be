"""Encoded images -> grey levels: the one reader, on all cores.

No image is ever changed or left out in silence. What cannot be read is one error that names the
first three files and counts the rest.
"""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clefgan.data.formats import kinds
from clefgan.data.formats.grid import Size, resized
from clefgan.data.formats.raw import Header, ImageError, Window, check_window
from clefgan.data.listing import (
    NAMED,
    Encoded,
    ImageFile,
    listing,
    natural_key,
    reason,
    refusal,
)
from clefgan.data.quiet import quiet_decoders
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent
from clefgan.similarity.threads import cores
from clefgan.storage import files

__all__ = ["Encoded", "ImageFile", "header", "listing", "natural_key", "read"]

BLOCK = 256  # images that are decoded before they are written
IN_MEMORY = 256 * 2**20  # bytes; more than this goes to a temporary file


def read(
    items: Sequence[Path | str | Encoded],
    *,
    window: Window | None = None,
    size: Size | None = None,
    remedy: str = "bring them to one size",
    n_block: int = BLOCK,
    in_memory: int = IN_MEMORY,
    progress: Progress = silent,
) -> Images:
    """Decode images of one size, or bring them to one, on all cores.

    Parameters
    ----------
    items : paths of files, or what `listing` returns; at least one
    window : levels for images of more than 8 bits, `(low, high)`; without it they
        are refused
    size : height and width to which all images are brought by area averaging; without it all must
        have one size
    remedy : what to do about images of different sizes, for the error
    n_block : images that are decoded before they are written
    in_memory : bytes; more than this goes to a temporary file

    Returns
    -------
    uint8 array of shape (n, height, width), in the order of `items`. More than `in_memory` are
    decoded in blocks to a temporary file and come as a memory map; the file goes when the array
    does.

    Raises
    ------
    ClefganError
        An image cannot be read, or the images are of different sizes.
    """
    check_window(window)
    sources = [as_encoded(item) for item in items]
    if not sources:
        raise ClefganError("no images to read")
    attempt = partial(attempted, window=window, size=size)
    unread: list[tuple[Encoded, str]] = []
    sizes: dict[tuple[int, ...], list[Encoded]] = {}
    sink: Sink | None = None
    done = 0
    with quiet_decoders(), ThreadPoolExecutor(cores()) as pool:
        for block in blocks(sources, n_block):
            for source, pixels in zip(block, pool.map(attempt, block), strict=True):
                if isinstance(pixels, str):
                    unread.append((source, pixels))
                    continue
                sizes.setdefault(pixels.shape, []).append(source)
                if sink is None:
                    sink = Sink(len(sources), pixels.shape, in_memory)
                if not unread and len(sizes) == 1:
                    sink.append(pixels)
            done += len(block)
            progress("reading images", done, len(sources), "")
    if unread:
        raise ClefganError(unread_message(unread, len(sources)))
    if len(sizes) > 1:
        raise ClefganError(f"{sizes_message(sizes)}; {remedy}")
    assert sink is not None
    return sink.images()


class Sink:
    """Where decoded images go: memory, or a nameless temporary file if they are too many."""

    def __init__(self, n: int, size: tuple[int, ...], in_memory: int) -> None:
        self.shape = (n, *size)
        self.count = 0
        large = n * int(np.prod(size)) > in_memory
        self.file = tempfile.TemporaryFile(dir=files.cache("decoded")) if large else None  # noqa: SIM115
        self.array = None if large else np.empty(self.shape, np.uint8)

    def append(self, pixels: NDArray[np.uint8]) -> None:
        """Take the next image."""
        if self.file is not None:
            self.file.write(pixels.data)  # not through a map: written pages are no memory of ours
        if self.array is not None:
            self.array[self.count] = pixels
        self.count += 1

    def images(self) -> Images:
        """All of them, (n, height, width)."""
        if self.array is not None:
            return self.array
        assert self.file is not None
        self.file.flush()
        mapped = np.memmap(self.file, np.uint8, mode="c", shape=self.shape)
        self.file.close()  # the map keeps the file's content until the array goes
        return mapped


def as_encoded(item: Path | str | Encoded) -> Encoded:
    """A path as an ImageFile; everything else as it is."""
    return (
        ImageFile(kinds.stem(Path(item).name), Path(item)) if isinstance(item, Path | str) else item
    )


def attempted(
    source: Encoded, window: Window | None, size: Size | None = None
) -> NDArray[np.uint8] | str:
    """The pixels of one image, or what is wrong with it."""
    try:
        pixels = source.raw().grey(window)
    except (ImageError, OSError) as error:
        return reason(error)
    return pixels if size is None else resized(pixels, size)


def header(source: Encoded) -> Header:
    """Size and kind of one image, not decoded.

    Raises
    ------
    ClefganError
        The image cannot be read.
    """
    try:
        with quiet_decoders():
            return source.header()
    except (ImageError, OSError) as error:
        raise ClefganError(
            f"{source.where}: {source.name!r} {reason(error)}; replace it"
        ) from error


def blocks(sources: Sequence[Encoded], size: int) -> Iterator[Sequence[Encoded]]:
    """Slices of `size` images: few enough to hold, enough to keep all cores busy."""
    for start in range(0, len(sources), size):
        yield sources[start : start + size]


def unread_message(unread: Sequence[tuple[Encoded, str]], total: int) -> str:
    """Name the first images that cannot be read, and what to do."""
    named = [(source.name, why) for source, why in unread]
    return refusal(unread[0][0].where, named, total, "image")


def sizes_message(sizes: dict[tuple[int, ...], list[Encoded]]) -> str:
    """Name the first images that are not of the most frequent size."""
    usual = max(sizes, key=lambda size: len(sizes[size]))
    odd = [(source, size) for size, of_size in sizes.items() if size != usual for source in of_size]
    first = ", ".join(f"{source.name!r} is {as_text(size)}" for source, size in odd[:NAMED])
    more = f", and {len(odd) - NAMED} more" if len(odd) > NAMED else ""
    count = f"images of {len(sizes)} sizes: {len(sizes[usual])} are {as_text(usual)}"
    return f"{odd[0][0].where}: {count}, but {first}{more}"


def as_text(size: tuple[int, ...]) -> str:
    """`256x128`: width by height."""
    return f"{size[1]}x{size[0]}"
