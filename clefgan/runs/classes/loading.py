"""What a run of attribution works on, decoded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.data.classes.challenge import ClassChallenge
from clefgan.data.imageset import ImageSet
from clefgan.errors import ClefganError
from clefgan.method import Evidence, Images, Progress, Source
from clefgan.runs import folds

NEEDED = {
    Evidence.A1: "real images of each class",
    Evidence.A2: "labelled generated images of each class",
    Evidence.A3: "real and labelled generated images of each class",
}


@dataclass(frozen=True, slots=True, eq=False)
class ClassImageSets:
    """Images of a class challenge.

    labelled, labels, ids : the generated images whose class is known, in the order of the classes
    test : images under test; None where there are none
    """

    sources: tuple[Source, ...]
    labelled: Images
    labels: NDArray[np.int64]
    ids: tuple[str, ...]
    test: Images | None


def refuse_missing(challenge: ClassChallenge, name: str, evidence: Evidence) -> None:
    """Raise before anything is decoded if a method cannot be given what it needs."""
    if evidence is Evidence.A0:
        if challenge.test is None:
            raise ClefganError(f"{challenge.source}: no images under test; there is no cluster")
        return
    there = {
        Evidence.A0: set(), Evidence.A1: {Evidence.A1}, Evidence.A2: {Evidence.A2},
        Evidence.A3: set(NEEDED),
    }[challenge.evidence]  # fmt: skip
    if evidence not in there:
        raise ClefganError(
            f"{challenge.source}: method {name!r} needs {NEEDED[evidence]} ({evidence}); the data "
            f"give {challenge.evidence}; give them, or a method that needs less"
        )


def load(challenge: ClassChallenge, progress: Progress) -> ClassImageSets:
    """Decode every role.

    Raises
    ------
    ClefganError
        An image cannot be read, or sizes differ.
    """
    first = next(iter(challenge.image_sets().values())).header()
    none = np.empty((0, first.height, first.width), np.uint8)

    def loaded(images: ImageSet | None) -> Images:
        if images is None:
            return none

        def report(_stage: str, done: int, total: int, note: str) -> None:
            progress(f"reading {images.role}", done, total, note)

        return images.load(progress=report)

    sources = tuple(
        Source(each.name, loaded(each.real), loaded(each.generated)) for each in challenge.classes
    )
    sizes = [len(each.generated) for each in sources]
    ids = tuple(
        f"{each.name}/{name}"
        for each in challenge.classes
        for name in (each.generated.ids if each.generated is not None else ())
    )
    return ClassImageSets(
        sources,
        np.concatenate([each.generated for each in sources]) if sources else none,
        np.repeat(np.arange(len(sources)), sizes),
        ids,
        None if challenge.test is None else loaded(challenge.test),
    )


def contradictions(images: ClassImageSets) -> tuple[str, ...]:
    """Warn of an image that is in two classes, pixel for pixel: no method can tell them apart."""
    notes = []
    for role in ("real", "generated"):
        seen: dict[str, str] = {}
        twice: list[tuple[str, str]] = []
        for each in images.sources:
            part = each.real if role == "real" else each.generated
            own = dict.fromkeys(folds.copies(part))
            twice += [(seen[digest], each.name) for digest in own if digest in seen]
            seen = dict.fromkeys(own, each.name) | seen
        if twice:
            one, other = twice[0]
            notes.append(
                f"warning: {len(twice)} {role} images are in two classes, such as in {one!r} and "
                f"{other!r}; no method can tell these classes apart by them"
            )
    return tuple(notes)
