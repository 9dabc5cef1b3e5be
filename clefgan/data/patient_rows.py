"""Whose each image is: the rows of a table of patients that fit its name, and what does not fit."""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from clefgan.data.formats import kinds
from clefgan.data.listing import NAMED, natural_key
from clefgan.data.notes import Note
from clefgan.errors import ClefganError, counted
from submissions.problems import quoted

PLURALS = {"patient": "patients", "stratum": "strata"}  # what a table may say of an image


class NamedImage(NamedTuple):
    """An image by its id and its file, None where it is in no file of its own."""

    id: str
    file: Path | None = None


class TableLine(NamedTuple):
    """One row: its number in the file, the image's name in parts as written, and the patient."""

    number: int
    name: tuple[str, ...]
    patient: str


class Owners:
    """Which row is of which image, and what does not fit."""

    def __init__(
        self, path: Path, lines: Sequence[TableLine], said: str, what: str = "patient"
    ) -> None:
        self.path, self.lines, self.said, self.what = path, lines, said, what
        self.by_last: dict[str, list[TableLine]] = defaultdict(list)
        for line in lines:
            for last in {line.name[-1], kinds.stem(line.name[-1])}:
                self.by_last[last].append(line)
        self.files: dict[int, set[tuple[str, str]]] = defaultdict(set)  # line to what it fits
        self.missing: list[str] = []
        self.contradicted: list[tuple[str, TableLine, TableLine]] = []

    def line_of(self, set_name: str, image: NamedImage) -> TableLine | None:
        """The row of an image; what is wrong is kept for `check`."""
        lines = self.fitting(image)
        if not lines:
            self.missing.append(image.id)
            return None
        other = next((line for line in lines if line.patient != lines[0].patient), None)
        if other is not None:
            self.contradicted.append((image.id, lines[0], other))
        for line in lines:
            self.files[line.number].add((set_name, str(image.file or image.id)))
        return lines[0]

    def fitting(self, image: NamedImage) -> list[TableLine]:
        """Rows whose name ends the path of an image, else those that end with its id.

        A name that is right as it is written goes before one that is right without its ending:
        `scan.jpg` is the image `scan.jpg.png` before it is `scan.png`.
        """
        own = parts(image.id)
        names = [own]
        if image.file is not None:
            folder = image.file.parent.parts
            names = [(*folder, own[-1]), (*folder, kinds.stem(image.file.name))]
            names.append((*folder, image.file.name))
        lines = {line: None for name in names for line in self.by_last[name[-1]]}
        as_written = [line for line in lines if any(ends(name, line.name) for name in names)]
        cut = [line for line in lines if any(ends(name, stem(line.name)) for name in names)]
        return as_written or cut or [line for line in lines if ends(stem(line.name), own)]

    def check(self, n_images: int) -> None:
        """Raise what does not fit, each kind with a count.

        Raises
        ------
        ClefganError
            There is something.
        """
        if self.missing:
            raise ClefganError(
                f"{self.path}: {len(self.missing)} of {n_images} images have no row: "
                f"{listed(self.missing)}; every image needs a {self.what} ({self.said})"
            )
        if self.contradicted:
            name, one, other = self.contradicted[0]
            raise ClefganError(
                f"{self.path}: {counted(len(self.contradicted), 'image has', 'images have')} two "
                f"patients, such as {name!r} in lines {one.number} and {other.number}; keep one"
            )
        several = [line for line in self.lines if len(self.files[line.number]) > 1]
        if several:
            line = several[0]
            places = " and ".join(
                f"{name!r} of {where}" if Path(name).parent == Path() else repr(name)
                for where, name in sorted(self.files[line.number])[:2]
            )
            raise ClefganError(
                f"{self.path}: {counted(len(several), 'row fits', 'rows fit')} several images, "
                f"such as line {line.number}, which fits {places}; give their folders too"
            )

    def refuse_first(self) -> None:
        """Raise if the first line, which holds no known names of columns, is of no image either.

        Raises
        ------
        ClefganError
            It is most likely a line of other names; what its columns are is not guessed.
        """
        first = self.lines[0]
        if not self.files[first.number]:
            cells = f"{quoted('/'.join(first.name))} and {quoted(first.patient)}"
            raise ClefganError(
                f"{self.path}:{first.number}: {cells} are of no image, and no known names of "
                "columns; name them with --file-column and --patient-column"
            )

    def unknown(self) -> list[TableLine]:
        """Rows of images here that give no patient."""
        return [line for line in self.lines if self.files[line.number] and not line.patient]

    def refuse_unknown(self) -> None:
        """Raise if a row of an image gives no patient.

        Raises
        ------
        ClefganError
            One does.
        """
        lacking = self.unknown()
        if lacking:
            raise ClefganError(
                f"{self.path}: {counted(len(lacking), 'row gives', 'rows give')} no {self.what}, "
                f"such as line {lacking[0].number} ({quoted('/'.join(lacking[0].name))}); fill "
                "them in"
            )

    def notes(self) -> list[str]:
        """Sentences on rows of no image, and on patients that are not known."""
        notes: list[str] = []
        spare = [line for line in self.lines if not self.files[line.number]]
        if spare:
            said = (
                f"{self.path.name}: {len(spare)} of {len(self.lines)} rows "
                f"{'is' if len(spare) == 1 else 'are'} of no image here"
            )
            first = f"line {spare[0].number} ({quoted('/'.join(spare[0].name))})"
            notes.append(Note(f"{said}, such as {first}.", f"{said}."))
        if lacking := len(self.unknown()):
            notes.append(
                f"{self.path.name}: {counted(lacking, 'row gives', 'rows give')} no patient, so "
                "each of their images is taken for a patient of its own."
            )
        return notes


def parts(name: str) -> tuple[str, ...]:
    """A name as folders and file: `C:/x/b.nii.gz` is `x`, `b.nii.gz`."""
    path = PurePosixPath(re.sub(r"^[A-Za-z]:", "", name.replace("\\", "/")))
    folders = [part for part in path.parts[:-1] if part not in ("/", ".", "..")]
    return *folders, path.name


def stem(name: tuple[str, ...]) -> tuple[str, ...]:
    """A name in parts without the ending of its file, cut once."""
    return *name[:-1], kinds.stem(name[-1])


def ends(whole: tuple[str, ...], end: tuple[str, ...]) -> bool:
    """Whether `whole` ends with `end`."""
    return len(end) <= len(whole) and whole[len(whole) - len(end) :] == end


def listed(names: Sequence[str]) -> str:
    """`'a', 'b', 'c' and 4 more`."""
    first = sorted(names, key=natural_key)[:NAMED]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(map(quoted, first)) + more
