"""Subset-nearest: how many real images of each class are near this image?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from baselines.attribution.sources import reals
from baselines.features.space import PIXELS, FittedSpace, Space
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked
from clefgan.similarity.engine import nearest, scan
from clefgan.similarity.reductions import PAGE, Block
from clefgan.similarity.whole_numbers import Floats

WIDTH_FROM = 256  # real images of a class that the width of the kernel is learned from


@dataclass(frozen=True, kw_only=True)
class SubsetNearest:
    """Log of the kernel density of each class's real images at the generated image.

    `log((1 / n_c) sum exp(-d^2 / 2 h^2))` over the real images of class c, with h `width` times the
    median distance of a real image to the nearest other one of its class: one h for all classes.
    With a small one only the nearest real image counts.

    References
    ----------
    Wang, Efros, Zhu, Zhang (2023), arXiv:2306.09345, for the soft-max over training images; here
    its logarithm, in which distant images do not tie at 0.
    """

    evidence: ClassVar[Evidence] = Evidence.A1
    source: ClassVar[str] = "ours, after Wang et al. 2023, arXiv:2306.09345"

    features: Space = PIXELS  # where distances are measured
    width: float = 0.25  # of the kernel, in median distances

    def __post_init__(self) -> None:
        if self.width <= 0:
            raise ValueError(f"width {self.width} must be above 0")

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Keep the real images; measure how near they lie to each other."""
        images = reals(sources)
        space = self.features.learned(np.concatenate(images))
        return Density(space, images, self.width * typical(space, images, progress))


def typical(space: FittedSpace, images: Sequence[Images], progress: Progress) -> float:
    """Median distance of a real image to the nearest other one of its class; 1 where unknown."""
    distances = []
    for of_class in images:
        if len(of_class) > 1:
            rows = space.rows(of_class[:WIDTH_FROM])  # in the order of digests: a fair choice
            near = nearest(space.metric, rows, rows, skip_self=True, progress=progress)
            distances.append(near.distances[:, 0])
    median = float(np.median(np.concatenate(distances))) if distances else 0.0
    return median or 1.0


@dataclass(frozen=True, eq=False)
class Density:
    """Real images of each class, and the width of the kernel on each."""

    space: FittedSpace
    images: Sequence[Images]
    width: float

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Log density of each class, up to a number for all."""
        rows = self.space.rows(generated)
        columns = [
            scan(
                self.space.metric, rows, self.space.rows(real), LogMeanExp(self.width, len(real)),
                progress=progress, stage=f"class {number} of {len(self.images)}",
            )
            for number, real in enumerate(self.images, start=1)
        ]  # fmt: skip
        return np.stack(columns, axis=1)


class Sums(NamedTuple):
    """The largest exponent of each row, and the sum of all powers over the largest."""

    largest: Floats
    scaled: Floats


@dataclass(frozen=True)
class LogMeanExp:
    """Of blocks of distances: log of the mean of exp(-d^2 / 2 h^2), without underflow."""

    width: float
    n: int  # columns in all

    def partial(self, block: Block, /) -> Sums:
        """Page by page, so that the width of a block changes no bit."""
        values = -(block.values**2) / (2 * self.width**2)
        state: Sums | None = None
        for start in range(0, values.shape[1], PAGE):
            page = values[:, start : start + PAGE]
            largest = page.max(axis=1)
            sums = Sums(largest, np.exp(page - largest[:, None]).sum(axis=1))
            state = sums if state is None else self.fold(state, sums)
        assert state is not None
        return state

    def fold(self, state: Sums, partial: Sums, /) -> Sums:
        """Add at the scale of the larger exponent."""
        largest = np.maximum(state.largest, partial.largest)
        return Sums(
            largest,
            state.scaled * np.exp(state.largest - largest)
            + partial.scaled * np.exp(partial.largest - largest),
        )

    def finish(self, state: Sums, /) -> Floats:
        """Log means, (n_candidates,)."""
        return np.asarray(state.largest + np.log(state.scaled) - np.log(self.n))
