"""The images of each class in an order that depends on their pixels only, and what is missing."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import Images, Source
from clefgan.similarity.canonical import canonical

Labels = NDArray[np.int64]
"""(n,), the number of each image's class."""


def reals(sources: Sequence[Source]) -> list[Images]:
    """The real images of each class, each image once.

    Raises
    ------
    ClefganError
        Fewer than two classes, or one without real images.
    """
    refuse_few(sources)
    empty = [source.name for source in sources if not len(source.real)]
    if empty:
        raise ClefganError(
            f"attribution: class {empty[0]!r} has no real images; got 0; a method of evidence A1 "
            "or A3 needs some of every class"
        )
    return [distinct(source.real) for source in sources]


def labelled(sources: Sequence[Source]) -> tuple[Images, Labels]:
    """The generated images of all classes, each image of a class once, and their classes.

    Raises
    ------
    ClefganError
        Fewer than two classes, or one without generated images.
    """
    refuse_few(sources)
    empty = [source.name for source in sources if not len(source.generated)]
    if empty:
        raise ClefganError(
            f"attribution: class {empty[0]!r} has no labelled generated images; got 0; a method of "
            "evidence A2 or A3 needs some of every class"
        )
    parts = [distinct(source.generated) for source in sources]
    labels = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return np.concatenate(parts), labels.astype(np.int64)


def refuse_few(sources: Sequence[Source]) -> None:
    """Raise unless there are two classes to choose between."""
    if len(sources) < 2:
        raise ClefganError(
            f"attribution: {len(sources)} class{'es' * (len(sources) != 1)}; there is nothing to "
            "choose between; give at least 2"
        )


def distinct(images: Images) -> Images:
    """The images in the order of their digests, exact copies once.

    So a class scores the same whatever order its images come in and however often one is there,
    and two classes of the same images score the same to the last bit.
    """
    order = canonical(images)
    kept = [
        at
        for place, at in enumerate(order)
        if place == 0 or not np.array_equal(images[at], images[order[place - 1]])
    ]
    return np.stack([np.asarray(images[at]) for at in kept])
