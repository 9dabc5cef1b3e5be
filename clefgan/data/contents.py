"""What is in a folder or file of images of any format, no challenge: formats, sizes, levels, whose.

It goes on where a file cannot be read, and says so.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from clefgan.data import folder, layout, listing
from clefgan.data.formats.raw import ImageError, Window
from clefgan.data.formats.stored import StoredImage
from clefgan.data.listing import Listed
from clefgan.data.patient_rows import NamedImage
from clefgan.data.patient_table import PatientTable
from clefgan.data.quiet import quiet_decoders
from clefgan.data.sets import below
from clefgan.errors import ClefganError
from clefgan.method import Progress, silent
from clefgan.similarity.threads import cores
from submissions import editions


@dataclass(frozen=True, slots=True)
class Contents:
    """What the images are; every one is counted once in `sizes`, or is in `unread`.

    kinds : such as `16-bit signed grey DICOM CT`, each with its count
    levels : lowest and highest value of images of more than 8 bits, by kind
    windows : those of the headers, each with its count of images
    volumes : number of slices of each volume
    patients : number of images of each, as headers or a table say; '' for those not known
    copies : digest of the values to the ids that have them
    unread : image or file to what is wrong
    others : files that are no images
    """

    source: str
    n_files: int
    n_bytes: int
    sizes: Counter[str]
    kinds: Counter[str]
    syntaxes: Counter[str]
    levels: Mapping[str, tuple[float, float]]
    windows: Counter[Window]
    volumes: tuple[int, ...]
    patients: Counter[str] = field(repr=False)
    copies: Mapping[bytes, tuple[str, ...]] = field(repr=False)
    unread: Mapping[str, str]
    others: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def n_images(self) -> int:
        """Number of images, those that cannot be read too."""
        return self.patients.total()

    def problems(self) -> Iterator[str]:
        """Yield what keeps the images from being read together."""
        if self.unread:
            total = self.n_images + sum(name not in self.ids for name in self.unread)
            yield listing.refusal(self.source, [*self.unread.items()], total, "image")

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the images that could be read."""
        return frozenset(name for names in self.copies.values() for name in names)


def contents(
    source: str | Path,
    edition: str | Path = "2023",
    *,
    patients: PatientTable | None = None,
    progress: Progress = silent,
) -> Contents:
    """Look at every image below a folder, or in one file.

    Parameters
    ----------
    edition : whose folder names were looked for before, for a folder without images

    Raises
    ------
    ClefganError
        No such source, no image in it, two images of one id, several modalities, or a fault of
        the table of patients.
    """
    unopened: list[tuple[Path, str]] = []
    if not below.is_file(source) and not any(map(listing.is_image, below.files_below(source))):
        folders = editions.get(edition).folders
        raise ClefganError(folder.nothing_found(layout.find(Path(source), folders), folders))
    images = below.images(source, unopened)
    if not images.images:
        where, named = str(source), [(path.name, why) for path, why in unopened]
        raise ClefganError(listing.refusal(where, named, len(unopened), "file"))
    looks = Looks()
    with quiet_decoders(), ThreadPoolExecutor(cores()) as pool:
        for done, (image, look) in enumerate(
            zip(images.images, pool.map(look_at, images.images), strict=True), 1
        ):
            looks.take(image, look)
            progress("looking at the images", done, len(images.images), "")
    owners, notes = owners_of(images.images, patients)
    stored = [image for image in images.images if isinstance(image, StoredImage)]
    slices = Counter(image.volume for image in stored if image.volume is not None)
    return Contents(
        source=str(source),
        n_files=len({image.path for image in images.images}) + len(unopened),
        n_bytes=sum(image.n_bytes() for image in images.images),
        sizes=looks.sizes,
        kinds=looks.kinds,
        syntaxes=Counter(image.syntax for image in stored if image.syntax),
        levels=looks.levels,
        windows=Counter(image.own_window for image in stored if image.own_window),
        volumes=tuple(slices.values()),
        patients=owners,
        copies=looks.copies,
        unread={**{path.name: why for path, why in unopened}, **looks.unread},
        others=images.others,
        notes=notes,
    )


@dataclass(frozen=True, slots=True)
class ImageContents:
    """What one image is: its size, kind and digest, and its levels if it has more than 8 bits."""

    size: str
    kind: str
    levels: tuple[float, float] | None
    digest: bytes


class Looks:
    """What the images are, counted."""

    def __init__(self) -> None:
        self.sizes: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.levels: dict[str, tuple[float, float]] = {}
        self.copies: dict[bytes, tuple[str, ...]] = {}
        self.unread: dict[str, str] = {}

    def take(self, image: Listed, look: ImageContents | str) -> None:
        """Count one image."""
        if isinstance(look, str):
            self.unread[image.name] = look
            return
        self.sizes[look.size] += 1
        self.kinds[look.kind] += 1
        self.copies[look.digest] = (*self.copies.get(look.digest, ()), image.id)
        if look.levels is not None:
            low, high = self.levels.get(look.kind, look.levels)
            self.levels[look.kind] = min(low, look.levels[0]), max(high, look.levels[1])


def look_at(image: Listed) -> ImageContents | str:
    """What one image is, or what is wrong with it."""
    try:
        header, raw = image.header(), image.raw()
    except (ImageError, OSError) as error:
        return listing.reason(error)
    digest = hashlib.blake2b(repr((raw.values.shape, raw.inverted)).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(raw.values).data)
    measured = raw.measured()
    levels = None
    if not raw.is_grey and len(measured):
        levels = float(measured.min()), float(measured.max())
    kind = f"{header.kind} {header.format}"
    return ImageContents(f"{header.width}x{header.height}", kind, levels, digest.digest())


def owners_of(
    images: Sequence[Listed], patients: PatientTable | None
) -> tuple[Counter[str], tuple[str, ...]]:
    """Number of images of each patient, by a table or by headers, and what is to be said of it."""
    if patients is not None:
        matched = patients.match({"images": [NamedImage(image.id, image.path) for image in images]})
        return Counter(matched.groups["images"].values()), matched.notes
    known = [image.group if isinstance(image, StoredImage) else None for image in images]
    return Counter(group or "" for group in known), ()
