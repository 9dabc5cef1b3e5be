"""What methods are given, checked before they see it: its kind, how many there are, its size."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np

from clefgan.errors import ClefganError
from clefgan.method.attribution import ClassScores, Evidence, Source, SourceScorer
from clefgan.method.images import Images, Progress, refuse_other_kinds, silent, size_of

Fit = TypeVar("Fit", bound=Callable[..., SourceScorer])
ROLES = {
    "real": (Evidence.A1, "real images"),
    "generated": (Evidence.A2, "labelled generated images"),
}


def nothing_to_score(
    candidates: Images, generated: Images, *, needs_generated: bool = True
) -> bool:
    """Whether there are no candidates, and so no scores: asked before a scorer sees any images.

    Raises
    ------
    ClefganError
        Images that are not uint8 of shape (n, height, width); no generated images, or candidates
        and generated images that differ in size, where they are to be compared.
    """
    for name, images in (("candidates", candidates), ("generated images", generated)):
        refuse_other_kinds(images, name, "comparison")
    if needs_generated and not len(generated):
        raise ClefganError("comparison: there are no generated images; got 0; give at least 1")
    if needs_generated and candidates.shape[1:] != generated.shape[1:]:
        raise ClefganError(
            f"comparison: candidates are {size_of(candidates)}, generated {size_of(generated)}; "
            "give both the same image size"
        )
    return not len(candidates)


def images_checked(fit: Fit) -> Fit:
    """Check what an attributor is given before it sees it; no images get no scores.

    A decorator of `fit`: its sources are checked by `refuse_sources`, and the images that its
    scorer is to score by `SizedScorer`.
    """

    @wraps(fit)
    def checked(
        method: Any, sources: Sequence[Source], /, *, progress: Progress = silent
    ) -> SourceScorer:
        size = refuse_sources(sources, type(method).evidence)
        return SizedScorer(fit(method, sources, progress=progress), len(sources), size)

    return cast("Fit", checked)


@dataclass(frozen=True, slots=True, eq=False)
class SizedScorer:
    """A scorer that is given at least one image, and images of one size only.

    Parameters
    ----------
    size : (height, width) in pixels, of the images that it was fitted on
    """

    scorer: SourceScorer
    n_classes: int
    size: tuple[int, ...]

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Score each image for each class; no images have no scores: shape (0, n_classes).

        Raises
        ------
        ClefganError
            Images that are not uint8 of shape (n, height, width), or of another size.
        """
        refuse_other_kinds(generated, "images to score", "attribution")
        if not len(generated):
            return np.empty((0, self.n_classes))
        if generated.shape[1:] != self.size:
            raise ClefganError(
                f"attribution: images to score are {size_of(generated)}, those fitted on "
                f"{'x'.join(map(str, self.size))}; give both the same image size"
            )
        return self.scorer.score(generated, progress=progress)


def refuse_sources(sources: Sequence[Source], evidence: Evidence) -> tuple[int, ...]:
    """The size of all images that a method of this evidence learns from, (height, width).

    Raises
    ------
    ClefganError
        Fewer than two classes, or something that is no source; of the images that the evidence asks
        for, a class without any, images that are not uint8 of shape (n, height, width), or images
        of several sizes.
    """
    if len(sources) < 2:
        raise ClefganError(
            f"attribution: {len(sources)} class{'es' * (len(sources) != 1)}; there is nothing to "
            "choose between; give at least 2"
        )
    first: tuple[str, Images] | None = None
    for name, images in learned_from(sources, evidence):
        refuse_other_kinds(images, name, "attribution")
        first = first or (name, images)
        if images.shape[1:] != first[1].shape[1:]:
            raise ClefganError(
                f"attribution: {first[0]} are {size_of(first[1])}, {name} {size_of(images)}; "
                "give all the same image size"
            )
    assert first is not None
    return first[1].shape[1:]


def learned_from(sources: Sequence[Source], evidence: Evidence) -> Iterator[tuple[str, Images]]:
    """The images of each class that a method of this evidence learns from, and what they are."""
    for role, (least, kind) in ROLES.items():
        if evidence not in (least, Evidence.A3):
            continue
        for source in sources:
            if not isinstance(source, Source):
                raise ClefganError(
                    f"attribution: a class is of type {type(source).__name__!r}; give a "
                    "clefgan.method.Source"
                )
            images = getattr(source, role)
            if not np.size(images):
                raise ClefganError(
                    f"attribution: class {source.name!r} has no {kind}; got 0; a method of "
                    f"evidence {least} or A3 needs some of every class"
                )
            yield f"{kind} of class {source.name!r}", images
