"""What the scanner adds: texture of the lung, sharpness, noise, streaks, and the display window."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
"""(size, size)."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """How one slice was taken and shown."""

    blur: float  # of the reconstruction kernel, standard deviation in pixels
    edge: float  # overshoot of a sharp kernel, 0 for a soft one
    noise: float  # HU, in the middle of the body
    centre: float  # of the display window, HU
    width: float
    circle: bool  # outside of the circle that was scanned all is black


def scanner(rng: np.random.Generator) -> Scanner:
    """A scanner and a setting drawn at random: lung windows, soft and sharp kernels."""
    centre, width = ((-450, 1600), (-500, 1500), (-500, 1600), (-600, 1500))[int(rng.integers(4))]
    return Scanner(
        blur=float(rng.uniform(0.35, 0.6)),
        edge=float(rng.uniform(0.0, 0.5)),
        noise=float(np.exp(rng.normal(np.log(17.0), 0.5))),
        centre=centre,
        width=width,
        circle=bool(rng.random() < 0.12),
    )


def expose(
    hounsfield: Field, lungs: Field, setting: Scanner, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the slice as a screen shows it: uint8 (size, size).

    Parameters
    ----------
    hounsfield : tissue, drawn sharp
    lungs : share of lung tissue of each pixel, 0 to 1
    """
    size = hounsfield.shape[0]
    f, radius = _frequency(size), _radius(size)
    kernel = np.exp(-2.0 * (np.pi * setting.blur * f) ** 2)
    kernel *= 1.0 + setting.edge * 4.0 * f * np.exp(-((f / 0.3) ** 2))
    tissue = hounsfield + lungs * _lung_texture(size, rng)
    image = np.fft.irfft2(np.fft.rfft2(tissue) * kernel, s=(size, size)).astype(np.float32)
    # Filtered back-projection: noise grows with frequency until the kernel cuts it, and is
    # strongest where the rays cross most tissue.
    depth = np.exp(-1.4 * radius**2)
    image += setting.noise * (0.25 + 0.9 * depth) * _noise(f * kernel, rng)
    image += setting.noise * 0.35 * depth * _streaks(size, rng)
    grey = (image - (setting.centre - setting.width / 2)) * (255.0 / setting.width)
    if setting.circle:
        grey[radius > 0.995] = 0.0
    levels: NDArray[np.uint8] = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return levels


def _lung_texture(size: int, rng: np.random.Generator) -> Field:
    """Clouds, lobules, and the weight that makes the lung denser towards the back; in HU."""
    f = _frequency(size)
    clouds, lobules = 1.0 / (1.0 + (f * 14.0) ** 2), f * np.exp(-((f / 0.22) ** 2))
    return (
        28.0 * _noise(clouds + 2.4 * lobules, rng)
        + np.linspace(-60.0, 60.0, size, dtype=np.float32)[:, None]
    )


def _noise(shape: Field, rng: np.random.Generator) -> Field:
    """Noise of standard deviation 1; `shape` is the amplitude of its half spectrum."""
    size = shape.shape[0]
    white = rng.standard_normal((size, size), dtype=np.float32)
    field = np.fft.irfft2(np.fft.rfft2(white) * shape, s=(size, size))
    noise: Field = (field / field.std()).astype(np.float32)
    return noise


def _streaks(size: int, rng: np.random.Generator) -> Field:
    """Noise along three fans of long, nearly level rays."""
    axis = np.arange(size)
    field = np.zeros((size, size), dtype=np.float32)
    for tilt in rng.uniform(-0.12, 0.12, 3):
        ray = rng.standard_normal(size, dtype=np.float32)
        field += ray[(axis[:, None] + np.rint(tilt * (axis - size / 2)).astype(int)) % size]
    return field


@cache
def _frequency(size: int) -> Field:
    """Radial frequency at each point of the half spectrum, in cycles a pixel."""
    down, across = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)
    frequency: Field = np.hypot(down, across).astype(np.float32)
    return frequency


@cache
def _radius(size: int) -> Field:
    """Distance from the middle, in half image widths."""
    axis = (np.arange(size, dtype=np.float32) + 0.5) * (2.0 / size) - 1.0
    radius: Field = np.hypot(axis[:, None], axis)
    return radius
