"""A threshold learned on dev, for scores that have no zero of their own."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, Progress, Scores, nothing_to_score, silent

PAPER_NOTE = "the threshold was set on the dev images that are scored"


class Raw(Protocol):
    """A score without a threshold."""

    def __call__(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Score each candidate; higher is more likely used."""
        ...


@dataclass(frozen=True, eq=False)
class Thresholded:
    """Scores `raw - threshold`."""

    raw: Raw
    threshold: float

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Score each candidate; above 0 is used."""
        if nothing_to_score(candidates, generated):
            return np.empty(0)
        return self.raw(candidates, generated, progress=progress) - self.threshold


def midway(raw: Raw, dev: DevSet, *, progress: Progress = silent) -> Thresholded:
    """Put the threshold midway between the two classes' median scores on dev.

    The dev images are one pool of candidates. Scores that shrink or grow with the number of
    generated images carry over only as far as that number is alike; their order does not suffer.

    Raises
    ------
    ClefganError
        No used or no not-used image in dev.
    """
    require(dev)
    scores = raw(np.concatenate([dev.used, dev.not_used]), dev.generated, progress=progress)
    used, not_used = scores[: len(dev.used)], scores[len(dev.used) :]
    return Thresholded(raw, float(np.median(used) + np.median(not_used)) / 2)


def require(dev: DevSet) -> None:
    """Raise if dev lacks one of its classes, or generated images."""
    if not len(dev.used) or not len(dev.not_used):
        raise ClefganError(
            f"dev: {len(dev.used)} used and {len(dev.not_used)} not-used images; "
            "the threshold needs at least one of each"
        )
    if not len(dev.generated):
        raise ClefganError("dev: there are no generated images; got 0; give at least 1")
