"""What a decision cannot do with so many images, said before any work is done."""

from clefgan.data.challenge import Challenge
from clefgan.errors import counted
from clefgan.runs.decisions.discoveries import LEAST_UNUSED
from clefgan.runs.decisions.guarded import Guarded
from clefgan.runs.decisions.nulls import least_calls
from clefgan.runs.decisions.rules import Conformal, Null95
from clefgan.runs.decisions.tails import n_of_tail
from clefgan.runs.decisions.verdict import Rule

FEWEST = 19  # unused images or patients for a p-value of 0.05, 1 / (m + 1)


def floor(rule: Rule, challenge: Challenge) -> str:
    """Return one sentence on the fewest images that a rule can call; '' where that is one.

    With m unused images the least p-value is 1 / (m + 1), and a false discovery rate q counts it
    for no fewer than about 1 / (q m) of the candidates at once; half of that where half of them is
    taken to be unused, which is the most that is assumed. Where there is a sign of a leak, the tail
    of the unused scores gives smaller ones, if there are enough of them.
    """
    if not rule.needs_rounds or challenge.dev is None or challenge.test is None:
        return ""
    n, known = len(challenge.test.candidates), challenge.groups or {}
    n_unused = len({known.get(name, name) for name in challenge.dev.not_used.ids})
    unit = "image" if n_unused == len(challenge.dev.not_used) else "group"
    having = f"decide: with {counted(n_unused, f'unused dev {unit}')} "
    if isinstance(rule, Null95) and 0 < n_unused < FEWEST:
        few = f"null95 can call no candidate: no p-value is at most 0.05; give {FEWEST} or more"
        return having + few
    compares = isinstance(rule, Conformal) or (isinstance(rule, Guarded) and rule.share is None)
    if not compares:
        return ""
    fdr = rule.fdr if isinstance(rule, (Conformal, Guarded)) else 0.0
    least = least_calls(n, n_unused, fdr, LEAST_UNUSED)
    if least == 1 or n_unused == 0:
        return ""
    what = f"{having}a false discovery rate of {fdr:g} can call "
    less = "; fewer where there is a sign of a leak" if n_of_tail(n_unused) else ""
    if least > n:
        few = f"none of {counted(n, 'candidate')}: it needs {least} at once"
        return what + few + (less or f"; give more unused {unit}s")
    return what + f"{least} or more of {counted(n, 'candidate')}, or none{less}"
