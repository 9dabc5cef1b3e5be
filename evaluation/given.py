"""What functions are given, checked: arrays of one value for each image, whole numbers, shares."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.errors import EvaluationError


def used(where: str, values: ArrayLike, n: int | None = None) -> NDArray[np.bool_]:
    """The bool array of shape (n,), True for *used*.

    Raises
    ------
    EvaluationError
        Another shape or type.
    """
    array = one_each(where, values, n)
    if array.dtype != np.bool_ and len(array):
        raise EvaluationError(f"{where}: not bool; got {array.dtype}; give True for used")
    return array.astype(np.bool_, copy=False)


def finite(where: str, values: ArrayLike, n: int | None = None) -> NDArray[np.float64]:
    """The array of finite numbers as float64 of shape (n,).

    Raises
    ------
    EvaluationError
        Another shape or type, or a value that is not finite.
    """
    array = one_each(where, values, n)
    refuse_no_numbers(where, array)
    bad = np.flatnonzero(~np.isfinite(array))
    if len(bad):
        raise EvaluationError(
            f"{where}: {len(bad)} of {len(array)} not finite; got {array[bad[0]]} "
            f"at index {bad[0]}; give finite numbers"
        )
    return array.astype(np.float64, copy=False)


def classes(
    where: str, values: ArrayLike, n: int | None = None, *, least: int = 0, many: int | None = None
) -> NDArray[np.int64]:
    """The numbers of classes as int64 of shape (n,).

    Parameters
    ----------
    least, many : the smallest number that there may be, and how many classes there are, from 0;
        None: any number of them

    Raises
    ------
    EvaluationError
        Another shape or type, or a class that there is not.
    """
    array = one_each(where, values, n)
    if array.dtype.kind not in "iu" and len(array):
        raise EvaluationError(
            f"{where}: not numbers of classes; got {array.dtype}; give whole numbers"
        )
    numbers = array.astype(np.int64)
    low, high = numbers.min(initial=least), numbers.max(initial=least)
    if low < least or (many is not None and high >= many):
        most = "" if many is None else f" to {many - 1}"
        raise EvaluationError(f"{where}: classes from {low} to {high}; give {least}{most or ' up'}")
    return numbers


def labels(where: str, values: ArrayLike, n: int | None = None) -> NDArray[Any]:
    """The array of labels of shape (n,), of any one kind that sorts, such as a patient's name.

    Raises
    ------
    EvaluationError
        Another shape, labels that do not sort, or a NaN.
    """
    array = one_each(where, values, n, "label")
    if array.dtype.kind in "fc" and np.isnan(array).any():
        raise EvaluationError(f"{where}: a label is NaN; give one to every image")
    if array.dtype.kind == "O":
        try:
            np.unique(array)
        except TypeError:
            kinds = sorted({type(value).__name__ for value in array.tolist()})
            raise EvaluationError(
                f"{where}: labels do not sort; got {', '.join(kinds)}; give names or numbers"
            ) from None
    return array


def one_each(where: str, values: ArrayLike, n: int | None, what: str = "value") -> NDArray[Any]:
    """The array of shape (n,); of any length where `n` is None.

    Raises
    ------
    EvaluationError
        Another shape.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise EvaluationError(f"{where}: rows of several lengths; give (n,)") from None
    if array.ndim != 1:
        raise EvaluationError(
            f"{where}: not one {what} per image; got shape {array.shape}; give (n,)"
        )
    if n is not None and len(array) != n:
        raise EvaluationError(
            f"{where}: not one for each image; got {len(array)} for {n} truths; give one for each"
        )
    return array


def refuse_no_numbers(where: str, array: NDArray[Any]) -> None:
    """Raise unless an array is of whole or floating-point numbers."""
    if array.dtype.kind not in "fiu":
        raise EvaluationError(f"{where}: not numbers; got {array.dtype}; give float64")


def whole(where: str, value: object, least: int) -> None:
    """Raise unless this is a whole number, and not below the least."""
    if not isinstance(value, (int, np.integer)) or value < least:
        few = "too few" if isinstance(value, (int, np.integer)) else "not a whole number"
        raise EvaluationError(f"{where}: {few}; got {value!r}; give {least} or more")


def share(where: str, value: object) -> None:
    """Raise unless this is a number between 0 and 1, neither of them."""
    if not isinstance(value, (int, float, np.number)) or not 0 < value < 1:
        raise EvaluationError(
            f"{where}: not between 0 and 1; got {value!r}; give a share such as 0.95"
        )
