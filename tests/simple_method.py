"""A method that needs no other image, for tests of what stands beside its scores."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from clefgan.method import DevSet, Images, Knowledge, Progress, Scores, silent


@dataclass(frozen=True, kw_only=True)
class Bright:
    """Scores by brightness, whatever was generated: it compares nothing with anything."""

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    needs_generated: ClassVar[bool] = True

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> "Bright":
        return self

    def score(
        self,
        candidates: Images,
        generated: Images,
        /,
        *,
        progress: Progress = silent,
    ) -> Scores:
        return np.asarray(candidates.mean(axis=(1, 2)) - 128)
