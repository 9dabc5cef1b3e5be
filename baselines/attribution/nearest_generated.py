"""Nearest generated: the classes of the nearest labelled generated images."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from baselines.attribution.sources import Labels, labelled
from baselines.features.space import PIXELS, FittedSpace, Space
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked
from clefgan.similarity.engine import nearest


@dataclass(frozen=True, kw_only=True)
class NearestGenerated:
    """Share of each class among the k nearest labelled generated images, by 1 / distance.

    It does well where a generator repeats itself: most images then have near-copies whose class is
    known.

    References
    ----------
    The kNN of Cioni, Liguori et al. (2024), arXiv:2408.09153.

    Notes
    -----
    Each image also weighs 1 / (images of its class), so that large classes gain nothing. Where one
    of the neighbours is an exact copy, copies alone count.
    """

    evidence: ClassVar[Evidence] = Evidence.A2
    source: ClassVar[str] = "Cioni et al. 2024, arXiv:2408.09153 (kNN)"

    features: Space = PIXELS  # where distances are measured
    k: int = 5  # neighbours

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ValueError(f"k {self.k} must be at least 1")

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Keep the labelled generated images."""
        images, labels = labelled(sources)
        progress("labelled images", len(images), len(images), "")
        return Neighbourhood(self.features.learned(images), images, labels, self.k)


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """Labelled images, and where distances to them are measured."""

    space: FittedSpace
    images: Images
    labels: Labels
    k: int

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Share of each class, 0 to 1; a row sums to 1."""
        near = nearest(
            self.space.metric, self.space.rows(generated), self.space.rows(self.images),
            min(self.k, len(self.images)), progress=progress, stage="neighbours",
        )  # fmt: skip
        size = np.bincount(self.labels)
        copies = (near.distances == 0).any(axis=1, keepdims=True)
        weights = np.where(
            copies,
            near.distances == 0,
            1 / np.where(near.distances == 0, 1.0, near.distances),
        )
        shares = np.zeros((len(near.distances), len(size)))
        classes = self.labels[near.indices]
        np.add.at(shares, (np.arange(len(shares))[:, None], classes), weights / size[classes])
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))
