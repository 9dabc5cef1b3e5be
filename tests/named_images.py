"""A tiny challenge whose candidates have the names that are asked for."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF"}


def picture(path: Path, value: int) -> None:
    """An 8-bit grey image, of the format that the last ending of its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(value).integers(0, 256, (16, 16), dtype=np.uint8)
    Image.fromarray(pixels).save(path, format=FORMATS.get(path.suffix.lower(), "PNG"))


def challenge(root: Path, candidates: Sequence[str], truth: Sequence[str] = ()) -> Path:
    """A tiny challenge; `truth` names the candidates in truth.csv, every second one is used."""
    for n, role in enumerate(("generated", "real_used", "real_not_used")):
        for i in range(6):
            picture(root / "dev" / role / f"{role}_{i}.png", 100 * n + i)
    for i in range(4):
        picture(root / "test" / "generated" / f"g_{i}.png", 400 + i)
    for i, name in enumerate(candidates):
        picture(root / "test" / "real_unknown" / name, 500 + i)
    if truth:
        lines = [f"{name},{i % 2}\n" for i, name in enumerate(truth)]
        (root / "truth.csv").write_text("".join(lines))
    return root
