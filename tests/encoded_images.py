"""Small images as the bytes of files."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GREY = np.random.default_rng(0).integers(0, 256, (6, 5), dtype=np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (6, 5, 3), dtype=np.uint8)


def encoded(image: Image.Image, form: str = "PNG", **how: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **how)
    return file.getvalue()


def grey(size: tuple[int, int] = (6, 5), form: str = "PNG", level: int = 7) -> bytes:
    return encoded(Image.fromarray(np.full(size, level, np.uint8)), form)


def luma(colour: NDArray[np.uint8]) -> NDArray[np.float64]:
    """ITU-R BT.601, 2.5.1."""
    levels: NDArray[np.float64] = colour.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    return levels


def put(folder: Path, **files: bytes) -> Path:
    """Write `a_png=...` as `a.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / ".".join(name.rsplit("_", 1))).write_bytes(data)
    return folder
