"""How many hits at most are false, whatever cutoff is chosen after looking.

References
----------
Luo, Keich et al. (2020), arXiv:2011.11939, and Ebadi et al. (2023), arXiv:2302.11837: bounds on the
false ones of a target-decoy list, for all cutoffs at once; here by a band drawn for this length.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from clefgan.auditing import early_hits

DRAWS = 2000  # random sequences that set the band
LONGEST = 200  # decoys that the band looks at; above more, nothing is said for sure


@lru_cache(maxsize=64)
def false_bound(n: int, share: float, level: float, seed: int) -> NDArray[np.int64]:
    """Most false hits among the images above the (d+1)-th decoy, for all d at once, d from 0.

    Where nothing leaks, hits and decoys come in random order with probabilities `share` and
    `1 - share`. The number of hits before the (d+1)-th decoy is negative binomial; the smallest of
    its tail probabilities over all d, in random sequences, says at which tail all bounds hold
    together with probability `level`.
    """
    rng = np.random.default_rng(seed)
    most = max(1, min(LONGEST, n))
    decoys = np.arange(most)
    hits = np.cumsum(rng.geometric(1 - share, (DRAWS, most)) - 1, axis=1)
    tails = early_hits.chance(hits, np.broadcast_to(decoys, hits.shape), share)
    tail = np.quantile(tails.min(axis=1), 1 - level, method="lower")
    return np.asarray(nbinom.isf(tail, decoys + 1, 1 - share), np.int64)
