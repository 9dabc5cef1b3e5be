"""The table, clothes, and the chest wall without its bones: skin, fat and muscles."""

import numpy as np

from clefgan.data.phantom.canvas import Canvas
from clefgan.data.phantom.patient import Patient
from clefgan.data.phantom.shapes import Points, blob, ring

FAT, MUSCLE, SKIN = -100.0, 50.0, 10.0


def draw_table(canvas: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """The table under the patient: a thin curved shell, sometimes a flat one, sometimes none."""
    kind = rng.random()
    x = np.linspace(-1.3, 1.3, 40)
    top = body.half_height + rng.uniform(0.015, 0.08)
    if kind < 0.55:
        bend, depth = rng.uniform(0.12, 0.22), rng.uniform(0.07, 0.15)
        for y, density in ((top, rng.uniform(-500, 300)), (top + depth, rng.uniform(-600, 100))):
            canvas.line(np.stack([x, y - bend * x**2], axis=1), 0.016, density)
    elif kind < 0.75:
        canvas.area(
            np.array([(-0.9, top), (0.9, top), (0.75, top + 0.16), (-0.75, top + 0.16)]), -890
        )
        canvas.line(np.array([(-0.9, top), (0.9, top)]), 0.014, rng.uniform(-500, -100))


def draw_clothes(canvas: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """Faint folds of a gown in front of some patients."""
    if rng.random() < 0.7:
        return
    for _ in range(int(rng.integers(2, 7))):
        start = rng.uniform(-2.3, -0.9)
        bend = np.linspace(start, start + rng.uniform(0.1, 0.5), 8)
        reach = 0.02 + np.abs(rng.normal(0.0, 0.012, 8)) + rng.uniform(0.0, 0.06)
        x, y = np.cos(bend) * (body.half_width + reach), np.sin(bend) * (body.half_height + reach)
        canvas.line(np.stack([x, y], axis=1), 0.008, rng.uniform(-930, -780))


def draw_wall(canvas: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """Skin, fat, muscles with fat between them, and the ring that carries the ribs."""
    skin = _body_outline(body, rng)
    canvas.area(skin, SKIN)
    canvas.area(skin * (1 - 0.014 / body.half_width), FAT)
    muscles, under_fat = canvas.mask(), canvas.mask()
    under_fat.cover(
        skin * (1 - (0.022 + 0.8 * body.fat) / np.array([body.half_width, body.half_height])), 255
    )
    _draw_muscles(muscles, body, rng)
    canvas.fill(muscles, MUSCLE, within=under_fat)
    _draw_fat_layers(canvas, body, rng)
    canvas.area(_chest_ring(body, 0.062), FAT)
    canvas.area(_chest_ring(body, 0.052), MUSCLE)


def _body_outline(body: Patient, rng: np.random.Generator) -> Points:
    outline = ring(body.half_width, body.half_height, body.squareness)
    x, y = outline.T
    front = y < 0
    waves = rng.normal(0.0, 0.008, 3)
    angle = np.arctan2(y, x)
    radius = 1.0 + sum(w * np.cos((k + 2) * angle + k) for k, w in enumerate(waves))
    groove = np.where(front, -0.035, 0.035) * np.exp(-((x / 0.12) ** 2))
    side = 0.47 * body.half_width
    breast = np.exp(-(((np.abs(x) - side) / 0.17) ** 2)) * body.breasts * front
    return np.stack([x * radius, y * radius - groove - breast], axis=1)


def _chest_ring(body: Patient, outside: float, n_points: int = 128) -> Points:
    """The chest wall `outside` of the cavity; heart-shaped: flatter in front, full behind."""
    outline = ring(body.chest_width + outside, body.chest_height + outside, 2.25, n_points)
    x, y = outline.T
    narrower = 1.0 - 0.10 * np.clip(-y / body.chest_height, 0.0, 1.0) ** 2
    return np.stack([x * narrower, y + body.chest_y], axis=1)


def _draw_muscles(cover: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """Pectorals, side and back muscles, and the two columns beside the spinous process."""
    cover.cover(_chest_ring(body, 0.085), 255)
    upper = max(0.0, 1.0 - body.level / 0.75)  # the muscles of the arms are thick above
    wide, high = body.chest_width, body.chest_height
    for sign in (-1.0, 1.0):
        front = body.chest_y - high + 0.035
        pectoral = blob(
            rng, sign * 0.7 * wide, front, 0.27, 0.03 + 0.06 * upper, turn=sign * 0.42, rough=0.05
        )
        spinal = blob(
            rng, sign * 0.135, body.back - body.fat - 0.1, 0.115, 0.085, turn=sign * 0.2, rough=0.04
        )
        shoulder = blob(
            rng, sign * 1.03 * wide, body.chest_y + 0.72 * high, 0.29, 0.03 + 0.11 * upper,
            turn=-sign * 0.75, rough=0.05,
        )  # fmt: skip
        side = blob(
            rng,
            sign * (wide + 0.10),
            body.chest_y + 0.15 * high,
            0.03 + 0.09 * upper,
            0.30,
            rough=0.05,
        )
        for shape in (pectoral, spinal, shoulder, side):
            cover.cover(shape, 255)


def _draw_fat_layers(canvas: Canvas, body: Patient, rng: np.random.Generator) -> None:
    """Thin dark arcs between the muscles."""
    for sign in (-1.0, 1.0):
        for _ in range(4):
            start = rng.uniform(-0.9, 1.0)
            bend = np.linspace(start, start + rng.uniform(0.3, 0.6), 9)
            reach = rng.uniform(0.075, 0.13)
            x = sign * np.cos(bend) * (body.chest_width + reach)
            y = np.sin(bend) * (body.chest_height + reach) + body.chest_y
            canvas.line(np.stack([x, y], axis=1), 0.010, rng.uniform(-90, -30))
