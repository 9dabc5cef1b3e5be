"""How released images are turned against the real ones that they are nearest to.

Lists keep no turns; they are worked out again for the pairs that are shown.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from clefgan.auditing.margins import Strongest
from clefgan.auditing.nearest import ROWS
from clefgan.auditing.turns import AS_IT_IS, Turn
from clefgan.auditing.views import View
from clefgan.method import Images


def strongest(
    views: Sequence[View], strong: Strongest, released: Images, real: Images
) -> list[Turn]:
    """What was done to the nearest real image of each released one, as they were compared."""
    made = [AS_IT_IS] * len(released)
    for number, view in enumerate(views):
        places = np.flatnonzero(strong.view == number)
        for start in range(0, len(places), ROWS):
            some = places[start : start + ROWS]
            own = of_pairs(view, released[some], real[strong.image[some]])
            for place, turn in zip(some.tolist(), own, strict=True):
                made[place] = turn
    return made


def of_pairs(view: View, released: Images, real: Images) -> list[Turn]:
    """What was done to each real image to make the released one beside it, by one view.

    Parameters
    ----------
    released, real : (n, height, width) uint8
    """
    searched = view.turns(released)
    if len(searched) == 1:
        return [searched[0].back()] * len(released)
    others = view.cuts(real)[0]
    similar = np.stack([
        np.vecdot(view.cuts(turn.posed(released))[0], others) for turn in searched
    ])  # fmt: skip
    strength = np.stack([
        turn.strengths(row.copy()) for turn, row in zip(searched, similar, strict=True)
    ])  # fmt: skip
    best = strength.argmax(axis=0)
    return [
        replace(searched[number], inverted=bool(row < 0)).back()
        for number, row in zip(best.tolist(), similar[best, np.arange(len(best))], strict=True)
    ]
