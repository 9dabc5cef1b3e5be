"""The lungs: their outlines, and the vessels that branch through them."""

import numpy as np

from clefgan.data.phantom.canvas import Canvas
from clefgan.data.phantom.disease import draw_disease
from clefgan.data.phantom.patient import Patient
from clefgan.data.phantom.shapes import Points, ellipse, smooth

# Knots of the left lung in half chest widths and heights, from the front near the breastbone round
# by the side and the back; in the upper chest, and in the lower.
_UPPER = np.array(
    [
        (0.20, -0.78), (0.48, -0.86), (0.80, -0.52), (0.97, 0.05), (0.88, 0.62),
        (0.60, 0.96), (0.33, 0.97), (0.24, 0.62), (0.29, 0.15), (0.25, -0.35),
    ]
)  # fmt: skip
_LOWER = np.array(
    [
        (0.09, -0.92), (0.42, -0.95), (0.82, -0.62), (0.99, 0.05), (0.91, 0.64),
        (0.60, 1.00), (0.29, 1.06), (0.16, 0.66), (0.18, 0.15), (0.15, -0.40),
    ]
)  # fmt: skip

_DEPTHS = 7
_COVER = (220, 205, 180, 150, 125, 100, 80)  # of 255, by depth: small vessels half fill a pixel
_SEEN = (0.70, 0.55, 0.46, 0.42, 0.40, 0.38, 0.36)  # a vessel that leaves the slice is a gap
_SPLITS = (0.95, 0.9, 0.85, 0.8, 0.75, 0.6, 0.0)  # chance of each of two branches


def draw_lungs(canvas: Canvas, body: Patient, rng: np.random.Generator) -> Canvas:
    """Draw both lungs with what is in them; return the mask of the lungs."""
    mask, cover = canvas.mask(), canvas.mask()
    air = rng.uniform(-900, -840)
    for sign in (-1.0, 1.0):
        shape = outline(body, sign, rng)
        canvas.area(shape, air)
        mask.cover(shape, 255)
    draw_disease(cover, body, rng)
    for sign in (-1.0, 1.0):
        _draw_fissure(cover, body, sign, rng)
        _draw_vessels(cover, body, sign, rng)
        _draw_bronchi(cover, body, sign, rng)
    canvas.fill(cover, 40, within=mask)
    return mask


def outline(body: Patient, sign: float, rng: np.random.Generator) -> Points:
    """Return the outline of one lung before the heart is set into it; `sign` -1: the right lung."""
    low = float(np.clip(body.level / 0.5, 0.0, 1.0))
    knots = _UPPER + (_LOWER - _UPPER) * low + rng.normal(0.0, 0.022, _UPPER.shape)
    shape = smooth(knots * (sign * body.chest_width, body.chest_height))
    shape[:, 1] += body.chest_y
    return shape


def _draw_vessels(cover: Canvas, body: Patient, sign: float, rng: np.random.Generator) -> None:
    """Trees from the hilum outwards, and the dots of vessels that cross the slice."""
    hilum = np.array([sign * 0.26 * body.chest_width, body.chest_y + 0.08 * body.chest_height])
    n_trees = int(rng.integers(8, 12))
    outward = 0.0 if sign > 0 else np.pi
    angles = outward + np.linspace(-1.9, 1.9, n_trees) + rng.normal(0.0, 0.2, n_trees)
    starts = hilum + rng.normal(0.0, 0.06, (n_trees, 2)) * (1.0, 1.5)
    lengths = body.chest_width * rng.uniform(0.13, 0.28, n_trees)
    widths = rng.uniform(0.009, 0.031, n_trees)
    for depth in range(_DEPTHS):
        n = len(angles)
        bends = angles + rng.normal(0.0, 0.3, n)
        ends = starts + lengths[:, None] * np.stack([np.cos(bends), np.sin(bends)], axis=1)
        seen = rng.random(n) < _SEEN[depth]
        cover.strokes(starts[seen], ends[seen], widths[seen], _COVER[depth])
        keep = rng.random(2 * n) < _SPLITS[depth]
        angles = np.concatenate(
            [angles + rng.uniform(0.15, 0.7, n), angles - rng.uniform(0.15, 0.7, n)]
        )[keep]
        starts = np.tile(ends, (2, 1))[keep]
        lengths = np.tile(lengths, 2)[keep] * rng.uniform(0.5, 0.95, len(angles))
        widths = np.tile(widths, 2)[keep] * rng.uniform(0.6, 0.85, len(angles))
    _draw_dots(cover, body, sign, hilum, rng)


def _draw_dots(
    cover: Canvas, body: Patient, sign: float, hilum: Points, rng: np.random.Generator
) -> None:
    n = 45
    near = rng.beta(1.3, 1.3, n)  # 0 at the hilum, 1 at the wall
    angle = rng.uniform(-2.0, 2.0, n) + (0.0 if sign > 0 else np.pi)
    reach = np.array([body.chest_width, body.chest_height * 1.2]) * 0.85
    places = hilum + near[:, None] * reach * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    sizes = rng.uniform(0.012, 0.03, n) * (1.15 - 0.75 * near)
    half = sizes[:, None] * (0.5, 0.0)
    cover.strokes(places - half, places + half, sizes, 205)


def _draw_fissure(cover: Canvas, body: Patient, sign: float, rng: np.random.Generator) -> None:
    """A faint thin line from the hilum to the wall."""
    if rng.random() < 0.5:
        return
    x = np.linspace(0.25, 1.0, 12)
    start, slope, bend = rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.5), rng.uniform(-0.3, 0.3)
    y = start + slope * x + bend * (x - 0.6) ** 2
    path = np.stack([sign * x * body.chest_width, body.chest_y + y * body.chest_height], axis=1)
    cover.strokes(path[:-1], path[1:], np.full(11, 0.006), 55)


def _draw_bronchi(cover: Canvas, body: Patient, sign: float, rng: np.random.Generator) -> None:
    """Open airways near the hilum, each beside its artery."""
    for _ in range(int(rng.integers(1, 4))):
        x = sign * rng.uniform(0.30, 0.50) * body.chest_width
        y = body.chest_y + rng.uniform(-0.15, 0.45) * body.chest_height
        size = rng.uniform(0.011, 0.018)
        beside = rng.normal(0.0, 0.02, 2)
        cover.cover(ellipse(x + beside[0], y + beside[1], size * 1.6, size * 1.6), 220)
        cover.cover(ellipse(x, y, size + 0.009, size + 0.009), 190)
        cover.cover(ellipse(x, y, size, size), 0)
