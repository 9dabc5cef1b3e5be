"""Between the lungs: fat, heart, great vessels, windpipe and gullet, by level of the slice."""

import numpy as np

from clefgan.data.phantom.canvas import Canvas
from clefgan.data.phantom.patient import Patient
from clefgan.data.phantom.shapes import Points, blob, ellipse, moved, scaled, smooth

FAT, SOFT, AIR = -85.0, 40.0, -990.0


# The column between the lungs: x in widths of its own, y in half chest heights.
_CORE = np.array(
    [
        (-0.2, -1.0), (0.2, -1.0), (0.7, -0.55), (1.0, -0.15), (0.95, 0.25), (0.9, 0.55),
        (0.85, 0.8), (-0.85, 0.8), (-0.9, 0.55), (-0.95, 0.25), (-1.0, -0.15), (-0.7, -0.55),
    ]
)  # fmt: skip

# Arteries and veins above the arch: x, y in half chest sizes, and radius.
_BRANCHES = (
    (-0.15, -0.30, 0.055), (-0.04, -0.22, 0.045), (0.13, -0.10, 0.042),
    (0.16, 0.12, 0.042), (0.12, -0.42, 0.050), (-0.17, -0.05, 0.040),
)  # fmt: skip

# Chambers of the heart: x, y and half axes in half axes of the heart.
_CHAMBERS = (
    (0.42, 0.10, 0.40, 0.36), (-0.22, -0.42, 0.44, 0.34),
    (-0.48, 0.12, 0.34, 0.42), (-0.02, 0.60, 0.46, 0.26),
)  # fmt: skip


def draw_mediastinum(canvas: Canvas, mask: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """Everything between the lungs; what it covers is taken out of the mask of the lungs."""
    _core(canvas, mask, body, rng)
    if body.level < 0.22:
        _above_the_arch(canvas, body, rng)
    elif body.level < 0.36:
        _arch(canvas, mask, body, rng)
    elif body.level < 0.56:
        _great_vessels(canvas, mask, body, rng)
    else:
        _heart(canvas, mask, body, rng)
    if body.level >= 0.3:
        _descending_aorta(canvas, mask, body, rng)
    if body.level > 0.86:
        _liver(canvas, mask, body, rng)


def _put(canvas: Canvas, mask: Canvas, shape: Points, hounsfield: float) -> None:
    canvas.area(shape, hounsfield)
    mask.cover(shape, 0)


def _put_tube(canvas: Canvas, mask: Canvas, path: Points, width: float, hounsfield: float) -> None:
    canvas.line(path, width, hounsfield)
    mask.strokes(path[:-1], path[1:], np.full(len(path) - 1, width), 0)


def _at(body: Patient, x: float, y: float) -> tuple[float, float]:
    """A place given in half chest widths and heights."""
    return x * body.chest_width, body.chest_y + y * body.chest_height


def _core(canvas: Canvas, mask: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """The column of fat and soft tissue from the breastbone to the spine."""
    knots = _CORE * (0.28 if body.level < 0.5 else 0.17, 1.0) + rng.normal(0.0, 0.018, _CORE.shape)
    shape = moved(smooth(knots * (body.chest_width, body.chest_height)), 0.0, body.chest_y)
    _put(canvas, mask, shape, FAT + rng.uniform(0, 60))
    canvas.area(ellipse(*_at(body, 0.06, 0.36), 0.035, 0.026), SOFT)  # the gullet


def _above_the_arch(canvas: Canvas, body: Patient, rng: np.random.Generator) -> None:
    for x, y, size in _BRANCHES:
        centre = _at(body, x + rng.normal(0, 0.012), y + rng.normal(0, 0.02))
        canvas.area(blob(rng, *centre, size, size, rough=0.05), body.enhanced)
    _windpipe(canvas, body, 0.0, 0.12, 0.046, rng)


def _arch(canvas: Canvas, mask: Canvas, body: Patient, rng: np.random.Generator) -> None:
    start, end = np.array(_at(body, -0.10, -0.38)), np.array(_at(body, 0.24, 0.40))
    middle = np.array(_at(body, 0.26, -0.05))
    t = np.linspace(0.0, 1.0, 12)[:, None]
    path = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
    size = float(rng.uniform(0.085, 0.105))
    for point in path:
        _put(canvas, mask, ellipse(point[0], point[1], size, size), body.enhanced)
    canvas.area(blob(rng, *_at(body, -0.24, -0.22), 0.055, 0.065), body.enhanced)
    _windpipe(canvas, body, -0.06, 0.10, 0.049, rng)


def _great_vessels(canvas: Canvas, mask: Canvas, body: Patient, rng: np.random.Generator) -> None:
    blood = body.enhanced
    _put(canvas, mask, blob(rng, *_at(body, 0.14, -0.38), 0.11, 0.105, rough=0.03), blood - 10)
    trunk = np.array([_at(body, 0.18, -0.3), _at(body, 0.24, -0.02), _at(body, 0.34, 0.12)])
    right = np.array([_at(body, 0.12, -0.24), _at(body, -0.05, -0.06), _at(body, -0.32, 0.04)])
    _put_tube(canvas, mask, trunk, 0.13, blood - 10)
    _put_tube(canvas, mask, right, 0.085, blood - 10)
    _put(canvas, mask, blob(rng, *_at(body, -0.10, -0.40), 0.105, 0.10, rough=0.03), blood)
    _put(canvas, mask, blob(rng, *_at(body, -0.27, -0.22), 0.052, 0.062), blood + 30)
    split = (body.level - 0.36) / 0.2
    for sign in (-1.0, 1.0):  # the two main bronchi, farther apart the lower the slice
        x, y = _at(body, -0.02 + sign * (0.06 + 0.22 * split), 0.14)
        _airway(canvas, x, y, 0.042 - 0.010 * split, 0.036 - 0.006 * split, sign * 0.4)
        _put(
            canvas,
            mask,
            blob(rng, *_at(body, sign * 0.38, 0.18), 0.05, 0.07, rough=0.12),
            blood - 5,
        )


def _heart(canvas: Canvas, mask: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """Lies to the patient's left and front, its fat around it; with contrast its chambers show."""
    grow = (body.level - 0.56) / 0.44
    x, y = _at(body, 0.17 + 0.05 * grow + rng.normal(0, 0.025), -0.27 + rng.normal(0, 0.03))
    rx = body.chest_width * (0.43 + 0.06 * grow + rng.normal(0, 0.025))
    ry = body.chest_height * (0.52 + 0.04 * grow + rng.normal(0, 0.02))
    turn = 0.35 + rng.normal(0, 0.1)
    fat = blob(rng, x, y, rx, ry, turn=turn, rough=0.035)
    _put(canvas, mask, fat, FAT)
    muscle = scaled(fat, x, y, rng.uniform(0.93, 0.97))
    canvas.area(muscle, SOFT + 25)
    blood = body.enhanced
    for dx, dy, wx, wy in _CHAMBERS:
        room = blob(rng, x + dx * rx, y + dy * ry, wx * rx, wy * ry, turn=turn, rough=0.05)
        canvas.area(room, max(blood, SOFT) + rng.uniform(-15, 15))
    if rng.random() < 0.7:  # the lower vein
        _put(canvas, mask, blob(rng, *_at(body, -0.24, 0.02), 0.06, 0.055), blood - 10)


def _descending_aorta(
    canvas: Canvas, mask: Canvas, body: Patient, rng: np.random.Generator
) -> None:
    size = float(rng.uniform(0.068, 0.092))
    x, y = 0.125 + rng.normal(0, 0.012), body.spine - 0.095
    _put(canvas, mask, blob(rng, x, y, size, size, rough=0.02), body.enhanced)
    if rng.random() < 0.3:  # chalk in its wall
        turn = rng.uniform(0, 2 * np.pi)
        canvas.area(
            ellipse(x + size * np.cos(turn), y + size * np.sin(turn), 0.012, 0.018, turn), 450
        )


def _liver(canvas: Canvas, mask: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """The dome of the diaphragm in the right lung."""
    grow = (body.level - 0.86) / 0.14
    rx, ry = body.chest_width * (0.12 + 0.24 * grow), body.chest_height * (0.18 + 0.34 * grow)
    dome = blob(rng, *_at(body, -0.48, -0.10), rx, ry, turn=0.2, rough=0.05)
    _put(canvas, mask, dome, 60)


def _windpipe(
    canvas: Canvas, body: Patient, x: float, y: float, size: float, rng: np.random.Generator
) -> None:
    _airway(
        canvas, *_at(body, x + rng.normal(0, 0.012), y), size * rng.uniform(0.9, 1.15), size, 0.0
    )


def _airway(canvas: Canvas, x: float, y: float, rx: float, ry: float, turn: float) -> None:
    canvas.area(ellipse(x, y, rx + 0.013, ry + 0.013, turn), SOFT)
    canvas.area(ellipse(x, y, rx, ry, turn), AIR)
