"""The images of a folder: ids beside paths, naturally sorted."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from clefgan.data import decoding
from clefgan.data.formats import kinds, opening
from clefgan.data.formats.raw import Header, ImageError, RawImage, needs_window
from clefgan.data.formats.stored import StoredImage, in_volumes
from clefgan.data.quiet import quiet_decoders
from clefgan.errors import ClefganError

FORMATS = "PNG, JPEG, TIFF, DICOM, NIfTI or arrays"
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
    def file_name(self) -> str:
        """Name of the file that holds this image alone; empty where there is none."""
        ...

    @property
    def where(self) -> str:
        """The folder or split that it is in."""
        ...

    def read_bytes(self) -> bytes:
        """Return the encoded image: what a digest is made of."""
        ...

    def header(self) -> Header:
        """Size and kind; nothing is decoded."""
        ...

    def raw(self) -> RawImage:
        """Decode the values."""
        ...

    def n_bytes(self) -> int:
        """Size as it is stored."""
        ...


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image file and its id: the file's name without the ending of an image, cut once."""

    id: str
    path: Path

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def file_name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def where(self) -> str:
        """The folder."""
        return str(self.path.parent)

    def read_bytes(self) -> bytes:
        """Return the whole file.

        Raises
        ------
        ImageError
            It is no file: a pipe would be waited for without end.
        """
        why = "" if self.path.is_file() else kinds.why_unreadable(self.path)
        if why:
            raise ImageError(why)
        return self.path.read_bytes()

    def header(self) -> Header:
        """Size and kind; nothing is decoded."""
        return decoding.header(self.read_bytes())

    def raw(self) -> RawImage:
        """Decode the values."""
        return decoding.raw(self.read_bytes())

    def n_bytes(self) -> int:
        """Size of the file."""
        return self.path.stat().st_size


Listed: TypeAlias = ImageFile | StoredImage
"""An image of a folder: a picture, or one of those in a DICOM, NIfTI or array file."""


def natural_key(text: str) -> tuple[list[str | int], str]:
    """Sort key that puts `generated_10` after `generated_2`."""
    parts = re.split(r"([0-9]+)", text)
    return [int(part) if i % 2 else part for i, part in enumerate(parts)], text


def listing(folder: Path | str) -> tuple[Listed, ...]:
    """The images directly in a folder, naturally sorted by id.

    A file of several images is all of them. Hidden files, `Thumbs.db`, tables and other files that
    are no images are passed over.

    Raises
    ------
    ClefganError
        No folder, no image in it, two images of one id, a file that cannot be opened, images of a
        format that is not read, or images of several modalities.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ClefganError(f"{folder}: no such folder")
    try:
        by_path = {path: kinds.kind_of(path) for path in folder.iterdir()}
    except OSError as error:
        raise ClefganError(f"{folder}: {reason(error)}") from error
    refuse_unread(folder, [path.name for path in by_path if by_path[path] == kinds.UNREAD])
    images = opened(folder, {path: kind for path, kind in by_path.items() if kind is not None})
    if not images:
        raise ClefganError(f"{folder}: no images; need {FORMATS} in this folder itself")
    return images


def opened(
    where: Path,
    files: Mapping[Path, str],
    *,
    nested: bool = False,
    unopened: list[tuple[Path, str]] | None = None,
) -> tuple[Listed, ...]:
    """The images of some files, naturally sorted by id.

    Parameters
    ----------
    files : path to format
    nested : whether ids hold the folders below `where`
    unopened : takes files that cannot be opened, with what is wrong; without it they are an error
    """
    pictures: list[Listed] = []
    stored: list[StoredImage] = []
    unread: list[tuple[Path, str]] = [] if unopened is None else unopened
    for path, kind in files.items():
        above = f"{path.parent.relative_to(where).as_posix()}/" if nested else ""
        above = "" if above == "./" else above
        if kind == kinds.PICTURE:
            pictures.append(ImageFile(above + kinds.stem(path.name), path))
            continue
        why = kinds.why_unreadable(path)
        if why:
            unread.append((path, why))
            continue
        try:
            with quiet_decoders():
                stored += opening.images(path, above + kinds.stem(path.name), kind)
        except (ImageError, OSError) as error:
            unread.append((path, reason(error)))
    if unread and unopened is None:
        raise ClefganError(unopened_message(where, unread, len(files)))
    images = [*pictures, *in_volumes(stored)]
    check_ids(where, images)
    check_modality(where, images)
    return tuple(sorted(images, key=lambda image: natural_key(image.id)))


def refuse_unread(folder: Path, names: Sequence[str]) -> None:
    """Refuse images of a format that nothing here reads."""
    if names:
        raise ClefganError(f"{folder}: {named(sorted(names))} not {FORMATS}; convert or move them")


def is_image(path: Path) -> bool:
    """Whether a file is taken for an image: by its ending, else by its first bytes."""
    return kinds.kind_of(path) not in (None, kinds.UNREAD)


def check_ids(folder: Path, images: Sequence[Listed]) -> None:
    """Refuse two images of one id, such as those of `a.png` and `a.jpg`."""
    by_id: dict[str, list[str]] = {}
    for image in images:
        by_id.setdefault(image.id, []).append(image.name)
    twice = sorted((name for name, names in by_id.items() if len(names) > 1), key=natural_key)
    if twice:
        pair = sorted(by_id[twice[0]])
        more = f", and {len(twice) - 1} more ids" if len(twice) > 1 else ""
        raise ClefganError(
            f"{folder}: {' and '.join(map(repr, pair))} have the same id {twice[0]!r}{more}; "
            "rename or remove one"
        )


def check_modality(where: Path | str, images: Sequence[Encoded]) -> None:
    """Refuse images of several modalities: their levels do not mean the same."""
    counts = Counter(
        image.modality for image in images if isinstance(image, StoredImage) and image.modality
    )
    if len(counts) > 1:
        listed = ", ".join(f"{count} are {name}" for name, count in counts.most_common())
        raise ClefganError(
            f"{where}: images of {len(counts)} modalities: {listed}; give those of one"
        )


def reason(error: ImageError | OSError) -> str:
    """What is wrong with an image, as a predicate."""
    if isinstance(error, OSError):
        return f"cannot be opened ({(error.strerror or str(error)).lower()})"
    return str(error)


def unopened_message(where: Path, unread: Sequence[tuple[Path, str]], total: int) -> str:
    """Name the first files that cannot be opened, and what to do."""
    return refusal(str(where), [(path.name, why) for path, why in unread], total, "file")


def refusal(where: str, unread: Sequence[tuple[str, str]], total: int, noun: str) -> str:
    """`3 of 9 images cannot be read: 'a.png' is truncated, ...; replace them`."""
    first = ", ".join(f"{name!r} {why}" for name, why in unread[:NAMED])
    more = f", and {len(unread) - NAMED} more" if len(unread) > NAMED else ""
    reasons = [why for _, why in unread]
    advice = "replace them"
    if any(map(needs_window, reasons)):
        advice = "give a window of levels (low, high) or convert to 8 bits"
    elif all("; " in why for why in reasons):
        advice = ""  # each says what to do
    count = f"{len(unread)} of {total} {noun}{'' if total == 1 else 's'} cannot be read"
    return f"{where}: {count}: {first}{more}" + (f"; {advice}" if advice else "")


def named(names: Sequence[str]) -> str:
    """`'a.bmp', 'b.bmp', 'c.bmp' and 4 more are`: the first three, and how many more."""
    first = ", ".join(map(repr, names[:NAMED]))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{first}{more} {'is' if len(names) == 1 else 'are'}"
