"""Challenges that are there already, with their truth, as further ones of the bench."""

import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clefgan.data import reading
from clefgan.errors import ClefganError
from clefgan.experiments.lab.bench.challenge import BenchChallenge
from clefgan.method import Images
from clefgan.runs import folds, loading

ARRAYS = ("generated", "used", "not_used")


def read(path: Path) -> BenchChallenge:
    """Return a challenge whose dev part is cut in two: to learn from, and to be measured on.

    One generator saw the used images of both halves, so both have the same generated images.

    Parameters
    ----------
    path : a folder with a dev part, or an npz with `generated`, `used` and `not_used`, uint8
        (n, height, width)

    Raises
    ------
    ClefganError
        No such file or folder, no dev part, or a class of fewer than two patients.
    """
    if path.is_dir():
        dev = loading.load_dev(reading.read(path))
        generated, used, not_used = dev.dev.generated, dev.dev.used, dev.dev.not_used
        groups = np.array(dev.groups, np.str_)
    else:
        generated, used, not_used = arrays(path)
        groups = np.array(folds.copies(np.concatenate([used, not_used])), np.str_)
    return halved(generated, used, not_used, groups)


def arrays(path: Path) -> tuple[Images, Images, Images]:
    """Read the three arrays of an npz."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        raise ClefganError(
            f"{path}: no challenge; give a folder with a dev part, or an npz with "
            f"{', '.join(ARRAYS)}"
        )
    with np.load(path) as file:
        for name in ARRAYS:
            if name not in file or file[name].ndim != 3 or file[name].dtype != np.uint8:
                raise ClefganError(
                    f"{path}: no array {name!r} of uint8 (n, height, width); it has "
                    f"{', '.join(file)}; give one with {', '.join(ARRAYS)}"
                )
        return file["generated"], file["used"], file["not_used"]


def halved(
    generated: Images, used: Images, not_used: Images, groups: NDArray[np.str_]
) -> BenchChallenge:
    """Put every second group into dev, the others among the candidates."""
    reals = np.concatenate([used, not_used])
    truth = np.arange(len(reals)) < len(used)
    half = folds.grouped(groups.tolist(), truth, 2, 0) == 0
    order = np.random.default_rng(0).permutation(np.flatnonzero(~half))
    return BenchChallenge(
        generated,
        reals[half & truth],
        reals[half & ~truth],
        np.concatenate([groups[half & truth], groups[half & ~truth]]),
        reals[order],
        generated,
        truth[order],
        groups[order],
    )
