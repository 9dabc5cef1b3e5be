"""Pixels to PNG files."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def write(path: Path, pixels: NDArray[np.generic]) -> None:
    """Write grey levels 0 to 255, an array of shape (height, width), as an 8-bit grey PNG."""
    Image.fromarray(np.asarray(pixels, np.uint8)).save(path, format="PNG")
