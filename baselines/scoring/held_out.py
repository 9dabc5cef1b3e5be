"""Dev in two parts: what is learned from, and what the threshold is set on."""

import numpy as np

from baselines.scoring import threshold
from clefgan.method import DevSet, Images
from clefgan.similarity.canonical import canonical


def split(dev: DevSet) -> tuple[DevSet, DevSet]:
    """Two thirds and one third of the real images; the generated images are in both.

    Which image falls where depends on its pixels only. A class of one image is in both parts, as
    there is nothing else to set a threshold on.

    Raises
    ------
    ClefganError
        No used or no not-used image in dev.
    """
    threshold.require(dev)
    used, not_used = parts(dev.used), parts(dev.not_used)
    return (
        DevSet(dev.generated, used[0], not_used[0]),
        DevSet(dev.generated, used[1], not_used[1]),
    )


def parts(images: Images) -> tuple[Images, Images]:
    """Two thirds, rounded up, and the rest; copies may fall apart."""
    order = canonical(images)
    cut = -(-2 * len(images) // 3)
    first, rest = np.sort(order[:cut]), np.sort(order[cut:])
    return images[first], images[rest if len(rest) else first]
