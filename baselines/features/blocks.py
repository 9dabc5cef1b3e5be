"""Feature maps in blocks: bounded memory, all cores, progress.

A feature map is a frozen dataclass whose call takes (n, height, width) uint8 and returns (n, d)
float32. It is pure: an image's features do not depend on its neighbours, nor on the block size.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Images, Progress, silent
from clefgan.similarity.threads import cores

Features: TypeAlias = NDArray[np.float32]
"""(n, d), one row per image."""


class FeatureMap(Protocol):
    """Images to features."""

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return one row of features for each image."""
        ...


def in_blocks(
    function: Callable[[Images], Features],
    images: Images,
    *,
    n_features: int,
    block: int,
    stage: str,
    progress: Progress = silent,
    threads: int | None = None,
) -> Features:
    """Apply `function` to blocks of at most `block` images, several at a time.

    `function` must release the interpreter lock where it works, or threads bring nothing.
    """
    n = len(images)
    result = np.empty((n, n_features), np.float32)
    starts = range(0, n, block)

    def work(start: int) -> None:
        result[start : start + block] = function(images[start : start + block])

    with ThreadPoolExecutor(min(threads or cores(), max(1, len(starts)))) as pool:
        for done, _ in enumerate(pool.map(work, starts), start=1):
            progress(stage, min(done * block, n), n, "")
    return result
