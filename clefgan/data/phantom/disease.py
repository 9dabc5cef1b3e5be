"""What about half of the patients have: nodules, masses, cavities, consolidation, haze, fluid.

Everything is drawn as the share of a pixel that is filled (0 to 255 for none to all): what is drawn
is soft tissue, half of it is haze, and the lungs clip it.
"""

from collections.abc import Callable

import numpy as np

from clefgan.data.phantom.canvas import Canvas
from clefgan.data.phantom.patient import Patient
from clefgan.data.phantom.shapes import blob, ellipse, scaled

Place = tuple[float, float]


def draw_disease(cover: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """Draw up to two findings."""
    for _ in range(int(np.searchsorted((0.5, 0.85), rng.random()))):
        finding = _FINDINGS[int(rng.integers(len(_FINDINGS)))]
        side = rng.choice((-1.0, 1.0))
        x = side * rng.uniform(0.38, 0.85) * body.chest_width
        y = body.chest_y + rng.uniform(-0.6, 0.7) * body.chest_height
        finding(cover, body, (float(x), float(y)), rng)


def _nodules(cover: Canvas, _body: Patient, at: Place, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 6))):
        x, y = np.array(at) + rng.normal(0.0, 0.10, 2)
        size = rng.uniform(0.012, 0.034)
        cover.cover(blob(rng, x, y, size, size, rough=0.12), int(rng.integers(170, 256)))


def _mass(cover: Canvas, _body: Patient, at: Place, rng: np.random.Generator) -> None:
    """A lump with spikes."""
    size = rng.uniform(0.05, 0.12)
    angle = rng.uniform(0.0, 2 * np.pi, 14)
    reach = size * rng.uniform(1.1, 1.8, 14)
    ends = np.array(at) + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    cover.strokes(np.tile(at, (14, 1)), ends, np.full(14, 0.010), 130)
    cover.cover(blob(rng, *at, size, size * rng.uniform(0.7, 1.1), rough=0.16), 255)


def _cavity(cover: Canvas, _body: Patient, at: Place, rng: np.random.Generator) -> None:
    """A ring, as tuberculosis leaves it."""
    size, turn = rng.uniform(0.05, 0.11), rng.uniform(0.0, np.pi)
    ring = blob(rng, *at, size, size * 0.8, turn=turn, rough=0.10)
    cover.cover(ring, 235)
    cover.cover(scaled(ring, *at, rng.uniform(0.55, 0.8)), 0)
    _nodules(cover, _body, at, rng)


def _consolidation(cover: Canvas, _body: Patient, at: Place, rng: np.random.Generator) -> None:
    """Many patches that run together, airways open in them."""
    spread = rng.uniform(0.05, 0.11)
    for _ in range(26):
        x, y = np.array(at) + rng.normal(0.0, spread, 2)
        size = rng.uniform(0.015, 0.06)
        cover.cover(blob(rng, x, y, size, size, rough=0.15), int(rng.integers(120, 250)))
    for _ in range(3):
        x, y = np.array(at) + rng.normal(0.0, spread / 2, 2)
        cover.cover(ellipse(x, y, 0.012, 0.022, rng.uniform(0.0, np.pi)), 20)


def _haze(cover: Canvas, _body: Patient, at: Place, rng: np.random.Generator) -> None:
    """Ground glass: faint patches through which the vessels are seen."""
    spread = rng.uniform(0.06, 0.14)
    for value in np.sort(rng.integers(25, 85, 30)).tolist():
        x, y = np.array(at) + rng.normal(0.0, spread, 2)
        size = rng.uniform(0.02, 0.08)
        cover.cover(blob(rng, x, y, size, size * 0.8, rough=0.15), value)


def _fluid(cover: Canvas, body: Patient, at: Place, rng: np.random.Generator) -> None:
    """Fluid behind the lung: a crescent along the back."""
    side = np.sign(at[0])
    depth = rng.uniform(0.10, 0.30) * body.chest_height
    y = body.chest_y + 1.15 * body.chest_height
    x = side * 0.55 * body.chest_width
    rx = 0.62 * body.chest_width
    cover.cover(blob(rng, x, y, rx, depth * 1.5, turn=-side * 0.12, rough=0.03), 245)


_Finding = Callable[[Canvas, Patient, Place, np.random.Generator], None]
_FINDINGS: tuple[_Finding, ...] = (
    _nodules,
    _nodules,
    _mass,
    _cavity,
    _consolidation,
    _haze,
    _fluid,
)
