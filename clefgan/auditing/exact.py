"""Released images that are training images, pixel for pixel."""

import numpy as np

from clefgan.auditing.margins import Numbers
from clefgan.auditing.material import Material
from clefgan.similarity.pixel_digest import digest


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
        (number, ours[content])
        for number, image in enumerate(material.released)
        if (content := digest(image)) in ours
    ]
    return np.asarray(pairs, np.int64).reshape(-1, 2)
