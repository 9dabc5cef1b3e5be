"""Texture CDF: is the image's texture distributed as that of some generated image?"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy
from numpy.typing import NDArray

from baselines.features import texture_maps
from baselines.features.space import Mapped
from baselines.features.texture_maps import NAMES, QUANTILES
from baselines.learning import logistic
from baselines.learning.logistic import Logistic
from baselines.scoring import threshold
from clefgan.errors import ClefganError
from clefgan.method import (
    DevSet,
    Images,
    Knowledge,
    Progress,
    Scorer,
    Scores,
    nothing_to_score,
    silent,
)
from clefgan.similarity.engine import scan
from clefgan.similarity.reductions import Block, Folded
from clefgan.similarity.whole_numbers import Floats, Rows


@dataclass(frozen=True, kw_only=True)
class TextureCdf:
    """Log-odds from Wasserstein distances between texture distributions, map by map.

    References
    ----------
    GAN-ISI at ImageCLEFmedical GANs 2023, CEUR-WS Vol-3497.

    Notes
    -----
    Five texture maps and, of each, the least and the mean distance to the generated images; the
    classifier is a logistic regression in which a smaller distance never lowers the score. All of
    these are ours. Texture describes a generator rather than which images it saw: a control.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S3
    probabilities: ClassVar[bool] = True
    source: ClassVar[str] = "GAN-ISI at ImageCLEFmedical GANs 2023 (CEUR-WS Vol-3497)"
    paper_note: ClassVar[str] = "the classifier was trained on the dev images that are scored"

    C: float = 1.0  # weight of the errors (ours)

    def __post_init__(self) -> None:
        if self.C <= 0:
            raise ValueError(f"C {self.C} must be above 0")

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Train the classifier on dev.

        Raises
        ------
        ClefganError
            No used or no not-used image in dev.
        """
        threshold.require(dev)
        reals = np.concatenate([dev.used, dev.not_used])
        near = nearness(reals, dev.generated, progress=progress)
        mean, spread = near.mean(axis=0), near.std(axis=0)
        spread[spread <= 1e-9 * np.abs(mean)] = 1
        truth = np.arange(len(reals)) < len(dev.used)
        model = logistic.fit((near - mean) / spread, truth, C=self.C, nonnegative=True)
        return TextureScorer(mean, spread, model)


@dataclass(frozen=True, eq=False)
class TextureScorer:
    """The classifier, with the scale of its features."""

    mean: Floats
    spread: Floats
    model: Logistic

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Log-odds of each candidate."""
        if nothing_to_score(candidates, generated):
            return np.empty(0)
        near = nearness(candidates, generated, progress=progress)
        return self.model.logit((near - self.mean) / self.spread)


def nearness(images: Images, generated: Images, *, progress: Progress) -> Floats:
    """Minus the least and the mean distance of each map, (n, 10).

    Raises
    ------
    ClefganError
        Images below 3 x 3.
    """
    if min(images.shape[1:]) < 3:
        raise ClefganError(
            f"texture: images of {images.shape[1]}x{images.shape[2]}; give at least 3x3"
        )
    rows, others = (Mapped(x, texture_maps.quantiles) for x in (images, generated))
    least, total = scan(Wasserstein(), rows, others, LeastAndSum(), progress=progress)
    return -np.concatenate([least, total / len(generated)], axis=1)


@dataclass(frozen=True)
class Wasserstein:
    """Distance of two distributions, for each map: blocks of shape (n, n_generated, 5)."""

    def against(self, candidates: Rows, /, *, memory_mib: int) -> "WassersteinPairs":  # noqa: ARG002
        """Quantiles of the candidates."""
        return WassersteinPairs(per_map(candidates[0 : len(candidates)]))


@dataclass(frozen=True, eq=False)
class WassersteinPairs:
    """Quantiles of the candidates, (n, 5, 64)."""

    ours: Floats

    def column_bytes(self) -> int:
        """Distances of a column, and its maps."""
        return 64 * len(self.ours) * len(NAMES)

    def __call__(self, generated: NDArray[Any], /) -> Floats:
        """Distances of all pairs."""
        theirs = per_map(generated)
        return np.stack(
            [
                scipy.spatial.distance.cdist(self.ours[:, m], theirs[:, m], "cityblock") / QUANTILES
                for m in range(len(NAMES))
            ],
            axis=2,
        )


def per_map(rows: NDArray[Any]) -> Floats:
    """Quantiles with one axis for the maps."""
    return np.asarray(rows, np.float64).reshape(-1, len(NAMES), QUANTILES)


@dataclass(frozen=True)
class LeastAndSum(Folded[tuple[Floats, Floats]]):
    """The least and the sum of each map's distances, (n, 5) both."""

    def partial(self, block: Block, /) -> tuple[Floats, Floats]:
        """The smallest and the sum of a block, (n, 5) both."""
        return block.values.min(axis=1), block.values.sum(axis=1)

    def fold(
        self, state: tuple[Floats, Floats], partial: tuple[Floats, Floats], /
    ) -> tuple[Floats, Floats]:
        """The smaller of the smallest, and the sum of the sums."""
        return np.minimum(state[0], partial[0]), state[1] + partial[1]
