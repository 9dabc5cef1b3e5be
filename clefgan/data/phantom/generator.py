"""The stated generator: fresh anatomy, a known share of near copies, one fingerprint on both.

A real generator that has memorised some of its training images gives them back bent, softened and
mixed with their neighbours; everything that it makes carries the texture of its upsampling. Here
both are done by hand, so that the truth is known and the leak can be set:

1. A share `leak` of the generated images are near copies. Each takes one used slice, not all
   equally often (`MEMORY`), mixes in some of another used slice that looks like it, softens the
   mixture, bends it smoothly and moves it.
2. The rest are slices of patients who are in no other role.
3. Every generated image, near copy or fresh, then passes through the same fingerprint: detail is
   lost on a coarser grid, a faint pattern of 4 x 4 pixels comes with the way back, and noise.

Texture therefore tells generated from real, but not which real image was used: for that the
generated images must be compared with the candidates.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from clefgan.method import Images

MEMORY = 0.6
"""Shape of the gamma law of how often each used slice is copied; the smaller, the more uneven."""

NEIGHBOURS = 5
"""The second slice of a near copy is one of this many that look most like the first."""

MIX = (0.05, 0.35)
"""Weight of the second slice, lowest and highest."""

BLUR = (0.3, 0.9)
"""Softening of a near copy: standard deviation in pixels, lowest and highest."""

BEND, SHIFT = 0.010, 0.010
"""Displacement of a near copy, of its knots and of the whole: standard deviations in widths."""

_KNOTS = 4  # each way; between them the displacement is smooth
_COARSE = 0.6  # blur of the coarser grid, standard deviation in pixels
_PATTERN = 1.2  # grey levels, standard deviation
_NOISE = (2.0, 4.0)  # grey levels before smoothing, lowest and highest of a generator

_Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Generated:
    """What the generator made, in an order that says nothing."""

    images: Images
    sources: NDArray[np.int64]  # (n,), which used slice was copied; -1: fresh anatomy


def n_copies(n: int, leak: float) -> int:
    """Return how many of `n` generated images are near copies."""
    return round(n * leak)


def generate(used: Images, fresh: Images, n: int, rng: np.random.Generator) -> Generated:
    """Make `n` generated images: all of `fresh`, and near copies of `used` for the rest."""
    sources = np.full(n, -1, dtype=np.int64)
    images = np.empty((n, *fresh.shape[1:]), dtype=np.float32)
    copies = n - len(fresh)
    if copies:
        often = rng.gamma(MEMORY, size=len(used))
        sources[:copies] = rng.choice(len(used), size=copies, p=often / often.sum())
        near = neighbours(used)
        for row, source in enumerate(sources[:copies]):
            images[row] = _near_copy(used, int(source), near[source], rng)
    images[copies:] = fresh
    order = rng.permutation(n)
    return Generated(images=fingerprint(images[order], rng), sources=sources[order])


def neighbours(used: Images) -> NDArray[np.int64]:
    """For each used slice, which others are closest in pixels: (n, NEIGHBOURS or fewer).

    On every fourth pixel each way and in whole numbers, so that no rounding can change the order.
    """
    flat = used[:, ::4, ::4].reshape(len(used), -1).astype(np.int64)
    squares = (flat * flat).sum(axis=1)
    distances = squares[:, None] + squares - 2 * (flat @ flat.T)
    np.fill_diagonal(distances, np.iinfo(np.int64).max)
    return np.argsort(distances, axis=1, kind="stable")[:, : min(NEIGHBOURS, len(used) - 1)]


def _near_copy(
    used: Images, source: int, near: NDArray[np.int64], rng: np.random.Generator
) -> _Field:
    image = used[source].astype(np.float32)
    if len(near):
        weight = np.float32(rng.uniform(*MIX))
        image += weight * (used[int(rng.choice(near))] - image)
    return _bent(ndimage.gaussian_filter(image, rng.uniform(*BLUR)), rng)


def _bent(image: _Field, rng: np.random.Generator) -> _Field:
    """Move every pixel by a smooth random displacement; the edge is repeated outwards."""
    height, width = image.shape
    knots = rng.normal(0.0, BEND, (2, _KNOTS, _KNOTS)) + rng.normal(0.0, SHIFT, (2, 1, 1))
    field = _between(height) @ (knots * width) @ _between(width).T
    where = field + np.mgrid[:height, :width]
    bent: _Field = ndimage.map_coordinates(image, where, order=1, mode="nearest")
    return bent


@cache
def _between(n: int) -> NDArray[np.float64]:
    """Weights of the knots at each of `n` pixels, smooth from knot to knot: (n, _KNOTS)."""
    away = np.abs(np.linspace(0, _KNOTS - 1, n)[:, None] - np.arange(_KNOTS))
    near = np.maximum(0.0, 1.0 - away)
    smooth: NDArray[np.float64] = near * near * (3 - 2 * near)
    return smooth


def fingerprint(images: _Field, rng: np.random.Generator) -> Images:
    """Leave the same traces on all images of one generator: uint8 (n, height, width)."""
    _, height, width = images.shape
    pattern = rng.normal(0.0, _PATTERN, (4, 4))
    tiled = np.tile(pattern - pattern.mean(), (height // 4 + 1, width // 4 + 1))
    noise = rng.standard_normal(images.shape, dtype=np.float32) * np.float32(rng.uniform(*_NOISE))
    made: _Field = _smooth(images, _COARSE) + _smooth(noise, 0.5) + tiled[:height, :width]
    grey: Images = np.clip(np.rint(made), 0, 255).astype(np.uint8)
    return grey


def _smooth(images: _Field, sigma: float) -> _Field:
    smooth: _Field = ndimage.gaussian_filter(images, (0.0, sigma, sigma), truncate=3.0)
    return smooth
