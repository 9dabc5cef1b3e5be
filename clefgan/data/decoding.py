"""One encoded image -> grey levels: the only place that knows Pillow and its habits.

Rules
-----
- The format is told by content, never by the file's name: PNG, JPEG or TIFF.
- 8-bit grey passes through bit for bit. Palette, RGB and 1-bit become grey by ITU-R 601 luma.
- An alpha channel is left out: the grey level is that of the colour underneath, not of a blend with
  a background that nobody named. Gamma, colour profiles and orientation (a tag, EXIF, XMP) are not
  applied: pixels come as they are stored, in PNG, JPEG and TIFF alike, and so do width and height.
- Grey of 16 or 32 bits and floats are refused, or mapped through a window of levels if given.
- Whatever else (CMYK, animations, pages, 16-bit colour) is refused: no pixel is guessed.
- A truncated file is refused, and so is any damage to a PNG. JPEG and TIFF have no checksums: other
  damage to them is refused as far as Pillow sees it.
"""

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin, TiffImagePlugin

from clefgan.data.formats.grid import MAX_PIXELS
from clefgan.data.formats.kinds import JPEG_START, PNG_START, TIFF_STARTS
from clefgan.data.formats.raw import Header, ImageError, RawImage, Window
from clefgan.errors import shortened

GREY = "8-bit grey"
KINDS = {
    "L": GREY,
    "LA": "grey and alpha",
    "P": "palette",
    "PA": "palette and alpha",
    "RGB": "RGB",
    "RGBA": "RGBA",
    "RGBX": "RGB",
    "1": "1-bit",
}
UNSIGNED, SIGNED, FLOAT = 1, 2, 3  # values of the TIFF tag SampleFormat
DEEP = {
    (16, UNSIGNED): "16-bit grey",
    (16, SIGNED): "16-bit signed grey",
    (32, UNSIGNED): "32-bit grey",
    (32, SIGNED): "32-bit signed grey",
    (32, FLOAT): "32-bit float",
}
FORMATS = ("PNG", "JPEG", "TIFF")
WIDTH, HEIGHT, BITS, PHOTOMETRIC, SAMPLE_FORMAT = 256, 257, 258, 262, 339  # TIFF tags
PILLOW_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
)


def looks_like_image(start: bytes) -> bool:
    """Whether the first 8 bytes are those of a PNG, JPEG or TIFF."""
    return start.startswith((PNG_START, JPEG_START, *TIFF_STARTS))


def header(data: bytes) -> Header:
    """Size and kind of an encoded image, from its header.

    Raises
    ------
    ImageError
        The image would be refused by `decode`, apart from 16-bit grey and damaged pixels.
    """
    image = opened(data)
    return Header(image.width, image.height, kind(image, data), image.format or "")


def decode(data: bytes, *, window: Window | None = None) -> NDArray[np.uint8]:
    """Grey levels of an encoded image, (height, width), by the rules at the top of this module.

    Raises
    ------
    ImageError
        The image is damaged, or its grey levels cannot be told without a guess.
    """
    return raw(data).grey(window)


def raw(data: bytes) -> RawImage:
    """The values of an encoded image: grey levels already, unless it has more than 8 bits.

    Raises
    ------
    ImageError
        The image is damaged, or of a kind that has no rule.
    """
    image = opened(data)
    image_kind = kind(image, data)
    try:
        image.load()
    except PILLOW_ERRORS as error:
        raise ImageError(f"cannot be decoded ({one_line(error)})") from error
    if image_kind in DEEP.values():
        values = np.asarray(image)
        unsigned = image_kind == "32-bit grey"  # Pillow has but signed integers of 32 bits
        return RawImage(values.view(np.uint32) if unsigned else values, image_kind, is_grey=False)
    if image.mode != "L":
        image.info.pop("transparency", None)  # else Pillow warns: alpha is left out, as said above
        image = image.convert("L")
    return RawImage(np.array(image, np.uint8), image_kind, is_grey=True)


def opened(data: bytes) -> Image.Image:
    """Open an image of one of the three formats that is whole, single and of a bearable size."""
    if not data:
        raise ImageError("is empty")
    if not looks_like_image(data[:8]):
        raise ImageError("is not a PNG, JPEG or TIFF")
    check_whole(data)
    try:
        image = as_stored(data)
        frames = int(getattr(image, "n_frames", 1))
    except Image.DecompressionBombError as error:
        raise ImageError(f"has more than {MAX_PIXELS} pixels") from error
    except PILLOW_ERRORS as error:
        raise ImageError("is damaged or of a kind that Pillow cannot read") from error
    if image.width * image.height > MAX_PIXELS:
        raise ImageError(f"has more than {MAX_PIXELS} pixels ({image.width}x{image.height})")
    if frames != 1:
        raise ImageError(f"holds {frames} images (an animation or pages)")
    return image


def as_stored(data: bytes) -> Image.Image:
    """Open an image whose pixels will come in the order in which the file holds them."""
    if data.startswith(TIFF_STARTS):
        return UnturnedTiff(io.BytesIO(data))
    return Image.open(io.BytesIO(data), formats=FORMATS)


class UnturnedTiff(TiffImagePlugin.TiffImageFile):
    """A TIFF that Pillow does not turn: of the three formats, it would turn this one alone.

    The orientation may stand in a tag or in XMP; the size of the image would follow the tag.
    """

    def _setup(self) -> None:
        super()._setup()
        self._size = self.tag_v2[WIDTH], self.tag_v2[HEIGHT]

    def load_end(self) -> None:
        """Leave the pixels as they are."""


def check_whole(data: bytes) -> None:
    """Find truncation and damage that Pillow may let pass."""
    if data.startswith(PNG_START):
        check_png(data)
    elif data.startswith(JPEG_START) and b"\xff\xd9" not in data[-1024:]:
        raise ImageError("is truncated")


def check_png(data: bytes) -> None:
    """Check that every chunk up to IEND is there and has the right checksum."""
    view, start = memoryview(data), len(PNG_START)
    while True:
        length = int.from_bytes(view[start : start + 4], "big")
        end = start + 12 + length
        if end > len(data):
            raise ImageError("is truncated")
        name = bytes(view[start + 4 : start + 8])
        if zlib.crc32(view[start + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise ImageError("is damaged (a checksum does not match)")
        if name == b"IEND":
            return
        start = end


def kind(image: Image.Image, data: bytes) -> str:
    """What the pixels are, such as `palette`; an error for what has no rule."""
    bits, tags = bits_of(image, data)
    signs = set(tags.get(SAMPLE_FORMAT) or (UNSIGNED,))
    if bits > 8:
        plain = image.mode.startswith(("I", "F")) and tags.get(PHOTOMETRIC) in (None, 1)
        sign = max(signs)
        deep = DEEP.get((16 if bits <= 16 and sign != FLOAT else bits, sign))
        if not plain or len(signs) != 1 or deep is None:
            raise ImageError(f"has {bits} bits a channel in mode {image.mode!r}")
        return deep
    if image.mode not in KINDS or signs != {UNSIGNED}:
        raise ImageError(f"has colour mode {image.mode!r}, which has no rule for grey levels")
    return KINDS[image.mode]


def bits_of(image: Image.Image, data: bytes) -> tuple[int, dict[int, Any]]:
    """Bits a channel in the file (Pillow reduces 16-bit colour in silence), and its TIFF tags."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        tags = {tag: image.tag_v2.get(tag) for tag in (BITS, PHOTOMETRIC, SAMPLE_FORMAT)}
        return max(tags[BITS] or (1,)), tags
    if isinstance(image, PngImagePlugin.PngImageFile):
        return data[24], {}  # IHDR comes first: 8 signature, 8 chunk head, 4 width, 4 height
    return 8, {}


def one_line(error: BaseException) -> str:
    """The message of an error, without line breaks."""
    return shortened(" ".join(str(error).split())) or type(error).__name__
