"""Marks of a PNG, JPEG or TIFF: EXIF and TIFF fields, PNG texts, JPEG comments, XMP."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

from clefgan.data import decoding
from clefgan.data.formats.marks import Mark, MarkKind, Marks, tells
from clefgan.data.formats.raw import ImageError

SOFTWARE = {
    "Software",
    "ProcessingSoftware",
    "ExifVersion",
    "FlashPixVersion",
    "ComponentsConfiguration",
}
DATES = {"DateTime", "DateTimeOriginal", "DateTimeDigitized", "GPSDateStamp", "Creation Time"}
PNG_KEYS = {
    "Title", "Author", "Description", "Copyright", "Creation Time", "Software", "Disclaimer",
    "Warning", "Source", "Comment",
}  # fmt: skip
XMP = 700  # field of a TIFF, which calls it XMLPacket
THUMBNAIL = 513  # JPEGInterchangeFormat, in the second directory of EXIF


def read(path: Path) -> Marks:
    """The marks of one picture.

    Raises
    ------
    ImageError
        The file is damaged.
    """
    data = path.read_bytes()
    decoding.header(data)  # an error that says what is wrong
    try:
        with Image.open(io.BytesIO(data), formats=decoding.FORMATS) as image:
            exif = image.getexif()
            image.load()  # PNG texts may come after the pixels
            texts = [*fields(exif), *comments(image)]
            small = THUMBNAIL in exif.get_ifd(ExifTags.IFD.IFD1)
    except decoding.PILLOW_ERRORS as error:
        raise ImageError(f"has fields that cannot be read ({decoding.one_line(error)})") from error
    marks = (
        Mark(MarkKind.DATE if name in DATES else MarkKind.TEXT, name, value.strip())
        for name, value in texts
        if name not in SOFTWARE
    )
    return Marks(frozenset(mark for mark in marks if tells(mark.kind, mark.value)), False, small)


def fields(exif: Image.Exif) -> Iterator[tuple[str, str]]:
    """Yield the texts of EXIF and TIFF fields, each with its standard name."""
    for number, value in exif.items():
        yield from as_text("XMP" if number == XMP else ExifTags.TAGS.get(number, ""), value)
    for number, value in exif.get_ifd(ExifTags.IFD.Exif).items():
        yield from as_text(ExifTags.TAGS.get(number, ""), value)
    for number, value in exif.get_ifd(ExifTags.IFD.GPSInfo).items():
        yield from as_text(ExifTags.GPSTAGS.get(number, ""), str(value))


def comments(image: Image.Image) -> Iterator[tuple[str, str]]:
    """Yield the texts of a PNG, a JPEG's comment and XMP; a key that no standard has is ''."""
    for key, value in image.info.items():
        if key in ("comment", "xmp", "XML:com.adobe.xmp"):
            yield from as_text("Comment" if key == "comment" else "XMP", value)
    for key, value in getattr(image, "text", {}).items():
        if key != "XML:com.adobe.xmp":
            yield key if key in PNG_KEYS else "", str(value)


def as_text(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield a value that is a text."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace").replace("\0", "")
    if isinstance(value, str):
        yield name, value.strip("\0 ")
