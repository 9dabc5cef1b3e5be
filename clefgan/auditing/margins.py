"""How much nearer a released image is to one patient than to any other: a margin without labels.

Nothing here knows who was trained on. So where nothing leaks, the winner of an image is as likely
of the training set as any patient is, however large the margin; that is what every test rests on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clefgan.auditing.nearest import NearestLists
from clefgan.method import Images

Values = NDArray[np.float64]
Numbers = NDArray[np.int64]

HUB_SHARE = (
    0.5  # of a real image's usual similarity that is taken off (CSLS: the other half is g's)
)


@dataclass(frozen=True, eq=False)
class Margins:
    """Winners and margins of one view.

    winner, image : (n_cuts, n_released), the group that wins and its image
    margin : (n_cuts, n_released), at least 0; in units of the window's median margin
    relative : (n_cuts, n_released, keep), similarity of each listed group less that of the best
        other one; positive for the winner only
    groups : (n_cuts, n_released, keep), the listed groups, most alike first
    units : (n_cuts,), the median margins
    """

    winner: Numbers
    image: Numbers
    margin: Values
    relative: Values
    groups: Numbers
    units: Values

    @cached_property
    def whole(self) -> tuple[Numbers, Values]:
        """One winner and one margin a released image, all windows counted together.

        Each window gives its margin to its winner; the margin of the image is the winner's total
        less that of the next group.
        """
        if len(self.winner) == 1:
            return self.winner[0], self.margin[0]
        return most_voted(self.winner.T, self.margin.T)


def of(lists: NearestLists, group: Numbers, *, units: Values | None = None) -> Margins:
    """Margins from the lists of one view.

    Parameters
    ----------
    group : (n_real,), the group of each real image
    units : median margins of the release, for images that are not part of it; None: their own

    References
    ----------
    Conneau et al. (2018), arXiv:1710.04087 (CSLS): images that are like everything are no evidence.
    """
    n_cuts = len(lists.values)
    usual = np.stack([lists.hubs[cut][lists.images[cut]] for cut in range(n_cuts)])
    corrected = lists.values.astype(np.float64) - HUB_SHARE * usual
    order = np.argsort(-corrected, axis=2, kind="stable")
    corrected = np.take_along_axis(corrected, order, axis=2)
    images = np.take_along_axis(lists.images, order, axis=2).astype(np.int64)
    if corrected.shape[2] == 1:  # one patient alone: nobody to compare with
        corrected = np.concatenate([corrected, corrected], axis=2)
        images = np.concatenate([images, images], axis=2)
    first, second = corrected[:, :, :1], corrected[:, :, 1:2]
    relative = corrected - np.where(np.arange(corrected.shape[2]) == 0, second, first)
    margin = relative[:, :, 0]
    if units is None:
        units = np.median(margin, axis=1)
    safe = np.where(units > 0, units, 1.0)[:, None]
    return Margins(
        winner=group[images[:, :, 0]],
        image=images[:, :, 0],
        margin=margin / safe,
        relative=relative / safe[:, :, None],
        groups=group[images],
        units=units,
    )


def most_voted(winner: Numbers, margin: Values) -> tuple[Numbers, Values]:
    """Each row's group with the largest total, and its lead over the next; ties to the first."""
    n = len(winner)
    order = np.argsort(winner, axis=1, kind="stable")
    groups = np.take_along_axis(winner, order, axis=1)
    votes = np.take_along_axis(margin, order, axis=1)
    running = np.cumsum(votes, axis=1)
    last = np.ones(groups.shape, bool)
    last[:, :-1] = groups[:, 1:] != groups[:, :-1]
    ends = np.where(last, running, 0.0)
    before = np.maximum.accumulate(np.where(last, running, 0.0), axis=1)
    before = np.concatenate([np.zeros((n, 1)), before[:, :-1]], axis=1)
    totals = np.where(last, ends - before, -np.inf)
    best = totals.argmax(axis=1)
    rows = np.arange(n)
    largest = totals[rows, best]
    totals[rows, best] = -np.inf
    second = np.maximum(totals.max(axis=1, initial=-np.inf), 0.0)
    return groups[rows, best], np.maximum(largest - second, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Strongest:
    """The view that says most about each released image, chosen without labels.

    winner : (n_released,), number of the group
    image : (n_released,), number of its image that is nearest
    margin : (n_released,), in units of the view's median
    view : (n_released,), number of the view
    """

    winner: Numbers
    image: Numbers
    margin: Values
    view: Numbers


def strongest(views: Sequence[Margins], *, units: Sequence[float] | None = None) -> Strongest:
    """For each released image the view with the largest margin.

    Parameters
    ----------
    units : see `whole_units`, of the release; None: their own
    """
    units = whole_units(views) if units is None else units
    winners = np.stack([view.whole[0] for view in views])
    scaled = np.stack([view.whole[1] / unit for view, unit in zip(views, units, strict=True)])
    chosen = scaled.argmax(axis=0)
    columns = np.arange(scaled.shape[1])
    winner = winners[chosen, columns]
    images = np.stack([image_of(view, view.whole[0]) for view in views])
    return Strongest(winner, images[chosen, columns], scaled[chosen, columns], chosen)


def without_blank(own: Strongest, released: Images) -> Strongest:
    """The same, where images of one grey level have no margin.

    Such an image is alike to nothing, so the image that is least like the others would win it; and
    as it wins all of them, they would be listed together.
    """
    levels = released.reshape(len(released), -1)
    blank = levels.min(axis=1) == levels.max(axis=1)
    return replace(own, margin=np.where(blank, 0.0, own.margin))


def whole_units(views: Sequence[Margins]) -> list[float]:
    """The median of the margins of whole images in each view; 1 where it is 0."""
    medians = [float(np.median(view.whole[1])) for view in views]
    return [median if median > 0 else 1.0 for median in medians]


def image_of(view: Margins, winner: Numbers) -> Numbers:
    """The winner's image in the window where it wins by most: (n_released,)."""
    own = np.where(view.winner == winner, view.margin, -1.0)
    return np.asarray(view.image[own.argmax(axis=0), np.arange(len(winner))])


def some_of(view: Margins, places: Numbers) -> Margins:
    """The same of some of the released images."""
    return Margins(
        winner=view.winner[:, places],
        image=view.image[:, places],
        margin=view.margin[:, places],
        relative=view.relative[:, places],
        groups=view.groups[:, places],
        units=view.units,
    )


class Wins(NamedTuple):
    """Winners and margins alone; see `Margins`."""

    winner: Numbers
    margin: Values


def joined(first: Margins, second: Margins) -> Wins:
    """Two sets of released images as one, in the units of the first."""
    return Wins(
        np.concatenate([first.winner, second.winner], axis=1),
        np.concatenate([first.margin, second.margin], axis=1),
    )
