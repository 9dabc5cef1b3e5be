"""An order of images that depends on their pixels only."""

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Images
from clefgan.similarity.pixel_digest import digest


def canonical(images: Images, limit: int | None = None) -> NDArray[np.int64]:
    """Numbers of the images in an order that depends on their pixels only; at most `limit`.

    The order is that of their digests, so the first ones are as good as a random choice, and the
    same whatever order the images came in.
    """
    digests = [digest(image, size=8) for image in images]
    order = sorted(range(len(digests)), key=digests.__getitem__)
    return np.array(order[:limit], dtype=np.int64)
