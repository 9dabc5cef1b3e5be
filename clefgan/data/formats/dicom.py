"""DICOM: which images a file holds, by its header alone; `dicom_pixels` decodes them.

A file of one frame is one image under the file's own id. A file of several frames is that many
images, `ID_1`, `ID_2`, ..., and one volume. Files of one series that say where they lie in the
patient are a volume too, ordered along the normal of its slices (`stored.in_volumes`).

A module of this folder that imports a library is imported where a file of its format is read.
"""

import struct
from functools import partial
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.uid import UID

from clefgan.data.formats import dicom_frames, dicom_pixels
from clefgan.data.formats.raw import ImageError
from clefgan.data.formats.stored import StoredImage

NO_PREAMBLE = {".dcm", ".dicom", ".dic", ".ima"}  # endings of files read without `DICM` too
NO_DICOM = "is no DICOM file, or its header is damaged"
DAMAGE = (
    InvalidDicomError, BytesLengthException, OSError, ValueError, KeyError, EOFError, TypeError,
    AttributeError, NotImplementedError, IndexError, OverflowError, struct.error,
)  # fmt: skip
"""What pydicom raises of a damaged header, also where an element is first looked at."""


def images(path: Path, name: str) -> tuple[StoredImage, ...]:
    """The images of one file, by its header; no pixel is decoded.

    Raises
    ------
    ImageError
        It is no DICOM file, holds no image, or is in a transfer syntax that nothing installed
        reads.
    """
    header = read_header(path)
    try:
        return of_header(path, name, header)
    except DAMAGE as error:
        reason = " ".join(str(error).split())
        raise ImageError(f"is DICOM with a header that cannot be used ({reason})") from error


def of_header(path: Path, name: str, header: Dataset) -> tuple[StoredImage, ...]:
    """The images of a file whose header is read; an element of it may still be damaged."""
    if "Rows" not in header:
        kind = text(header, "Modality") or UID(header.get("SOPClassUID", "")).name
        raise ImageError(f"is DICOM without an image ({kind})" if kind else NO_DICOM)
    dicom_pixels.check_syntax(header)
    recipes = dicom_frames.recipes(header)
    several = len(recipes) > 1
    modality = text(header, "Modality")
    return tuple(
        StoredImage(
            id=f"{name}_{i + 1}" if several else name,
            path=path,
            label=f"{path.name}, frame {i + 1}" if several else path.name,
            size=(int(header.Rows), int(header.Columns)),
            kind=dicom_pixels.kind(header, recipe),
            format=f"DICOM {modality}" if modality else "DICOM",
            values=partial(dicom_pixels.read, path, i, several, recipe),
            group=text(header, "PatientID"),
            volume=name if several else None,
            series=None
            if several or recipe.position is None
            else text(header, "SeriesInstanceUID"),
            position=float(i) if recipe.position is None else recipe.position,
            modality=modality,
            own_window=recipe.window,
            syntax=header.file_meta.TransferSyntaxUID.name,
            in_file=len(recipes),
        )
        for i, recipe in enumerate(recipes)
    )


def read_header(path: Path) -> Dataset:
    """All of a file but its pixels.

    Raises
    ------
    ImageError
        It is no DICOM file, or its header is damaged.
    """
    try:
        header = pydicom.dcmread(
            path, stop_before_pixels=True, force=path.suffix.lower() in NO_PREAMBLE
        )
    except DAMAGE as error:
        raise ImageError(NO_DICOM) from error
    if not len(header):
        raise ImageError(NO_DICOM)
    if "TransferSyntaxUID" not in header.file_meta:
        header.file_meta.TransferSyntaxUID = dicom_pixels.as_written(header)
    return header


def text(header: Dataset, name: str) -> str | None:
    """A value of the header without blanks; None where it is absent or empty."""
    value: Any = header.get(name)
    return str(value).strip() or None if value is not None else None
