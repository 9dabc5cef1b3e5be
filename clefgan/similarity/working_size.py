"""How fine images really are, and matrices that bring them to that size.

An image that was enlarged, or that a generator drew softly, holds no detail near its pixels. A
scale in pixels then means another thing than in the image that it was made from. So detail is
measured on a smaller *working image*, whose pixels are as fine as the images' own spectrum.
"""

import math

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Images
from clefgan.similarity.canonical import canonical

Matrix = NDArray[np.float32]

MOST = 128  # pixels along the longer side of a working image
LEAST = 32  # pixels along it at least, where the image has as many
READ = 64  # images that tell how fine they are
FAINT = 0.01  # of the strongest band of the gradients' spectrum: below it there is no detail
MARGIN = 2.0  # pixels of a working image to each that the finest detail needs; without it, what a
# generator that draws softly copied was seen less well
BANDS = 32  # rings of the spectrum, up to the finest that pixels can hold


def working_shape(like: Images) -> tuple[int, int]:
    """Height and width of the working image of images like these.

    The longer side is at most 128 pixels, and at most twice what the finest detail of the images
    needs: images that were enlarged many times are worked on near the size that they came from.
    """
    height, width = like.shape[1:]
    longer = max(height, width)
    if longer == 0 or not len(like):
        return max(1, height), max(1, width)
    as_fine = math.ceil(longer * min(1.0, MARGIN * 2 * finest(like)))
    wanted = min(MOST, max(min(LEAST, longer), as_fine))
    rows, columns = (max(1, round(side * wanted / longer)) for side in (height, width))
    return rows, columns


def finest(images: Images) -> float:
    """Highest frequency at which the images still have detail, in cycles a pixel, up to 0.5.

    The power of the gradients, averaged over rings of the spectrum, is below 1% of its peak beyond.
    Of at most 64 images, which their digests choose; 0.5 where all of them are constant.
    """
    height, width = images.shape[1:]
    squares = np.add.outer(np.fft.fftfreq(height) ** 2, np.fft.rfftfreq(width) ** 2)
    window = np.outer(*(np.hanning(side + 2)[1:-1] for side in (height, width)))
    power = np.zeros(squares.shape)
    for i in canonical(images, READ):
        image = np.asarray(images[i], np.float64)
        power += np.abs(np.fft.rfft2((image - image.mean()) * window)) ** 2
    ring = np.minimum((np.sqrt(squares) * 2 * BANDS).astype(np.int64), BANDS - 1).ravel()
    counts = np.maximum(np.bincount(ring, minlength=BANDS), 1)
    strength = np.bincount(ring, (power * squares).ravel(), BANDS) / counts
    if not strength.max() > 0:
        return 0.5
    last = np.flatnonzero(strength >= FAINT * strength.max())[-1]
    return float(last + 1) / (2 * BANDS)


def averages(side: int, smaller: int) -> Matrix:
    """The matrix (smaller, side) that averages neighbouring pixels; they may be cut in parts."""
    edges = np.linspace(0, side, smaller + 1)
    pixels = np.arange(side)
    ends = np.minimum(edges[1:, None], pixels + 1)
    starts = np.maximum(edges[:-1, None], pixels)
    overlap = np.maximum(0.0, ends - starts)
    return np.asarray(overlap / overlap.sum(axis=1, keepdims=True), np.float32)
