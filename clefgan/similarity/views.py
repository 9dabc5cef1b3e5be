"""Several views of each image compared in one pass, and what is kept of each view.

rows = Stacked(images, details)            # (n, n_views, n_pixels), worked out where it is read
kept = scan(Views(Metric.PEARSON), rows, other_rows, EachView(reduction))
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import Images
from clefgan.similarity.detail_images import Details
from clefgan.similarity.products import Metric, Products
from clefgan.similarity.reductions import Block, Reduction
from clefgan.similarity.whole_numbers import Floats, Rows

P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Stacked:
    """Images that turn into all their views, uint8, when they are sliced."""

    images: Images
    details: Details

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows: slice, /) -> NDArray[np.uint8]:
        return self.details.views(np.asarray(self.images[rows]))


@dataclass(frozen=True)
class Views:
    """Distance in each view: blocks of shape (n_candidates, n_generated, n_views)."""

    metric: Metric

    def against(self, candidates: Rows, *, memory_mib: int) -> "ViewPairs":
        """Make the candidates ready, view by view."""
        rows = np.asarray(candidates[0 : len(candidates)])
        if rows.ndim != 3:
            raise ClefganError(
                f"views: rows have shape {rows.shape}; give (n, n_views, n_features)"
            )
        share = max(1, memory_mib // max(1, rows.shape[1]))
        return ViewPairs(
            tuple(
                Products.prepare(self.metric, np.ascontiguousarray(rows[:, v]), memory_mib=share)
                for v in range(rows.shape[1])
            )
        )


@dataclass(frozen=True)
class ViewPairs:
    """Candidates ready to be compared in each view."""

    views: tuple[Products, ...]

    def column_bytes(self) -> int:
        """Of all views: their rows are held together."""
        return sum(view.column_bytes() for view in self.views)

    def __call__(self, generated: NDArray[Any]) -> Floats:
        """Distances, (n_candidates, n_generated, n_views), each view contiguous by itself."""
        distances = np.stack(
            [view(np.ascontiguousarray(generated[:, v])) for v, view in enumerate(self.views)]
        )
        return np.moveaxis(distances, 0, 2)


@dataclass(frozen=True)
class EachView(Generic[P, R]):
    """One reduction a view; the results in the order of the views."""

    of: tuple[Reduction[P, R], ...]

    def partial(self, block: Block, /) -> tuple[P, ...]:
        """The partial of each view, from its distances alone."""
        return tuple(
            reduction.partial(Block(block.values[:, :, v], block.start))
            for v, reduction in enumerate(self.of)
        )

    def fold(self, state: tuple[P, ...], partial: tuple[P, ...], /) -> tuple[P, ...]:
        """Fold the state of each view by its own reduction."""
        return tuple(
            reduction.fold(old, new)
            for reduction, old, new in zip(self.of, state, partial, strict=True)
        )

    def finish(self, state: tuple[P, ...], /) -> tuple[R, ...]:
        """The results, one per view."""
        return tuple(reduction.finish(last) for reduction, last in zip(self.of, state, strict=True))
