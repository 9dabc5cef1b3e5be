"""Which released volumes are withheld: whole, with every slice, whatever spoke for it."""

from dataclasses import dataclass, replace

import numpy as np

from clefgan.auditing.examine import Findings
from clefgan.auditing.filter import QUANTILE, Withheld, Withhold
from clefgan.auditing.margins import Numbers, Strongest
from clefgan.auditing.volumes.cubes import Volumes
from clefgan.auditing.volumes.found import Wholes


@dataclass(frozen=True, slots=True, eq=False)
class ListedOut:
    """What is listed of a release.

    images : numbers of released images that are certain copies or listed, and of all slices of
        volumes that hold one or are listed whole; ascending
    whole : numbers of volumes that are listed whole; `slices` of those with a listed slice
    """

    images: Numbers
    whole: Numbers
    slices: Numbers


def listed(findings: Findings, volumes: Volumes | None) -> ListedOut:
    """What is listed by itself, or with its volume."""
    images = np.zeros(len(findings.material.released), bool)
    images[findings.single] = True
    none = np.zeros(0, np.int64)
    if volumes is None:
        return ListedOut(np.flatnonzero(images), none, none)
    of = volumes.released.of
    whole = none if findings.wholes is None else np.sort(findings.wholes.copies.listed)
    slices = np.unique(of[images & (of >= 0)])
    images |= np.isin(of, whole)
    return ListedOut(np.flatnonzero(volumes.released.whole(images)), whole, slices)


def of_volumes(volumes: Volumes | None, images: Numbers) -> int:
    """How many volumes some released images are of."""
    if volumes is None:
        return 0
    of = volumes.released.of[images]
    return len(np.unique(of[of >= 0]))


def with_volumes(
    out: Withheld, volumes: Volumes | None, wholes: Wholes | None, everybody: Strongest | None
) -> Withheld:
    """The same with the volumes whose margin is above the filter's, each withheld whole.

    Parameters
    ----------
    everybody : margins of whole volumes among sealed patients too; None: nobody is sealed
    """
    if volumes is None:
        return out
    of = volumes.released.of
    chosen = np.zeros(len(of), bool)
    chosen[out.withheld] = True
    if wholes is not None:
        margin = (everybody or wholes.strong).margin
        chosen |= np.isin(of, np.flatnonzero(margin >= cutoff(wholes, out.how)))
    chosen = volumes.released.whole(chosen)
    images = np.flatnonzero(chosen)
    return replace(
        out,
        withheld=images,
        kept=np.flatnonzero(~chosen),
        volumes=of_volumes(volumes, images),
    )


def cutoff(wholes: Wholes, how: Withhold) -> float:
    """Margin of a whole volume from which on it is withheld, see `filter`."""
    if how is Withhold.LIST:
        return wholes.copies.cutoff
    assert wholes.null is not None  # the plan asks for it
    return float(np.quantile(wholes.null, QUANTILE))
