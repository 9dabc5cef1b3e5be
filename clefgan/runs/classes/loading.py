"""What a run of attribution works on, decoded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.data.classes.challenge import ClassChallenge
from clefgan.data.imageset import ImageSet
from clefgan.errors import ClefganError, counted
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
        Source(source.name, loaded(source.real), loaded(source.generated))
        for source in challenge.classes
    )
    sizes = [len(source.generated) for source in sources]
    ids = tuple(
        f"{source.name}/{name}"
        for source in challenge.classes
        for name in (source.generated.ids if source.generated is not None else ())
    )
    return ClassImageSets(
        sources,
        np.concatenate([source.generated for source in sources]) if sources else none,
        np.repeat(np.arange(len(sources)), sizes),
        ids,
        None if challenge.test is None else loaded(challenge.test),
    )


def refuse_shared(challenge: ClassChallenge, images: ClassImageSets) -> None:
    """Raise if an image is in two classes, pixel for pixel: its class cannot be told.

    Real images may be where the challenge says that its classes share some.

    Raises
    ------
    ClefganError
        Such an image.
    """
    for role in ("generated", "real"):
        if role == "real" and challenge.shared:
            continue
        pairs = in_two_classes(challenge, images, role)
        if pairs:
            (one, name), (other, copy) = pairs[0]
            out = "" if role == "generated" else ", or say that classes share images"
            raise ClefganError(
                f"{challenge.source}: "
                f"{counted(len(pairs), f'{role} image is', f'{role} images are')} "
                f"in two classes, pixel for pixel, such as {name!r} of {one!r} and "
                f"{copy!r} of {other!r}; keep each in one class{out}"
            )


def in_two_classes(
    challenge: ClassChallenge, images: ClassImageSets, role: str
) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Class and id of each image that an earlier class has too: those there, and its own."""
    seen: dict[str, tuple[str, str]] = {}
    pairs = []
    for known, source in zip(challenge.classes, images.sources, strict=True):
        listed = known.real if role == "real" else known.generated
        if listed is None:
            continue
        part = source.real if role == "real" else source.generated
        own: dict[str, tuple[str, str]] = {}
        for name, digest in zip(listed.ids, folds.copies(part), strict=True):
            own.setdefault(digest, (known.name, name))
        pairs += [(seen[digest], image) for digest, image in own.items() if digest in seen]
        seen = own | seen
    return pairs


def notes_of(images: ClassImageSets) -> tuple[str, ...]:
    """Warn of images under test that are labelled ones, pixel for pixel: their class is known."""
    if images.test is None or not len(images.labels):
        return ()
    known = set(folds.copies(images.labelled))
    again = sum(digest in known for digest in folds.copies(images.test))
    if not again:
        return ()
    return (
        f"warning: {again} of {len(images.test)} images under test are labelled images, pixel for "
        "pixel: a method that learns from those knows their class",
    )
