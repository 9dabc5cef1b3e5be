"""Real images for the lab: from a folder or an npz, each with its group (patient)."""

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clefgan.data import images, truth_and_groups
from clefgan.data.formats.raw import Window
from clefgan.data.formats.stored import StoredImage
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent
from clefgan.runs import folds
from submissions.names import FileNames
from submissions.table import names_nobody

GROUP_KEYS = ("group", "patient")  # of an npz or a table, looked for in this order
HEADERS = "headers"  # where the images name their patients themselves
OWN_COPIES = "exact copies"  # what a group is where none is known


@dataclass(frozen=True, slots=True, eq=False)
class Reals:
    """Real images, and who is shown.

    source : the file's or folder's name, for messages and the record
    group_source : the column or key that gave the groups
    """

    images: Images
    ids: tuple[str, ...]
    groups: tuple[str, ...]
    source: str
    group_source: str

    def digest(self) -> str:
        """SHA-256 over size, ids, groups and pixels."""
        whole = hashlib.sha256(repr((self.images.shape, self.ids, self.groups)).encode())
        whole.update(np.ascontiguousarray(self.images).data)
        return whole.hexdigest()


def read(
    path: Path,
    *,
    group: str | None = None,
    manifest: Path | None = None,
    size: int | None = None,
    window: Window | None = None,
    progress: Progress = silent,
) -> Reals:
    """Read real images and their groups.

    Parameters
    ----------
    path : a folder of images of any format, or an npz with `images`, uint8 (n, height, width)
    group : column of the table, or key of the npz; without it `group` or `patient`. An npz that has
        neither, or a folder without a table whose headers name no patients, has groups of exact
        copies only
    manifest : the table of a folder, a CSV with a column of ids (`id`, `file`, `filename` or
        `image`); without it `groups.csv` or `manifest.csv` in the folder
    size : side to which square images are reduced, by averaging blocks of pixels
    window : levels of a folder's images of more than 8 bits

    Raises
    ------
    ClefganError
        No such file or folder, images or groups that cannot be read, or a size that does not fit.
    """
    if path.is_dir():
        reals = from_folder(path, group, manifest, window, progress)
    elif path.is_file():
        if manifest is not None:
            raise ClefganError(f"{manifest}: a manifest goes with a folder; {path} is a file")
        reals = from_npz(path, group)
    else:
        raise ClefganError(f"{path}: no such folder or file; give a folder of images or an npz")
    if size is None:
        return reals
    smaller = reduced(reals.images, size, str(path))
    return Reals(smaller, reals.ids, reals.groups, reals.source, reals.group_source)


def from_folder(
    path: Path,
    group: str | None,
    manifest: Path | None,
    window: Window | None,
    progress: Progress,
) -> Reals:
    """Images of a folder; groups from a table beside them, or from the headers of all."""
    listed = images.listing(path)
    pixels = images.read(listed, window=window, progress=progress)
    ids = tuple(image.id for image in listed)
    table = manifest or beside(path, group)
    if table is None:
        if group is not None:
            raise ClefganError(
                f"{path}: no table to take {group!r} from; give --manifest, a CSV of ids and groups"
            )
        owners = [image.group for image in listed if isinstance(image, StoredImage) and image.group]
        if len(owners) == len(ids):
            return Reals(pixels, ids, tuple(owners), path.name, HEADERS)
        return Reals(pixels, ids, tuple(folds.copies(pixels)), path.name, OWN_COPIES)
    if not table.is_file():
        raise ClefganError(f"{table}: no such file; --manifest takes a CSV of ids and groups")
    column = column_of(table, group)
    if column is None:
        wanted = " or ".join(map(repr, [group.casefold()] if group else GROUP_KEYS))
        names = ", ".join(truth_and_groups.columns(table))
        raise ClefganError(
            f"{table}: no column {wanted}; its columns are {names}; name one of them with --group"
        )
    files = FileNames({image.id: image.name for image in listed})
    labels = truth_and_groups.mapping(table, column, files)
    return Reals(pixels, ids, tuple(labels[name] for name in ids), path.name, column)


def beside(folder: Path, group: str | None) -> Path | None:
    """The table that lies in a folder: of two, the one that has the column of groups."""
    there = truth_and_groups.present([folder], truth_and_groups.GROUP_FILES)
    fitting = [table for table in there if column_of(table, group) is not None]
    if len(fitting) > 1:
        raise ClefganError(f"{fitting[0]}: there is also {str(fitting[1])!r}; keep one")
    return next(iter(fitting or there), None)


def column_of(table: Path, group: str | None) -> str | None:
    """Name of the column of groups; None if the table has named columns and none is it.

    In a table without names it is the second of two.
    """
    wanted = [group.casefold()] if group else [*GROUP_KEYS]
    names = truth_and_groups.columns(table) or wanted
    return next((name for name in wanted if name in names), None)


def from_npz(path: Path, group: str | None) -> Reals:
    """Images and groups of an npz."""
    try:
        if not zipfile.is_zipfile(path):
            raise ClefganError(f"{path}: not an npz file; give a folder of images or an npz")
        with np.load(path) as file:
            keys = list(file)
            key = group or next((name for name in GROUP_KEYS if name in keys), None)
            for name in ("images", *([key] if key else [])):
                if name not in keys:
                    raise ClefganError(f"{path}: no array {name!r}; it has {', '.join(keys)}")
            pixels = file["images"]
            labels = None if key is None else file[key]
    except (ValueError, zipfile.BadZipFile) as error:
        raise ClefganError(
            f"{path}: cannot be read as an npz of plain arrays; replace it"
        ) from error
    if pixels.ndim != 3 or pixels.dtype != np.uint8 or not len(pixels):
        raise ClefganError(
            f"{path}: 'images' is {pixels.dtype} of shape {pixels.shape}; need uint8 (n, height, "
            "width), grey levels 0 to 255"
        )
    ids = tuple(f"{path.stem}_{i}" for i in range(len(pixels)))
    if labels is None:
        return Reals(pixels, ids, tuple(folds.copies(pixels)), path.name, OWN_COPIES)
    if labels.shape != (len(pixels),):
        raise ClefganError(
            f"{path}: {key!r} has shape {labels.shape} for {len(pixels)} images; need one for each"
        )
    unsaid = [i for i, label in enumerate(labels.tolist()) if names_nobody(label)]
    if unsaid:
        raise ClefganError(
            f"{path}: {key!r} of {len(unsaid)} of {len(pixels)} images is missing, such as that of "
            f"image {unsaid[0]} ({labels[unsaid[0]]!r}); give every image its group"
        )
    return Reals(pixels, ids, tuple(map(str, labels.tolist())), path.name, str(key))


def reduced(pixels: Images, size: int, where: str) -> Images:
    """Square images brought to a smaller side by averaging blocks."""
    n, height, width = pixels.shape
    if height != width or size < 1 or height % size:
        raise ClefganError(
            f"{where}: images of {width}x{height} cannot be reduced to {size}x{size}; "
            "give a side that divides theirs"
        )
    if size == height:
        return pixels
    step = height // size
    small = np.empty((n, size, size), np.uint8)
    for i, image in enumerate(pixels):
        small[i] = np.rint(image.reshape(size, step, size, step).mean(axis=(1, 3)))
    return small
