"""Keep the most similar pairs of a scan that somebody makes anyway.

A method that compares all candidates with all generated images goes over all pairs. Who wants to
know the nearest of them listens, and no second scan is needed:

    with listening(candidates, generated, 3) as heard:
        scores = scorer.score(candidates, generated)
    heard.matches                  # None: the method made no such scan
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from clefgan.method import Images
from clefgan.similarity.matches import Matches, MostAlike
from clefgan.similarity.products import Metric
from clefgan.similarity.search import Searched
from clefgan.similarity.view_tiles import ViewsAndTiles
from clefgan.similarity.views import Stacked, Views

FIRST_DETAIL = 1
"""Of the views that are stacked; number 0 is the image itself."""


@dataclass(eq=False)
class Listener:
    """Waits for the first scan of all its candidates with all its generated images.

    matches : what it heard
    rows : what the scan compared: the images themselves, or what turns them into features
    """

    candidates: Images
    generated: Images
    k: int
    matches: Matches | None = None
    rows: Any = None

    def wants(self, measure: object, candidates: object, generated: object) -> MostAlike | None:
        """What to keep of a scan; None where it is of other images, or was heard already."""
        if not self.k or self.matches is not None or not self.is_of(candidates, generated):
            return None
        if isinstance(measure, Metric):
            return MostAlike(measure, self.k)
        if isinstance(measure, Searched):
            return MostAlike(measure.metric, self.k)
        if isinstance(measure, (Views, ViewsAndTiles)) and isinstance(generated, Stacked):
            return MostAlike(measure.metric, self.k, FIRST_DETAIL)
        return None

    def is_of(self, candidates: object, generated: object) -> bool:
        """Whether rows are those of the images that are listened for."""
        return images_of(candidates) is self.candidates and images_of(generated) is self.generated


current: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(candidates: Images, generated: Images, k: int) -> Iterator[Listener]:
    """Listen while the block runs."""
    listener = Listener(candidates, generated, k)
    token = current.set(listener)
    try:
        yield listener
    finally:
        current.reset(token)


def images_of(rows: Any) -> object:
    """The images that rows are worked out from; else the rows themselves."""
    return getattr(rows, "images", rows)
