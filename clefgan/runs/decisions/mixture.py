"""Two normal components in one set of scores, by expectation-maximisation."""

from typing import NamedTuple

import numpy as np

from evaluation.counts import Values


class TwoNormals(NamedTuple):
    """Two normal components of one width, and the log-likelihood but for a constant."""

    share: float  # of the higher one
    low: float  # means
    high: float
    width: float
    likelihood: float = -np.inf


SHARES = (0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)  # upper parts to start from
FIRST_STEPS = 50  # from each start; then on from the likeliest
NARROWEST = 1e-3  # width of a component, of the deviation of all


def two_normals(z: Values, most_steps: int) -> TwoNormals:
    """The likeliest fit of those from several starts; `z` has mean 0 and deviation 1.

    A start from the quartiles alone misses small groups, and finds nothing where quartiles tie.
    """
    low, high = (float(v) for v in np.percentile(z, [25, 75]))
    starts = [TwoNormals(0.5, low, high, 0.7)]
    ordered, n = np.sort(z), len(z)
    for cut in sorted({min(n - 1, max(1, round((1 - share) * n))) for share in SHARES}):
        lower, upper = ordered[:cut], ordered[cut:]
        inside = (lower.var() * cut + upper.var() * (n - cut)) / n
        width = max(NARROWEST, float(np.sqrt(inside)))
        starts.append(TwoNormals(1 - cut / n, float(lower.mean()), float(upper.mean()), width))
    fits = [climbed(z, start, min(most_steps, FIRST_STEPS)) for start in starts]
    return climbed(z, max(fits, key=lambda fit: fit.likelihood), most_steps)


def climbed(z: Values, fit: TwoNormals, most_steps: int) -> TwoNormals:
    """Expectation-maximisation from a start until the likelihood stays."""
    for _ in range(most_steps):
        parts = np.stack([
            np.log1p(-fit.share) - (z - fit.low) ** 2 / (2 * fit.width**2),
            np.log(fit.share) - (z - fit.high) ** 2 / (2 * fit.width**2),
        ])  # fmt: skip
        total = np.logaddexp(parts[0], parts[1])
        likelihood = float(total.sum() - len(z) * np.log(fit.width))
        if likelihood - fit.likelihood < 1e-10 * len(z):
            break
        upper = np.exp(parts[1] - total)
        share = float(np.clip(upper.mean(), 1e-6, 1 - 1e-6))
        low = float((1 - upper) @ z / max((1 - upper).sum(), 1e-12))
        high = float(upper @ z / max(upper.sum(), 1e-12))
        square = ((1 - upper) * (z - low) ** 2 + upper * (z - high) ** 2).mean()
        width = max(NARROWEST, float(np.sqrt(square)))
        fit = TwoNormals(share, low, high, width, likelihood)
    return fit
