"""Detail: an image without the anatomy that all patients share, as an 8-bit image of its own.

The common anatomy lies in the low frequencies and decides which whole images are near each other;
what a generator remembers of one image lies in a middle band. These maps keep that band and drop
the rest. Eight bits keep products over all pairs exact and fast, and let a person look at what is
compared: 128 is nothing, and 16 levels are one standard deviation.

=========  ====================================================================
kind       of the working image `x`, `g_a` being a Gaussian of a pixels
=========  ====================================================================
band       `g_a * x - g_b * x`
contrast   the band over its own strength around each pixel
gradient   slopes of `g_a * x` downwards and to the right, over their strength
=========  ====================================================================
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Images, Progress, silent
from clefgan.similarity import detail
from clefgan.similarity.detail import Maps
from clefgan.similarity.threads import cores, single_blas
from clefgan.similarity.working_size import averages, working_shape

Kind = Literal["band", "contrast", "gradient"]
SCALES: dict[str, tuple[float, float]] = {
    "fine": (0.7, 2.0),
    "middle": (1.0, 3.0),
    "coarse": (1.5, 4.0),
}  # pixels of the working image: narrow and wide blur
BLOCK = 8  # images at a time: what they need stays in the cache of a core
CENTRE = 128
DEVIATION = 16.0  # levels to one standard deviation, so that eight of them fit on either side
NOTHING = 0.05  # grey levels; a map whose deviation is smaller is rounding


@dataclass(frozen=True)
class Detail:
    """One map, for images of one shape.

    scale : of the narrow and the wide blur, standard deviations in pixels of the working image
    work : (height, width) of the working image, no larger than the images
    """

    kind: Kind
    scale: tuple[float, float]
    work: tuple[int, int]

    @classmethod
    def like(cls, kind: Kind, scale: str, images: Images) -> "Detail":
        """Return the map whose scale goes with how fine such images are (see `resolution`)."""
        return cls(kind, SCALES[scale], working_shape(images))

    def images(self, images: Images, *, progress: Progress = silent) -> Images:
        """Return the detail, uint8 (n, height, width) of the working image.

        Of `gradient`, the slopes downwards above those to the right. An image without detail is
        128 all over.
        """
        rows, columns = self.work
        height = rows * (1 + (self.kind == "gradient"))

        def drawn(block: Images) -> Images:
            return levels(self.maps(worked(block, self.work)))

        return in_blocks(drawn, images, (height, columns), progress)

    def maps(self, working: Maps) -> Maps:
        """Return the map of working images, around 0."""
        narrow, wide = self.scale
        if self.kind != "gradient":
            band = detail.band_pass(working, narrow, wide)
            return band if self.kind == "band" else detail.over_strength(band, wide)
        soft = detail.blurred(working, narrow)
        down, right = (np.zeros_like(soft) for _ in range(2))
        np.subtract(soft[:, 1:], soft[:, :-1], out=down[:, 1:])
        np.subtract(soft[:, :, 1:], soft[:, :, :-1], out=right[:, :, 1:])
        strength = detail.blurred(down * down + right * right, 2 * wide)
        strength = np.sqrt(np.maximum(strength, 0) + np.float32(detail.FLOOR))
        return np.concatenate([down / strength, right / strength], axis=1)

    def __call__(self, images: Images, *, progress: Progress = silent) -> Maps:
        """Return (n, n_pixels) float32: the levels of the detail less 128."""
        levels = self.images(images, progress=progress).reshape(len(images), -1)
        return levels.astype(np.float32) - np.float32(CENTRE)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Images that turn into their detail, uint8, when they are sliced."""

    images: Images
    detail: Detail

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows: slice, /) -> NDArray[np.uint8]:
        return self.detail.images(np.asarray(self.images[rows]))


@dataclass(frozen=True)
class Details:
    """The working image itself and its bands at several scales, worked out together.

    work : (height, width) of the working image
    """

    scales: tuple[tuple[float, float], ...]
    work: tuple[int, int]

    def __len__(self) -> int:
        return 1 + 2 * len(self.scales)

    def views(self, images: Images, *, progress: Progress = silent) -> Images:
        """Return uint8 (n, n_views, n_pixels).

        First the working image in grey levels, then the bands, then each over its own strength.
        """
        rows, columns = self.work
        n_pixels = rows * columns

        def drawn(block: Images) -> Images:
            working = worked(block, self.work)
            blurs = {blur: detail.blurred(working, blur) for blur in {*chain(*self.scales)}}
            bands = [np.subtract(blurs[narrow], blurs[wide]) for narrow, wide in self.scales]
            wides = [wide for _, wide in self.scales]
            even = [detail.over_strength(*band) for band in zip(bands, wides, strict=True)]
            views = [np.rint(working).astype(np.uint8), *map(levels, (*bands, *even))]
            return np.stack([view.reshape(-1, n_pixels) for view in views], axis=1)

        return in_blocks(drawn, images, (len(self), n_pixels), progress)


def in_blocks(
    drawn: Callable[[Images], Images],
    images: Images,
    shape: tuple[int, int],
    progress: Progress = silent,
) -> Images:
    """Draw a few images at a time, on all cores: (n, *shape); no image depends on another."""
    pictures = np.empty((len(images), *shape), np.uint8)
    starts = range(0, len(images), BLOCK)

    def fill(start: int) -> None:
        part = slice(start, start + BLOCK)
        pictures[part] = drawn(np.asarray(images[part]))

    with single_blas(), ThreadPoolExecutor(min(cores(), max(1, len(starts)))) as pool:
        for done, _ in enumerate(pool.map(fill, starts), start=1):
            progress("detail", min(done * BLOCK, len(images)), len(images), "")
    return pictures


def worked(images: Images, work: tuple[int, int]) -> Maps:
    """Bring images to the size of the working image by averaging pixels: float32."""
    height, width = images.shape[1:]
    rows, columns = work
    if height % rows == 0 and width % columns == 0:  # whole blocks: sums are exact, and fast
        down, right = height // rows, width // columns
        maps = np.zeros((len(images), rows, columns), np.float32)
        for i in range(down):
            for j in range(right):
                maps += images[:, i::down, j::right]
        maps /= np.float32(down * right)
        return maps
    maps = images.astype(np.float32)
    if width != columns:
        maps = np.matmul(maps, averages(width, columns).T)
    if height != rows:
        maps = np.matmul(averages(height, rows), maps)
    return maps


def levels(maps: NDArray[np.float32]) -> Images:
    """Return maps as uint8, 128 for their mean, 16 levels a standard deviation of each."""
    n, height, width = maps.shape
    exact = maps.reshape(n, height * width).astype(np.float64)
    mean = exact.mean(axis=1, keepdims=True)
    exact -= mean
    spread = np.sqrt(np.vecdot(exact, exact) / (height * width))[:, None, None]
    spread = spread.astype(np.float32)
    scale = np.divide(DEVIATION, spread, out=np.zeros_like(spread), where=spread > NOTHING)
    drawn = maps - mean[:, :, None].astype(np.float32)
    drawn *= scale
    np.rint(drawn, out=drawn)
    drawn += CENTRE
    return np.asarray(np.clip(drawn, 0, 255, out=drawn), np.uint8)
