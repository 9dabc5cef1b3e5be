"""How often each grey level occurs."""

from dataclasses import dataclass

import numpy as np

from baselines.features.blocks import Features, in_blocks
from clefgan.method import Images, Progress, silent

BLOCK = 64  # images at a time


@dataclass(frozen=True)
class LevelHistogram:
    """Square root of the share of each of the 256 grey levels: Euclid on them is Hellinger."""

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, 256) float32 features; the squares of a row sum to 1."""

        def features(block: Images) -> Features:
            rows = block.reshape(len(block), -1)
            counts = np.stack([np.bincount(row, minlength=256) for row in rows])
            return np.sqrt(counts / rows.shape[1]).astype(np.float32)

        return in_blocks(
            features, images, n_features=256, block=BLOCK, stage="levels", progress=progress
        )
