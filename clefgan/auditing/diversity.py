"""Thinning a release for diversity: kernel herding, so that fewer images cover as much.

References
----------
Chen, Welling, Smola (2010), Super-samples from kernel herding, arXiv:1203.3472.
"""

import numpy as np

from clefgan.auditing.margins import Numbers, Values


def herd(features: Values, n: int) -> Numbers:
    """Numbers of `n` rows that represent all of them best, in the order they are chosen.

    Gaussian kernel, its width the median distance; each choice is what the mean embedding of all
    rows lacks most in those chosen so far.
    """
    rows = (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-12)
    squares = (rows * rows).sum(axis=1)
    apart = np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0)
    width = float(np.median(apart)) or 1.0
    kernel = np.exp(-apart / width)
    wanted = kernel.mean(axis=1)
    chosen: list[int] = []
    so_far = np.zeros(len(rows))
    free = np.ones(len(rows), bool)
    for step in range(min(n, len(rows))):
        gain = np.where(free, wanted - so_far / (step + 1), -np.inf)
        best = int(gain.argmax())
        chosen.append(best)
        free[best] = False
        so_far += kernel[best]
    return np.array(chosen, np.int64)
