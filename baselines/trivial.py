"""Methods to beat: they look at no generated image, and two of them at no image at all.

"All used" scores F1 0.667 on balanced truth, above most published runs; a result means something
only beside these.
"""

# ruff: noqa: ARG002 (the interface names `progress`; these have nothing to report)

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.pixel_digest import digest


@dataclass(frozen=True, slots=True)
class Constant:
    """A scorer that gives every candidate the same score."""

    value: float

    def score(
        self, candidates: Images, _generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Return `value` for each candidate."""
        return np.full(len(candidates), self.value)


@dataclass(frozen=True, kw_only=True)
class AllUsed:
    """Call every image used."""

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    needs_generated: ClassVar[bool] = False
    source: ClassVar[str] = "trivial"

    def fit(self, _dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Learn nothing."""
        return Constant(1.0)


@dataclass(frozen=True, kw_only=True)
class AllNotUsed:
    """Call no image used."""

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    needs_generated: ClassVar[bool] = False
    source: ClassVar[str] = "trivial"

    def fit(self, _dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Learn nothing."""
        return Constant(-1.0)


@dataclass(frozen=True, kw_only=True)
class Coin:
    """Toss a coin for every image: the same image and seed, the same side.

    The toss is a digest of the pixels under the seed, not the next number of a stream, so that an
    image's score depends neither on its neighbours nor on its place. Copies of an image fall alike.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    needs_generated: ClassVar[bool] = False
    source: ClassVar[str] = "trivial"

    share: float = 0.5  # probability of used, 0 to 1
    seed: int = 0  # of the tosses

    def fit(self, _dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Learn nothing."""
        return CoinScorer(share=self.share, seed=self.seed)


@dataclass(frozen=True, slots=True)
class CoinScorer:
    """Scores `share - u`, with `u` uniform in [0, 1): above 0 with probability `share`."""

    share: float
    seed: int

    def score(
        self, candidates: Images, _generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Toss once for each candidate."""
        return np.array([self.share - uniform(image, self.seed) for image in candidates])


def uniform(image: Images, seed: int) -> float:
    """Return a number in [0, 1) that is fixed by the pixels and the seed."""
    tossed = digest(image, salt=(seed, image.shape), size=8)
    return (int.from_bytes(tossed, "little") >> 11) / 2**53
