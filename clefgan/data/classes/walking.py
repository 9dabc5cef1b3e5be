"""The images of a class, or of those under test: of a folder and of all below it."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from clefgan.data import layout, listing
from clefgan.data.classes.challenge import class_name
from clefgan.data.formats.raw import Window
from clefgan.data.imageset import ImageSet
from clefgan.data.listing import natural_key
from clefgan.errors import ClefganError


def class_sets(tree: Path | None, role: str, window: Window | None) -> dict[str, ImageSet]:
    """Class to its images.

    Raises
    ------
    ClefganError
        Images in no class, or two folders of one name but for how its letters are composed.
    """
    if tree is None:
        return {}
    if layout.has_image_of_any_format(tree):
        raise ClefganError(
            f"{tree}: holds images itself; put those of each class into a folder named after it"
        )
    sets: dict[str, ImageSet] = {}
    for folder in layout.subfolders(tree):
        name = class_name(folder.name)
        if name in sets:
            raise ClefganError(
                f"{tree}: two folders are called {name!r}, their letters composed differently "
                "(Unicode); rename one"
            )
        sets[name] = class_set(name, folder, role, window)
    return sets


def class_set(name: str, folder: Path, role: str, window: Window | None) -> ImageSet:
    """The images of one role of a class, in its folder and below it.

    Where files of several folders have one name (`patient_1/slice_1.png` and so on), ids hold the
    folders.
    """
    images = below(folder)
    if len({image.id for image in images}) < len(images):
        images = [
            replace(image, id=f"{image.path.parent.relative_to(folder).as_posix()}/{image.id}")
            for image in images
        ]
    return ImageSet(f"{role} {name}", str(folder), in_order(folder, images), window)


def walked(folder: Path) -> tuple[listing.Listed, ...]:
    """The images under test: of a folder and of all below it, naturally sorted by id.

    Raises
    ------
    ClefganError
        No image, or two of one id.
    """
    return in_order(folder, below(folder))


def below(folder: Path) -> list[listing.Listed]:
    """The images of a folder and of all below it, links to other folders followed.

    Raises
    ------
    ClefganError
        No image, one of a format that is not read, or a folder that may not be looked into.
    """

    def refuse(error: OSError) -> None:
        raise ClefganError(f"{error.filename}: {listing.reason(error)}; replace or remove it")

    images: list[listing.Listed] = []
    seen: set[Path] = set()
    for path, names, _ in os.walk(folder, followlinks=True, onerror=refuse):
        names[:] = [inner.name for inner in layout.subfolders(Path(path))]
        real = Path(path).resolve()
        if real in seen:  # a link to a folder above it, or a second one to the same
            names.clear()
        elif layout.has_image_of_any_format(Path(path)):
            images += listing.listing(path)
        seen.add(real)
    if not images:
        raise ClefganError(f"{folder}: no images; put some there or remove the folder")
    return images


def in_order(folder: Path, images: Sequence[listing.Listed]) -> tuple[listing.Listed, ...]:
    """Images naturally sorted by id.

    Raises
    ------
    ClefganError
        Two of one id.
    """
    first: dict[str, listing.Listed] = {}
    for image in images:
        if (other := first.setdefault(image.id, image)) is not image:
            raise ClefganError(
                f"{folder}: id {image.id!r} is in {other.where!r} and {image.where!r}; rename one, "
                "so that ids tell images apart"
            )
    return tuple(sorted(images, key=lambda image: natural_key(image.id)))
