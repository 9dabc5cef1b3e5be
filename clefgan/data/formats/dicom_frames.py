"""How each frame of a DICOM file is to be understood: rescale, padding, inversion, place.

In enhanced multi-frame files these stand in functional groups, of all frames or of each.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from clefgan.data.formats.raw import ImageError, Window


@dataclass(frozen=True, slots=True, eq=False)
class FrameRecipe:
    """What stands between a frame's stored values and their meaning.

    slope, intercept : rescale; 1 and 0 where there is none
    table : dataset with the modality look-up table that takes the place of both
    padding : lowest and highest stored value of pixels that hold no measurement
    inverted : 0 is white
    bits : bits stored
    position : millimetres along the normal of the slices
    window : the first one of the header, as levels
    """

    slope: float
    intercept: float
    table: Dataset | None = field(repr=False)
    padding: tuple[float, float] | None
    inverted: bool
    bits: int
    position: float | None
    window: Window | None


def recipes(header: Dataset) -> tuple[FrameRecipe, ...]:
    """One recipe a frame.

    Raises
    ------
    ImageError
        The header gives no pixels. A value that is absent or no number is an error of pydicom's.
    """
    count = int(header.get("NumberOfFrames") or 1)
    if count < 1 or int(header.Rows) < 1 or int(header.Columns) < 1:
        raise ImageError("is DICOM whose header gives no pixels")
    refuse_high_bit(header)
    return tuple(recipe(header, frame) for frame in range(count))


def refuse_high_bit(header: Dataset) -> None:
    """Raise where the stored bits are not the lowest ones, which DICOM has not allowed since 2004.

    Raises
    ------
    ImageError
        They are not.
    """
    stored, high = header.get("BitsStored"), header.get("HighBit")
    if stored is not None and high is not None and int(high) != int(stored) - 1:
        raise ImageError(f"is DICOM whose high bit is {high} for {stored} bits, which is not read")


def recipe(header: Dataset, frame: int) -> FrameRecipe:
    """What one frame's header says."""
    transform = first(header, frame, "PixelValueTransformationSequence")
    slope = transform.get("RescaleSlope", header.get("DoseGridScaling"))
    intercept = transform.get("RescaleIntercept")
    stored = int(header.get("BitsStored") or header.BitsAllocated)
    return FrameRecipe(
        slope=1.0 if slope is None else float(slope),
        intercept=0.0 if intercept is None else float(intercept),
        table=transform if transform.get("ModalityLUTSequence") else None,
        padding=padding(header),
        inverted=header.get("PhotometricInterpretation") == "MONOCHROME1",
        bits=stored,
        position=slice_position(header, frame),
        window=window(first(header, frame, "FrameVOILUTSequence")),
    )


def first(header: Dataset, frame: int, sequence: str) -> Dataset:
    """The first functional group of this name that tells of a frame, else the header itself."""
    for groups in functional(header, frame):
        if groups.get(sequence):
            of_frame: Dataset = groups[sequence].value[0]
            return of_frame
    return header


def functional(header: Dataset, frame: int) -> Iterator[Dataset]:
    """Functional groups of a frame: its own, then those of all."""
    per_frame = header.get("PerFrameFunctionalGroupsSequence") or ()
    if frame < len(per_frame):
        yield per_frame[frame]
    yield from (header.get("SharedFunctionalGroupsSequence") or ())[:1]


def padding(header: Dataset) -> tuple[float, float] | None:
    """Lowest and highest stored value of padding."""
    value = header.get("PixelPaddingValue")
    if value is None or isinstance(value, bytes):
        return None
    limit = header.get("PixelPaddingRangeLimit")
    ends = (float(value), float(value if limit is None or isinstance(limit, bytes) else limit))
    return min(ends), max(ends)


def slice_position(header: Dataset, frame: int) -> float | None:
    """Where a frame lies along the normal of its rows and columns, in mm."""
    position = first(header, frame, "PlanePositionSequence").get("ImagePositionPatient")
    turned = first(header, frame, "PlaneOrientationSequence").get("ImageOrientationPatient")
    if position is None or turned is None or len(position) != 3 or len(turned) != 6:
        return None
    rows, columns = np.array(turned[:3], float), np.array(turned[3:], float)
    along: NDArray[np.float64] = np.cross(rows, columns)
    return float(along @ np.array(position, float))


def window(source: Dataset) -> Window | None:
    """The first window of the header as levels, PS3.3 C.11.2.1.2; None where it cannot be used."""
    centre, width = number(source.get("WindowCenter")), number(source.get("WindowWidth"))
    function = str(source.get("VOILUTFunction") or "LINEAR").upper()
    if centre is None or width is None or function not in ("LINEAR", "LINEAR_EXACT"):
        return None
    if function == "LINEAR":  # the middle of the lowest level to the middle of the highest
        centre, width = centre - 0.5, width - 1
    return (centre - width / 2, centre + width / 2) if width > 0 else None


def number(value: Any) -> float | None:
    """The first of one or several numbers."""
    if value is None or value == "":
        return None
    return float(value[0] if isinstance(value, MultiValue) else value)
