"""Outlines that the anatomy is made of, as points in the coordinates of the canvas."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""(n, 2), x and y."""


@cache
def _spline_basis(n_knots: int, n_points: int) -> NDArray[np.float64]:
    """Weights of a closed Catmull-Rom spline: (n_points, n_knots)."""
    t = np.arange(n_points) * n_knots / n_points
    knot, u = t.astype(int), t - t.astype(int)
    weights = 0.5 * np.stack(
        [-u + 2 * u**2 - u**3, 2 - 5 * u**2 + 3 * u**3, u + 4 * u**2 - 3 * u**3, -(u**2) + u**3]
    )
    basis = np.zeros((n_points, n_knots))
    for offset in range(4):
        basis[np.arange(n_points), (knot + offset - 1) % n_knots] += weights[offset]
    return basis


def smooth(knots: Points, n_points: int = 96) -> Points:
    """A closed smooth outline through `knots`."""
    return _spline_basis(len(knots), n_points) @ knots


@cache
def _circle(n_points: int) -> Points:
    angle = np.arange(n_points) * (2 * np.pi / n_points)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def ellipse(
    x: float, y: float, rx: float, ry: float, turn: float = 0.0, n_points: int = 40
) -> Points:
    """An ellipse about (x, y), turned clockwise on the screen by `turn` radians."""
    cos, sin = np.cos(turn), np.sin(turn)
    turned: Points = (_circle(n_points) * (rx, ry)) @ np.array([[cos, sin], [-sin, cos]]) + (x, y)
    return turned


def blob(
    rng: np.random.Generator,
    x: float,
    y: float,
    rx: float,
    ry: float,
    *,
    turn: float = 0.0,
    rough: float = 0.06,
    n_points: int = 48,
) -> Points:
    """An ellipse with a wavy outline: 2 to 5 waves around, each about `rough` of the radius."""
    angle = np.arange(n_points) * (2 * np.pi / n_points)
    waves = np.arange(2, 6)
    size = rng.normal(0.0, rough, 4) / np.sqrt(waves)
    phase = rng.uniform(0.0, 2 * np.pi, 4)
    radius = 1.0 + (size[:, None] * np.cos(waves[:, None] * angle + phase[:, None])).sum(axis=0)
    cos, sin = np.cos(turn), np.sin(turn)
    shape = _circle(n_points) * radius[:, None] * (rx, ry)
    turned: Points = shape @ np.array([[cos, sin], [-sin, cos]]) + (x, y)
    return turned


def ring(width: float, height: float, power: float, n_points: int = 128) -> Points:
    """Return a superellipse about the origin, between an ellipse (`power` 2) and a box (large)."""
    cos, sin = _circle(n_points).T
    x = width * np.sign(cos) * np.abs(cos) ** (2 / power)
    y = height * np.sign(sin) * np.abs(sin) ** (2 / power)
    return np.stack([x, y], axis=1)


def moved(shape: Points, x: float, y: float) -> Points:
    """Return the shape moved by (x, y)."""
    there: Points = shape + np.array([x, y])
    return there


def scaled(shape: Points, x: float, y: float, factor: float) -> Points:
    """Return the shape made larger or smaller about (x, y)."""
    centre = np.array([x, y])
    larger: Points = centre + (shape - centre) * factor
    return larger
