"""Copies where no patients were held out: each margin beside those of real patients' images.

The null is what one image of each patient, softened as generated ones are, gives against all
*other* training patients. It assumes that generated images without a copy are no more like one
patient than that; with held-out patients no such assumption is needed. Few patients make a short
null, so single copies are not told from chance: what counts is how many images exceed all of it.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from clefgan.auditing import margins
from clefgan.auditing.copies import CopyList
from clefgan.auditing.looks import Look
from clefgan.auditing.margins import Numbers, Strongest, Values
from clefgan.auditing.material import Material
from clefgan.auditing.nearest import NearestLists
from clefgan.auditing.planted import Degrade, degraded
from clefgan.method import Images

MOST = 4000  # patients whose images make the null


class Softened(NamedTuple):
    """One image of some patients, softened as generated images are."""

    patients: Numbers
    images: Images


def soften(material: Material, *, seed: int = 0, degrade: Degrade = degraded) -> Softened:
    """One image of each patient, of at most `MOST`; the release is not looked at."""
    rng = np.random.default_rng(seed)
    patients = rng.permutation(len(material.names))[:MOST]
    first, last = (np.searchsorted(material.group, patients, side) for side in ("left", "right"))
    return Softened(patients, degrade(material.real[rng.integers(first, last)], rng))


def null_margins(
    patients: Numbers,
    lists: Mapping[str, NearestLists],
    material: Material,
    release: Look,
) -> Values:
    """Largest margins over views of patients' softened images against the other patients.

    Parameters
    ----------
    lists : of the softened images, with the hubs of the release
    """
    of_views = []
    for name, own in lists.items():
        others = without_own(own, patients, material.group)
        units = release.margins[name].units
        of_views.append(margins.of(others, material.group, units=units))
    return margins.strongest(of_views, units=release.units).margin


def without_own(lists: NearestLists, patients: Numbers, group: Numbers) -> NearestLists:
    """The same lists without each image's own patient."""
    own = group[lists.images] == patients[None, :, None]
    last = np.where(own, 1, 0)
    order = np.argsort(last, axis=2, kind="stable")[:, :, :-1]
    return NearestLists(
        lists.view,
        np.take_along_axis(lists.values, order, axis=2),
        np.take_along_axis(lists.images, order, axis=2),
        lists.hubs,
        lists.nearest,
    )


def find(strong: Strongest, null: Values, *, q: float = 0.2) -> CopyList:
    """List the images whose margin exceeds every null margin, where chance gives no such number.

    Where nothing leaks, the k largest of n + m exchangeable margins are all of the m released
    images with probability m (m - 1) ... / ((n + m) (n + m - 1) ...), k factors each. That is the
    q-value of all of them.
    """
    limit = float(null.max(initial=-np.inf))
    above = np.flatnonzero(strong.margin > limit)
    n, m = len(null), len(strong.margin)
    places = np.arange(len(above))
    p_value = float(np.exp(np.sum(np.log(m - places) - np.log(n + m - places))))
    q_values = np.ones(m)
    q_values[above] = p_value
    listed = above[np.argsort(-strong.margin[above], kind="stable")] if p_value <= q else above[:0]
    return CopyList(
        listed=listed.astype(np.int64),
        cutoff=float(strong.margin[listed[-1]]) if len(listed) else np.inf,
        decoys=0,
        q_values=q_values,
        look=limit,
        q=q,
    )
