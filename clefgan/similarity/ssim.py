"""Structural similarity of all pairs: scikit-image's value for uint8 images, for every pair.

Window sums are whole numbers, so what belongs to one image is computed once an image and only the
sum of products once a pair. The kernels are in `ssim_kernels` (numba, imported on first use).

References
----------
Wang, Bovik, Sheikh, Simoncelli (2004), doi:10.1109/TIP.2003.819861. Window, constants and
sample covariance are the defaults of `skimage.metrics.structural_similarity`: 7 x 7 uniform,
K1 0.01, K2 0.03, levels 0..255, mean over the windows that lie inside the image.
"""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent
from clefgan.similarity.engine import MEMORY_MIB, nearest
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Neighbours
from clefgan.similarity.threads import in_threads
from clefgan.similarity.whole_numbers import Floats, Rows

WINDOW = 7


@dataclass(frozen=True)
class SSIM:
    """Distance 1 - SSIM."""

    def against(self, candidates: Rows, *, memory_mib: int) -> "SSIMPairs":  # noqa: ARG002
        """Window sums of the candidates."""
        return SSIMPairs(Windows.of(_images(candidates[0 : len(candidates)])))


@dataclass(frozen=True)
class Windows:
    """Images with the sum and the scaled variance of each 7 x 7 window."""

    images: Images
    sums: NDArray[np.int32]  # (n, height - 6, width - 6)
    spread: NDArray[np.float32]  # 49 * sum of squares - square of the sum, the same shape

    @classmethod
    def of(cls, images: Images) -> "Windows":
        """Compute them, one image after the other."""
        n, height, width = images.shape
        shape = (n, height - WINDOW + 1, width - WINDOW + 1)
        windows = cls(images, np.empty(shape, np.int32), np.empty(shape, np.float32))
        for i in range(n):
            compiled().windows(images[i], windows.sums[i], windows.spread[i])
        return windows


@dataclass(frozen=True)
class SSIMPairs:
    """Candidates with their window sums."""

    candidates: Windows

    def column_bytes(self) -> int:
        """A generated image, its window sums, and its share of the block."""
        n, height, width = self.candidates.images.shape
        return int(48 * n + 9 * height * width)

    def __call__(self, generated: NDArray[Any]) -> Floats:
        """1 - SSIM of all pairs, (n_candidates, n_generated)."""
        images = _images(generated)
        _same_size(self.candidates.images, images)
        theirs = Windows.of(images)
        distances = np.empty((len(self.candidates.images), len(images)))
        kernels = compiled()

        def columns(part: slice) -> None:
            kernels.pairs(
                self.candidates.images, self.candidates.sums, self.candidates.spread,
                theirs.images[part], theirs.sums[part], theirs.spread[part], distances[:, part],
            )  # fmt: skip

        in_threads(columns, len(images))
        return distances


def best(
    candidates: Images,
    generated: Images,
    k: int,
    *,
    among: int = 100,
    memory_mib: int = MEMORY_MIB,
    progress: Progress = silent,
) -> Neighbours:
    """The k nearest by SSIM among the `among` best correlated: a prefiltered search.

    Exact if the true best are among those; distances (1 - SSIM) are always exact.
    """
    first = nearest(
        Metric.PEARSON, candidates, generated, max(among, k), memory_mib=memory_mib,
        progress=progress, stage="correlating",
    )  # fmt: skip
    distances = np.empty(first.indices.shape)
    for i, chosen in enumerate(first.indices):
        few = np.stack([np.asarray(generated[j]) for j in chosen])
        pairs = SSIMPairs(Windows.of(_images(candidates[i : i + 1])))
        distances[i] = pairs(few)[0]
        progress("comparing windows", i + 1, len(first.indices), "")
    # ties in the order of the generated images, as everywhere
    order = np.lexsort((first.indices, distances), axis=1)[:, :k]
    return Neighbours(
        np.take_along_axis(distances, order, axis=1),
        np.take_along_axis(first.indices, order, axis=1),
    )


def _images(rows: NDArray[Any]) -> Images:
    if rows.ndim != 3 or rows.dtype != np.uint8:
        raise ClefganError(
            f"ssim: images are {rows.dtype} of shape {rows.shape}; "
            "give uint8 images (n, height, width)"
        )
    if min(rows.shape[1:]) < WINDOW:
        raise ClefganError(
            f"ssim: images are {rows.shape[1]}x{rows.shape[2]}; give images of at least 7x7"
        )
    return np.ascontiguousarray(rows)


def _same_size(ours: Images, theirs: Images) -> None:
    if ours.shape[1:] != theirs.shape[1:]:
        raise ClefganError(
            f"comparison: candidates are {ours.shape[1]}x{ours.shape[2]}, generated "
            f"{theirs.shape[1]}x{theirs.shape[2]}; give both the same image size"
        )


def compiled() -> ModuleType:
    """The compiled loops; they bring numba, which takes a while to load."""
    return import_module("clefgan.similarity.ssim_kernels")
