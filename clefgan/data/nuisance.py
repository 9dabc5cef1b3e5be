"""What an image shows of its scanner and its compression, and nothing of any generator.

Used by the image-only control: if these figures alone tell used from not used, then the two
classes differ, and a membership score above chance may owe its success to that.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.data.imageset import ImageSet
from clefgan.method import Images

Features = NDArray[np.float64]
"""(n, n_features), of any scale."""

BINS = 16  # of the grey-level histogram
BANDS = 8  # rings of the spectrum, from coarse to fine
FLOOR = 1e-6  # added before a logarithm


def features(images: Images, file_sizes: Sequence[int] | None = None) -> Features:
    """Nuisance features of each image: (n, 30), or (n, 31) with file sizes.

    Histogram (16 square roots of shares), mean and spread of the levels, share of pixels at 0 and
    at 255, log sharpness (spread of the Laplacian), log noise (median diagonal detail), and the
    log power in 8 rings of the spectrum; with `file_sizes`, the log of the file's bytes.
    """
    rows = np.stack([of_image(image) for image in images]) if len(images) else np.empty((0, 30))
    if file_sizes is None:
        return rows
    return np.column_stack([rows, np.log(np.asarray(file_sizes, np.float64) + 1)])


def of_image(image: NDArray[np.uint8]) -> Features:
    """Features of one image, (30,)."""
    levels = image.astype(np.float64)
    shares = np.bincount(image.ravel() // (256 // BINS), minlength=BINS) / max(1, image.size)
    ends = np.array([np.mean(image == 0), np.mean(image == 255)])
    simple = np.array([levels.mean(), levels.std(), *ends, sharpness(levels), noise(levels)])
    return np.concatenate([np.sqrt(shares), simple, spectrum(levels)])


def sharpness(levels: Features) -> float:
    """Log of the standard deviation of the four-neighbour Laplacian; the edge is left out."""
    inner = levels[1:-1, 1:-1]
    around = levels[:-2, 1:-1] + levels[2:, 1:-1] + levels[1:-1, :-2] + levels[1:-1, 2:]
    return float(np.log((around - 4 * inner).std() + FLOOR)) if inner.size else 0.0


def noise(levels: Features) -> float:
    """Log of the median absolute diagonal detail of 2 x 2 pixels: noise rather than structure."""
    height, width = (2 * (side // 2) for side in levels.shape)
    even = levels[:height, :width]
    detail = (even[::2, ::2] - even[::2, 1::2] - even[1::2, ::2] + even[1::2, 1::2]) / 2
    return float(np.log(np.median(np.abs(detail)) + 0.1)) if detail.size else 0.0


def spectrum(levels: Features) -> Features:
    """Log of the mean power in rings of equal width, up to the finest detail of an axis: (8,)."""
    power = np.abs(np.fft.rfft2(levels - levels.mean())) ** 2 / levels.size
    y, x = np.fft.fftfreq(levels.shape[0])[:, None], np.fft.rfftfreq(levels.shape[1])
    ring = np.minimum((np.hypot(y, x) * 2 * BANDS).astype(np.int64), BANDS - 1).ravel()
    total = np.bincount(ring, weights=power.ravel(), minlength=BANDS)
    count = np.maximum(np.bincount(ring, minlength=BANDS), 1)
    return np.log(total / count + FLOOR)


def file_sizes(images: ImageSet) -> list[int]:
    """Bytes of each encoded image, in the order of its ids."""
    return [len(item.read_bytes()) for item in images.items]
