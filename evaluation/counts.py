"""The 2 x 2 table of a run, and every metric that depends on nothing else.

Each formula takes whole arrays of tables at once, so that the ten thousand tables of a bootstrap
cost one call. A formula that divides zero by zero is NaN (the rule of `evaluation.membership`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from typing import TypeAlias  # of Python 3.10; this file is carried to 3.9 too

Values: TypeAlias = NDArray[np.float64]
"""One number per table; the shape of the counts."""

Tables: TypeAlias = NDArray[np.float64]
"""(tables, rows, columns), counts of images by true class and label; see `class_tables`."""


class Counts(NamedTuple):
    """Cells of one table (0-d arrays) or of many (arrays of one shape); may be weights."""

    tp: Values
    tn: Values
    fp: Values
    fn: Values

    @classmethod
    def of(cls, tp: ArrayLike, tn: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> Counts:
        """Build from anything that numpy can read; in the order in which papers print them."""
        cells = np.broadcast_arrays(*(np.asarray(c, dtype=np.float64) for c in (tp, tn, fp, fn)))
        return cls(*cells)

    @property
    def n(self) -> Values:
        """Number of images in each table."""
        return self.tp + self.tn + self.fp + self.fn

    @property
    def used(self) -> Values:
        """Number of images that are used."""
        return self.tp + self.fn

    @property
    def not_used(self) -> Values:
        """Number of images that are not used."""
        return self.tn + self.fp

    @property
    def called_used(self) -> Values:
        """Number of images that are called used."""
        return self.tp + self.fp


def ratio(top: Values, bottom: Values) -> Values:
    """Divide; NaN where `bottom` is 0."""
    safe = np.where(bottom == 0, np.nan, bottom)
    return np.asarray(top / safe, dtype=np.float64)


def f1(c: Counts) -> Values:
    """2 TP / (2 TP + FP + FN), of class *used*."""
    return ratio(2 * c.tp, 2 * c.tp + c.fp + c.fn)


def accuracy(c: Counts) -> Values:
    """(TP + TN) / n."""
    return ratio(c.tp + c.tn, c.n)


def precision(c: Counts) -> Values:
    """TP / (TP + FP)."""
    return ratio(c.tp, c.called_used)


def specificity(c: Counts) -> Values:
    """TN / (TN + FP)."""
    return ratio(c.tn, c.not_used)


def recall(c: Counts) -> Values:
    """TP / (TP + FN)."""
    return ratio(c.tp, c.used)


def balanced_accuracy(c: Counts) -> Values:
    """(recall + specificity) / 2."""
    return (recall(c) + specificity(c)) / 2


def cohen_kappa(c: Counts) -> Values:
    """2 (TP TN - FP FN) / (used x called not used + not used x called used)."""
    against = c.used * (c.n - c.called_used) + c.not_used * c.called_used
    return ratio(2 * (c.tp * c.tn - c.fp * c.fn), against)


def mcc(c: Counts) -> Values:
    """(TP TN - FP FN) / sqrt of the product of the four margins."""
    margins = np.sqrt(c.used * c.not_used) * np.sqrt(c.called_used * (c.n - c.called_used))
    return ratio(c.tp * c.tn - c.fp * c.fn, margins)
