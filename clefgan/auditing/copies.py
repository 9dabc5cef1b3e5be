"""Which released images are nearer to a training patient than chance allows: target and decoy.

Each image has one winner among all patients and a margin, both worked out without labels. Where an
image copies nobody, its winner is a training patient with probability `n_training / n_groups`, so
images won by held-out patients, the decoys, count the false ones among those won by training
patients. Images that one patient wins depend on each other, so the share holds about; over patients
it is exact (see `patients`).

References
----------
Barber, Candes (2015), arXiv:1404.5609 (knockoff+); Elias, Gygi (2007), doi:10.1038/nmeth1019
(target-decoy). They take the longest list that keeps the share; here it ends where it would take in
more false images than copies, both by the decoys' count: so it is never longer than theirs, and
does not go on for the sake of a last few copies.
"""

from dataclasses import dataclass

import numpy as np

from clefgan.auditing.margins import Numbers, Values
from clefgan.auditing.material import Flags


@dataclass(frozen=True, slots=True, eq=False)
class CopyList:
    """Images that are listed at false share `q`, and how sure that is.

    listed : numbers of the images, largest margin first
    cutoff : the smallest margin that is listed; inf where none is
    decoys : images won by held-out patients at or above the cutoff
    q_values : (n,), smallest false share of any list that reaches down to the image; 1 for decoys
    look : largest margin of a decoy; images above it, won by training patients, are worth a look
    """

    listed: Numbers
    cutoff: float
    decoys: int
    q_values: Values
    look: float
    q: float


def find(
    margin: Values,
    won: Flags,
    share: float,
    *,
    q: float = 0.2,
) -> CopyList:
    """List copies.

    Parameters
    ----------
    margin : (n,), of each released image
    won : (n,), whether its winner is a training patient
    share : of the patients that is training; above 0 and below 1
    q : expected share of false ones in the list
    """
    order = np.argsort(-margin, kind="stable")
    hits = np.cumsum(won[order])
    decoys = np.cumsum(~won[order])
    ordered = margin[order]
    closes = np.ones(len(order), bool)  # a cutoff takes all images of equal margin
    closes[:-1] = ordered[1:] != ordered[:-1]
    false = (1 + decoys) * share / (1 - share)
    estimate = np.where(closes & (hits > 0), false / np.maximum(hits, 1), np.inf)
    best = np.minimum.accumulate(estimate[::-1])[::-1]
    q_values = np.ones(len(order))
    q_values[order] = np.minimum(1.0, best)
    q_values[~won] = 1.0
    last = cutoff(estimate <= q, hits - 2 * decoys * share / (1 - share))
    listed = order[: last + 1][won[order[: last + 1]]]
    return CopyList(
        listed=listed.astype(np.int64),
        cutoff=float(ordered[last]) if last >= 0 else np.inf,
        decoys=int(decoys[last]) if last >= 0 else 0,
        q_values=q_values,
        look=float(margin[~won].max(initial=-np.inf)),
        q=q,
    )


def cutoff(passing: Flags, gain: Values) -> int:
    """Where the list ends: of the places that pass the one that gains most; -1: there is none.

    Parameters
    ----------
    gain : copies less false ones; the decoys' count is taken off the hits once for each of the two
    """
    if not passing.any():
        return -1
    return int(np.where(passing, gain, -np.inf).argmax())
