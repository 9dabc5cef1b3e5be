"""The values of one DICOM frame: decoded, unused bits cleared, rescaled.

Decoders are those of pydicom, python-gdcm and pylibjpeg-openjpeg, all under permissive licences.
"""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGExtended12Bit,
)

from clefgan.data.formats.dicom_frames import FrameRecipe
from clefgan.data.formats.raw import ImageError, RawImage, luma

INSTALL = "pip install 'clefgan[dicom]'"
UNCOMPRESSED = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
GREYS = ("MONOCHROME1", "MONOCHROME2")
DECODING = (
    ValueError, RuntimeError, NotImplementedError, AttributeError, KeyError, TypeError, OSError,
    EOFError, IndexError, OverflowError, struct.error, BytesLengthException,
)  # fmt: skip


def check_syntax(header: Dataset) -> None:
    """Refuse a transfer syntax that nothing installed decodes.

    Raises
    ------
    ImageError
        It says which one, and what to do.
    """
    syntax = header.file_meta.TransferSyntaxUID
    if syntax in UNCOMPRESSED:
        return
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        raise ImageError(
            f"is DICOM in {named(syntax)}, which is not read; convert it to Explicit VR Little "
            "Endian"
        ) from error
    if syntax == JPEGExtended12Bit and int(header.get("BitsStored") or 0) > 8:
        raise ImageError(
            f"is DICOM in {named(syntax)} with {header.BitsStored} bits, which no decoder under a "
            "permissive licence reads; convert it with `dcmdjpeg` of DCMTK"
        )
    if not decoder.is_available:
        raise ImageError(
            f"is DICOM in {named(syntax)}, for which no decoder is installed; {INSTALL}"
        )


def as_written(header: Dataset) -> UID:
    """The uncompressed transfer syntax of a file that does not name one."""
    implicit, little = header.original_encoding
    if not little:
        return ExplicitVRBigEndian
    return ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian


def named(syntax: Any) -> str:
    """`JPEG 2000 Image Compression (1.2.840.10008.1.2.4.91)`."""
    return f"{syntax.name} ({syntax})" if syntax.name != syntax else f"transfer syntax {syntax}"


def kind(header: Dataset, recipe: FrameRecipe) -> str:
    """What the values are, such as `16-bit grey`, from the header."""
    bits = recipe.bits
    if "BitsStored" not in header:  # float pixel data have none
        return f"{header.BitsAllocated}-bit float"
    photometric = str(header.get("PhotometricInterpretation", "MONOCHROME2"))
    if photometric == "PALETTE COLOR":
        return "palette"
    if photometric not in GREYS:
        return "RGB" if photometric == "RGB" else f"{photometric} colour"
    if bits == 1 and is_plain(recipe):
        return "1-bit"
    signed = "signed " if header.get("PixelRepresentation") else ""
    return f"{bits}-bit {signed}grey"


def is_plain(recipe: FrameRecipe) -> bool:
    """Whether stored values are what they mean."""
    return recipe.slope == 1 and recipe.intercept == 0 and recipe.table is None


def read(path: Path, frame: int, several: bool, recipe: FrameRecipe) -> RawImage:
    """Decode one frame.

    Raises
    ------
    ImageError
        The pixels are damaged, or no rule gives their grey levels.
    """
    header, values = decoded(path, frame, several)
    pixel_kind = kind(header, recipe)
    if values.ndim == 3 or pixel_kind == "palette":
        return RawImage(colour(header, values), pixel_kind, is_grey=True)
    values = used_bits(header, values, recipe)
    background = None
    if recipe.padding is not None:
        background = (values >= recipe.padding[0]) & (values <= recipe.padding[1])
    if pixel_kind == "1-bit":
        return RawImage(values * np.uint8(255), pixel_kind, True, recipe.inverted, background)
    is_grey = pixel_kind == "8-bit grey" and is_plain(recipe)
    if not is_plain(recipe):
        pixel_kind = f"{pixel_kind} with a rescale" if pixel_kind == "8-bit grey" else pixel_kind
        values = rescaled(values, recipe)
    return RawImage(values, pixel_kind, is_grey, recipe.inverted, background)


def decoded(path: Path, frame: int, several: bool) -> tuple[Dataset, NDArray[Any]]:
    """Header and stored values of one frame; of several frames, the others are not read."""
    syntax = "DICOM"
    try:
        header = pydicom.dcmread(path, force=True, stop_before_pixels=several)
        written = header.file_meta.get("TransferSyntaxUID")
        if written is None:
            header.file_meta.TransferSyntaxUID = as_written(header)
        syntax = f"DICOM in {named(header.file_meta.TransferSyntaxUID)}"
        if several and (written is None or written == DeflatedExplicitVRLittleEndian):
            header, several = pydicom.dcmread(path, force=True), False
            header.file_meta.TransferSyntaxUID = written or as_written(header)
        values = pixel_array(path if several else header, index=frame)
    except DECODING as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImageError(f"is {syntax} whose pixels cannot be decoded ({reason})") from error
    return header, values.astype(values.dtype.newbyteorder("="), copy=False)


def used_bits(header: Dataset, values: NDArray[Any], recipe: FrameRecipe) -> NDArray[Any]:
    """Clear the bits beside those stored: old files keep overlays in them."""
    spare = values.dtype.itemsize * 8 - recipe.bits
    syntax = header.file_meta.TransferSyntaxUID
    if values.dtype.kind not in "iu" or spare <= 0 or syntax not in UNCOMPRESSED:
        return values
    return (values << spare) >> spare  # the sign comes back with a signed type


def rescaled(values: NDArray[Any], recipe: FrameRecipe) -> NDArray[Any]:
    """Stored values by slope and intercept, or by the look-up table, in float64."""
    if recipe.table is not None:
        table: NDArray[Any] = apply_modality_lut(values, recipe.table)
        return table
    return values.astype(np.float64) * recipe.slope + recipe.intercept


def colour(header: Dataset, values: NDArray[Any]) -> NDArray[np.uint8]:
    """Grey levels of colour of 8 bits a channel."""
    if header.get("PhotometricInterpretation") == "PALETTE COLOR":
        values = apply_color_lut(values, header)
        if values.dtype == np.uint16:
            values = (values >> 8).astype(np.uint8)
    if values.dtype != np.uint8:
        raise ImageError(f"has {values.dtype.itemsize * 8} bits a channel in colour")
    return luma(values[..., :3])
