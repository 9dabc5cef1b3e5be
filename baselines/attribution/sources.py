"""The images of each class in an order that depends on their pixels only."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Images, Source
from clefgan.similarity.canonical import canonical

Labels = NDArray[np.int64]
"""(n,), the number of each image's class."""


def reals(sources: Sequence[Source]) -> list[Images]:
    """The real images of each class, each image once."""
    return [distinct(source.real) for source in sources]


def labelled(sources: Sequence[Source]) -> tuple[Images, Labels]:
    """The generated images of all classes, each image of a class once, and their classes."""
    kept = [different(source.generated) for source in sources]
    labels = np.repeat(np.arange(len(kept)), [len(own) for own in kept])
    first = sources[0].generated
    images = np.empty((len(labels), *first.shape[1:]), first.dtype)
    filled = 0
    for source, own in zip(sources, kept, strict=True):
        for number in own:  # one by one: no second copy of all
            images[filled] = source.generated[number]
            filled += 1
    return images, labels.astype(np.int64)


def distinct(images: Images) -> Images:
    """The images in the order of their digests, exact copies once.

    So a class scores the same whatever order its images come in and however often one is there,
    and two classes of the same images score the same to the last bit.
    """
    return np.stack([np.asarray(images[number]) for number in different(images)])


def different(images: Images) -> list[int]:
    """Where each different image is, in the order of digests."""
    order = canonical(images).tolist()
    return [
        number
        for rank, number in enumerate(order)
        if rank == 0 or not np.array_equal(images[number], images[order[rank - 1]])
    ]
