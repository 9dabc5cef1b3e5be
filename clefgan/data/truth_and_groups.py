"""Tables beside the images: `truth.csv` (id, used), `groups.csv` or `manifest.csv` (any columns).

`submissions.table` says what a table may look like, `submissions.truth` what a truth may say, and
`submissions.names` how a row finds its image. A value that is missing (an empty cell, `NaN`) is no
value: it is refused where an image needs one.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from clefgan.data import patient_table
from clefgan.data.formats import kinds
from clefgan.data.listing import NAMED
from clefgan.data.patient_rows import NamedImage
from clefgan.data.patient_table import as_clefgan_error
from clefgan.errors import ClefganError
from submissions import names, table
from submissions import truth as truths
from submissions.names import FileNames
from submissions.problems import quoted

TRUTH_FILES = ("truth.csv",)
GROUP_FILES = ("groups.csv", "manifest.csv")
ZERO_ONE = truths.ZERO_ONE


def locate(folders: Iterable[Path], names: Sequence[str]) -> Path | None:
    """The one file of these names in these folders, or None.

    Raises
    ------
    ClefganError
        There are two, or one cannot be opened.
    """
    paths = [path for path in present(folders, names) if not is_other_manifest(path)]
    if len(paths) > 1:
        raise ClefganError(f"{paths[0]}: there is also {str(paths[1])!r}; keep one")
    return paths[0] if paths else None


def present(folders: Iterable[Path], names: Sequence[str]) -> list[Path]:
    """The tables of these names in these folders.

    Raises
    ------
    ClefganError
        One is no file that can be opened: a broken link does not say that there is no table.
    """
    paths = [folder / name for folder in dict.fromkeys(folders) for name in names]
    paths = [path for path in paths if path.exists() or path.is_symlink()]
    for path in paths:
        if why := "is a folder" if path.is_dir() else kinds.why_unreadable(path):
            raise ClefganError(f"{path}: {why}; replace or remove it")
    return paths


def is_other_manifest(path: Path) -> bool:
    """Whether this is a `manifest.csv` that says nothing of groups."""
    return path.name == "manifest.csv" and not patient_table.names_patients(path)


def truth(path: Path, images: Iterable[str], labels: Sequence[str] = ZERO_ONE) -> dict[str, bool]:
    """`id -> used` for every image.

    Parameters
    ----------
    images : their ids; of `FileNames` a row may give the name of the file, too
    labels : of an edition, not used first; 0 and 1, `True` and `False` are read beside them

    Raises
    ------
    ClefganError
        A value that is none of these, or an id that is missing, unknown or there twice.
    """
    known = as_images(images)
    with as_clefgan_error():
        meaning = partial(truths.used_or_not, labels=labels)
        written = truths.labels_as_written(path, meaning, every_name(known))
        ids = names.matched(written, known)
        refuse_unknown(path, written, ids, f"{len(known)} candidates")
        answers = truths.by_id(path, written, ids)
    refuse_absent(path, known, answers, "truth")
    return {name: answers[name] == labels[1] for name in known}


def truth_alone(path: Path, labels: Sequence[str] = ZERO_ONE) -> tuple[dict[str, bool], FileNames]:
    """`id -> used`, and the images as the table names them, where nobody else knows the images.

    Raises
    ------
    ClefganError
        No id, an id there twice, or a value that says neither used nor not used.
    """
    with as_clefgan_error():
        written = truths.labels_as_written(path, partial(truths.used_or_not, labels=labels))
    if not written:
        raise ClefganError(f"{path}: no id; a truth file has an id and 0 or 1 on each line")
    listed = names.told_apart(written)
    return {name: written[file or name] == labels[1] for name, file in listed.items()}, listed


def groups(path: Path, images: Iterable[str]) -> dict[str, str]:
    """`id -> group` for every image, from a table of any columns; see `patient_table`.

    Raises
    ------
    ClefganError
        Columns that cannot be told; an image without a row or a group, or with two groups.
    """
    named = [
        NamedImage(name, Path(file) if file else None) for name, file in as_images(images).items()
    ]
    return dict(patient_table.read(path).match({"images": named}).groups["images"])


def clusters(path: Path, images: Iterable[str]) -> dict[str, str]:
    """`id -> group`, as `groups`, of two groups or more: what is drawn again whole for intervals.

    Raises
    ------
    ClefganError
        As `groups`; or there is one group only.
    """
    group_of = groups(path, images)
    if len(set(group_of.values())) == 1:
        only = quoted(next(iter(group_of.values())))
        raise ClefganError(
            f"{path}: all {len(group_of)} images are of one group, {only}; whole groups are drawn "
            "again, so there must be two or more"
        )
    return group_of


def mapping(
    path: Path, column: str, images: Iterable[str], *, is_truth: bool = False
) -> dict[str, str]:
    """First column (or `id`) to second (or `column`), for every image.

    Parameters
    ----------
    is_truth : of these images and no others; else rows of others are passed over

    Raises
    ------
    ClefganError
        A table that cannot be read; an image that is missing, there twice, or without a value; of
        a truth, a row of another image.
    """
    known = as_images(images)
    with as_clefgan_error():
        rows = table.pairs(table.read(path, known=every_name(known)), (column,))
        ids = names.matched([name for _, name, _ in rows], known)
        if is_truth:
            refuse_unknown(path, [name for _, name, _ in rows], ids, f"{len(known)} images")
        values = truths.by_id(path, {name: text for _, name, text in rows if name in ids}, ids)
    refuse_absent(path, known, values, column)
    empty = [name for name in known if table.names_nobody(values[name])]
    if empty:
        cells = sorted({repr(values[name]) for name in empty})
        raise ClefganError(
            f"{path}: {first(empty)} without a {column} (got {', '.join(cells)}); give every image "
            "one"
        )
    return {name: values[name] for name in known}


def columns(path: Path) -> tuple[str, ...]:
    """Names of the columns in lower case, or none if the first line is not a line of names."""
    with as_clefgan_error():
        return table.read(path).columns


def as_images(images: Iterable[str]) -> FileNames:
    """Ids with the names of their files, as far as they are given."""
    return images if isinstance(images, FileNames) else FileNames(dict.fromkeys(images, ""))


def every_name(images: FileNames) -> frozenset[str]:
    """All that a table may call the images."""
    return frozenset((*images, *filter(None, images.values())))


def refuse_unknown(path: Path, written: Iterable[str], ids: Container[str], images: str) -> None:
    """Refuse names of a table that are none of the images."""
    unknown = [name for name in written if name not in ids]
    if unknown:
        raise ClefganError(f"{path}: {first(unknown)} not among the {images}")


def refuse_absent(path: Path, images: FileNames, values: Mapping[str, object], column: str) -> None:
    """Raise if an image has no row."""
    absent = [name for name in images if name not in values]
    if absent:
        raise ClefganError(f"{path}: {first(absent)} missing; every id needs a {column}")


def first(names: Sequence[str]) -> str:
    """`'a', 'b', 'c' and 4 more ids are`."""
    more = f" and {len(names) - NAMED} more ids" if len(names) > NAMED else ""
    quoted_names = ", ".join(quoted(name) for name in names[:NAMED])
    return f"{quoted_names}{more} {'is' if len(names) == 1 else 'are'}"
