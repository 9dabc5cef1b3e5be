"""McNemar's test: do two runs call equally many candidates right?"""

from typing import NamedTuple

import numpy as np
import scipy

from evaluation import given
from evaluation.membership import Used, validate


class McNemar(NamedTuple):
    """Cases that only one run calls right, and two p-values.

    exact : two-sided binomial; never too small, rather too large
    mid_p : counts half of the observed table; closer to the nominal level, and preferred
    """

    only_first: int
    only_second: int
    exact: float
    mid_p: float


def mcnemar(truth: Used, first: Used, second: Used) -> McNemar:
    """Compare the accuracy of two runs on the same candidates.

    References
    ----------
    McNemar (1947), doi:10.1007/BF02295996; mid-p: Fagerland, Lydersen, Laake (2013),
    doi:10.1186/1471-2288-13-91.
    """
    validate(truth)
    runs = (given.used(*run, len(truth)) for run in (("first", first), ("second", second)))
    right = [np.asarray(truth) == decisions for decisions in runs]
    b = int(np.count_nonzero(right[0] & ~right[1]))
    c = int(np.count_nonzero(right[1] & ~right[0]))
    n, low = b + c, min(b, c)
    if n == 0:
        return McNemar(0, 0, 1.0, 1.0)
    at_most = float(scipy.special.bdtr(low, n, 0.5))
    of_all, of_low, of_high = scipy.special.gammaln([n + 1, low + 1, n - low + 1])
    log = of_all - of_low - of_high - n * np.log(2)
    just = float(np.exp(log))
    return McNemar(b, c, min(1.0, 2 * at_most), min(1.0, 2 * at_most - just))
