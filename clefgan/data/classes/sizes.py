"""Images of a class challenge brought to one size, or refused where they have several."""

from dataclasses import replace

from clefgan.data.classes.challenge import ClassChallenge, ClassImages
from clefgan.data.formats import grid
from clefgan.data.formats.grid import Size
from clefgan.data.imageset import ImageSet
from clefgan.errors import ClefganError


def brought_to(challenge: ClassChallenge, size: Size) -> ClassChallenge:
    """The challenge with all its images brought to one size.

    Raises
    ------
    ClefganError
        A size without a pixel.
    """
    grid.check(size)

    def sized(role: ImageSet | None) -> ImageSet | None:
        return None if role is None else replace(role, size=size)

    classes = tuple(
        ClassImages(known.name, sized(known.real), sized(known.generated))
        for known in challenge.classes
    )
    return replace(challenge, classes=classes, test=sized(challenge.test))


def check_sizes(challenge: ClassChallenge) -> None:
    """Refuse roles whose images have different sizes, as far as their first images tell."""
    sets = list(challenge.image_sets().values())
    if not sets:
        raise ClefganError(
            f"{challenge.source}: no images; give sources, images under test or both"
        )
    for other in sets[1:]:
        sets[0].refuse_another_size(other)
