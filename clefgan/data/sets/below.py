"""Every image below a folder, or in one file, with ids that say where it lies."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clefgan.data import listing
from clefgan.data.formats import kinds, opening
from clefgan.data.formats.raw import ImageError
from clefgan.data.listing import Listed
from clefgan.data.quiet import quiet_decoders
from clefgan.errors import ClefganError

CONTAINERS = (kinds.NUMPY, kinds.HDF5, kinds.ZARR)
KEY = "#"  # `data.h5#train/images`


@dataclass(frozen=True, slots=True)
class Found:
    """The images of a source, naturally sorted by id, and the names of files that are no images."""

    images: tuple[Listed, ...]
    others: tuple[str, ...]


def images(source: str | Path, unopened: list[tuple[Path, str]] | None = None) -> Found:
    """List the images below a folder, at any depth, or in one file; none is decoded.

    Parameters
    ----------
    source : a folder, or a file; `FILE#NAME` names the array of a file that has several
    unopened : takes files of a folder that cannot be opened, with what is wrong; without it they
        are an error

    Raises
    ------
    ClefganError
        No such source, no image in it, or a fault of `clefgan.data.listing.listing`.
    """
    where, key = split(source)
    if not where.exists():
        raise ClefganError(f"{where}: no such folder or file")
    if where.is_file() or kinds.is_store(where):
        return Found(of_file(where, key), ())
    if key is not None:
        raise ClefganError(f"{where}: is a folder, and has no array {key!r}; give a file")
    closed: list[str] = []
    files = {file: kinds.kind_of(file) for file in files_below(where, closed)}
    unread = [str(below.relative_to(where)) for below in files if files[below] == kinds.UNREAD]
    if unopened is None:
        listing.refuse_unread(where, unread)
    else:
        unopened += [(where / name, f"is not {listing.FORMATS}") for name in unread]
    taken = {
        file: kind for file, kind in files.items() if kind is not None and kind != kinds.UNREAD
    }
    nested = any(file.parent != where for file in taken)
    listed = listing.opened(where, taken, nested=nested, unopened=unopened)
    if not listed and not unopened:
        raise ClefganError(f"{where}: no images; need {listing.FORMATS}")
    others = [str(below.relative_to(where)) for below, kind in files.items() if kind is None]
    others += [str(Path(below).relative_to(where)) for below in closed]
    return Found(listed, tuple(sorted(others, key=listing.natural_key)))


def split(source: str | Path) -> tuple[Path, str | None]:
    """A source as path and name of an array, None where it has none."""
    path, _, key = str(source).rpartition(KEY)
    return (Path(path), key) if path and key and not Path(source).exists() else (Path(source), None)


def is_file(source: str | Path) -> bool:
    """Whether a source is one file or store, not a folder of files."""
    where, _ = split(source)
    return where.is_file() or (where.is_dir() and kinds.is_store(where))


def of_file(path: Path, key: str | None) -> tuple[Listed, ...]:
    """The images of one file: an array (n, height, width) is n images, not a volume.

    Raises
    ------
    ClefganError
        It cannot be read.
    """
    kind = kinds.kind_of(path)
    if kind is None or kind == kinds.UNREAD:
        raise ClefganError(f"{path}: is not {listing.FORMATS}; convert it")
    if kind == kinds.PICTURE:
        return (listing.ImageFile(kinds.stem(path.name), path),)
    try:
        with quiet_decoders():
            stored = opening.images(path, kinds.stem(path.name), kind, key=key, volumes=False)
    except (ImageError, OSError) as error:
        raise ClefganError(f"{path}: {listing.reason(error)}") from error
    listing.check_ids(path, stored)
    return tuple(sorted(stored, key=lambda image: listing.natural_key(image.id)))


def files_below(folder: str | Path, closed: list[str] | None = None) -> Iterator[Path]:
    """Yield every file below a folder that is not hidden; a zarr store is one.

    Folders that may not be looked into are added to `closed`, if it is given.
    """

    def note(error: OSError) -> None:
        if closed is not None:
            closed.append(str(error.filename))

    for at, inner, files in os.walk(folder, onerror=note):
        parent = Path(at)
        stores = [name for name in inner if kinds.is_store(parent / name)]
        inner[:] = [
            name for name in inner if name not in stores and not name.startswith((".", "__MACOSX"))
        ]
        yield from (parent / name for name in (*files, *stores) if not name.startswith("."))
