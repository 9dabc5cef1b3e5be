"""Principal components of any features, learned from a set of images."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baselines.features.blocks import FeatureMap, Features
from clefgan.method import Images, Progress, silent
from clefgan.similarity.products import Metric, Products
from clefgan.similarity.threads import single_blas
from clefgan.similarity.whole_numbers import Floats, code

LEARNED_FROM = 512  # images
BLOCK = 256  # images projected at a time


@dataclass(frozen=True, eq=False)
class Projected:
    """Features on principal components."""

    base: FeatureMap
    mean: Floats  # (n_components,), of the projections
    components: Products  # ready to be multiplied with rows

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, n_components) float32 features."""
        n, k = len(images), len(self.mean)
        found = np.zeros((n, k), np.float32)
        for start in range(0, n if k else 0, BLOCK):
            stop = min(start + BLOCK, n)
            rows = code(self.base(np.asarray(images[start:stop])))
            with single_blas():
                dots, _ = self.components.dots(rows)
            scale = rows.scale[:, None] * self.components.candidates.scale[None, :]
            found[start:stop] = dots.T * scale - self.mean
            progress("principal components", stop, n, "")
        return found


def fit(base: FeatureMap, images: Images, n_components: int) -> Projected:
    """Learn components from `images`, or from 512 of them that their digests choose.

    The order of the images changes nothing. No more components than the images span.
    """
    chosen = canonical(images, LEARNED_FROM)
    rows = base(np.stack([np.asarray(images[i]) for i in chosen])).astype(np.float64)
    mean = rows.mean(axis=0)
    rows -= mean
    with single_blas():
        values, vectors = np.linalg.eigh(rows @ rows.T)
    keep = np.flatnonzero(values > 1e-9 * max(values[-1], 1e-300))[::-1][:n_components]
    # rows.T @ u / sqrt(value) has length 1
    components = (vectors[:, keep] / np.sqrt(values[keep])).T @ rows
    ready = Products.prepare(Metric.EUCLIDEAN, components, memory_mib=256)
    return Projected(base, components @ mean, ready)


def canonical(images: Images, limit: int | None = None) -> NDArray[np.int64]:
    """Numbers of the images in an order that depends on their pixels only; at most `limit`.

    The order is that of their digests, so the first ones are as good as a random choice, and the
    same whatever order the images came in.
    """
    digests = [
        hashlib.blake2b(np.ascontiguousarray(image).tobytes(), digest_size=8).digest()
        for image in images
    ]
    order = sorted(range(len(digests)), key=digests.__getitem__)
    return np.array(order[:limit], dtype=np.int64)
