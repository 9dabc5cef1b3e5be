"""Truth files: for each image whether it was used, or which class it is of. The one reader of them.

Organisers write theirs in many ways, so whatever can be read for certain is read;
`submissions.table` says what a table may look like. The columns are an image and its label, or
those that a header names. Used is `1`, `True`, `yes`, `used`, ..., or the edition's own label; not
used is `0`, `False`, ...
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from submissions import names, table
from submissions.checking.run_line import zero_or_one
from submissions.edition import Edition
from submissions.errors import RunFileError
from submissions.names import FileNames
from submissions.problems import quoted

COLUMNS = ("truth", "used", "label", "class", "decision", "target", "membership", "member")
"""Names of the column of labels; the first that is there counts."""
ZERO_ONE = ("0", "1")


@dataclass(frozen=True)
class NamedTruth:
    """Labels by image id, and how the file names the images.

    labels : image id to label
    images : image id to file name, where the truth or who asked for it knows one
    """

    labels: Mapping[str, str]
    images: FileNames


def read(path: str | os.PathLike[str], edition: Edition) -> dict[str, bool]:
    """Read who was used: image id (without extension) to True for used.

    Raises
    ------
    RunFileError
        Something in the file cannot be read for certain, or the edition is not about membership.
    """
    if not edition.is_membership:
        raise RunFileError(
            f"{path}: edition {edition.name!r} asks for classes, not for used or not"
        )
    labels = read_labels(path, edition)
    return {image_id: label == edition.labels[1] for image_id, label in labels.items()}


def read_labels(
    path: str | os.PathLike[str], edition: Edition, images: FileNames | None = None
) -> dict[str, str]:
    """Read labels as a run would write them: image id (without extension) to label.

    Parameters
    ----------
    images : the images where they are known; names in the file are looked up among them

    Raises
    ------
    RunFileError
        Something in the file cannot be read for certain.
    """
    return dict(read_named(path, edition, images).labels)


def read_named(
    path: str | os.PathLike[str], edition: Edition, images: FileNames | None = None
) -> NamedTruth:
    """Read labels and what the file calls the images; as `read_labels` otherwise."""
    written = read_written(path, edition, images or ())
    with _in_truth_file():
        if images is None:
            listed: FileNames = names.told_apart(written)
            ids = {listed[image_id] or image_id: image_id for image_id in listed}
        else:
            listed, ids = images, names.matched(written, images)
            for name in written:
                if name not in ids:
                    raise RunFileError(f"{path}: {quoted(name)} is not an image of the test set")
        return NamedTruth(by_id(path, written, ids), listed)


def read_written(
    path: str | os.PathLike[str], edition: Edition, known: Collection[str] = ()
) -> dict[str, str]:
    """Name of an image, as the file writes it, to its label; as `read_labels` otherwise."""

    def meaning(text: str) -> tuple[str | None, str]:
        return used_or_not(text, edition.labels) if edition.is_membership else _class(text, edition)

    with _in_truth_file():
        return labels_as_written(path, meaning, known)


@contextmanager
def _in_truth_file() -> Iterator[None]:
    try:
        yield
    except RunFileError as error:
        raise RunFileError(f"{error} (in the truth file)") from None


def by_id(
    path: str | os.PathLike[str], written: Mapping[str, str], ids: Mapping[str, str]
) -> dict[str, str]:
    """Values by image id instead of by name as written; an error where two names are of one image.

    Raises
    ------
    RunFileError
        Two names are of one image.
    """
    values: dict[str, str] = {}
    for name, value in written.items():
        if ids[name] in values:
            raise RunFileError(
                f"{path}: id {quoted(ids[name])} is there twice, once as {quoted(name)}"
            )
        values[ids[name]] = value
    return values


def labels_as_written(
    path: str | os.PathLike[str],
    meaning: Callable[[str], tuple[str | None, str]],
    known: Collection[str] = (),
) -> dict[str, str]:
    """Name of an image as the file writes it to its label.

    Parameters
    ----------
    meaning : of a label's text: the label, None where it is none, and then what is wrong with it
    known : ids of images, where they are known

    Raises
    ------
    RunFileError
        A row without image or label, an image that is there twice, or a label that is none.
    """
    by_name: dict[str, str] = {}
    for line, name, text in table.pairs(table.read(path, known=known), COLUMNS):
        label, wrong = (None, "missing") if table.is_missing(text) else meaning(text)
        if label is None:
            raise RunFileError(f"{path}:{line}: truth of {quoted(name)} is {wrong}")
        by_name[name] = label
    return by_name


def used_or_not(text: str, labels: Sequence[str] = ZERO_ONE) -> tuple[str | None, str]:
    """The label, one of (not used, used), that a text means for certain; and what is wrong.

    Examples
    --------
    >>> [used_or_not(text)[0] for text in ("1", "True", "no", "0.0", "0.7")]
    ['1', '1', '0', '0', None]
    """
    if text in labels:
        return text, ""
    meant, why = zero_or_one(text)
    if meant is None:
        return None, f"{quoted(text)}, not {labels[0]} or {labels[1]}{why}"
    return labels[int(meant)], ""


def _class(text: str, edition: Edition) -> tuple[str | None, str]:
    same = [label for label in edition.labels if label.lower() == text.lower()]
    if text in edition.labels or not edition.labels:
        return text, ""
    known = ", ".join(edition.labels[:10]) + (", …" if len(edition.labels) > 10 else "")
    return (same[0], "") if len(same) == 1 else (None, f"{quoted(text)}; known: {known}")
