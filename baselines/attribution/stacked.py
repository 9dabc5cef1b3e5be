"""Stacked: texture and the log-likelihoods of the real subsets, discriminated together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from baselines.attribution.discriminants import texture_map
from baselines.attribution.sources import labelled
from baselines.attribution.subset_nearest import SubsetNearest
from baselines.attribution.subset_patches import SubsetPatches
from baselines.attribution.subset_span import SubsetSpan
from baselines.features.together import Together
from baselines.learning import discriminant
from baselines.learning.discriminant import Discriminant
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked


@dataclass(frozen=True, kw_only=True)
class StackedAttributor:
    """Linear discriminant of texture and of the scores of the three subset methods.

    Best where the images under test come from the generators of dev. It falls where they do not,
    since texture is then another.

    References
    ----------
    Ours.

    Notes
    -----
    The subset methods see no label of a generated image, so their scores of the labelled ones are
    as good as held out.
    """

    evidence: ClassVar[Evidence] = Evidence.A3
    probabilities: ClassVar[bool] = True
    source: ClassVar[str] = "ours"

    most: int = 250  # labelled generated images of a class that it learns from
    lags: int = 5  # of texture, in pixels

    def __post_init__(self) -> None:
        if self.most < 1 or self.lags < 1:
            raise ValueError(f"most {self.most} and lags {self.lags} must be at least 1")

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Fit the subset methods on the real images, then the discriminant on the labelled ones."""
        images, labels = labelled(sources)
        number = np.concatenate([np.arange(n) for n in np.bincount(labels)])
        kept = number < self.most  # in the order of digests: a fair choice
        images, labels = images[kept], labels[kept]
        methods = (SubsetSpan(), SubsetPatches(), SubsetNearest())
        parts = tuple(method.fit(sources, progress=progress) for method in methods)
        stack = Stack(texture_map(self.lags), parts)
        rows = stack.rows(images, progress)
        return Discriminating(stack, discriminant.fit(rows, labels, len(sources)))


@dataclass(frozen=True, eq=False)
class Stack:
    """Texture features beside scores of other methods."""

    texture: Together
    parts: Sequence[SourceScorer]

    def rows(self, images: Images, progress: Progress) -> NDArray[np.floating]:
        """Features of each image; of scores, what they differ from the mean of their row."""
        texture = self.texture(np.asarray(images), progress=progress)
        scores = [part.score(images, progress=progress) for part in self.parts]
        centred = [values - values.mean(axis=1, keepdims=True) for values in scores]
        return np.concatenate([texture, *centred], axis=1)


@dataclass(frozen=True, eq=False)
class Discriminating:
    """A discriminant on a stack."""

    stack: Stack
    model: Discriminant

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Log posterior of each class, up to a constant per row."""
        return self.model(self.stack.rows(generated, progress))
