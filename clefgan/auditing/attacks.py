"""Attacks: a score of each patient from the released images, worked out without labels.

Higher: more likely trained on. Each view gives one: how much nearer some released image is to this
patient than to any other. `all views` is the mean of their normal scores, `best view` the largest
of them, each in units of its upper spread: for a patient whom one view alone gives away.
"""

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from clefgan.auditing.margins import Margins, Values

ALL, BEST = "all views", "best view"


def scores(leads: Mapping[str, Values]) -> dict[str, Values]:
    """Score of each group by each attack, (n_groups,); a name an attack, combined ones last.

    Parameters
    ----------
    leads : of each view, see `lead`
    """
    single = {name: of_leads(led) for name, led in leads.items()}
    combined = {
        ALL: np.mean([normal(led) for led in single.values()], axis=0),
        BEST: np.max([scaled(led) for led in single.values()], axis=0),
    }
    return {**single, **combined}


def lead(view: Margins, n_groups: int) -> Values:
    """Largest lead of each group over all others at any released image: (n_cuts, n_groups).

    Below 0 where the group wins no image; -inf where it is on no list.
    """
    best = np.full((len(view.winner), n_groups), -np.inf)
    for cut, row in enumerate(best):
        np.maximum.at(row, view.groups[cut].ravel(), view.relative[cut].ravel())
    return best


def of_leads(leads: Values) -> Values:
    """Mean over windows; a group that is on no list is as low as the lowest that is."""
    listed = np.isfinite(leads)
    lowest = np.where(listed, leads, np.inf).min(axis=1, keepdims=True)
    return np.asarray(np.where(listed, leads, lowest).mean(axis=0))


def normal(values: Values) -> Values:
    """Normal scores of the ranks."""
    return np.asarray(ndtri((rankdata(values) - 0.5) / len(values)))


def scaled(values: Values) -> Values:
    """Scores less their median, over the distance from there to the upper quartile."""
    middle, upper = np.quantile(values, [0.5, 0.75])
    return np.asarray((values - middle) / (upper - middle if upper > middle else 1.0))
