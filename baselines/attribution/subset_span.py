"""Subset-span: is this image a mixture of one class's real images?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from baselines.attribution.sources import reals
from baselines.features.pixels import LowPass
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked
from clefgan.similarity.threads import single_blas
from clefgan.similarity.whole_numbers import Floats

LEAST = 1e-4  # grey levels squared a cell: below it, a residual is rounding


@dataclass(frozen=True, kw_only=True)
class SubsetSpan:
    """Log distance of the image to the span of each class's real images.

    `-(D / 2) log(|residual|^2 / D)`, where the residual is what the principal components of the
    class leave of the image less their mean, and D the number of cells: the log-likelihood of white
    noise around the span, its variance estimated. All classes have as many components as the
    smallest can give, so that size alone wins nothing.

    References
    ----------
    Ours: the limit of the ratio of Gaussian densities for few images. A generator trained on n
    images hardly leaves a small neighbourhood of the n - 1 dimensions that they span.

    Notes
    -----
    Measured on a grid of `cells`, which is what makes it robust to bending and noise.
    """

    evidence: ClassVar[Evidence] = Evidence.A1
    source: ClassVar[str] = "ours"

    cells: int = 32  # along each side of the image
    components: int | None = None  # none: as many as all classes have, at most half the cells

    def __post_init__(self) -> None:
        if self.cells < 1 or (self.components is not None and self.components < 0):
            raise ValueError(
                f"cells {self.cells} must be at least 1, components {self.components} at least 0"
            )

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Find the principal components of each class."""
        images = reals(sources)
        rows = [LowPass(self.cells)(of_class).astype(np.float64) for of_class in images]
        most = min(min(map(len, rows)) - 1, rows[0].shape[1] // 2)
        k = most if self.components is None else min(most, self.components)
        spans = []
        for done, of_class in enumerate(rows, start=1):
            spans.append(Span.of(of_class, k))
            progress("spans", done, len(rows), "")
        return Spans(LowPass(self.cells), spans)


@dataclass(frozen=True, eq=False)
class Span:
    """A mean, and directions of length 1."""

    mean: Floats  # (d,)
    directions: Floats  # (k, d)

    @classmethod
    def of(cls, rows: Floats, k: int) -> "Span":
        """The first k principal components of the rows, fewer where they span less."""
        mean = rows.mean(axis=0)
        centred = rows - mean
        with single_blas():
            small = centred @ centred.T if len(rows) <= rows.shape[1] else centred.T @ centred
            values, vectors = np.linalg.eigh(small)
            keep = np.flatnonzero(values > 1e-9 * max(values[-1], 1e-300))[::-1][:k]
            directions = vectors[:, keep].T
            if len(rows) <= rows.shape[1]:
                directions = (directions / np.sqrt(values[keep])[:, None]) @ centred
        return cls(mean, directions)

    def residual(self, rows: Floats) -> Floats:
        """Squared distance of each row to the span, (n,)."""
        centred = rows - self.mean
        with single_blas():
            left = centred - (centred @ self.directions.T) @ self.directions
        return np.asarray(np.vecdot(left, left))


@dataclass(frozen=True, eq=False)
class Spans:
    """The span of each class."""

    features: LowPass
    spans: Sequence[Span]

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Log-likelihood of each class, up to a number for all."""
        rows = self.features(np.asarray(generated), progress=progress).astype(np.float64)
        d = rows.shape[1]
        left = np.stack([span.residual(rows) for span in self.spans], axis=1) / d
        return np.asarray(-d / 2 * np.log(left + LEAST))
