"""Distances that a matrix product gives: Euclidean, cosine, Pearson, and between unit rows.

`whole` numbers (see `rows`) make every value independent of the blocks it was computed in, and a
row is at distance exactly 0 from its copy.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.similarity.multiplier import Multiplier, multiplier
from clefgan.similarity.threads import in_threads
from clefgan.similarity.whole_numbers import Coded, Floats, Moments, Rows, code, moments


class Metric(StrEnum):
    """How far two rows are apart; 0 for a copy."""

    EUCLIDEAN = "euclidean"  # |a - b|
    COSINE = "cosine"  # 1 - cos(a, b); 1 if either row is all zero
    PEARSON = "pearson"  # 1 - r(a, b); a constant row correlates with constant rows only
    UNIT = "unit"  # |a' - b'|, a' centred and of length 1 (0 for a constant row)

    def against(self, candidates: Rows, *, memory_mib: int) -> "Products":
        """Candidates made ready to be compared with blocks of generated rows."""
        return Products.prepare(self, candidates, memory_mib=memory_mib)


@dataclass(frozen=True)
class Products:
    """Candidates, coded, with what is known of each row, and who multiplies them."""

    metric: Metric
    candidates: Coded
    about: Moments
    shape: tuple[int, ...]  # of one candidate, before it became a row
    memory_mib: int
    dots: Multiplier

    @classmethod
    def prepare(cls, metric: Metric, candidates: Rows, *, memory_mib: int) -> "Products":
        """Code the candidates and make them ready to be multiplied."""
        rows = np.asarray(candidates[0 : len(candidates)])
        coded = code(rows)
        return cls.of(metric, coded, moments(coded), rows.shape[1:], memory_mib)

    @classmethod
    def of(
        cls, metric: Metric, coded: Coded, about: Moments, shape: tuple[int, ...], memory_mib: int
    ) -> "Products":
        """Make candidates that are coded ready to be multiplied."""
        ready = multiplier(coded, memory_mib=memory_mib)
        return cls(metric, coded, about, shape, memory_mib, ready)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel without the multiplier: another process may have other devices, or none."""
        given = (self.metric, self.candidates, self.about, self.shape, self.memory_mib)
        return type(self).of, given

    def column_bytes(self) -> int:
        """Memory that one generated row costs, here or on devices: its share of a block, and it."""
        n, n_features = self.candidates.whole.shape
        return int(48 * n + 12 * n_features)

    def __call__(self, generated: NDArray[Any]) -> Floats:
        """Distances, (n_candidates, n_generated) float64."""
        theirs = code(generated)
        ours = self.candidates
        if generated.shape[1:] != self.shape or theirs.exact != ours.exact:
            raise ClefganError(
                f"comparison: candidates are {_said(self.shape)}, generated "
                f"{_said(generated.shape[1:])}; give both the same image size and features"
            )
        dots, about = self.dots(theirs)
        distances = np.empty(dots.shape)

        def columns(part: slice) -> None:
            right = theirs[part], about[part]
            distances[:, part] = _distances(self.metric, dots[:, part], (ours, self.about), right)

        in_threads(columns, len(theirs.whole))
        return distances


def _said(shape: tuple[int, ...]) -> str:
    """`256x256` of images, `160 features` of rows."""
    return f"{shape[0]} features" if len(shape) == 1 else "x".join(map(str, shape))


def _distances(
    metric: Metric,
    dots: Floats,
    left: tuple[Coded, Moments],
    right: tuple[Coded, Moments],
) -> Floats:
    """Turn products into distances, in place where that is possible."""
    (ours, about), (theirs, their_about) = left, right
    a2, b2 = about.squares[:, None], their_about.squares[None, :]
    if metric is Metric.EUCLIDEAN:
        a, b = ours.scale[:, None], theirs.scale[None, :]
        square = (a * a) * a2 + (b * b) * b2
        square -= (2 * a * b) * dots  # powers of two: exact
        return _root(square)
    if metric is Metric.COSINE:
        if ours.centre:  # levels, not levels - 128
            d, c = ours.whole.shape[1], float(ours.centre)
            dots = dots + c * (about.sums[:, None] + their_about.sums[None, :]) + d * c * c
            a2 = a2 + 2 * c * about.sums[:, None] + d * c * c
            b2 = b2 + 2 * c * their_about.sums[None, :] + d * c * c
        return np.clip(1 - _ratio(dots, a2, b2), 0, 2)
    correlation, a_flat, b_flat = _pearson(dots, about, their_about, ours.whole.shape[1])
    if metric is Metric.PEARSON:
        correlation[np.ix_(a_flat, b_flat)] = 1
        return np.clip(1 - correlation, 0, 2)
    lengths = (~a_flat).astype(np.float64)[:, None] + (~b_flat).astype(np.float64)[None, :]
    return _root(lengths - 2 * correlation)


def _pearson(
    dots: Floats, about: Moments, their_about: Moments, n_features: int
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Correlation of all pairs (0 where a row is constant), and which rows are constant."""
    # n times each, so that grey levels leave whole numbers and a copy in another contrast is exact
    variance, their_variance = (
        n_features * m.squares - m.sums * m.sums for m in (about, their_about)
    )
    # a constant row leaves only the rounding of the sums
    flat, their_flat = (
        v <= 1e-12 * n_features * m.squares
        for v, m in ((variance, about), (their_variance, their_about))
    )
    variance[flat], their_variance[their_flat] = 0, 0
    covariance = n_features * dots - about.sums[:, None] * their_about.sums[None, :]
    return _ratio(covariance, variance[:, None], their_variance[None, :]), flat, their_flat


def _ratio(products: Floats, a2: Floats, b2: Floats) -> Floats:
    """`products / sqrt(a2 * b2)`, 0 where a row has no length; exactly 1 for a copy."""
    lengths = np.sqrt(a2 * b2)
    return np.divide(products, lengths, out=np.zeros_like(lengths), where=lengths > 0)


def _root(squares: Floats) -> Floats:
    np.maximum(squares, 0, out=squares)
    return np.sqrt(squares, out=squares)
