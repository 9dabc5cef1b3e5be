"""Which edition some data are of, as far as their name, their folders or their ids tell."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from clefgan.data import layout, listing
from clefgan.data.challenge import DEFAULT_EDITION
from clefgan.data.classes import reading as class_reading
from clefgan.data.classes.reading import ClassFolders
from clefgan.data.tfds import stored
from clefgan.errors import ClefganError
from submissions import editions, recognition
from submissions.edition import Edition

Given = TypeVar("Given", bound=str | Path)
DATASET = "imageclef_gans"
CLASSES = "2025_s2"  # whose layout the classes have


@dataclass(frozen=True, slots=True)
class EditionOfData:
    """An edition, and what tells it.

    is_certain : it is no other; else it is only the one to take where none is given
    """

    name: str
    told_by: str
    is_certain: bool


def chosen(given: Given | None, *data: str | Path | None) -> Given | str:
    """The edition as it is given, else the one that the data are of, else the default.

    Raises
    ------
    ClefganError
        The data are of another edition than the one given, or of two.
    """
    asked: Given | str | None = given
    for source in data:
        known = None if source is None else of(source)
        if asked is None and known is not None:
            asked = known.name
        if source is not None and asked is not None:
            refuse_another(source, known, editions.get(asked))
    return asked or DEFAULT_EDITION


def of(data: str | Path) -> EditionOfData | None:
    """The edition that some data are of; None where nothing tells.

    Raises
    ------
    OSError
        A folder that is there cannot be looked into.
    """
    path = Path(data)
    if not path.exists():
        return of_name(str(data))
    try:
        inner = stored.directory(path)
        if inner is not None:
            return of_name("/".join(inner.parts[-3:-1]))
        return of_folder(path) if path.is_dir() else None
    except ClefganError:
        return None  # reading the data says what is wrong


def of_name(name: str) -> EditionOfData | None:
    """The edition of a dataset: `imageclef_gans/2025_s1`, `phantom_classes`."""
    dataset, *config = name.split("/")
    if dataset == class_reading.DEFAULT_CLASSES:
        return EditionOfData(CLASSES, "name", is_certain=False)
    if dataset == DATASET and config and config[0] in editions.names():
        return EditionOfData(config[0], "name", is_certain=True)
    return None


def of_folder(root: Path) -> EditionOfData | None:
    """The edition of a folder: by the candidates' ids, or because it holds classes."""
    roles = layout.find(root, editions.get("2023").folders)
    if "unknown" in roles.test:
        ids = [path.name for path in roles.test["unknown"].iterdir() if listing.is_image(path)]
        name = recognition.of_ids(ids)
        return None if name is None else EditionOfData(name, "candidates' ids", is_certain=True)
    if {"used", "not_used"} & roles.dev.keys() or not has_classes(root):
        return None
    return EditionOfData(CLASSES, "folders", is_certain=False)


def has_classes(root: Path) -> bool:
    """Whether there is a folder of real or of generated images with a folder for each class."""
    names = ClassFolders()
    trees = [
        class_reading.trees_of(root, "real", names.real),
        class_reading.trees_of(root, "generated", names.generated),
    ]
    return any(
        tree is not None
        and not layout.has_image(tree)
        and any(map(layout.has_image, layout.subfolders(tree)))
        for tree in trees
    )


def refuse_another(data: str | Path, known: EditionOfData | None, asked: Edition) -> None:
    """Raise if data are certainly of another edition than the one asked for.

    The rules of a user's own edition may be stated anew; ids tell nothing against an edition that
    takes any.

    Raises
    ------
    ClefganError
        They are.
    """
    if known is None or not known.is_certain or known.name == asked.name:
        return
    if asked.name not in editions.names():
        return
    if known.told_by != "name" and not recognition.is_told_by_ids(asked):
        return
    raise ClefganError(
        f"{data}: the data are of edition {known.name!r} by their {known.told_by}; got edition "
        f"{asked.name!r}; leave the edition out, or give data of that edition"
    )
