"""What an image is called: its id, its file's name, and what a table writes for either.

The id is the name of the file without the ending of an image, which is cut once: `scan.jpg.png` has
the id `scan.jpg`. A table may write the id or the name of the file. Which of the two it writes is
looked up where the images are known; where nobody knows them, what ends like an image file is the
name of a file, unless two names would then be of one image.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

IMAGE_EXTENSIONS = (
    *(".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"),
    *(".dcm", ".dicom", ".dic", ".ima", ".nii", ".nii.gz"),
)


class FileNames(dict[str, str]):
    """Images whose ids are certain: id to the name of its file, empty where that is not known."""


class ListedNames(FileNames):
    """Images as a table names them, where nobody else knows them: ids as far as can be told."""


def is_not_utf_8(name: str) -> bool:
    """Whether a name is made of bytes that are no UTF-8, as the name of a file may be."""
    return any("\ud800" <= letter <= "\udfff" for letter in name)


def has_extension(name: str) -> bool:
    """Whether a name ends like an image file, and is more than that ending."""
    return without_extension(name) != name


def without_extension(name: str) -> str:
    """A name without its image extension, if it has one: the id of an image file."""
    low = name.lower()
    length = max((len(end) for end in IMAGE_EXTENSIONS if low.endswith(end)), default=0)
    return name[: len(name) - length] if length < len(name) else name


def told_apart(names: Iterable[str]) -> ListedNames:
    """The images that a table names, where nobody else knows them.

    Examples
    --------
    >>> told_apart(["a.png", "b"])
    {'a': 'a.png', 'b': ''}
    >>> told_apart(["scan.jpg", "scan.tif"])
    {'scan.jpg': '', 'scan.tif': ''}
    """
    written = list(names)
    times = Counter(without_extension(name) for name in written)
    listed = ListedNames()
    for name in written:
        image_id = without_extension(name)
        alone = times[image_id] == 1 and image_id != name
        listed[image_id if alone else name] = name if alone else ""
    return listed


def matched(names: Iterable[str], images: Mapping[str, str]) -> dict[str, str]:
    """Name as a table writes it to the id of the image that it means; others are left out.

    An id of one image may be the file name of another (`a.jpg` beside `a.jpg.png`): the table is
    read as the one of the two that fits more of its names.
    """
    written = list(names)
    by_file = {file: image_id for image_id, file in images.items() if file}
    by_id = {image_id: image_id for image_id in images}
    readings = sorted((by_id, by_file), key=lambda which: -sum(name in which for name in written))
    id_by_name: dict[str, str] = {}
    for name in written:
        image_id = readings[0].get(name) or readings[1].get(name) or without_extension(name)
        if image_id in images:
            id_by_name[name] = image_id
    return id_by_name
