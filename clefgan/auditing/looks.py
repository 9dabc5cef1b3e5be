"""One release seen in all views: lists, margins and scores; and copies planted beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from clefgan.auditing import attacks, kept_lists, margins, nearest
from clefgan.auditing.margins import Margins, Numbers, Strongest, Values, Wins
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
    """Compare the release with all real images in each view; see `with_others`."""
    return with_others(material, views, (), kept=kept, progress=progress)[0]


def with_others(
    material: Material,
    views: Sequence[View],
    others: Sequence[Images],
    *,
    kept: Path | None = None,
    progress: Progress = silent,
) -> list[Look]:
    """Compare the release, and further sets of images that are no part of it, in one pass.

    Parameters
    ----------
    others : seen in the release's units and with its hubs
    kept : folder of lists that were worked out before, and where new ones go; None: none

    Returns
    -------
    The look at the release, then one at each of the others.
    """
    sets = [material.released, *others]
    lists = compared(material, views, sets, kept, progress)
    release = of_lists({view.name: lists[view.name][0] for view in views}, material)
    looks = [release]
    for number in range(1, len(sets)):
        own = {view.name: lists[view.name][number] for view in views}
        looks.append(beside(own, release, material))
    return looks


def compared(
    material: Material,
    views: Sequence[View],
    sets: Sequence[Images],
    kept: Path | None,
    progress: Progress,
) -> dict[str, list[NearestLists]]:
    """Lists of each set in each view: those that are kept, and new ones, which are kept then."""
    paths = paths_of(kept, material, views, sets)
    by_view = {
        view.name: {
            number: lists
            for number, path in enumerate(paths[view.name])
            if (lists := kept_lists.read(path, view)) is not None
        }
        for view in views
    }
    missing = [view for view in views if len(by_view[view.name]) < len(sets)]
    while missing:
        alike = [view for view in missing if view.filters_as(missing[0])]
        numbers = [
            number
            for number in range(len(sets))
            if any(number not in by_view[view.name] for view in alike)
        ]
        some = [sets[number] for number in numbers]
        made = nearest.in_views(alike, some, material.real, material.group, progress=progress)
        for view, new in zip(alike, made, strict=True):
            by_view[view.name] |= dict(zip(numbers, new, strict=True))
            if kept is not None:
                for number in numbers:
                    kept_lists.write(paths[view.name][number], by_view[view.name][number])
        missing = [view for view in missing if view not in alike]
    return {name: [own[number] for number in range(len(sets))] for name, own in by_view.items()}


def paths_of(
    kept: Path | None, material: Material, views: Sequence[View], sets: Sequence[Images]
) -> dict[str, list[Path]]:
    """Where the lists of each set in each view are kept; nowhere without a folder."""
    if kept is None:
        return {view.name: [] for view in views}
    keys = kept_lists.keys(material, views, sets)
    return {
        view.name: [kept / f"{key}.arrays" for key in row]
        for view, row in zip(views, keys, strict=True)
    }


def of_lists(lists: Mapping[str, NearestLists], material: Material) -> Look:
    """All that follows from the lists."""
    of_views = {name: margins.of(own, material.group) for name, own in lists.items()}
    units = margins.whole_units(list(of_views.values()))
    return of_margins(lists, of_views, units, len(material.names))


def of_margins(
    lists: Mapping[str, NearestLists],
    of_views: Mapping[str, Margins],
    units: Sequence[float],
    n_groups: int,
) -> Look:
    """Leads and patients ahead, from margins."""
    leads = {name: attacks.lead(own, n_groups) for name, own in of_views.items()}
    strong = margins.strongest(list(of_views.values()), units=units)
    ahead = np.zeros(n_groups)
    np.maximum.at(ahead, strong.winner, strong.margin)
    return Look(lists, of_views, leads, tuple(units), ahead)


def beside(lists: Mapping[str, NearestLists], release: Look, material: Material) -> Look:
    """A look at further images, in the release's units and with its hubs."""
    own, of_views = {}, {}
    for name, some in lists.items():
        of_release = release.lists[name]
        own[name] = replace(some, hubs=of_release.hubs, nearest=of_release.nearest)
        of_views[name] = margins.of(own[name], material.group, units=release.margins[name].units)
    return of_margins(own, of_views, release.units, len(material.names))


def some_of(look: Look, places: Numbers, n_groups: int) -> Look:
    """The same of some of the images; hubs and units stay."""
    of_views = {name: margins.some_of(own, places) for name, own in look.margins.items()}
    return of_margins(look.lists, of_views, look.units, n_groups)


class LookPart(NamedTuple):
    """What the set test takes of one look: of images, or of whole volumes.

    margins : of each view, by name
    scores, ahead : of each group, see `Look`
    groups : number of each group among those that are dealt; None: they are the same
    """

    margins: Mapping[str, Margins | Wins]
    scores: Mapping[str, Values]
    ahead: Values
    groups: Numbers | None = None

    def statistics(self, labels: Flags) -> tuple[tuple[str, ...], Values]:
        """Names and values, see `set_test.statistics`; those of whole volumes say so."""
        if self.groups is None:
            return statistics(self.margins, self.scores, labels, ahead=self.ahead)
        own = np.ascontiguousarray(labels[:, self.groups])
        names, values = statistics(self.margins, self.scores, own, ahead=self.ahead)
        return tuple(f"whole volumes, {name.replace(' images', ' volumes')}" for name in names), (
            values
        )


def part(look: Look, groups: Numbers | None = None) -> LookPart:
    """A look as part of the set test."""
    return LookPart(look.margins, look.scores(), look.ahead, groups)


def joined_part(first: Look, second: Look, groups: Numbers | None = None) -> LookPart:
    """Two sets of images as one release, in the units of the first."""
    of_views = {
        name: margins.joined(own, second.margins[name]) for name, own in first.margins.items()
    }
    leads = {name: np.maximum(own, second.leads[name]) for name, own in first.leads.items()}
    ahead = np.maximum(first.ahead, second.ahead)
    return LookPart(of_views, attacks.scores(leads), ahead, groups)


def test(look: Look, training: Flags, stratum: Numbers, *, times: int, seed: int) -> SetTest:
    """The set test of a look."""
    return test_parts([part(look)], training, stratum, times=times, seed=seed)


def test_parts(
    parts: Sequence[LookPart], training: Flags, stratum: Numbers, *, times: int, seed: int
) -> SetTest:
    """One set test of several looks at one release.

    Patients are dealt among those who have volumes, and among those who have none: a volume can
    only be nearest to somebody who has one.
    """
    for own in parts:
        if own.groups is not None:
            stratum = 2 * stratum + np.isin(np.arange(len(training)), own.groups)
    labels = deal(training, stratum, times, np.random.default_rng(seed))
    names, values = zip(*(own.statistics(labels) for own in parts), strict=True)
    return judge(tuple(name for row in names for name in row), np.concatenate(values))
