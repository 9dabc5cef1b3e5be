"""An order of images that depends on their pixels only."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Images


def canonical(images: Images, limit: int | None = None) -> NDArray[np.int64]:
    """Numbers of the images in an order that depends on their pixels only; at most `limit`.

    The order is that of their digests, so the first ones are as good as a random choice, and the
    same whatever order the images came in.
    """
    digests = [
        hashlib.blake2b(np.ascontiguousarray(image).tobytes(), digest_size=8).digest()
        for image in images
    ]
    order = sorted(range(len(digests)), key=digests.__getitem__)
    return np.array(order[:limit], dtype=np.int64)
