"""The scores that are fused: of views of detail, of the whole image, and of its tiles."""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from baselines.scoring import view_scores
from baselines.scoring.columns import Highest, own_direction
from clefgan.method import Images, Progress, Scores
from clefgan.similarity.detail_images import Details
from clefgan.similarity.engine import scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Whole
from clefgan.similarity.view_tiles import Cut, ViewsAndTiles
from clefgan.similarity.views import EachView, Stacked
from clefgan.similarity.whole_numbers import Floats

Parts: TypeAlias = Mapping[str, Scores]
"""Scores by view and name, such as `band csls`."""
VIEWS = ("whole", "band", "contrast")  # the order of the views of `Details` at one scale
PARTS = ("whole own", "band csls", "band own", "contrast csls", "contrast own", "tiles own")
CUT = 2  # the number of the view that is cut
ACROSS = 4  # tiles along each side
TILE_RIDGE = 1.0  # of a tile's own direction; small tiles are more alike than whole images


class Seen(NamedTuple):
    """All scores of some candidates, and who is among the generated images."""

    parts: Parts
    copies: NDArray[np.bool_]


def all_parts(
    details: Details, candidates: Images, generated: Images, *, progress: Progress
) -> Seen:
    """Return the scores of all views and of the tiles, in one pass over all pairs."""
    cut = Cut.fitting(CUT, details.work, ACROSS)
    rows, measure = Stacked(candidates, details), ViewsAndTiles(Metric.PEARSON, cut)
    everything = tuple(Whole() for _ in range(len(details) + len(cut)))
    among = scan(
        measure, rows, rows, EachView(everything), skip_self=True, progress=progress, stage="pool"
    )
    pools = [view_scores.pool(distances) for distances in among[: len(VIEWS)]]
    keep = [view_scores.reduction(pool) for pool in pools]
    keep += [of_tile(distances) for distances in among[len(VIEWS) :]]
    kept = scan(
        measure, rows, Stacked(generated, details), EachView(tuple(keep)),
        progress=progress, stage="detail",
    )  # fmt: skip
    parts = {
        f"{view} {name}": score
        for view, pool, values in zip(VIEWS, pools, kept[: len(VIEWS)], strict=True)
        for name, score in view_scores.scores(pool, values).items()
    }
    tiles = [values[0][:, 0] for values in kept[len(VIEWS) :]]
    parts["tiles own"] = np.mean(tiles, axis=0)
    return Seen({name: parts[name] for name in PARTS}, kept[0][0][:, 0] >= 1)


def of_tile(distances: Floats) -> Highest:
    """Return what to keep of one tile: the best match with what no other candidate has of it."""
    similarity = 1 - np.where(np.isfinite(distances), distances, 0)
    np.fill_diagonal(similarity, 1)
    return Highest(((own_direction(similarity, TILE_RIDGE), 1),))


def lifted(scores: Scores, copies: NDArray[np.bool_]) -> Scores:
    """Put copies of generated images above all others, equal among themselves."""
    return np.where(copies, scores.max() + max(1.0, float(np.ptp(scores))), scores)
