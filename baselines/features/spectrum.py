"""What frequencies an image holds: block by block, along the radius, one by one."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from baselines.features.blocks import Features, in_blocks
from baselines.features.pixels import edges
from clefgan.method import Images, Progress, silent
from clefgan.similarity.whole_numbers import Floats

BLOCK = 16  # images at a time
SIDE = 8  # of the blocks of JPEG, in pixels
LITTLE = 1e-3  # grey levels, below every real scale: an absent frequency has a finite log


@dataclass(frozen=True)
class BlockDct:
    """Log scale of each of the 63 AC coefficients of 8 x 8 blocks: their mean absolute deviation.

    A coefficient is close to Laplacian over an image; the mean absolute deviation from the median
    is the maximum-likelihood estimate of its scale.

    References
    ----------
    Giudice, Guarnera, Battiato (2021), doi:10.3390/jimaging7080128, who take sd / sqrt(2).
    """

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, 63) float32; pixels beyond the last whole block are left out."""
        transform = np.kron(cosines(), cosines()).astype(np.float32)

        def features(block: Images) -> Features:
            coefficients = transform[1:] @ cells(block)
            # any median does: of an even number of values, all between the middle two are as near
            middle = np.partition(coefficients, coefficients.shape[2] // 2, axis=2)[
                :, :, coefficients.shape[2] // 2
            ]
            deviation = np.abs(coefficients - middle[:, :, None]).mean(axis=2)
            return np.asarray(np.log(deviation + LITTLE), np.float32)

        return in_blocks(
            features, images, n_features=SIDE * SIDE - 1, block=BLOCK, stage="block DCT",
            progress=progress,
        )  # fmt: skip


def cells(images: Images) -> NDArray[np.float32]:
    """The 8 x 8 blocks of each image, (n, 64, blocks), each row by row.

    Images smaller than a block are repeated outwards to one.
    """
    short = [(0, max(0, SIDE - side)) for side in images.shape[1:]]
    x = np.pad(np.asarray(images), [(0, 0), *short], mode="edge")
    down, across = (side // SIDE for side in x.shape[1:])
    blocks = x[:, : down * SIDE, : across * SIDE].reshape(len(x), down, SIDE, across, SIDE)
    return blocks.transpose(0, 2, 4, 1, 3).reshape(len(x), SIDE * SIDE, -1).astype(np.float32)


def cosines() -> Floats:
    """The orthonormal DCT-II of 8 numbers, a row a frequency."""
    k, x = np.arange(SIDE)[:, None], np.arange(SIDE)[None, :]
    rows = np.sqrt(2 / SIDE) * np.cos(np.pi * (2 * x + 1) * k / (2 * SIDE))
    rows[0] /= np.sqrt(2)
    return np.asarray(rows)


@dataclass(frozen=True)
class RadialSpectrum:
    """Log power at each whole radius of the Fourier plane, its mean over the angle.

    References
    ----------
    Durall, Keuper, Pfreundt, Keuper (2019), arXiv:1911.00686. The Hann window, which keeps the
    edges of the image out of the spectrum, and the mean of logs are ours.
    """

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, min(height, width) / 2 - 1) float32: radii from 1, at least one."""
        height, width = images.shape[1:]
        window = np.outer(hann(height), hann(width))
        radii = radius_numbers(height, width)
        last = max(1, min(height, width) // 2 - 1)
        places = [np.flatnonzero(radii.ravel() == radius) for radius in range(1, last + 1)]

        def features(block: Images) -> Features:
            x = block.astype(np.float64)
            x -= x.mean(axis=(1, 2), keepdims=True)
            power = np.abs(np.fft.fft2(x * window)) ** 2 / (height * width)
            logs = np.log(power + LITTLE).reshape(len(block), -1)
            columns = [
                logs[:, ring].mean(axis=1) if len(ring) else np.zeros(len(logs)) for ring in places
            ]
            return np.stack(columns, axis=1).astype(np.float32)

        return in_blocks(
            features, images, n_features=last, block=BLOCK, stage="spectrum", progress=progress
        )


def hann(n: int) -> Floats:
    """The Hann window of `n` points, 0 at neither end."""
    return np.asarray(np.sin(np.pi * (np.arange(n) + 0.5) / n) ** 2)


def radius_numbers(height: int, width: int) -> Floats:
    """Distance of each Fourier coefficient from the origin, rounded, in cycles a shorter side."""
    down, across = (np.fft.fftfreq(side) * min(height, width) for side in (height, width))
    return np.asarray(np.rint(np.hypot(down[:, None], across[None, :])))


@dataclass(frozen=True)
class LogDct:
    """Log of the absolute coefficients of the cosine transform of the whole image.

    Beyond `bands` frequencies along a side, neighbouring ones are averaged, so that memory does not
    grow with the image.

    References
    ----------
    Frank, Eisenhofer, Schönherr et al. (2020), arXiv:2003.08685: log(|DCT| + 1e-12). The bands are
    ours; images of up to 64 x 64 have none.
    """

    bands: int = 64  # along each side

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, <= bands * bands) float32."""
        starts = [np.array(edges(side, self.bands)) for side in images.shape[1:]]
        sizes = [
            np.diff(np.append(start, side))
            for start, side in zip(starts, images.shape[1:], strict=True)
        ]
        area = np.outer(*sizes)

        def features(block: Images) -> Features:
            coefficients = scipy.fft.dctn(block.astype(np.float64), axes=(1, 2), norm="ortho")
            logs = np.log(np.abs(coefficients) + 1e-12)
            sums = np.add.reduceat(np.add.reduceat(logs, starts[0], axis=1), starts[1], axis=2)
            return (sums / area).reshape(len(block), -1).astype(np.float32)

        return in_blocks(
            features, images, n_features=area.size, block=BLOCK, stage="DCT", progress=progress
        )
