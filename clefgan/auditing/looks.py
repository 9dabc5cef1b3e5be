"""One release seen in all views: lists, margins and scores; and copies planted beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clefgan.auditing import attacks, kept_lists, margins, nearest
from clefgan.auditing.margins import Margins, Numbers, Strongest, Values
from clefgan.auditing.material import Flags, Material
from clefgan.auditing.nearest import NearestLists
from clefgan.auditing.set_test import SetTest, deal, judge, statistics
from clefgan.auditing.views import View
from clefgan.method import Images, Progress, silent


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What all views say about some released images; no label is known here.

    lists, margins, leads : of each view, by name
    units : of the margins of whole images in each view
    ahead : (n_groups,), largest margin of each group in the view that says most; 0: it wins nothing
    """

    lists: Mapping[str, NearestLists]
    margins: Mapping[str, Margins]
    leads: Mapping[str, Values]
    units: tuple[float, ...]
    ahead: Values

    def scores(self) -> dict[str, Values]:
        """Score of each group by each attack."""
        return attacks.scores(self.leads)

    def strongest(self) -> Strongest:
        """The view that says most about each released image."""
        return margins.strongest(list(self.margins.values()), units=self.units)


def look(
    material: Material,
    views: Sequence[View],
    *,
    kept: Path | None = None,
    progress: Progress = silent,
) -> Look:
    """Compare the release with all real images in each view.

    Parameters
    ----------
    kept : folder of lists that were worked out before, and where new ones go; None: none
    """
    lists = {}
    for view in views:
        path = None if kept is None else kept / f"{kept_lists.key(material, view)}.arrays"
        found = None if path is None else kept_lists.read(path, view)
        if found is None:
            found = nearest.nearest(
                view, material.released, material.real, material.group, progress=progress
            )
            if path is not None:
                kept_lists.write(path, found)
        lists[view.name] = found
    return of_lists(lists, material)


def of_lists(lists: Mapping[str, NearestLists], material: Material) -> Look:
    """All that follows from the lists."""
    found = {name: margins.of(each, material.group) for name, each in lists.items()}
    units = margins.whole_units(list(found.values()))
    return of_margins(lists, found, units, len(material.names))


def of_margins(
    lists: Mapping[str, NearestLists],
    found: Mapping[str, Margins],
    units: Sequence[float],
    n_groups: int,
) -> Look:
    """Leads and patients ahead, from margins."""
    leads = {name: attacks.lead(each, n_groups) for name, each in found.items()}
    strong = margins.strongest(list(found.values()), units=units)
    ahead = np.zeros(n_groups)
    np.maximum.at(ahead, strong.winner, strong.margin)
    return Look(lists, found, leads, tuple(units), ahead)


def look_beside(
    images: Images, release: Look, material: Material, *, progress: Progress = silent
) -> Look:
    """Compare further images, in the release's units and with its hubs: they are no part of it."""
    lists = {}
    found = {}
    for name, own in release.lists.items():
        lists[name] = nearest.nearest(
            own.view, images, material.real, material.group, hubs=own.hubs, progress=progress
        )
        found[name] = margins.of(lists[name], material.group, units=release.margins[name].units)
    return of_margins(lists, found, release.units, len(material.names))


def some_of(look: Look, places: Numbers, n_groups: int) -> Look:
    """The same of some of the images; hubs and units stay."""
    found = {name: margins.some_of(each, places) for name, each in look.margins.items()}
    return of_margins(look.lists, found, look.units, n_groups)


def joined(first: Look, second: Look) -> Look:
    """Both sets of images as one release."""
    found = {name: margins.joined(own, second.margins[name]) for name, own in first.margins.items()}
    leads = {name: np.maximum(own, second.leads[name]) for name, own in first.leads.items()}
    ahead = np.maximum(first.ahead, second.ahead)
    return Look(first.lists, found, leads, first.units, ahead)


def test(look: Look, training: Flags, stratum: Numbers, *, times: int, seed: int) -> SetTest:
    """The set test of a look."""
    labels = deal(training, stratum, times, np.random.default_rng(seed))
    return judge(*statistics(look.margins, look.scores(), labels, ahead=look.ahead))
