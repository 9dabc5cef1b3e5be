"""The scores that are fused: of views of detail, of the whole image, and of its tiles."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from baselines.scoring import tile_scores, view_scores
from clefgan.method import Images, Progress, Scores
from clefgan.similarity.detail_images import Details
from clefgan.similarity.engine import scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Whole
from clefgan.similarity.views import EachView, Stacked, Views

Parts: TypeAlias = Mapping[str, Scores]
"""Scores by block and name, such as `band csls`."""
VIEWS = ("whole", "band", "contrast")  # the order of the views of `Details` at one scale
BLOCKS = ("band", "contrast", "whole", "tiles")


def of_block(parts: Parts, block: str) -> list[Scores]:
    """The scores of one block."""
    return [part for name, part in parts.items() if name.split(" ")[0] == block]


def all_parts(
    details: Details, candidates: Images, generated: Images, *, progress: Progress
) -> Parts:
    """Scores of all blocks; copies of generated images above all others in each."""
    rows, measure = Stacked(candidates, details), Views(Metric.PEARSON)
    whole = tuple(Whole() for _ in range(len(details)))
    among = scan(
        measure, rows, rows, EachView(whole), skip_self=True, progress=progress, stage="pool"
    )
    pools = [view_scores.pool(distances) for distances in among]
    keep = [view_scores.reduction(pool) for pool in pools]
    kept = scan(
        measure, rows, Stacked(generated, details), EachView(tuple(keep)),
        progress=progress, stage="detail",
    )  # fmt: skip
    parts = {
        f"{block} {name}": score
        for block, pool, values in zip(VIEWS, pools, kept, strict=True)
        for name, score in view_scores.scores(pool, values).items()
        if block != "whole" or name == "own"
    }
    parts["tiles patch"] = tile_scores.patches(candidates, generated, progress=progress)
    copies = kept[0][0][:, 0] >= 1
    return {name: lifted(part, copies) for name, part in parts.items()}


def lifted(part: Scores, copies: NDArray[np.bool_]) -> Scores:
    """Put copies of generated images above all others, equal among themselves."""
    return np.where(copies, part.max() + max(1.0, float(np.ptp(part))), part)
