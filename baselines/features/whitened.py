"""Pixels on principal components that all count the same: what is usual weighs no more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baselines.features import pca
from baselines.features.blocks import Features
from baselines.features.pixels import LowPass
from clefgan.method import Images, Progress, silent
from clefgan.similarity.canonical import canonical
from clefgan.similarity.working_size import working_shape

COMPONENTS = 256  # at most; no more than the images that they are learned from span
FULL = 30  # the component from which on those that vary less count less


@dataclass(frozen=True, eq=False)
class Whitened:
    """Projections on principal components, divided by their spread."""

    projected: pca.Projected
    scale: NDArray[np.float32]  # (n_components,)

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, n_components) float32 features, of deviation up to 1."""
        return self.projected(images, progress=progress) * self.scale


def learned(images: Images) -> Whitened:
    """Learn components and their spread from images, or from 512 of them.

    The variance of the 30th component is added to that of each, so that those of which little is
    known do not drown the others.
    """
    chosen = np.stack([np.asarray(images[i]) for i in canonical(images, pca.LEARNED_FROM)])
    projected = pca.fit(LowPass(max(working_shape(images))), chosen, COMPONENTS)
    variance = projected(chosen).astype(np.float64).var(axis=0)
    if not len(variance):
        return Whitened(projected, np.ones(0, np.float32))
    ridge = variance[min(FULL, len(variance)) - 1]
    return Whitened(projected, (1 / np.sqrt(variance + ridge)).astype(np.float32))
