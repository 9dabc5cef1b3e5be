"""What is left of an image when it is smoothed: the trace of the generator rather than the patient.

The residual is `x - G x`, with `G` a Gaussian of one pixel, or a Wiener filter that adapts to the
local contrast.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from baselines.features.blocks import Features, in_blocks
from clefgan.method import Images, Progress, silent

Denoiser: TypeAlias = Literal["gaussian", "wiener"]

BLOCK = 16  # images at a time
SIGMA = 1.0  # of the Gaussian, in pixels
WINDOW = 3  # of the Wiener filter, in pixels


def residual(
    images: Images | NDArray[np.float32], denoiser: Denoiser = "gaussian"
) -> NDArray[np.float32]:
    """Images less what a denoiser keeps of them, (n, height, width).

    References
    ----------
    Marra, Gragnaniello, Verdoliva, Poggi (2019), arXiv:1812.11842. The Wiener filter is that of
    Lee (1980), doi:10.1109/TPAMI.1980.4766994, with the mean local variance as noise, in the place
    of the paper's one in wavelets.
    """
    x = np.asarray(images, np.float32)
    if denoiser == "gaussian":
        smooth = scipy.ndimage.gaussian_filter(x, (0, SIGMA, SIGMA), mode="nearest")
        return np.asarray(x - smooth, np.float32)
    mean = scipy.ndimage.uniform_filter(x, (0, WINDOW, WINDOW), mode="nearest")
    square = scipy.ndimage.uniform_filter(x * x, (0, WINDOW, WINDOW), mode="nearest")
    variance = np.maximum(square - mean * mean, 0)
    noise = variance.mean(axis=(1, 2), keepdims=True)
    share = np.divide(noise, variance, out=np.ones_like(variance), where=variance > noise)
    return np.asarray((x - mean) * share, np.float32)


@dataclass(frozen=True)
class Residual:
    """The residual, a row per image; not centred."""

    denoiser: Denoiser = "gaussian"

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, height * width) float32 features, in grey levels."""

        def features(block: Images) -> Features:
            return residual(block, self.denoiser).reshape(len(block), -1)

        return in_blocks(
            features, images, n_features=int(np.prod(images.shape[1:])), block=BLOCK,
            stage="residuals", progress=progress,
        )  # fmt: skip


@dataclass(frozen=True)
class Autocorrelation:
    """Correlation of the residual with itself moved by up to `lags` pixels, and its log spread.

    The moved image comes in again on the other side (a circular correlation), and the mean is
    taken off first. Of two opposite lags, which are equal, one is kept; a flat residual has
    correlations of 0.

    References
    ----------
    The linear case of the predictors of Nguyen et al. (2025), arXiv:2503.21003, whose weights
    follow from these correlations.
    """

    lags: int = 5  # pixels, each way

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, 2 * lags * (lags + 1) + 1) float32: correlations -1..1, log grey levels."""
        places = half_plane(self.lags)
        rows, columns = (np.array(part) for part in zip(*places, strict=True))

        def features(block: Images) -> Features:
            left = residual(block)
            left -= left.mean(axis=(1, 2), keepdims=True)
            spectrum = scipy.fft.rfft2(left)
            correlation = scipy.fft.irfft2(spectrum.real**2 + spectrum.imag**2, s=left.shape[1:])
            height, width = left.shape[1:]
            energy = np.square(left, dtype=np.float64).sum(axis=(1, 2))[:, None]
            lagged = correlation[:, rows % height, columns % width]
            flat = energy <= 1e-6 * height * width
            shares = np.divide(lagged, energy, out=np.zeros_like(lagged), where=~flat)
            spread = np.log(np.sqrt(energy / (height * width)) + 1e-3)
            return np.concatenate([shares, spread], axis=1).astype(np.float32)

        return in_blocks(
            features, images, n_features=len(places) + 1, block=BLOCK,
            stage="autocorrelation", progress=progress,
        )  # fmt: skip


def half_plane(lags: int) -> list[tuple[int, int]]:
    """Lags (down, right) up to `lags`, one of each opposite pair, without (0, 0)."""
    span = range(-lags, lags + 1)
    return [(down, right) for down in span for right in span if (down, right) > (0, 0)]
