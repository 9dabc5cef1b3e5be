"""DOMIAS: is the generator denser at this image than the world is?"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from baselines.features.space import PIXELS_PCA20, FittedSpace, Space
from baselines.scoring import threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import nearest, scan
from clefgan.similarity.reductions import Sum, Whole
from clefgan.similarity.whole_numbers import Floats, Rows


@dataclass(frozen=True, kw_only=True)
class Domias:
    """Log density of the generated images less that of unused images.

    Overfitting shows where the generator's density is above what the population explains.

    References
    ----------
    van Breugel, Sun, Qian, van der Schaar (2023), arXiv:2302.12580: the ratio of densities, by
    kernel density estimates.

    Notes
    -----
    Components are scaled by their spread on dev's generated images; one Gaussian kernel, of Scott's
    width for the dev sets, so that the width does not change with the set under test. An unused
    image that is itself a candidate is left out of its own density. The threshold is from dev.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S2
    source: ClassVar[str] = "DOMIAS (van Breugel et al. 2023, arXiv:2302.12580)"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    features: Space = PIXELS_PCA20  # where densities are estimated; at most 20 components
    bandwidth: float = 1.0  # times Scott's width

    def __post_init__(self) -> None:
        if self.bandwidth <= 0:
            raise ValueError(f"bandwidth {self.bandwidth} must be above 0")
        if self.features.n_components is None or self.features.n_components > 20:
            raise ValueError(
                f"features '{self.features}' for densities; give at most 20 components, as in "
                f"'{self.features.base}-pca20'"
            )

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Learn components and widths from dev; set the threshold midway between the medians.

        Raises
        ------
        ClefganError
            No used or no not-used image in dev.
        """
        threshold.require(dev)
        space = self.features.learned(dev.generated)
        generated = space.rows(dev.generated)
        rows = generated[0 : len(generated)]
        spread = rows.std(axis=0, dtype=np.float64)
        spread[spread == 0] = 1
        widths = [
            self.bandwidth * n ** (-1 / (rows.shape[1] + 4))
            for n in (len(dev.generated), len(dev.not_used))
        ]
        ratio = DensityRatio(space, spread, dev.not_used, widths[0], widths[1])
        return threshold.midway(ratio, dev, progress=progress)


@dataclass(frozen=True, eq=False)
class DensityRatio:
    """The raw score."""

    space: FittedSpace
    spread: Floats  # of each component
    unused: Images
    width: float  # of the kernel on generated images
    unused_width: float

    def __call__(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """`log p_S - log p_R` of each candidate."""
        rows = self.scaled(candidates)
        theirs = Scaled(self.space.rows(generated), self.spread)
        n_features = len(self.spread)
        log_p = log_density(self.space, rows, theirs, self.width, progress=progress)
        log_p -= n_features * np.log(self.width)
        to_unused = scan(self.space.metric, rows, self.scaled(self.unused), Whole())
        kernel = np.where(to_unused > 0, -((to_unused / self.unused_width) ** 2) / 2, -np.inf)
        others = np.isfinite(kernel).sum(axis=1)
        known = others > 0
        largest = np.where(known, kernel.max(axis=1), 0.0)
        total = np.exp(kernel - largest[:, None]).sum(axis=1)
        log_q = largest + np.log(np.where(known, total / np.maximum(others, 1), 1.0))
        log_q -= n_features * np.log(self.unused_width)
        return np.where(known, log_p - log_q, 0.0)  # no unused image: no verdict

    def scaled(self, images: Images) -> Floats:
        """Components in units of their spread."""
        rows = Scaled(self.space.rows(images), self.spread)
        return rows[0 : len(images)]


@dataclass(frozen=True, eq=False)
class Scaled:
    """Rows divided by a spread where they are read."""

    rows: Rows
    spread: Floats

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: slice, /) -> Floats:
        scaled: Floats = self.rows[rows] / self.spread
        return scaled


def log_density(
    space: FittedSpace, rows: Floats, others: Rows, width: float, *, progress: Progress
) -> Floats:
    """Log of the mean Gaussian kernel, without its constant; never saturates far away."""
    closest = nearest(space.metric, rows, others, progress=progress, stage="closest").distances
    kernel = Sum(partial(kernel_from, closest, width))
    sums = scan(space.metric, rows, others, kernel, progress=progress, stage="density")
    return np.log(sums / len(others)) - (closest[:, 0] / width) ** 2 / 2


def kernel_from(closest: Floats, width: float, distances: Floats) -> Floats:
    """Gaussian kernel relative to that of the closest one, which gets 1."""
    values: Floats = np.exp((closest**2 - distances**2) / (2 * width * width))
    return values
