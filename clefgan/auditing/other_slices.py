"""Can a patient be recognised by his *other* images, those that a copy was not made of?

Of each patient with several images the one that gives him away most is set aside; the score is that
of the next. Training and held-out patients are treated alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clefgan.auditing.margins import Values
from clefgan.auditing.material import Material
from clefgan.auditing.membership import auc, auc_interval
from clefgan.auditing.nearest import NearestLists

FEWEST = 10  # patients of each set with several images


@dataclass(frozen=True, slots=True)
class OtherSlices:
    """AUC over patients with several images, with its interval."""

    n_training: int
    n_held_out: int
    auc: float
    low: float
    high: float


def judge(lists: Mapping[str, NearestLists], material: Material) -> OtherSlices | None:
    """Score patients by their second image; None where too few have several.

    Parameters
    ----------
    lists : of the released images, by view
    """
    several = np.bincount(material.group, minlength=len(material.names)) > 1
    counts = [int((several & (material.training == kind)).sum()) for kind in (True, False)]
    if min(counts) < FEWEST:
        return None
    scores = second_best(hubs(lists), material)[several]
    training = material.training[several]
    low, high = auc_interval(scores, training)
    return OtherSlices(counts[0], counts[1], auc(scores, training), low, high)


def hubs(lists: Mapping[str, NearestLists]) -> Values:
    """How alike each real image is to the released images that are most like it, over views."""
    rows = []
    for own in lists.values():
        values = own.nearest.mean(axis=0).astype(np.float64)
        spread = values.std()
        rows.append((values - values.mean()) / (spread if spread > 0 else 1.0))
    return np.asarray(np.mean(rows, axis=0))


def second_best(values: Values, material: Material) -> Values:
    """The second highest value of each group's images; -inf where it has one image."""
    order = np.lexsort((-values, material.group))
    groups = material.group[order]
    first = np.searchsorted(groups, np.arange(len(material.names)))
    second = np.full(len(material.names), -np.inf)
    several = np.bincount(groups, minlength=len(second)) > 1
    second[several] = values[order][first[several] + 1]
    return second
