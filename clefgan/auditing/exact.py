"""Released images that are training images, pixel for pixel."""

from hashlib import blake2b

import numpy as np

from clefgan.auditing.margins import Numbers
from clefgan.auditing.material import Material
from clefgan.method import Images


def copies(material: Material) -> Numbers:
    """Pairs (released image, training image), (n, 2): numbers in `released` and in `real`.

    A constant image equals another without being anybody's copy and is left out.
    """
    ours = {
        digest(image): number
        for number, image in enumerate(material.real)
        if material.training[material.group[number]] and image.min() != image.max()
    }
    pairs = [
        (number, ours[found])
        for number, image in enumerate(material.released)
        if (found := digest(image)) in ours
    ]
    return np.asarray(pairs, np.int64).reshape(-1, 2)


def digest(image: Images) -> bytes:
    """Digest of an image's pixels."""
    return blake2b(np.ascontiguousarray(image).tobytes(), digest_size=16).digest()
