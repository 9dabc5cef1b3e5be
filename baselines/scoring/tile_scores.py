"""The patch log-ratio on reduced images, so that it costs little."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baselines.pool_log_ratio import log_ratio
from clefgan.method import Images, Progress, Scores
from clefgan.similarity.detail_images import in_blocks, worked
from clefgan.similarity.engine import scan
from clefgan.similarity.tiles import LEAST_SIDE, NearestTile, Tiles

SIDE = 64  # pixels along the longer side of the images that are cut, at most
ACROSS = 8  # tiles along each side
SHIFT = 0  # pixels that a tile may be moved by: at this size one brought nothing, and cost most
FLOOR = 1.0  # grey levels added to distances: below it, differences are noise


@dataclass(frozen=True, eq=False)
class Reduced:
    """Images that are brought to a smaller size when they are sliced."""

    images: Images
    shape: tuple[int, int]

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows: slice, /) -> NDArray[np.uint8]:
        images = np.asarray(self.images[rows])
        if images.shape[1:] == self.shape:
            return images
        return in_blocks(self.reduced, images, self.shape)

    def reduced(self, images: Images) -> Images:
        """Return a few images at that size."""
        return np.rint(worked(images, self.shape)).astype(np.uint8)


def patches(candidates: Images, generated: Images, *, progress: Progress) -> Scores:
    """Return the patch log-ratio of images of at most 64 pixels a side.

    Images too small for 8 x 8 tiles are cut in fewer.
    """
    height, width = candidates.shape[1:]
    longer = max(height, width)
    shape = height, width
    if longer > SIDE:
        shape = max(1, round(height * SIDE / longer)), max(1, round(width * SIDE / longer))
    measure = Tiles(max(1, min(ACROSS, min(shape) // LEAST_SIDE)), SHIFT)
    rows = Reduced(candidates, shape)
    to_generated = scan(
        measure, rows, Reduced(generated, shape), NearestTile(), progress=progress, stage="tiles"
    )
    to_pool = scan(
        measure, rows, rows, NearestTile(), skip_self=True, progress=progress, stage="tiles, pool"
    )
    return np.asarray(log_ratio(to_pool, to_generated, FLOOR).mean(axis=1))
