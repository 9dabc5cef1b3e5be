"""Where the labels of a drawing stand, so that none is cut off or written over another."""

from collections.abc import Sequence
from typing import NamedTuple

from clefgan.report.page.charts import frame

BESIDE = 9.0  # pixels from a point to its label
LINE = 15.0  # height of a line
LETTER = 6.5  # width of a letter, on average
LINES = (-8, 18, -24, 34, -40)  # of a label's line from its point, the best first


class Label(NamedTuple):
    """From `left` to `right`, its line at `y`; in pixels."""

    left: float
    right: float
    y: float

    def crosses(self, other: "Label") -> bool:
        """Whether one is written over the other."""
        beside = self.right <= other.left or other.right <= self.left
        return not beside and abs(self.y - other.y) < LINE


def free(
    point: tuple[float, float], letters: int, placed: Sequence[Label], *, right: bool
) -> Label:
    """A place beside a point, on the first line where nothing is written yet.

    Parameters
    ----------
    placed : labels that stand already
    right : the point is in the right half, so its label is on its left
    """
    x, y = point
    width = LETTER * letters
    left = x - BESIDE - width if right else x + BESIDE
    left = max(0.0, min(left, frame.WIDTH - width))  # a long name begins before its point
    places = [Label(left, left + width, y + line) for line in LINES]
    return next(
        (place for place in places if not any(place.crosses(other) for other in placed)), places[0]
    )
