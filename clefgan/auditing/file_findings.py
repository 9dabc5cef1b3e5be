"""What released files give away beside their pixels: marks of training files, texts, names.

A sentence, its count and its kind are for the public report: they hold no value of any header, no
name of a file, and no patient. `pairs`, which files, are for those inside the house.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from clefgan.data import listing
from clefgan.data.formats import kinds, marks
from clefgan.data.formats.marks import Mark, MarkKind, Marks
from clefgan.data.formats.raw import ImageError
from clefgan.data.quiet import quiet_decoders
from clefgan.data.sets.grey import GreySet
from clefgan.errors import ClefganError
from clefgan.method import Progress, silent
from clefgan.similarity.threads import cores

NAMED = 4  # elements that a sentence names
DIGITS = 6  # of a name that is told from a running number
SAID = {
    MarkKind.UID: "carry a UID of a training file, by which an archive finds the patient",
    MarkKind.IDENTITY: "carry an identifier of a person or place that a training file carries",
    MarkKind.DATE: "carry a date of a training file",
    MarkKind.PRIVATE: "carry private elements with the values of a training file",
    MarkKind.TEXT: "carry a text of a training file beside the pixels",
}


class FilePair(NamedTuple):
    """A released file, a training file if it is of one, and the elements that they share."""

    released: Path
    training: Path | None
    what: str


@dataclass(frozen=True, slots=True)
class FileFinding:
    """Something that released files give away.

    kind : `uid`, `identity`, `date`, `private`, `text`, `texts`, `burned-in`, `thumbnail`,
        `names`, `times` or `order`
    count, n : of so many of the released files
    sentence : for the public report
    pairs : for those inside the house only
    """

    kind: str
    count: int
    n: int
    sentence: str
    pairs: tuple[FilePair, ...] = field(default=(), repr=False)


def find(
    train: GreySet,
    released: GreySet,
    *,
    patients: Iterable[str] = (),
    progress: Progress = silent,
) -> tuple[FileFinding, ...]:
    """What the released files give away.

    Parameters
    ----------
    patients : names of the training patients, looked for in the names of released files

    Raises
    ------
    ClefganError
        A file cannot be read.
    """
    ours, theirs = unique(train.files), unique(released.files)
    known = read_all(ours, progress)
    carried = read_all(theirs, progress)
    findings = [
        *shared(known, carried),
        *by_themselves(carried),
        *names(theirs, ours, patients),
        *times(theirs, ours),
    ]
    return tuple(findings)


def unique(files: Sequence[Path]) -> tuple[Path, ...]:
    """Each file once, in order."""
    return tuple(dict.fromkeys(files))


def read_all(files: Sequence[Path], progress: Progress) -> dict[Path, Marks]:
    """The marks of every file.

    Raises
    ------
    ClefganError
        A file cannot be read.
    """
    marks: dict[Path, Marks] = {}
    with quiet_decoders(), ThreadPoolExecutor(cores()) as pool:
        for done, (path, marked) in enumerate(zip(files, pool.map(attempt, files), strict=True), 1):
            if isinstance(marked, str):
                raise ClefganError(
                    listing.refusal(str(path.parent), [(path.name, marked)], 1, "file")
                )
            marks[path] = marked
            progress("reading headers", done, len(files), "")
    return marks


def attempt(path: Path) -> Marks | str:
    """The marks of a file, or what is wrong with it."""
    try:
        return marks.read(path)
    except (ImageError, OSError) as error:
        return listing.reason(error)


def shared(known: Mapping[Path, Marks], carried: Mapping[Path, Marks]) -> Iterator[FileFinding]:
    """Yield, for each kind of mark, which released files carry one of a training file."""
    owner: dict[tuple[str, str, str], Path] = {}
    for path, marked in known.items():
        for mark in sorted(marked.values):
            owner.setdefault(mark.key(), path)
    for kind in MarkKind:
        pairs, elements = [], set()
        for path, marked in carried.items():
            both = sorted(m for m in marked.values if m.kind == kind and m.key() in owner)
            if both:
                elements |= {mark.element for mark in both}
                first = owner[both[0].key()]
                pairs.append(FilePair(path, first, ", ".join(shown(both))))
        if pairs:
            yield finding(kind, pairs, len(carried), SAID[kind] + in_elements(kind, elements))


def shown(marks: Sequence[Mark]) -> list[str]:
    """The elements of some marks, each once; no value."""
    return list(dict.fromkeys(mark.element or "another text" for mark in marks))


def in_elements(kind: MarkKind, elements: Iterable[str]) -> str:
    """` (StudyDate, SeriesDate and 3 more)`: names of a standard, never of a private element."""
    if kind == MarkKind.PRIVATE:
        return ""
    standard = sorted(element for element in elements if element)
    if not standard:
        return ""
    more = f" and {len(standard) - NAMED} more" if len(standard) > NAMED else ""
    return f" ({', '.join(standard[:NAMED])}{more})"


def by_themselves(carried: Mapping[Path, Marks]) -> Iterator[FileFinding]:
    """Yield what a person should look at, whatever training files hold."""
    texts = {
        path: sorted(mark for mark in marked.values if mark.kind == MarkKind.TEXT)
        for path, marked in carried.items()
    }
    looks = {
        "texts": (
            {path: ", ".join(shown(marks)) for path, marks in texts.items() if marks},
            "carry texts beside the pixels; a person should read them",
        ),
        "burned-in": (
            {path: "BurnedInAnnotation" for path, marked in carried.items() if marked.burned_in},
            "say that text is burned into the pixels; a person should look at them",
        ),
        "thumbnail": (
            {path: "thumbnail" for path, marked in carried.items() if marked.thumbnail},
            "hold a second, small picture, which may be that of another image",
        ),
    }
    for kind, (signs, said) in looks.items():
        if signs:
            pairs = [FilePair(path, None, what) for path, what in signs.items()]
            yield finding(kind, pairs, len(carried), said)


def names(
    theirs: Sequence[Path], ours: Sequence[Path], patients: Iterable[str]
) -> Iterator[FileFinding]:
    """Yield which released files are named after a training patient or a training file.

    A running number is nobody's name: a patient's counts if it has letters and digits, or six
    digits in a row; a file's if it has six digits in a row.
    """
    owners: dict[str, Path | None] = {patient: None for patient in patients if is_patient(patient)}
    owners |= {kinds.stem(path.name): path for path in ours if is_number(path.name)}
    tokens: dict[str, list[str]] = defaultdict(list)
    for patient in owners:
        tokens[first_token(patient)].append(patient)
    pairs = []
    for path in theirs:
        words = set(re.findall(r"[A-Za-z0-9]+", path.name))
        named = [patient for word in words for patient in tokens[word] if holds(path.name, patient)]
        if named:
            pairs.append(FilePair(path, owners[max(named, key=len)], "file name"))
    if pairs:
        yield finding("names", pairs, len(theirs), "are named after a training file or patient")


def is_patient(text: str) -> bool:
    """Whether the name of a patient may be told from a running number such as `0001`."""
    mixed = bool(re.search(r"[A-Za-z]", text) and re.search(r"\d", text)) and len(text) > 2
    return mixed or is_number(text)


def is_number(text: str) -> bool:
    """Whether a name holds a number of six digits: no running number."""
    return re.search(rf"\d{{{DIGITS}}}", text) is not None


def first_token(text: str) -> str:
    """The first word of a name."""
    match = re.search(r"[A-Za-z0-9]+", text)
    return match[0] if match else text


def holds(name: str, part: str) -> bool:
    """Whether a name holds another one between what are no letters and no digits."""
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(part)}(?![A-Za-z0-9])", name) is not None


def times(theirs: Sequence[Path], ours: Sequence[Path]) -> Iterator[FileFinding]:
    """Yield which released files were changed in the very moment of one training file.

    Times that several training files share are those of unpacking, and tell nothing.
    """
    moments: dict[int, list[Path]] = defaultdict(list)
    for path in ours:
        moments[path.stat().st_mtime_ns].append(path)
    pairs = []
    for path in theirs:
        same = moments.get(path.stat().st_mtime_ns, [])
        if len(same) == 1 and not same[0].samefile(path):
            pairs.append(FilePair(path, same[0], "time of the last change"))
    if pairs:
        yield finding(
            "times", pairs, len(theirs), "were last changed in the moment of a training file"
        )


def finding(kind: str, pairs: Sequence[FilePair], n: int, said: str) -> FileFinding:
    """A finding of so many files."""
    sentence = f"{len(pairs)} of {n} released files {said}."
    return FileFinding(str(kind), len(pairs), n, sentence, tuple(pairs))
