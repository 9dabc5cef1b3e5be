"""What a decision cannot do with so many images, said before any work is done."""

from clefgan.data.challenge import Challenge
from clefgan.runs.decisions.discoveries import LEAST_UNUSED
from clefgan.runs.decisions.guarded import Guarded
from clefgan.runs.decisions.nulls import least_calls
from clefgan.runs.decisions.rules import Conformal
from clefgan.runs.decisions.tails import n_of_tail
from clefgan.runs.decisions.verdict import Rule


def floor(rule: Rule, challenge: Challenge) -> str:
    """Return one sentence on the fewest images that a rule can call; '' where that is one.

    With m unused images the least p-value is 1 / (m + 1), and a false discovery rate q counts it
    for no fewer than about 1 / (q m) of the candidates at once; half of that where half of them is
    taken to be unused, which is the most that is assumed. Where there is a sign of a leak, the tail
    of the unused scores gives smaller ones, if there are enough of them.
    """
    compares = isinstance(rule, Conformal) or (isinstance(rule, Guarded) and rule.share is None)
    if not compares or challenge.dev is None or challenge.test is None:
        return ""
    fdr = rule.fdr if isinstance(rule, (Conformal, Guarded)) else 0.0
    n, known = len(challenge.test.candidates), challenge.groups or {}
    n_unused = len({known.get(name, name) for name in challenge.dev.not_used.ids})
    unit = "images" if n_unused == len(challenge.dev.not_used) else "patients"
    least = least_calls(n, n_unused, fdr, LEAST_UNUSED)
    if least == 1 or n_unused == 0:
        return ""
    what = f"decide: with {n_unused} unused dev {unit} a false discovery rate of {fdr:g} can call "
    less = "; fewer where there is a sign of a leak" if n_of_tail(n_unused) else ""
    if least > n:
        few = f"none of {n} candidates: it needs {least} at once"
        return what + few + (less or f"; give more unused {unit}")
    return what + f"{least} or more of {n} candidates, or none{less}"
