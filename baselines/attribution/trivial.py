"""Rows to beat: one class for every image, and classes drawn at random."""

# ruff: noqa: ARG002 (the interface names `progress`; these have nothing to report)

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from baselines.attribution.sources import distinct, labelled
from baselines.trivial import uniform
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked


@dataclass(frozen=True, kw_only=True)
class MostFrequent:
    """Call every image the class of which most generated images are known."""

    evidence: ClassVar[Evidence] = Evidence.A2
    source: ClassVar[str] = "trivial"

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Count the labelled generated images of each class."""
        labelled(sources)
        return SameForAll(tuple(float(len(source.generated)) for source in sources))


@dataclass(frozen=True, slots=True)
class SameForAll:
    """A scorer that gives every image the same row."""

    row: tuple[float, ...]

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Return the row for each image."""
        return np.tile(np.array(self.row), (len(generated), 1))


@dataclass(frozen=True, kw_only=True)
class ClassCoin:
    """Draw the class of every image at random.

    The draws come from the pixels under the seed, those of the class included, so that neither
    the order of the images nor that of the classes, nor a name, decides anything.
    """

    evidence: ClassVar[Evidence] = Evidence.A2
    source: ClassVar[str] = "trivial"

    seed: int = 0  # of the tosses

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Keep a number of each class."""
        labelled(sources)
        return Tosses(tuple(number_of(distinct(source.generated), self.seed) for source in sources))


def number_of(images: Images, seed: int) -> int:
    """A number that is fixed by the pixels and the seed."""
    return int(uniform(images, seed) * 2**53)


@dataclass(frozen=True, slots=True)
class Tosses:
    """A uniform number for each image and class."""

    classes: tuple[int, ...]

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Toss for each image and class, 0 to 1."""
        return np.array([[uniform(image, one) for one in self.classes] for image in generated])
