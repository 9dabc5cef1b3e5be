"""Maps that keep an image's detail and leave out what all images of a kind share.

The anatomy that every chest slice has lies in coarse structure and drowns a comparison; what a
generator copies of one image lies in finer bands. A map takes uint8 or float images (n, height,
width) and gives float32 of the same shape. Blurs are products with a smoothing matrix: the edge is
repeated outwards, and a matrix product is faster than a convolution at these sizes. The matrix is 0
but for a band, so it is multiplied a few rows at a time, with the pixels in their reach.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from clefgan.errors import ClefganError

Maps = NDArray[np.float32]

ROWS = 16  # of a smoothing matrix that are multiplied at a time
REACH = 4.0  # of a blur, in its standard deviations; beyond, SciPy's weights are 0
FLOOR = 4.0
"""Squared grey levels added to the local strength: below it, differences are noise."""


def band_pass(images: NDArray[np.generic], narrow: float = 1.0, wide: float = 3.0) -> Maps:
    """Difference of two Gaussian blurs: structure between the two scales.

    Parameters
    ----------
    images : (n, height, width), uint8 or floats
    narrow, wide : standard deviations in pixels; 0 is no blur

    Returns
    -------
    float32 array of shape (n, height, width), grey levels around 0.

    Raises
    ------
    ClefganError
        The scales are not `0 <= narrow < wide`.

    References
    ----------
    Marr, Hildreth (1980), doi:10.1098/rspb.1980.0020.
    """
    check(narrow, wide)
    return _band(images.astype(np.float32), narrow, wide)


def local_contrast(
    images: NDArray[np.generic], narrow: float = 1.0, wide: float = 3.0, floor: float = FLOOR
) -> Maps:
    """Band-pass divided by its strength around each pixel, so that faint detail counts as much.

    The strength is the root of `floor` plus the squared band-pass, blurred by twice `wide`.

    Returns
    -------
    float32 array of shape (n, height, width), near -3 to 3.

    Raises
    ------
    ClefganError
        The scales are not `0 <= narrow < wide`, or the floor is not above 0.

    References
    ----------
    Pinto, Cox, DiCarlo (2008), doi:10.1371/journal.pcbi.0040027 (local input divisive
    normalisation); a Gaussian neighbourhood and the floor are our choice.
    """
    check(narrow, wide)
    if not floor > 0:
        raise ClefganError(f"local contrast: floor {floor} must be above 0; give squared levels")
    return over_strength(_band(images.astype(np.float32), narrow, wide), wide, floor)


def over_strength(band: Maps, wide: float, floor: float = FLOOR) -> Maps:
    """Divide a band by the root of `floor` plus its square, blurred by twice `wide`."""
    strength = blurred(band * band, 2 * wide)
    np.maximum(strength, 0, out=strength)
    strength += np.float32(floor)
    return np.divide(band, np.sqrt(strength, out=strength))


def unit_rows(maps: NDArray[np.generic]) -> Maps:
    """Each image as a centred row of length 1; a constant image is all 0: (n, n_pixels)."""
    rows = maps.reshape(len(maps), -1).astype(np.float32)
    rows -= rows.mean(axis=1, dtype=np.float64, keepdims=True).astype(np.float32)
    exact = rows.astype(np.float64)  # at once: as vecdot's dtype it takes 20 times as long
    lengths = np.sqrt(np.vecdot(exact, exact))
    constant = lengths <= 1e-4 * np.sqrt(rows.shape[1])
    rows[constant] = 0
    rows /= np.where(constant, 1, lengths)[:, None].astype(np.float32)
    return rows


def blurred(maps: Maps, sigma: float) -> Maps:
    """Gaussian blur of each map, the edge repeated outwards; `sigma` in pixels."""
    if sigma == 0:
        return maps
    n, height, width = maps.shape
    across, down = np.empty(maps.shape, np.float32), np.empty(maps.shape, np.float32)
    rows, smooth_rows = maps.reshape(n * height, width), across.reshape(n * height, width)
    for part in bands(width, sigma):
        np.matmul(rows[:, part.reach], part.weights.T, out=smooth_rows[:, part.pixels])
    for part in bands(height, sigma):
        np.matmul(part.weights, across[:, part.reach], out=down[:, part.pixels])
    return down


class Band(NamedTuple):
    """Some rows of a smoothing matrix: what they give, what they need, and their weights."""

    pixels: slice
    reach: slice
    weights: Maps


@cache
def bands(n: int, sigma: float) -> tuple[Band, ...]:
    """Return `smoothing` without the zeros beside its band, a few rows at a time."""
    matrix, reach = smoothing(n, sigma), int(REACH * sigma + 0.5)
    parts = []
    for start in range(0, n, ROWS):
        stop = min(n, start + ROWS)
        columns = slice(max(0, start - reach), min(n, stop + reach))
        weights = np.ascontiguousarray(matrix[start:stop, columns])
        parts.append(Band(slice(start, stop), columns, weights))
    return tuple(parts)


@cache
def smoothing(n: int, sigma: float) -> Maps:
    """Matrix that blurs a row of `n` pixels: (n, n), each row sums to 1."""
    matrix = scipy.ndimage.gaussian_filter1d(
        np.eye(n), sigma, axis=0, mode="nearest", truncate=REACH
    )
    return np.asarray(matrix, np.float32)


def check(narrow: float, wide: float) -> None:
    """Refuse scales that leave no band."""
    if not 0 <= narrow < wide:
        raise ClefganError(
            f"band-pass: scales {narrow} and {wide} leave no band; give 0 <= narrow < wide, pixels"
        )


def _band(maps: Maps, narrow: float, wide: float) -> Maps:
    return np.subtract(blurred(maps, narrow), blurred(maps, wide))
