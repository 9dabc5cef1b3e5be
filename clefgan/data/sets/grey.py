"""Several sets of images in one grey scale, through one window and on one grid: `read_sets`."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from clefgan.data import images, listing
from clefgan.data.formats.grid import Size
from clefgan.data.formats.raw import Window
from clefgan.data.formats.stored import StoredImage
from clefgan.data.listing import Listed
from clefgan.data.sets import below, treatment
from clefgan.data.sets.windows import WindowChoice, one_window
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent

LARGEST = 128  # pixels of the longest side that images come to, unless asked otherwise


@dataclass(frozen=True, slots=True, eq=False)
class GreySet:
    """The images of one set, naturally sorted by id.

    Parameters
    ----------
    where : the folder or file that holds them
    images : uint8 (n, height, width); may be memory-mapped
    files : the file of each image
    sizes : height and width of each image as stored
    groups : id to patient, from DICOM headers or an array beside the images; None unless every
        image has one
    without_group : ids of the images that have none
    volumes : id of the volume that each image is a slice of, or None
    places : place of each slice along its volume
    modality : such as `CT`, where the files say
    """

    name: str
    where: str
    ids: tuple[str, ...]
    images: Images = field(repr=False)
    files: tuple[Path, ...] = field(repr=False)
    sizes: tuple[Size, ...] = field(repr=False)
    groups: Mapping[str, str] | None = field(repr=False)
    without_group: tuple[str, ...] = field(repr=False)
    volumes: tuple[str | None, ...] = field(repr=False)
    places: tuple[float, ...] = field(repr=False)
    modality: str | None

    def __len__(self) -> int:
        """Number of images."""
        return len(self.ids)

    def digest(self) -> str:
        """SHA-256 of ids and grey levels: the same images have one digest in any format."""
        whole = hashlib.sha256(repr((self.images.shape, self.ids)).encode())
        for image in self.images:
            whole.update(np.ascontiguousarray(image).data)
        return whole.hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class GreySets:
    """Sets by name, in one grey scale.

    window : levels shown as black and white, None where every image had 8 bits
    size : height and width of every image
    notes : sentences on what was done to the images, for a report
    """

    sets: Mapping[str, GreySet]
    window: Window | None
    size: Size
    notes: tuple[str, ...]

    def __getitem__(self, name: str) -> GreySet:
        """The set of this name."""
        return self.sets[name]

    def __iter__(self) -> Iterator[str]:
        """The names of the sets."""
        return iter(self.sets)


def read_sets(
    sources: Mapping[str, str | Path],
    *,
    window: WindowChoice = None,
    window_from: Sequence[str] = (),
    largest: int | None = LARGEST,
    progress: Progress = silent,
) -> GreySets:
    """Read sets of images of any format into one grey scale.

    Parameters
    ----------
    sources : name of a set to a folder, searched at any depth, or to one file; `FILE#NAME` names
        an array of a file that has several
    window : two levels for images of more than 8 bits; `header`: the window of their headers,
        where it is the same in all; `percentiles` of the values of `window_from`; None:
        percentiles for modalities whose levels have no unit, else an error
    window_from : sets whose values may set the window; all if not given
    largest : longest side of the grid. All images come to one grid, by area averaging: the most
        frequent size of all, no larger than this. None: sizes are kept, and must be one

    Raises
    ------
    ClefganError
        No images, images that cannot be read, several modalities, two images of one id, no
        window, or different sizes where they are to be kept.
    """
    if not sources:
        raise ClefganError("no sets of images to read")
    below_by_set = {name: below.images(source) for name, source in sources.items()}
    listed = {name: images.images for name, images in below_by_set.items()}
    listing.check_modality(
        " and ".join(map(str, sources.values())),
        [one for images in listed.values() for one in images],
    )
    sizes = {name: tuple(map(size_of, images)) for name, images in listed.items()}
    grid = common_grid(sources, sizes, largest)
    levels, said = one_window(listed, window, window_from, progress)
    sets = {
        name: grey_set(name, str(sources[name]), listed[name], sizes[name], levels, grid, progress)
        for name in sources
    }
    notes = [
        f"{said}.", *treatment.colours(listed), *treatment.resampling(sizes, grid),
        *treatment.passed_over(below_by_set), *treatment.other_arrays(listed),
    ]  # fmt: skip
    return GreySets(sets, levels, grid, tuple(notes))


def grey_set(
    name: str,
    where: str,
    listed: Sequence[Listed],
    sizes: tuple[Size, ...],
    window: Window | None,
    grid: Size,
    progress: Progress,
) -> GreySet:
    """Decode one set."""
    pixels = images.read(listed, window=window, size=grid, progress=progress)
    stored = [image if isinstance(image, StoredImage) else None for image in listed]
    groups = {image.id: image.group for image in stored if image and image.group}
    return GreySet(
        name,
        where,
        tuple(image.id for image in listed),
        pixels,
        tuple(image.path for image in listed),
        sizes,
        groups if len(groups) == len(listed) else None,
        tuple(image.id for image in listed if image.id not in groups),
        tuple(image.volume if image else None for image in stored),
        tuple(image.position if image else 0.0 for image in stored),
        next((image.modality for image in stored if image and image.modality), None),
    )


def size_of(image: Listed) -> Size:
    """Height and width of an image, from its header."""
    header = images.header(image)
    return header.height, header.width


def common_grid(
    sources: Mapping[str, str | Path], sizes: Mapping[str, Sequence[Size]], largest: int | None
) -> Size:
    """The size that all images come to.

    Raises
    ------
    ClefganError
        Sizes are to be kept, and there are several.
    """
    counts = Counter(size for sizes_of in sizes.values() for size in sizes_of)
    usual = max(counts, key=lambda size: (counts[size], size))
    if largest is None:
        if len(counts) > 1:
            where = " and ".join(map(str, sources.values()))
            raise ClefganError(
                f"{where}: images of {len(counts)} sizes: {treatment.as_counts(counts)}; bring "
                "them to one"
            )
        return usual
    if largest < 1:
        raise ClefganError(f"largest side {largest}: need at least 1 pixel")
    share = min(1.0, largest / max(usual))
    return max(1, round(usual[0] * share)), max(1, round(usual[1] * share))
