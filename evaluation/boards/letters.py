"""Groups of runs that cannot be told apart, and their letters.

Two runs share a letter if and only if their difference is not significant. "Cannot be told apart"
is not transitive (a and b, b and c, but not a and c), so groups overlap.

References
----------
Piepho (2004), doi:10.1198/1061860043515: letters for all-pairwise comparisons.
"""

import numpy as np
from numpy.typing import NDArray

from evaluation.counts import Values
from evaluation.errors import EvaluationError


def groups(p_values: Values, level: float = 0.95) -> list[tuple[int, ...]]:
    """Sets of runs of which no two can be told apart, as large and as few as found.

    Parameters
    ----------
    p_values : (runs, runs), symmetric, adjusted; NaN (no test) tells nothing apart; the runs in
        the order of the ranking, which orders the groups

    Returns
    -------
    Groups in order of their best run; every run is in at least one.
    """
    p_values = np.asarray(p_values, dtype=np.float64)
    if p_values.ndim != 2 or p_values.shape[0] != p_values.shape[1]:
        raise EvaluationError(
            f"p_values: not one for each pair; got shape {p_values.shape}; give (runs, runs)"
        )
    alike = ~(p_values <= 1 - level)
    np.fill_diagonal(alike, True)
    largest = _maximal(alike & alike.T)
    largest.sort()
    return _without_spare(largest)


def letters(of: list[tuple[int, ...]], runs: int) -> list[tuple[str, ...]]:
    """The letters of each run: a, b, ... z, aa, ab, ..."""
    result: list[tuple[str, ...]] = [()] * runs
    for number, members in enumerate(of):
        for run in members:
            result[run] = (*result[run], _letter(number))
    return result


def _maximal(alike: NDArray[np.bool_]) -> list[tuple[int, ...]]:
    """Maximal cliques, by adding one run at a time to the cliques so far."""
    cliques: set[frozenset[int]] = set()
    for run in range(len(alike)):
        near = frozenset(np.flatnonzero(alike[run, :run]).tolist())
        parts = {clique & near | {run} for clique in cliques} | {frozenset({run})}
        whole = {clique for clique in cliques if not clique <= near}
        cliques = whole | {part for part in parts if not any(part < other for other in parts)}
    return [tuple(sorted(clique)) for clique in cliques]


def _without_spare(cliques: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Drop groups all of whose pairs are shown by other groups, the last and smallest first."""
    kept = list(cliques)
    for clique in sorted(cliques, key=lambda c: (len(c), c), reverse=False):
        others = [other for other in kept if other != clique]
        if all(any(a in o and b in o for o in others) for a in clique for b in clique):
            kept = others
    return kept


def _letter(number: int) -> str:
    """Spell like the columns of a spreadsheet."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("a") + digit) + text
    return text
