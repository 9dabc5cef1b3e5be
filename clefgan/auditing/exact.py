"""Released images that are training images, pixel for pixel."""

from collections import Counter

import numpy as np

from clefgan.auditing.margins import Numbers
from clefgan.auditing.material import Material
from clefgan.method import Images
from clefgan.similarity.pixel_digest import digest


def copies(material: Material) -> Numbers:
    """Pairs (released image, training image), (n, 2): numbers in `released` and in `real`.

    A constant image equals another without being anybody's copy and is left out.
    """
    ours = training(material)
    pairs = [
        (number, ours[content])
        for number, image in enumerate(material.released)
        if (content := digest(image)) in ours
    ]
    return np.asarray(pairs, np.int64).reshape(-1, 2)


def shared(material: Material) -> Numbers:
    """Pairs (held-out image, training image) that are equal, (n, 2): numbers in `real`."""
    ours = training(material)
    pairs = [
        (number, ours[key])
        for number in np.flatnonzero(~material.image_training())
        if (key := digest(material.real[number])) in ours
    ]
    return np.asarray(pairs, np.int64).reshape(-1, 2)


def repeated(released: Images) -> tuple[int, int]:
    """How many released images are there more than once, and how many different ones these are.

    Constant images are left out, as in `copies`.
    """
    times = Counter(digest(image) for image in released if image.min() != image.max())
    several = [n for n in times.values() if n > 1]
    return sum(several), len(several)


def training(material: Material) -> dict[bytes, int]:
    """Numbers of the training images that are not constant, by digest."""
    return {
        digest(material.real[number]): int(number)
        for number in np.flatnonzero(material.image_training())
        if material.real[number].min() != material.real[number].max()
    }
