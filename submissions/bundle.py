"""What the platform takes: a run, or a zip whose bytes are the same on any machine and day."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from submissions import checker
from submissions.edition import Edition
from submissions.errors import RunFileError
from submissions.files import neighbour, written_whole
from submissions.ids import Ids

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time that every member gets: the earliest that a zip can hold."""


def count(runs: Sequence[str | os.PathLike[str]], edition: Edition) -> None:
    """Raise if there are more runs than the edition allows.

    Raises
    ------
    RunFileError
        Too many runs, or one given twice.
    """
    if edition.max_runs is not None and len(runs) > edition.max_runs:
        raise RunFileError(
            f"{len(runs)} runs; edition {edition.name!r} takes at most {edition.max_runs} "
            f"({edition.certainty['max_runs']})"
        )
    places = [Path(run).resolve() for run in runs]
    for i, path in enumerate(places):
        if path in places[:i]:
            raise RunFileError(f"{os.fspath(runs[i])}: given twice; give each run once")


def target(run: Path, edition: Edition, folder: Path | None = None) -> Path | None:
    """The path of a run's upload in `folder`, or beside the run.

    None where the edition takes the run file itself and nobody asks for a copy of it.
    """
    if edition.container == "zip":
        return (folder or run.parent) / f"{run.stem}.zip"
    copy = None if folder is None else folder / run.name
    return None if copy is None or (copy.exists() and copy.samefile(run)) else copy


def copy(
    run: str | os.PathLike[str],
    edition: Edition,
    ids: Iterable[str] | Ids | None = None,
    *,
    out: str | os.PathLike[str],
    force: bool = False,
) -> Path:
    """Copy one run, checked, where an edition takes the run file itself; else as `write`."""
    source = check(run, edition, ids)
    with written_whole(Path(out), force) as part:
        part.write_bytes(source.read_bytes())
    return Path(out)


def check(
    run: str | os.PathLike[str], edition: Edition, ids: Iterable[str] | Ids | None = None
) -> Path:
    """Raise if a run is not a valid run file; return its path.

    Raises
    ------
    RunFileError
        The run is not valid, or a zip.
    """
    source = Path(run)
    if source.suffix.lower() == ".zip":
        raise RunFileError(f"{source}: is a zip already; give the run file, or check it as it is")
    checker.require(source, edition, ids)
    return source


def write(
    run: str | os.PathLike[str],
    edition: Edition,
    ids: Iterable[str] | None = None,
    *,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> Path:
    """Zip one run as the platform takes it, checked before and after; return the zip's path.

    Parameters
    ----------
    run : a valid run file
    edition : names the member (`run.csv`) and the rules
    ids : as for `checker.check`
    out : path of the zip; `run.zip` beside the run unless given
    force : replace an existing zip

    Raises
    ------
    RunFileError
        The run is not valid, or the zip exists.
    """
    known = None if ids is None else Ids(ids, edition)
    source = check(run, edition, known)
    zipped = Path(out) if out is not None else neighbour(source, ".zip")
    with written_whole(zipped, force) as part:
        pack(part, {edition.member: source.read_bytes()})
        checked = checker.inspect(part, edition, known, called=str(zipped))
        if edition.container == "zip":
            checker.raise_first(checked)
    return zipped


def pack(path: Path, members: dict[str, bytes]) -> None:
    """Write a zip whose bytes depend on names and contents only."""
    with zipfile.ZipFile(path, "w") as packed:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3  # Unix, also when made on Windows
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_STORED  # zlib versions compress differently
            packed.writestr(info, members[name])
