"""Principal components of any features, learned from a set of images."""

from dataclasses import dataclass

import numpy as np

from baselines.features.blocks import FeatureMap, Features
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent
from clefgan.similarity.canonical import canonical
from clefgan.similarity.products import Metric, Products
from clefgan.similarity.threads import single_blas
from clefgan.similarity.whole_numbers import Floats, code

LEARNED_FROM = 512  # images
BLOCK = 256  # images projected at a time


@dataclass(frozen=True, eq=False)
class Projected:
    """Features on principal components."""

    base: FeatureMap
    shape: tuple[int, ...]  # of the images that they were learned from
    mean: Floats  # (n_components,), of the projections
    components: Products  # ready to be multiplied with rows

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, n_components) float32 features.

        Raises
        ------
        ClefganError
            Images of another size than those that the components were learned from.
        """
        if images.shape[1:] != self.shape:
            ours, theirs = ("x".join(map(str, shape)) for shape in (images.shape[1:], self.shape))
            raise ClefganError(
                f"features: images are {ours}, those that they were learned from {theirs}; resize "
                "one of the two"
            )
        n, k = len(images), len(self.mean)
        features = np.zeros((n, k), np.float32)
        for start in range(0, n if k else 0, BLOCK):
            stop = min(start + BLOCK, n)
            rows = code(self.base(np.asarray(images[start:stop])))
            with single_blas():
                dots, _ = self.components.dots(rows)
            scale = rows.scale[:, None] * self.components.candidates.scale[None, :]
            features[start:stop] = dots.T * scale - self.mean
            progress("principal components", stop, n, "")
        return features


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
    return Projected(base, images.shape[1:], components @ mean, ready)
