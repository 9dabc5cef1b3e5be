"""The images of a folder: ids beside paths, naturally sorted."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from clefgan.data import decoding
from clefgan.errors import ClefganError

ENDINGS = {".png", ".jpg", ".jpeg", ".tif", ".tiff"}
OTHER_IMAGES = {".bmp", ".gif", ".webp", ".dcm", ".dicom", ".nii", ".npy", ".jp2", ".pgm", ".ppm"}
CLUTTER = {"thumbs.db", "desktop.ini"}
NAMED = 3  # offending files that an error names


class Encoded(Protocol):
    """An image that is not decoded yet: a file, or a record of a dataset."""

    @property
    def id(self) -> str:
        """The key from loading to run file."""
        ...

    @property
    def name(self) -> str:
        """What an error calls it."""
        ...

    @property
    def where(self) -> str:
        """The folder or split that it is in."""
        ...

    def read_bytes(self) -> bytes:
        """Return the encoded image."""
        ...


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image file and its id, which is the file's stem."""

    id: str
    path: Path

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def where(self) -> str:
        """The folder."""
        return str(self.path.parent)

    def read_bytes(self) -> bytes:
        """Return the whole file."""
        return self.path.read_bytes()


def natural_key(text: str) -> tuple[list[str | int], str]:
    """Sort key that puts `generated_10` after `generated_2`."""
    parts = re.split(r"([0-9]+)", text)
    return [int(part) if i % 2 else part for i, part in enumerate(parts)], text


def listing(folder: Path | str) -> tuple[ImageFile, ...]:
    """The images directly in a folder, naturally sorted by id.

    Hidden files, `Thumbs.db`, tables and other files that are no images are passed over.

    Raises
    ------
    ClefganError
        No folder, no image in it, two files of one id, or images of a format that is not read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ClefganError(f"{folder}: no such folder")
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if not entry.is_dir()]
    others = [name for name in names if Path(name).suffix.lower() in OTHER_IMAGES]
    if others:
        raise ClefganError(
            f"{folder}: {named(sorted(others))} not PNG, JPEG or TIFF; convert or move them"
        )
    paths = [folder / name for name in names if is_image(folder / name)]
    if not paths:
        raise ClefganError(
            f"{folder}: no images; need PNG, JPEG or TIFF files in this folder itself"
        )
    check_ids(folder, paths)
    found = [ImageFile(path.stem, path) for path in paths]
    return tuple(sorted(found, key=lambda image: natural_key(image.id)))


def is_image(path: Path) -> bool:
    """Whether a file is taken for an image: by its ending, else by its first bytes."""
    name = path.name.lower()
    if name.startswith(".") or name in CLUTTER:
        return False
    if path.suffix.lower() in ENDINGS:
        return True
    with path.open("rb") as file:
        return decoding.looks_like_image(file.read(8))


def check_ids(folder: Path, paths: Sequence[Path]) -> None:
    """Refuse two files of one id, such as `a.png` and `a.jpg`."""
    times = Counter(path.stem for path in paths)
    twice = sorted((stem for stem, count in times.items() if count > 1), key=natural_key)
    if twice:
        pair = sorted(path.name for path in paths if path.stem == twice[0])
        more = f", and {len(twice) - 1} more ids" if len(twice) > 1 else ""
        raise ClefganError(
            f"{folder}: {' and '.join(map(repr, pair))} have the same id {twice[0]!r}{more}; "
            "rename or remove one"
        )


def named(names: Sequence[str]) -> str:
    """`'a.bmp', 'b.bmp', 'c.bmp' and 4 more are`: the first three, and how many more."""
    first = ", ".join(map(repr, names[:NAMED]))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{first}{more} {'is' if len(names) == 1 else 'are'}"
