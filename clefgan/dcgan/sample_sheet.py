"""A sheet of images as one PNG."""

import math
from pathlib import Path

import numpy as np
from PIL import Image

from clefgan.method import Images
from clefgan.storage.files import written_whole


def tiled(images: Images, *, gap: int = 2) -> Images:
    """Arrange images (n, height, width) on a near-square sheet, row by row; (1, rows, columns)."""
    n, height, width = images.shape
    columns = math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    sheet = np.zeros((1, rows * (height + gap) - gap, columns * (width + gap) - gap), np.uint8)
    for index, image in enumerate(images):
        top, left = (index // columns) * (height + gap), (index % columns) * (width + gap)
        sheet[0, top : top + height, left : left + width] = image
    return sheet


def write(path: Path, images: Images) -> None:
    """Write a sheet of the images as an 8-bit grey PNG."""
    with written_whole(path) as part:
        Image.fromarray(tiled(images)[0]).save(part, format="PNG")
