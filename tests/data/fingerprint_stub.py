"""A method with all that a row of a reproduction needs, and no training: brighter is used."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from clefgan.method import DevSet, Images, Knowledge, Progress, Scores, silent


@dataclass(frozen=True, kw_only=True)
class Gan:
    """Trains nothing."""

    epochs: int = 1  # nothing


@dataclass(frozen=True, kw_only=True)
class Stub:
    """Mean level less a threshold, and noise."""

    knowledge: ClassVar[Knowledge] = Knowledge.S2
    needs_generated: ClassVar[bool] = False
    paper_note: ClassVar[str] = "a stub"

    kernel: str = "rbf"  # of the SVM
    C: float = 1.0  # of the SVM
    gamma: str = "scale"  # of the SVM
    scaling: str = "standard"  # of the features
    own_samples: int = 4  # images drawn
    level: float = 100.0  # brighter is used
    gan: Gan = field(default_factory=Gan)
    seed: int = 0  # of noise

    def own(self, not_used: Images, /, *, progress: Progress = silent) -> Images:
        rng = np.random.default_rng(self.seed)
        return rng.integers(0, 20, (self.own_samples, *not_used.shape[1:]), np.uint8)

    def features(self) -> Any:
        return mean_and_spread

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> "Stub":
        return self

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        noise = np.random.default_rng(self.seed).normal(0, 5, len(candidates))
        return np.asarray(candidates.mean((1, 2), dtype=np.float64) - self.level + noise)


def mean_and_spread(images: Images, *, progress: Progress = silent) -> Any:
    return np.stack([images.mean((1, 2)), images.std((1, 2))], 1).astype(np.float32)
