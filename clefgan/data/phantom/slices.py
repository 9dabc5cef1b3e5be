"""One axial slice of one patient."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.data.phantom import bones, lungs, mediastinum, wall
from clefgan.data.phantom.canvas import Canvas
from clefgan.data.phantom.patient import patient
from clefgan.data.phantom.scanner import expose, scanner
from clefgan.method import Images

SIZE = 128


def draw(seed: int | np.random.SeedSequence, size: int = SIZE) -> NDArray[np.uint8]:
    """An axial chest slice of the patient that `seed` stands for: uint8 (size, size).

    Every patient has one slice; level, build, pose, disease and scanner follow from the seed.
    """
    rng = np.random.default_rng(seed)
    body = patient(rng)
    canvas = Canvas(size, turn=body.turn, shift=body.shift)
    wall.draw_table(canvas, body, rng)
    wall.draw_clothes(canvas, body, rng)
    wall.draw_wall(canvas, body, rng)
    mask = lungs.draw_lungs(canvas, body, rng)
    mediastinum.draw_mediastinum(canvas, mask, body, rng)
    bones.draw_bones(canvas, body, rng)
    bones.draw_spine(canvas, body, rng)
    return expose(canvas.hounsfield(), mask.share(), scanner(rng), rng)


def in_turn(seeds: Sequence[np.random.SeedSequence], size: int) -> Images:
    """Draw slices one after the other: uint8 (n, size, size)."""
    images = np.empty((len(seeds), size, size), dtype=np.uint8)
    for i, seed in enumerate(seeds):
        images[i] = draw(seed, size)
    return images
