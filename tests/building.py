"""Images and data folders that several files of tests build; every pixel comes from a seed."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clefgan.method import Images
from clefgan.storage.weights import PACKAGE_FILE
from clefgan.testing.attribution import example_sources, under_test

Draw = Callable[[np.random.Generator, str], NDArray[Any]]  # one image of this set, of any size


def noise(n: int, height: int = 32, width: int | None = None, *, seed: int = 0) -> Images:
    """Images of independent grey levels; square where no width is given."""
    shape = (n, height, width or height)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def png(level: int, size: tuple[int, int] = (4, 5), mode: str = "L") -> bytes:
    """A file of one grey level."""
    file = io.BytesIO()
    Image.fromarray(np.full(size, level, np.uint8)).convert(mode).save(file, "PNG")
    return file.getvalue()


def save(folder: Path, images: NDArray[Any], name: str = "image_{}", *, start: int = 1) -> Path:
    """The images as PNG files, numbered from `start`; `name` says where the number stands."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images, start):
        Image.fromarray(image).save(folder / f"{name.format(number)}.png")
    return folder


def challenge(
    root: Path,
    sets: Mapping[str, int],
    *,
    size: int = 16,
    seed: int = 0,
    digits: int = 4,
    draw: Draw | None = None,
) -> Path:
    """A data folder with so many images a set: noise of size x size, or as `draw` draws them.

    Ids are the name of the set's folder, without the number of a set of generated or candidate
    images, and a number from 1 of so many digits: test/real_unknown_1/real_unknown_0001.png.
    """
    rng = np.random.default_rng(seed)
    for role, n in sets.items():
        images = [
            draw(rng, role) if draw else rng.integers(0, 256, (size, size), np.uint8)
            for _ in range(n)
        ]
        stem = re.sub(r"_\d+$", "", Path(role).name)
        save(root / role, np.array(images), f"{stem}_{{:0{digits}d}}")
    return root


def classes(root: Path) -> Path:
    """Three classes of 5 real and 8 generated images, 9 under test, in the layout of 2025."""
    for source in example_sources():
        save(root / "real" / source.name, source.real)
        save(root / "generated" / source.name, source.generated)
    save(root / "generated_unknown", under_test(), "generated_{}")
    truth = "".join(f"generated_{i + 1},{'abc'[i // 3]}\n" for i in range(9))
    (root / "truth.csv").write_text("id,class\n" + truth)
    return root


def levels(root: Path, *folders: str, n: int, png: Callable[[int], bytes] = png) -> Path:
    """Folders of `n` images of one level each, no two alike; ids after the folder, from 1."""
    for number, folder in enumerate(folders):
        (root / folder).mkdir(parents=True)
        for i in range(n):
            path = root / folder / f"{Path(folder).name}_{i + 1}.png"
            path.write_bytes(png(20 * number + i))
    return root


def vgg_package(folder: Path) -> Path:
    """A folder for the path of modules in which the package of VGG-16 has no weights."""
    file = vgg_file(folder)
    (file.parents[1] / "__init__.py").touch()
    return file.parents[2]


def vgg_file(folder: Path) -> Path:
    """Where that package would have its weights."""
    package, name = PACKAGE_FILE
    file = folder / "packages" / package / name
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def normal(shape: Sequence[int], seed: int = 0) -> NDArray[np.float64]:
    """Normal noise."""
    return np.random.default_rng(seed).normal(size=shape)


def grey(values: NDArray[np.float64]) -> Images:
    """The nearest grey levels."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
