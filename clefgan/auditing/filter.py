"""Which released images to withhold, and what filtering does.

list
    the listed images, and as near ones that held-out patients win: both tails
symmetric
    every image whose margin is above that of 95% of real patients' images against all other
    patients, training and held-out alike. No label is used, so the set test stays exact after it

The usual filter, by distance to training patients alone, takes away 9% of a clean release and
leaves a hole round the members: an attack that says *farther* succeeds, and what counts only nearer
ones looks better than a clean release. A filter does not make a release fit to be given out; it is
audited again, in views that did not filter.

References
----------
Koeken et al. (2025), arXiv:2510.01793: filters miss near copies of diffusion models.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from clefgan.auditing.examine import Findings
from clefgan.auditing.margins import Numbers, Strongest

QUANTILE = 0.95  # of real images' margins, of the symmetric filter


class Withhold(StrEnum):
    """How images are chosen."""

    LIST = "list"
    SYMMETRIC = "symmetric"


@dataclass(frozen=True, slots=True, eq=False)
class Withheld:
    """Numbers of the released images that are withheld and kept, ascending.

    above : of those withheld, the images whose own margin is at least the cutoff
    thinned : of those withheld, the images that were taken out for diversity
    volumes : how many volumes are withheld, each with all its slices
    """

    how: Withhold
    withheld: Numbers
    kept: Numbers
    cutoff: float
    above: Numbers
    thinned: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    volumes: int = 0


def withhold(findings: Findings, how: Withhold, *, everybody: Strongest | None = None) -> Withheld:
    """Choose; equal images, and copies that a person saw, are withheld in any case.

    Parameters
    ----------
    everybody : margins among sealed patients too, who set no cutoff; None: nobody is sealed
    """
    margin = (everybody or findings.strong).margin
    if how is Withhold.SYMMETRIC:
        assert findings.null is not None  # the plan asks for it
        cutoff = float(np.quantile(findings.null, QUANTILE))
    else:
        cutoff = findings.copies.cutoff
    out = margin >= cutoff
    above = np.flatnonzero(out)
    out[findings.certain] = True
    return Withheld(how, np.flatnonzero(out), np.flatnonzero(~out), cutoff, above)
