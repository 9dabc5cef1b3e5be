"""The images of one role: ids beside pixels, and no pixel decoded before it is needed."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from clefgan.data import images
from clefgan.data.formats.grid import Size
from clefgan.data.formats.raw import Header, Window
from clefgan.data.images import Encoded
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent
from clefgan.similarity.threads import cores
from submissions.names import FileNames

WITH_SIZE = "bring them to one size with --size"
"""What a command can do about images of different sizes, as each that reads a challenge can."""


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Images of one role, naturally sorted by id.

    Parameters
    ----------
    role : such as `dev used`; for people
    where : the folder or dataset that holds them
    items : the encoded images, at least one
    window : levels for images of more than 8 bits, or None to refuse them
    size : height and width to which all are brought, or None to refuse different sizes
    """

    role: str
    where: str
    items: tuple[Encoded, ...] = field(repr=False)
    window: Window | None = None
    size: Size | None = None

    def __len__(self) -> int:
        """Number of images."""
        return len(self.items)

    def __getitem__(self, rows: slice, /) -> Images:
        """Decode some of the images, at least one: the engine's `Rows`, read block by block.

        Raises
        ------
        ClefganError
            As `load` does.
        """
        return images.read(self.items[rows], window=self.window, size=self.size, remedy=WITH_SIZE)

    @property
    def ids(self) -> tuple[str, ...]:
        """The id of each image, in the order of `load`."""
        return tuple(item.id for item in self.items)

    @property
    def file_names(self) -> FileNames:
        """Id to the name of the image's file, in the order of `load`; empty where it has none."""
        return FileNames({item.id: item.file_name for item in self.items})

    def header(self) -> Header:
        """Size and kind of the first image, as it will be; nothing is decoded."""
        first = images.header(self.items[0])
        return (
            first if self.size is None else replace(first, height=self.size[0], width=self.size[1])
        )

    def refuse_another_size(self, other: "ImageSet") -> None:
        """Raise if the first image of the other role has another size than the first of this one.

        Raises
        ------
        ClefganError
            It has, or one of the two cannot be read.
        """
        own, its = self.header(), other.header()
        if (own.width, own.height) != (its.width, its.height):
            raise ClefganError(
                f"{other.where}: {other.items[0].name!r} of {other.role} is "
                f"{its.width}x{its.height}, {self.items[0].name!r} of {self.role} "
                f"{own.width}x{own.height}; {WITH_SIZE}"
            )

    def load(self, *, progress: Progress = silent) -> Images:
        """Decode all images: (n, height, width), in the order of `ids`; see `images.read`.

        Raises
        ------
        ClefganError
            An image cannot be read, or the images are of different sizes.
        """
        return images.read(
            self.items,
            window=self.window,
            size=self.size,
            remedy=WITH_SIZE,
            progress=progress,
        )

    def digest(self) -> str:
        """SHA-256 over ids and encoded images; nothing is decoded.

        The same images under the same ids have one digest, in a folder or in a TFDS dataset.
        """
        whole = hashlib.sha256()
        with ThreadPoolExecutor(cores()) as pool:
            for item, content in zip(self.items, pool.map(content_digest, self.items), strict=True):
                name = item.id.encode("utf-8", "surrogatepass")  # a file may be called anything
                whole.update(len(name).to_bytes(4, "big") + name + content)
        return whole.hexdigest()


def content_digest(item: Encoded) -> bytes:
    """SHA-256 of one encoded image."""
    return hashlib.sha256(item.read_bytes()).digest()
