"""Run files: written so that they are valid, read so that they are what they say."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from submissions import checker
from submissions.checking import byte_lines, run_line
from submissions.edition import Edition
from submissions.errors import RunFileError
from submissions.files import written_whole
from submissions.ids import Ids
from submissions.names import FileNames, has_extension
from submissions.problems import quoted


def write(
    path: str | os.PathLike[str],
    decisions: Mapping[str, bool] | Mapping[str, str],
    edition: Edition,
    *,
    file_names: Mapping[str, str] | None = None,
    force: bool = False,
    called: str = "",
) -> None:
    """Write a run in an edition's format, in the order of `decisions`; valid, or not at all.

    Parameters
    ----------
    path : of the run file
    decisions : image id to True for used (membership) or to a class name (attribution)
    edition : whose format is written
    file_names : image id to the name of the image's file, or empty where it has none; where the
        edition writes file names, it writes these. Ids without one here end in the edition's usual
        extension, unless they end like an image file themselves
    force : replace an existing file
    called : what errors call the file; `path` if not given

    Raises
    ------
    RunFileError
        The file exists, there are no decisions, or an id or class cannot be written in this format.
    """
    target = Path(path)
    name = called or str(target)
    if not isinstance(decisions, Mapping):
        raise RunFileError(f"{name}: decisions are no mapping; give image id to decision")
    if not decisions:
        raise RunFileError(f"{name}: no decisions; a run needs at least one image")
    tokens = _tokens(decisions, edition, file_names or {}, name)
    with written_whole(target, force) as part:
        with part.open("w", encoding="utf-8", newline="", errors="surrogateescape") as lines:
            if edition.header:
                lines.write(edition.delimiter.join(edition.header) + "\n")
            for image_id, decision in decisions.items():
                label = edition.label(decision)
                lines.write(_line(tokens[image_id], label, edition, name) + "\n")
        as_written = FileNames({token: token for token in tokens.values()})
        checked = checker.inspect(part, edition, as_written, called=name)
        checker.raise_first(checked)


def unwritable(
    image_ids: Iterable[str], edition: Edition, file_names: Mapping[str, str] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield each image that no valid run file can name, as it would be written, and why.

    The parameters are those of `write`. To be asked before any work is done.

    Raises
    ------
    RunFileError
        Two images would be written alike.
    """
    label = edition.labels[0] if edition.labels else "0"
    tokens = _tokens(image_ids, edition, file_names or {}, "images")
    for number, token in enumerate(tokens.values()):
        line = f"{token}{edition.delimiter}{label}"
        if fault := _line_fault(line, edition):
            yield token, fault
        elif not number and not edition.header and (what := byte_lines.look(line.encode()).what):
            yield token, f"a file that starts so is taken for {what}"


def unwritable_classes(names: Iterable[str], edition: Edition) -> Iterator[tuple[str, str]]:
    """Yield each class that no valid run file can name, and why; to be asked before any work."""
    for name in names:
        if fault := _line_fault(f"0{edition.delimiter}{name}", edition):
            yield name, fault


def _line_fault(line: str, edition: Edition) -> str:
    """Why no valid run file can hold a line; empty where one can."""
    try:
        long = len(line.encode()) > byte_lines.LONGEST
    except UnicodeEncodeError:
        return "not UTF-8, as a run file must be"
    faults = run_line.parse(line, edition).faults
    if faults:
        return faults[0].text
    return f"a line of more than {byte_lines.LONGEST} bytes" if long else ""


def _tokens(
    image_ids: Iterable[str], edition: Edition, file_names: Mapping[str, str], called: str
) -> dict[str, str]:
    """Image id to how the run file writes it, each once."""
    tokens: dict[str, str] = {}
    before: set[str] = set()
    for image_id in image_ids:
        if not isinstance(image_id, str):
            raise RunFileError(f"{called}: id {image_id!r} is no text; give each id as text")
        name = file_names.get(image_id)
        if edition.extension_in_id and name and name != image_id and not has_extension(name):
            raise RunFileError(
                f"{called}: file name {quoted(name)} of {quoted(image_id)} is no image's"
            )
        token = tokens[image_id] = edition.token(image_id, name)
        if token in before:
            raise RunFileError(
                f"ids: {quoted(image_id)} comes twice (a run file would write {quoted(token)} "
                "for both); give each id once"
            )
        before.add(token)
    return tokens


def _line(token: str, label: str, edition: Edition, called: str) -> str:
    """One line; nothing that the checker would take only with a warning."""
    line = f"{token}{edition.delimiter}{label}"
    parsed = run_line.parse(line, edition)
    if parsed.faults:
        raise RunFileError(f"{called}: {quoted(line)} cannot be written: {parsed.faults[0].text}")
    return line


def read(
    path: str | os.PathLike[str], edition: Edition, ids: Iterable[str] | Ids | None = None
) -> dict[str, bool]:
    """Read a membership run: image id (without extension) to True for used.

    Parameters
    ----------
    path : a run file, or a zip that holds one
    edition : whose format it is in
    ids : the test images, as for `checker.check`; None: whatever ids the file has

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
    path: str | os.PathLike[str], edition: Edition, ids: Iterable[str] | Ids | None = None
) -> dict[str, str]:
    """Read an attribution run: image id (without extension) to class name. As `read` otherwise."""
    if edition.is_membership:
        raise RunFileError(
            f"{path}: edition {edition.name!r} asks for used or not, not for classes"
        )
    return _labels(path, edition, ids)


def _labels(
    path: str | os.PathLike[str], edition: Edition, ids: Iterable[str] | Ids | None
) -> dict[str, str]:
    known = ids if ids is None or isinstance(ids, Ids) else Ids(ids, edition)
    image_id = edition.image_id if known is None else known.image_id
    by_id: dict[str, str] = {}

    def keep(token: str, label: str) -> None:
        by_id[image_id(token)] = label

    checker.raise_first(checker.inspect(path, edition, known, keep))
    return by_id
