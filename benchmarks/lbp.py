"""LBP codes and histogram (P 8, R 1, uniform) of 256x256 images beside scikit-image."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from baselines.features.lbp import Lbp
from benchmarks.timing import best, one_core
from clefgan.method import Images


def pictures(n: int) -> Images:
    """Real CT if `CLEFGAN_SHARED` names the folder that holds data/, else soft blobs."""
    folder = Path(os.environ.get("CLEFGAN_SHARED", "../shared")) / "data/iq_oth_nccd/png256"
    files = sorted(folder.glob("*.png"))[:n]
    if files:
        from PIL import Image

        found = np.stack([np.asarray(Image.open(file).convert("L")) for file in files])
        return np.resize(found, (n, *found.shape[1:]))
    rng = np.random.default_rng(0)
    smooth = np.cumsum(rng.normal(0, 3, (n, 256, 256)), axis=2) + rng.normal(0, 2, (n, 256, 256))
    return np.clip(smooth + 60, 0, 255).astype(np.uint8)


def peer(images: Images) -> NDArray[np.float64]:
    """The same by scikit-image, image by image."""
    from skimage.feature import local_binary_pattern

    pattern: Any = local_binary_pattern
    rows = []
    for image in images:
        codes = pattern(image, 8, 1, "uniform").astype(np.int64)
        rows.append(np.bincount(codes.ravel(), minlength=10) / codes.size)
    return np.array(rows)


def main() -> None:
    """Print images per second, ours and theirs, and the ratio."""
    images = pictures(512)
    few = images[:32]
    equal = np.array_equal(Lbp()(few), peer(few).astype(np.float32))
    with one_core():
        theirs = len(few) / best(lambda: peer(few), 3)
        ours = len(images) / best(lambda: Lbp()(images))
    all_cores = len(images) / best(lambda: Lbp()(images))
    table = Table(title="LBP (P 8, R 1, uniform) and histogram, 256x256", title_justify="left")
    for column in ("", "images/s", "ratio", "at least"):
        table.add_column(column, justify="right" if column else "left")
    table.add_row("scikit-image, one core", f"{theirs:.0f}", "1.0", "")
    table.add_row("clefgan, one core", f"{ours:.0f}", f"{ours / theirs:.1f}", "25")
    table.add_row("clefgan, all cores", f"{all_cores:.0f}", f"{all_cores / theirs:.1f}", "")
    Console().print(table, f"Same values: {'yes' if equal else 'NO'}")


if __name__ == "__main__":
    main()
