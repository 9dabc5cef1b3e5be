"""Why each image is withheld: for what it is, with its volume, by the filter, or for diversity."""

from collections.abc import Sequence

import numpy as np

from clefgan.auditing.examine import Findings
from clefgan.auditing.filter import Withheld
from clefgan.auditing.volumes.cubes import Volumes
from clefgan.auditing.volumes.withheld import listed

EQUAL = "equals a training image"
JUDGED = "judged to be a copy"
LISTED = "listed as a copy"
ABOVE = "margin above the filter's"
WHOLE = "volume listed as a whole"
BESIDE = "with its volume"
THINNED = "left out for diversity"


def reasons(
    images: Sequence[int], findings: Findings, volumes: Volumes | None, out: Withheld | None
) -> list[str]:
    """The strongest reason of each image.

    Parameters
    ----------
    images : numbers of withheld released images
    out : as the filter chose; None: no filter was asked for
    """
    whole = np.zeros(0, np.int64)
    if volumes is not None:
        listed_whole = listed(findings, volumes).whole
        whole = np.flatnonzero(np.isin(volumes.released.of, listed_whole))
    causes = {
        EQUAL: findings.exact[:, 0],
        JUDGED: findings.judged,
        LISTED: findings.copies.listed,
        ABOVE: whole[:0] if out is None else out.above,
        WHOLE: whole,
        THINNED: whole[:0] if out is None else out.thinned,
    }
    members = {cause: set(numbers.tolist()) for cause, numbers in causes.items()}
    return [
        next((cause for cause, numbers in members.items() if image in numbers), BESIDE)
        for image in images
    ]
