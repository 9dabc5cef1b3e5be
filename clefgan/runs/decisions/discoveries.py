"""P-values to calls at a false discovery rate, with an estimate of how many images are unused."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from clefgan.errors import counted as counted_units
from clefgan.method import Scores
from clefgan.runs.decisions.nulls import (
    Round,
    counted,
    least_calls,
    p_values_of_rounds,
    rounds_said,
)
from clefgan.runs.decisions.sign import LEVEL, p_of_sign, sign_said
from clefgan.runs.decisions.tails import continued, has_tail
from clefgan.runs.decisions.verdict import Used, Verdict
from evaluation.significance.multiple import benjamini_hochberg

ROUNDING = 1e-12  # a p-value that is the level but for this is at the level
LOW_END = 0.5  # p-values above are those of unused images, by and large
LEAST_UNUSED = 0.5  # share of the candidates that is taken to be unused at least


def discovered_beside(rounds: Sequence[Round], fdr: float) -> Verdict:
    """Call by unused images that were scored among the candidates.

    Where there is a sign of a leak, the tail of the unused scores is continued, so that few can be
    called too. Without one it is not: where nothing leaks, a tail that falls off more slowly than
    it is taken to would be a claim.
    """
    by, (n_units, unit) = rounds_said(rounds), counted(rounds)
    sign = p_of_sign(rounds)
    if has_tail(rounds) and sign <= LEVEL:
        tail = f"{by}; p-values below 1/{n_units + 1} by their tail"
        verdict = discovered(continued(rounds), fdr, tail)
    else:
        verdict = discovered(p_values_of_rounds(rounds), fdr, by, n_units, unit)
    return replace(verdict, note=f"{sign_said(sign)}; {verdict.note}")


def discovered(
    p: Scores, fdr: float, by: str, n_unused: int | None = None, unit: str = "images"
) -> Verdict:
    """Call what Benjamini-Hochberg rejects at `fdr`, given the share that is unused.

    Parameters
    ----------
    by : what the p-values come from, in words
    n_unused : how many unused images, or groups, were counted; None where p-values have no least
        one
    unit : which of the two
    """
    share = unused_share(p)
    used = found_at(p, min(fdr / share, 1.0))
    note = f"false discovery rate {fdr:g} by {by}"
    if share < 1:
        note += f"; {share:.0%} of the candidates taken to be unused"
    if n_unused is not None:
        note += floor_said(len(p), n_unused, fdr, share, unit)
    return Verdict(used, None, note, fdr * used.sum())


def unused_share(p: Scores) -> float:
    """Estimate of the share of unused images among those with these p-values: 0.5 to 1.

    Those of unused images are spread evenly, so about half of them are above 0.5. Never below 0.5:
    dev's unused images may be somewhat lower than those under test, and the estimate trusts them.

    References
    ----------
    Storey, Taylor, Siegmund (2004), doi:10.1111/j.1467-9868.2004.00439.x, with 1 added to the
    count; for conformal p-values Bates et al. (2023), doi:10.1214/22-AOS2244. The bound is ours.
    """
    if not len(p):
        return 1.0
    share = (1 + np.count_nonzero(p > LOW_END)) / (len(p) * (1 - LOW_END))
    return float(np.clip(share, LEAST_UNUSED, 1.0))


def found_at(p: Scores, fdr: float) -> Used:
    """Which p-values Benjamini-Hochberg rejects at a false discovery rate."""
    return np.asarray(benjamini_hochberg(p) <= fdr * (1 + ROUNDING))


def floor_said(n: int, n_unused: int, fdr: float, share: float, unit: str = "images") -> str:
    """What so few unused images or groups forbid, in words; '' where they forbid nothing."""
    least = least_calls(n, n_unused, fdr, share)
    if least == 1:
        return ""
    unused = counted_units(n_unused, f"unused {unit.removesuffix('s')}")
    if least > n:
        few = "is" if n_unused == 1 else "are"
        return f"; {unused} {few} too few to call any: the least p-value is 1/{n_unused + 1}"
    return f"; {unused} can call {least} or more of {n}, never fewer"
