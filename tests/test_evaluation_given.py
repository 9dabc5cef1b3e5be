"""Odd arrays given to what `evaluation` offers: one line that says which, or a right result.

Of each call that works, each argument is replaced by odd ones of its kind.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluation import attribution, given
from evaluation.errors import EvaluationError
from evaluation_calls import CALLS, TRUTH, N


def odd(kind: str, good: Any) -> Iterator[tuple[str, Any]]:
    """Values that a function has to refuse in the place of a good one of this kind."""
    if kind in ("whole", "size"):
        yield from (("below", -1), ("a fraction", 2.5), ("NaN", np.nan), ("text", "x"))
        return
    if kind == "share":
        yield from (("above", 2), ("zero", 0), ("NaN", np.nan), ("text", "x"))
        return
    array = np.asarray(good)
    text, nothing = np.full(array.shape, "x"), np.full(array.shape, None, object)
    if kind not in ("alone", "p", "lone class"):
        yield "longer", np.concatenate([array, array[:1]])
    if kind not in ("alone", "p"):
        yield "none", array[:0]
    if kind == "rows":
        yield from (("one row", array[0]), ("no column", array[:, :0]))
    elif kind != "counts":
        yield from (("deeper", array[None]), ("one", array[0]))
    if kind == "names":
        yield "of two kinds", np.array(["x", 1] * (N // 2), object)
    else:
        yield from (("text", text), ("nothing", nothing))
    if kind in ("classes", "lone class", "open", "any class"):
        yield from (("a fraction", array + 0.5), ("below", array - 9))
    if kind in ("classes", "lone class", "open"):
        yield "above", array + 9
    if kind == "used":
        yield "numbers", array.astype(int)
    if kind in ("names", "finite", "rows", "classes", "alone"):
        yield "NaN", np.where(np.arange(array.size).reshape(array.shape) == 1, np.nan, array)


UNCHECKED = {  # a number of classes that nothing bounds, an empty set that is undefined
    ("known_auroc", "above"), ("oscr", "above"), ("accuracy_at_rejection", "above"),
    ("used_at_all", "longer"), ("softmax", "longer"), ("softmax", "none"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_what_works_works_with_lists_too(name: str) -> None:
    function, arguments = CALLS[name]
    plain = {key: np.asarray(good).tolist() for key, (_, good) in arguments.items()}
    wanted = function(**{key: good for key, (_, good) in arguments.items()})
    if isinstance(wanted, float | tuple | np.ndarray):
        np.testing.assert_array_equal(function(**plain), wanted)
    else:
        function(**plain)


@pytest.mark.parametrize("name", CALLS)
def test_what_cannot_be_is_one_line(name: str) -> None:
    function, arguments = CALLS[name]
    good = {key: value for key, (_, value) in arguments.items()}
    for key, (kind, value) in arguments.items():
        for case, wrong in odd(kind, value):
            if (name, case) in UNCHECKED:
                continue
            said = error_of(partial(function, **good | {key: wrong}))
            assert re.fullmatch(r"[^\n]+: [^\n]+", said or ""), f"{key}, {case}: {said}"


def error_of(call: Callable[[], object]) -> str | None:
    """What an `EvaluationError` says; None where there is none."""
    try:
        call()
    except EvaluationError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("check", "values", "message"),
    [
        (given.used, [0, 1], "x: not bool; got int64; give True for used"),
        (given.finite, [1.0, np.nan], "x: 1 of 2 not finite; got nan at index 1; give finite num"),
        (given.finite, ["a"], "x: not numbers; got <U1; give float64"),
        (given.finite, [[1], [1, 2]], r"x: rows of several lengths; give \(n,\)"),
        (given.classes, [0.5], "x: not numbers of classes; got float64; give whole numbers"),
        (given.classes, [-1, 3], "x: classes from -1 to 3; give 0 up"),
        (given.labels, [1, None], "x: labels do not sort; got NoneType, int; give names or n"),
        (given.labels, [1.0, np.nan], "x: a label is NaN; give one to every image"),
        (partial(given.whole, least=1), 2.5, "x: not a whole number; got 2.5; give 1 or more"),
        (partial(given.whole, least=1), 0, "x: too few; got 0; give 1 or more"),
        (given.share, 95, "x: not between 0 and 1; got 95; give a share such as 0.95"),
    ],
)  # fmt: skip
def test_the_line_says_what_where_and_what_to_give(
    check: Callable[..., object], values: Any, message: str
) -> None:
    with pytest.raises(EvaluationError, match=f"^{message}"):
        check("x", values)


def test_numbers_are_not_compared_with_dates() -> None:
    dates: NDArray[Any] = np.full(N, np.datetime64("2020-01-01"))
    with pytest.raises(EvaluationError, match="predicted: not comparable with the truth; got date"):
        attribution.evaluate(TRUTH, dates)
