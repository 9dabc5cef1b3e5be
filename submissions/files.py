"""Writing a file so that nobody ever sees half of it."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from submissions.errors import RunFileError

LONGEST = 40  # letters of a file's own name in that of its part: the whole must not be too long


def neighbour(path: Path, ending: str) -> Path:
    """`run.json` beside `run.csv`; of `.` and `/`, which have no name, one that is not there.

    Examples
    --------
    >>> neighbour(Path("runs/a.b.csv"), ".json").as_posix(), neighbour(Path(), ".json").as_posix()
    ('runs/a.b.json', '.json')
    """
    return path.parent / f"{path.stem}{ending}"


@contextmanager
def written_whole(path: Path, force: bool) -> Iterator[Path]:
    """A path beside `path` to write to; renamed to `path` at the end, removed if anything fails.

    An OSError of the block that names no file, or that one, names `path`.

    Raises
    ------
    RunFileError
        `path` exists and `force` is False, at the beginning or, by another process, at the end; or
        it is a folder, a pipe or a device, which nothing replaces.
    """
    if path.exists() and not path.is_file():
        raise RunFileError(f"{path}: is not a file but a folder, a pipe or a device; give a file")
    if path.exists() and not force:
        raise exists_already(path)
    part = path.with_name(f".{path.name[:LONGEST]}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        put(part, path, force)
    except OSError as error:
        if error.filename is not None and str(error.filename) != str(part):
            raise
        raise about(error, path) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def os_errors_name(path: Path) -> Iterator[None]:
    """Let an OSError of the block that names no file name this one."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise about(error, path) from error


def about(error: OSError, path: Path) -> OSError:
    """The error with the path that its user knows."""
    return OSError(error.errno or errno.EIO, error.strerror or str(error), str(path))


def put(part: Path, path: Path, force: bool) -> None:
    """Give a file its name; without `force` only if nobody else has taken it meanwhile."""
    if not force:
        try:
            os.link(part, path)
        except FileExistsError:
            raise exists_already(path) from None
        except OSError:  # a file system without hard links
            if path.exists():
                raise exists_already(path) from None
        else:
            return
    part.replace(path)


def exists_already(path: Path) -> RunFileError:
    """What to say of a file that is not replaced."""
    return RunFileError(f"{path}: exists already; choose another name, or --force to replace it")
