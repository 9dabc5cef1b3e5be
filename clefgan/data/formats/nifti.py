"""NIfTI-1 and NIfTI-2: axial slices in the orientation of DICOM, feet to head.

A volume is brought to the closest axes of the body. A slice then has the patient's right on the
left and the front at the top, as an axial DICOM image of the same patient. Values are scaled by
`scl_slope` and `scl_inter`. A fourth dimension is several volumes, `ID_1_SLICE`, `ID_2_SLICE`, ...
"""

import zlib
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from clefgan.data.formats import kinds, stacks
from clefgan.data.formats.raw import ImageError, RawImage, luma
from clefgan.data.formats.stored import StoredImage

DAMAGE = (
    ImageFileError, HeaderDataError, OSError, EOFError, zlib.error, ValueError, TypeError,
    OverflowError, KeyError,
)  # fmt: skip
IN_MEMORY = 2  # compressed volumes that are kept while their slices are read


@dataclass(frozen=True, slots=True)
class Axes:
    """Which stored axis runs left to right, back to front, feet to head, and which way."""

    stored: tuple[int, int, int]
    rising: tuple[bool, bool, bool]


def images(path: Path, name: str) -> tuple[StoredImage, ...]:
    """The slices of one file, by its header.

    Raises
    ------
    ImageError
        It is no NIfTI file, or of a shape or type that has no rule.
    """
    image = opened(path)
    shape = tuple(int(length) for length in image.shape)
    while len(shape) > 4 and shape[-1] == 1:
        shape = shape[:-1]
    if not 2 <= len(shape) <= 4 or 0 in shape:
        raise ImageError(f"is NIfTI of shape {shape}; need 2 to 4 dimensions")
    axes = body_axes(image, len(shape))
    full = (*shape, 1, 1)[:4]
    width, height, depth = (full[axis] for axis in axes.stored)
    kind = kind_of(np.dtype(image.get_data_dtype()), *scaling(image))
    n_times = full[3]
    slices = []
    for time in range(n_times):
        volume = f"{name}_{time + 1}" if n_times > 1 else name
        for level in range(depth):
            several = depth > 1 or n_times > 1
            slices.append(
                StoredImage(
                    id=f"{volume}_{level + 1}" if depth > 1 else volume,
                    path=path,
                    label=f"{path.name}, slice {level + 1}" if several else path.name,
                    size=(height, width),
                    kind=kind,
                    format="NIfTI",
                    values=partial(read, path, axes, level, time),
                    volume=volume if depth > 1 else None,
                    position=float(level),
                    in_file=depth * n_times,
                )
            )
    return tuple(slices)


def opened(path: Path) -> Any:
    """Open a NIfTI file lazily."""
    try:
        image = nibabel.load(path) if kinds.ending_of(path.name) else bare(path)
    except DAMAGE as error:
        raise ImageError("is no NIfTI file, or its header is damaged") from error
    if not isinstance(image, nibabel.Nifti1Pair):
        raise ImageError(f"is a {type(image).__name__}, not a NIfTI volume")
    return image


def bare(path: Path) -> Any:
    """Open a file whose name has no ending, by which nibabel would know it."""
    holder = {"image": nibabel.FileHolder(str(path))}
    with path.open("rb") as file:
        second = file.read(8).endswith(b"n+2\0")
    kind = nibabel.Nifti2Image if second else nibabel.Nifti1Image
    return kind.from_file_map(holder)  # type: ignore[no-untyped-call]


def scaling(image: Any) -> tuple[float, float]:
    """Slope and intercept of the header; 1 and 0 where it gives none."""
    return float(image.dataobj.slope), float(image.dataobj.inter)


def kind_of(dtype: np.dtype[Any], slope: float, intercept: float) -> str:
    """What the values are, such as `16-bit signed grey`."""
    if dtype.names:
        return "RGB"
    kind = stacks.kind_of(dtype)
    scaled = (slope, intercept) != (1, 0)
    return f"{kind} with a rescale" if kind == "8-bit grey" and scaled else kind


def body_axes(image: Any, n_dimensions: int) -> Axes:
    """The axes of the body, from the affine; those of the file where it gives none."""
    try:
        with np.errstate(divide="ignore", invalid="ignore"):  # of an affine without directions
            turned = nibabel.orientations.io_orientation(image.affine)  # type: ignore[no-untyped-call]
    except (ValueError, np.linalg.LinAlgError):
        turned = np.full((3, 2), np.nan)
    if n_dimensions < 3 or np.isnan(turned).any():
        return Axes((0, 1, 2), (True, True, True))
    order = [int(axis) for axis in np.argsort(turned[:, 0])]
    return Axes((order[0], order[1], order[2]), (*(turned[axis, 1] > 0 for axis in order),))


def read(path: Path, axes: Axes, level: int, time: int) -> RawImage:
    """Read one slice.

    Raises
    ------
    ImageError
        The file is damaged.
    """
    try:
        slope, intercept, stored = volume(path)
        plane = taken(stored, axes, level, time)
    except DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImageError(f"is NIfTI whose values cannot be read ({reason})") from error
    kind = kind_of(plane.dtype, slope, intercept)
    if plane.dtype.names:
        return RawImage(luma(np.stack([plane[channel] for channel in "RGB"], axis=-1)), kind, True)
    plane = plane.astype(plane.dtype.newbyteorder("="), copy=False)
    if (slope, intercept) != (1, 0):
        return RawImage(plane.astype(np.float64) * slope + intercept, kind, False)
    return stacks.raw(plane)


def volume(path: Path) -> tuple[float, float, Any]:
    """Slope, intercept and the stored values: mapped from disk, or unpacked if compressed."""
    if path.suffix.lower() == ".gz":
        return unpacked(path, path.stat().st_mtime_ns)
    image = opened(path)
    return (*scaling(image), image.dataobj.get_unscaled())


@lru_cache(maxsize=IN_MEMORY)
def unpacked(path: Path, _changed: int) -> tuple[float, float, NDArray[Any]]:
    """A compressed volume, whole: a slice of it cannot be read alone."""
    image = opened(path)
    return (*scaling(image), np.asarray(image.dataobj.get_unscaled()))


def taken(stored: Any, axes: Axes, level: int, time: int) -> NDArray[Any]:
    """One slice of the stored values, (height, width), front at the top, right on the left."""
    where: list[Any] = [slice(None)] * stored.ndim
    across, along, up = axes.stored
    if stored.ndim > 2:
        where[up] = level if axes.rising[2] else stored.shape[up] - 1 - level
    if stored.ndim > 3:
        where[3] = time
    where[4:] = [0] * len(where[4:])
    plane: NDArray[Any] = np.array(stored[tuple(where)])
    if across < along:
        plane = plane.T
    plane = plane[flipped(axes.rising[1]), flipped(axes.rising[0])]
    return plane


def flipped(rising: bool) -> Any:
    """A slice that turns a rising axis round: images run back from the front, and right to left."""
    return slice(None, None, -1) if rising else slice(None)
