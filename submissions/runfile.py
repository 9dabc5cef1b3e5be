"""Run files: written so that they are valid, read so that they are what they say."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from submissions import checker
from submissions.checking import run_line
from submissions.edition import Edition, has_extension
from submissions.errors import RunFileError
from submissions.files import written_whole
from submissions.problems import quoted


def write(
    path: str | os.PathLike[str],
    decisions: Mapping[str, bool] | Mapping[str, str],
    edition: Edition,
    *,
    file_names: Mapping[str, str] | None = None,
    force: bool = False,
    shown: str = "",
) -> None:
    """Write a run in an edition's format, in the order of `decisions`; valid, or not at all.

    Parameters
    ----------
    path : of the run file
    decisions : image id to True for used (membership) or to a class name (attribution)
    edition : whose format is written
    file_names : image id to the image's file name; where the edition writes extensions, they are
        taken from here instead of being the edition's usual one
    force : replace an existing file
    shown : what errors call the file; `path` if not given

    Raises
    ------
    RunFileError
        The file exists, there are no decisions, or an id or class cannot be written in this format.
    """
    target = Path(path)
    called = shown or str(target)
    if not decisions:
        raise RunFileError(f"{called}: no decisions; a run needs at least one image")
    names = file_names or {}
    tokens = {image_id: names.get(image_id, image_id) for image_id in decisions}
    for image_id, name in tokens.items():
        if edition.extension_in_id and name != image_id and not has_extension(name):
            raise RunFileError(
                f"{called}: file name {quoted(name)} of {quoted(image_id)} is no image's"
            )
    with written_whole(target, force) as part:
        with part.open("w", encoding="utf-8", newline="") as lines:
            if edition.header:
                lines.write(edition.delimiter.join(edition.header) + "\n")
            for image_id, decision in decisions.items():
                lines.write(_line(tokens[image_id], decision, edition, called) + "\n")
        found = checker.inspect(part, edition, tokens.values(), shown=called)
        checker.raise_first(found)


def _line(image_id: str, decision: bool | str, edition: Edition, called: str) -> str:
    """One line; nothing that the checker would take only with a warning."""
    token, label = edition.token(image_id), edition.label(decision)
    line = f"{token}{edition.delimiter}{label}"
    parsed = run_line.parse(line, edition)
    if parsed.faults:
        raise RunFileError(f"{called}: {quoted(line)} cannot be written: {parsed.faults[0].text}")
    return line


def read(
    path: str | os.PathLike[str], edition: Edition, ids: Iterable[str] | None = None
) -> dict[str, bool]:
    """Read a membership run: image id (without extension) to True for used.

    Parameters
    ----------
    path : a run file, or a zip that holds one
    edition : whose format it is in
    ids : the test images; None: whatever ids the file has

    Raises
    ------
    RunFileError
        The file is not a valid run, or the edition is not about membership.
    """
    if not edition.is_membership:
        raise RunFileError(
            f"{path}: edition {edition.name!r} asks for classes, not for used or not"
        )
    return {name: label == edition.labels[1] for name, label in _labels(path, edition, ids).items()}


def read_classes(
    path: str | os.PathLike[str], edition: Edition, ids: Iterable[str] | None = None
) -> dict[str, str]:
    """Read an attribution run: image id (without extension) to class name. As `read` otherwise."""
    if edition.is_membership:
        raise RunFileError(
            f"{path}: edition {edition.name!r} asks for used or not, not for classes"
        )
    return _labels(path, edition, ids)


def _labels(
    path: str | os.PathLike[str], edition: Edition, ids: Iterable[str] | None
) -> dict[str, str]:
    found: dict[str, str] = {}

    def keep(token: str, label: str) -> None:
        found[edition.image_id(token)] = label

    checker.raise_first(checker.inspect(path, edition, ids, keep))
    return found
