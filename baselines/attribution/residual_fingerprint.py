"""Residual fingerprint: which class's mean residual is in this image?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from baselines.attribution.sources import labelled
from baselines.features.pixels import unit
from baselines.features.residual import Denoiser, Residual
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked
from clefgan.similarity.threads import single_blas
from clefgan.similarity.whole_numbers import Floats

SLICE = 256  # images at a time


@dataclass(frozen=True, kw_only=True)
class ResidualFingerprint:
    """Correlation of the image's residual with the mean residual of each class.

    References
    ----------
    Marra, Gragnaniello, Verdoliva, Poggi (2019), arXiv:1812.11842.
    """

    evidence: ClassVar[Evidence] = Evidence.A2
    source: ClassVar[str] = "Marra et al. 2019, arXiv:1812.11842"

    denoiser: Denoiser = "gaussian"  # what is taken off the image

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Average the residuals of each class."""
        images, labels = labelled(sources)
        features = Residual(self.denoiser)
        sums = np.zeros((len(sources), int(np.prod(images.shape[1:]))))
        for start in range(0, len(images), SLICE):
            part = slice(start, start + SLICE)
            np.add.at(sums, labels[part], features(images[part]))
            progress("fingerprints", min(start + SLICE, len(images)), len(images), "")
        means = sums / np.bincount(labels)[:, None]
        return Fingerprints(features, unit(means.astype(np.float32)).astype(np.float64))


@dataclass(frozen=True, eq=False)
class Fingerprints:
    """Mean residuals, centred and of length 1."""

    features: Residual
    prints: Floats  # (n_classes, height * width)

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Correlation with each class, -1 to 1; 0 for an image without a residual."""
        correlations = np.empty((len(generated), len(self.prints)))
        for start in range(0, len(generated), SLICE):
            rows = unit(self.features(np.asarray(generated[start : start + SLICE])))
            with single_blas():
                correlations[start : start + SLICE] = rows.astype(np.float64) @ self.prints.T
            progress("correlating", min(start + SLICE, len(generated)), len(generated), "")
        return correlations
