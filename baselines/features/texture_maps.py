"""Maps of local texture, and how their values are distributed over an image."""

import numpy as np

from baselines.features.blocks import Features, in_blocks
from clefgan.method import Images, Progress, silent
from clefgan.similarity.whole_numbers import Floats

NAMES = ("level", "gradient", "laplacian", "mean", "deviation")
QUANTILES = 64  # that describe a distribution
BLOCK = 16  # images at a time


def maps(images: Images) -> Floats:
    """Texture maps of each image: (n, 5, height - 2, width - 2).

    Grey level; gradient strength; Laplacian; mean and standard deviation of 3 x 3 pixels.
    """
    x = images.astype(np.float64)
    centre = x[:, 1:-1, 1:-1]
    up, down = x[:, :-2, 1:-1], x[:, 2:, 1:-1]
    left, right = x[:, 1:-1, :-2], x[:, 1:-1, 2:]
    mean, square = nine(x) / 9, nine(x * x) / 9
    return np.stack(
        [
            centre,
            np.hypot(down - up, right - left) / 2,
            up + down + left + right - 4 * centre,
            mean,
            np.sqrt(np.maximum(square - mean * mean, 0)),
        ],
        axis=1,
    )


def nine(x: Floats) -> Floats:
    """Sum of the 3 x 3 pixels around each inner pixel."""
    rows = x[:, :-2] + x[:, 1:-1] + x[:, 2:]
    sums: Floats = rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]
    return sums


def quantiles(images: Images, *, progress: Progress = silent) -> Features:
    """Quantiles of each texture map: (n, 5 * 64), map after map.

    The mean absolute difference of two images' quantiles is the Wasserstein-1 distance of the
    distributions, up to their number.
    """
    at = (np.arange(QUANTILES) + 0.5) / QUANTILES

    def features(block: Images) -> Features:
        values = np.sort(maps(block).reshape(len(block), len(NAMES), -1), axis=2)
        chosen = values[:, :, (at * values.shape[2]).astype(np.int64)]
        return np.asarray(chosen.reshape(len(block), -1), np.float32)

    return in_blocks(
        features, images, n_features=len(NAMES) * QUANTILES, block=BLOCK, stage="texture",
        progress=progress,
    )  # fmt: skip
