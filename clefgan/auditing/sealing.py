"""Patients whom an audit that withholds keeps sealed: the re-audit opens them, once.

Whoever looks at results, filters by them and looks again has fitted to the patients looked at. So a
share of the patients of both sets takes no part in the first audit: not in the test, not in the
list, not in the filter's cutoff, not in what is shown. What is withheld protects them all the same,
as the cutoff is applied to every patient alike.

References
----------
Dwork et al. (2017), Guilt-free data reuse, doi:10.1145/3051088.
"""

from dataclasses import dataclass

import numpy as np

from clefgan.auditing import margins
from clefgan.auditing.looks import Look
from clefgan.auditing.margins import Numbers, Strongest
from clefgan.auditing.material import Flags, Material
from clefgan.auditing.nearest import NearestLists
from clefgan.auditing.profiles import MOST_SEALED
from clefgan.auditing.set_test import SetTest
from clefgan.errors import ClefganError

SHARE = 0.2  # of the patients of each set, where images are withheld
FEWEST = 20  # patients of each set that are sealed, at least
OPEN = 3 * FEWEST  # that stay open: with 40, a clean example could not say


@dataclass(frozen=True, slots=True)
class Seal:
    """What is asked to be sealed: enough to find the same patients again."""

    share: float
    seed: int

    def __post_init__(self) -> None:
        """Refuse shares that mean nothing."""
        if not 0 < self.share <= MOST_SEALED:
            raise ClefganError(
                f"audit: sealed share {self.share} is not above 0 and at most {MOST_SEALED:g}; "
                f"give {SHARE:g}, or 0 for none"
            )


@dataclass(frozen=True, slots=True)
class Sealed:
    """The sealed patients of this look.

    test : where they were opened; None: they stay sealed
    level : of the test
    """

    seal: Seal
    n_training: int
    n_held_out: int
    test: SetTest | None = None
    level: float | None = None


def choose(material: Material, seal: Seal) -> Flags | None:
    """Whether each group is sealed, evenly over strata; None where there are too few patients."""
    rng = np.random.default_rng([seal.seed, len(material.names)])
    sealed = np.zeros(len(material.names), bool)
    for kind in (True, False):
        own = np.flatnonzero(material.training == kind)
        n = max(FEWEST, round(seal.share * len(own)))
        if len(own) - n < OPEN:
            return None
        own = rng.permutation(own)
        own = own[np.argsort(material.stratum[own], kind="stable")]
        places = np.floor((np.arange(n) + rng.random()) * len(own) / n).astype(np.int64)
        sealed[own[places]] = True
    return sealed


def everybody(opened: Look, sealed: Look, material: Material, groups: Flags) -> Strongest:
    """The strongest view of each released image among all patients, in the open look's units.

    Parameters
    ----------
    opened, sealed : looks at the open and at the sealed patients alone
    material : of all patients
    groups : (n_groups,), whether sealed
    """
    rows = [np.flatnonzero(groups[material.group] == kind) for kind in (False, True)]
    of_views = []
    for name, own in opened.lists.items():
        lists = joined((own, sealed.lists[name]), rows, len(material.group))
        units = opened.margins[name].units
        of_views.append(margins.of(lists, material.group, units=units))
    return margins.without_blank(margins.strongest(of_views, units=opened.units), material.released)


def joined(
    parts: tuple[NearestLists, NearestLists], rows: list[Numbers], n_real: int
) -> NearestLists:
    """Lists against two parts of the real images as those against all of them."""
    keep = parts[0].view.keep
    values = np.concatenate([part.values for part in parts], axis=2)
    images = np.concatenate(
        [own[part.images] for part, own in zip(parts, rows, strict=True)], axis=2
    )
    order = np.argsort(-values, axis=2, kind="stable")[:, :, :keep]
    hubs, nearest = (np.empty((len(values), n_real), np.float32) for _ in range(2))
    for part, own in zip(parts, rows, strict=True):
        hubs[:, own], nearest[:, own] = part.hubs, part.nearest
    return NearestLists(
        parts[0].view,
        np.take_along_axis(values, order, axis=2),
        np.take_along_axis(images, order, axis=2).astype(np.int32),
        hubs,
        nearest,
    )
