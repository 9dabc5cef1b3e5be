"""One image in a file that may hold many: the interface of an image file, for every format."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from clefgan.data.formats.raw import Header, RawImage, Window


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image that a reader of `clefgan.data.formats` found in a file.

    Parameters
    ----------
    id : the key from loading to run file
    label : what an error calls it, such as `a.nii, slice 3`
    size : height and width, in pixels, as stored
    kind, format : such as `16-bit grey` and `DICOM CT`, for people
    values : reads and decodes it
    group : the patient, where the file says
    volume : id of the volume that it is a slice of, and `position` its position along that volume
    series : what the files of one volume have in common; it may name the patient
    modality : such as `CT`, where the file says
    own_window : that of the file's header
    syntax : how a DICOM file is encoded
    in_file : number of images in the file
    passed_over : names of arrays of the file that could be images too, but were not asked for
    """

    id: str
    path: Path
    label: str
    size: tuple[int, int]
    kind: str
    format: str
    values: Callable[[], RawImage] = field(repr=False)
    group: str | None = field(default=None, repr=False)
    volume: str | None = None
    position: float = 0.0
    modality: str | None = None
    series: str | None = field(default=None, repr=False)
    own_window: Window | None = None
    syntax: str | None = None
    in_file: int = 1
    passed_over: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What an error calls it."""
        return self.label

    @property
    def file_name(self) -> str:
        """Name of the file, if it holds this image alone."""
        return self.path.name if self.in_file == 1 else ""

    @property
    def where(self) -> str:
        """The folder."""
        return str(self.path.parent)

    def header(self) -> Header:
        """Size and kind, from the header of the file."""
        return Header(self.size[1], self.size[0], self.kind, self.format)

    def raw(self) -> RawImage:
        """Read and decode the values of the image.

        Raises
        ------
        ImageError
            It is damaged, or nothing installed decodes it.
        """
        return self.values()

    def read_bytes(self) -> bytes:
        """Return what a digest is made of: the file, or the values where it holds many images."""
        if self.in_file == 1:
            return self.path.read_bytes()
        raw = self.raw()
        head = repr((raw.values.shape, raw.values.dtype.str, raw.kind, raw.inverted)).encode()
        return head + np.ascontiguousarray(raw.values).tobytes()

    def n_bytes(self) -> int:
        """Size on disk: an equal share of the file."""
        files = [self.path] if self.path.is_file() else self.path.rglob("*")
        return sum(file.stat().st_size for file in files if file.is_file()) // self.in_file


def in_volumes(images: Sequence[StoredImage]) -> list[StoredImage]:
    """Give the files of a series the id of its first slice as volume; a lone file has none."""
    counts = Counter(image.series for image in images)
    first: dict[str | None, StoredImage] = {}
    for image in images:
        known = first.setdefault(image.series, image)
        if image.position < known.position:
            first[image.series] = image
    return [
        replace(image, volume=first[image.series].id)
        if image.series is not None and counts[image.series] > 1
        else image
        for image in images
    ]
