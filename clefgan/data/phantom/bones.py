"""The bones of the chest: ribs, breastbone, shoulder blades and spine."""

import numpy as np
from numpy.typing import NDArray

from clefgan.data.phantom.canvas import Canvas
from clefgan.data.phantom.patient import Patient
from clefgan.data.phantom.shapes import Points, blob, ellipse, moved, ring, scaled

MARROW, BONE = 140.0, 430.0  # HU


def draw_bones(canvas: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """Ribs, sternum, shoulder blades, vertebra."""
    for sign in (-1.0, 1.0):
        _draw_ribs(canvas, body, sign, rng)
        if body.level < 0.62:
            _draw_shoulder_blade(canvas, body, sign, rng)
    _draw_sternum(canvas, body, rng)


def _draw_ribs(canvas: Canvas, body: Patient, sign: float, rng: np.random.Generator) -> None:
    """Slanting ribs cut by the slice: bright arcs from the front round to the back."""
    lengths, gaps = rng.uniform(0.17, 0.38, 9), rng.uniform(0.13, 0.30, 9)
    starts = rng.uniform(-1.15, -0.95) + np.cumsum(lengths + gaps) - lengths - gaps
    slants, thick = rng.uniform(-0.012, 0.012, 9), rng.uniform(0.013, 0.019, 9)
    along = np.linspace(-1.0, 1.0, 9)  # of each rib
    angle = starts[:, None] + lengths[:, None] * (along + 1) / 2
    outside = 0.026 + slants[:, None] * along
    ribs = _on_chest(body, angle, outside)
    tangent = np.gradient(ribs, axis=1)
    normal = tangent[..., ::-1] * (1.0, -1.0)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    half = thick[:, None] * np.sqrt(1.02 - along**2)
    for rib in range(np.count_nonzero(starts < 1.22)):
        path, across, width = ribs[rib], normal[rib], half[rib]
        canvas.area(_band(path, across, width) * (sign, 1.0), BONE)
        marrow = _band(path[1:-1], across[1:-1], width[1:-1] - 0.008)
        canvas.area(marrow * (sign, 1.0), MARROW)


def _on_chest(body: Patient, angle: NDArray[np.float64], outside: NDArray[np.float64]) -> Points:
    """Points on the left chest wall, `outside` of the cavity; narrower in front."""
    cos, sin = np.cos(angle), np.sin(angle)
    x = np.sign(cos) * np.abs(cos) ** 0.89 * (body.chest_width + outside)
    y = np.sign(sin) * np.abs(sin) ** 0.89 * (body.chest_height + outside)
    x *= 1.0 - 0.10 * np.clip(-y / body.chest_height, 0.0, 1.0) ** 2
    return np.stack([x, y + body.chest_y], axis=-1)


def _band(path: Points, normal: Points, half: NDArray[np.float64]) -> Points:
    """Return the outline of a stroke along `path`, `half` wide to each side."""
    offset = normal * np.maximum(half, 0.001)[:, None]
    return np.concatenate([path + offset, (path - offset)[::-1]])


def _draw_shoulder_blade(
    canvas: Canvas, body: Patient, sign: float, rng: np.random.Generator
) -> None:
    """A long thin bone behind the ribs; higher up also its spine and its neck."""
    high = max(0.0, 1.0 - body.level / 0.62)
    middle = np.array(
        [
            sign * (body.chest_width * 0.84 + 0.06 * high),
            body.chest_y + body.chest_height * 0.62 + 0.05,
        ]
    )
    turn = -sign * rng.uniform(0.75, 1.0)
    along = np.array([np.cos(turn), np.sin(turn)]) * (0.12 + 0.13 * high) * sign
    bow = np.array([along[1], -along[0]]) * 0.12 * sign
    blade = _under_skin(body, np.stack([middle - along, middle + bow, middle + along]))
    canvas.line(blade, 0.030, BONE)
    canvas.line(blade, 0.010, MARROW)
    if high > 0.35:
        neck = blade[2]
        knob = blob(rng, neck[0], neck[1], 0.055, 0.038, turn=turn, rough=0.08)
        canvas.area(knob, BONE)
        canvas.area(scaled(knob, neck[0], neck[1], 0.68), MARROW)
        end = neck + np.array([sign * 0.10, 0.02 + 0.05 * rng.random()])
        spine = np.stack([middle, (middle + end) / 2 + (0.0, 0.05), end])
        canvas.line(_under_skin(body, spine), 0.024, BONE)


def _under_skin(body: Patient, points: Points) -> Points:
    """Pull points towards the middle until muscle can cover them."""
    reach = np.abs(points) / (body.half_width, body.half_height)
    outwards = (reach**body.squareness).sum(axis=1) ** (1 / body.squareness)
    deepest = 0.90 - body.fat / body.half_width
    pulled: Points = points * np.minimum(1.0, deepest / outwards)[:, None]
    return pulled


def _draw_sternum(canvas: Canvas, body: Patient, rng: np.random.Generator) -> None:
    y = body.chest_y - body.chest_height - 0.022
    width = rng.uniform(0.075, 0.105) * (1.35 if body.level < 0.2 else 1.0)
    height = rng.uniform(0.026, 0.036)
    plate = moved(ring(width, height, 3.0, 40), 0.0, y)
    for sign in (-1.0, 1.0):  # cartilage of the ribs, then the bone
        cartilage = ellipse(sign * (width + 0.075), y + 0.022, 0.075, 0.021, sign * 0.28)
        canvas.area(cartilage, rng.uniform(90, 160))
    canvas.area(plate, BONE)
    canvas.area(moved(ring(width - 0.013, height - 0.012, 3.0, 40), 0.0, y), MARROW)


def draw_spine(canvas: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """Vertebral body, canal with cord, pedicles, arch, transverse and spinous processes."""
    y, half = body.spine, float(rng.uniform(0.098, 0.118))
    canal = y + half * 0.80 + 0.055
    tail = min(body.back - body.fat - 0.02, canal + 0.25)
    for sign in (-1.0, 1.0):
        root = (sign * 0.07, canal - 0.02)
        tip = (sign * rng.uniform(0.20, 0.245), canal + rng.uniform(0.015, 0.055))
        canvas.line(np.array([root, tip]), 0.050, BONE)
        canvas.line(np.array([root, tip]), 0.022, MARROW)
        # the head of the rib that meets it
        canvas.line(
            np.array([(sign * half * 0.95, y + 0.06), (sign * 0.26, canal - 0.005)]), 0.032, BONE
        )
    arch = ellipse(0.0, canal, 0.093, 0.085)
    canvas.area(arch, BONE)
    canvas.line(np.array([(0.0, canal + 0.06), (rng.normal(0, 0.008), tail)]), 0.044, BONE)
    canvas.line(np.array([(0.0, canal + 0.075), (0.0, tail - 0.01)]), 0.014, MARROW)
    vertebra = blob(rng, 0.0, y, half, half * 0.80, rough=0.02)
    canvas.area(vertebra, BONE)
    canvas.area(scaled(vertebra, 0.0, y, 0.89), MARROW + rng.uniform(-40, 60))
    canvas.area(ellipse(0.0, canal, 0.058, 0.050), -20)
    canvas.area(ellipse(0.0, canal, 0.034, 0.028), 45)
