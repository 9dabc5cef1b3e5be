"""The embedded class data set `phantom_classes`: five subsets of patients, drawn on first use.

Each class has 20 real slices (`phantom`, a patient each), 60 generated and 30 under test: weighted
means of three slices of its own, softened and with noise. All classes have one rule, so nothing
but the patients tells them apart.
"""

import csv
from pathlib import Path

import numpy as np
from scipy import ndimage

from clefgan.data import png_files
from clefgan.data.phantom import PhantomCounts, make, workers
from clefgan.method import Images
from clefgan.storage import files, folders

NAME = "phantom_classes"
VERSION = "1.0.0"
CLASSES = tuple(f"t{number}" for number in range(1, 6))
REAL, GENERATED, TEST = 20, 60, 30  # images per class
BLENDED = 3  # slices in an image
NOISE = 4.0  # grey levels, standard deviation


def located() -> Path:
    """The folder of the data set; made on first use, whole or not at all."""
    target = files.cache("datasets") / NAME / VERSION
    if not (target / "truth.csv").is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        with folders.written_whole(target) as part:
            write(part)
    return target


def write(folder: Path, seed: int = 0) -> None:
    """Write the data set in the layout of 2025."""
    counts = PhantomCounts(
        dev_generated=0, dev_used=REAL * len(CLASSES), dev_not_used=0,
        test_generated=0, test_used=0, test_not_used=0,
    )  # fmt: skip
    patients = make(seed, 0.0, counts, many=workers.draw_many)["dev_used"].images
    rng = np.random.default_rng(seed)
    under_test: list[tuple[str, Images]] = []
    for name, real in zip(CLASSES, np.split(patients, len(CLASSES)), strict=True):
        save(folder / "real" / name, [f"real_{name}_{i + 1}" for i in range(REAL)], real)
        made = blended(real, GENERATED + TEST, rng)
        save(
            folder / "generated" / name,
            [f"generated_{name}_{i + 1}" for i in range(GENERATED)],
            made[:GENERATED],
        )
        under_test += [(name, image) for image in made[GENERATED:]]
    shuffled = [under_test[i] for i in rng.permutation(len(under_test))]
    ids = [f"generated_{i + 1}" for i in range(len(shuffled))]
    save(folder / "generated_unknown", ids, np.stack([image for _, image in shuffled]))
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("id", "class"))
        rows.writerows(zip(ids, (name for name, _ in shuffled), strict=True))


def blended(real: Images, n: int, rng: np.random.Generator) -> Images:
    """Weighted means of three slices, softened, with noise: (n, height, width)."""
    made = np.empty((n, *real.shape[1:]), np.uint8)
    for image in made:
        parents = real[rng.choice(len(real), BLENDED, replace=False)]
        mixed = np.tensordot(rng.dirichlet([2.0] * BLENDED), parents.astype(np.float64), axes=1)
        soft = ndimage.gaussian_filter(mixed, rng.uniform(0.5, 1.0))
        image[...] = np.clip(np.rint(soft + rng.normal(0, NOISE, soft.shape)), 0, 255)
    return made


def save(folder: Path, ids: list[str], images: Images) -> None:
    """Write images as 8-bit grey PNG."""
    folder.mkdir(parents=True)
    for name, image in zip(ids, images, strict=True):
        png_files.write(folder / f"{name}.png", image)
