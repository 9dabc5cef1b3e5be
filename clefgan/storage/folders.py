"""A folder of results that is written whole, or not at all."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clefgan.errors import ClefganError
from clefgan.storage import folder_lock
from clefgan.storage.files import LONGEST, about, ctrl_c_waits


def refuse_existing(folder: Path, marks: tuple[str, ...], force: bool) -> None:
    """Raise if the folder must not be written; to be called before any work is done.

    Parameters
    ----------
    marks : files that only a folder of ours has: others are not replaced, whatever `force` says
    """
    if not folder.exists():
        return
    if not force:
        raise ClefganError(f"{folder}: exists; give another --out, or --force to replace it")
    if not folder.is_dir():
        raise ClefganError(f"{folder}: is not a folder; give another --out")
    if any(folder.iterdir()) and not any((folder / mark).is_file() for mark in marks):
        raise ClefganError(
            f"{folder}: holds no {' or '.join(marks)}, so it is not replaced; give another --out"
        )


@contextmanager
def written_whole(folder: Path, *, new: bool = False) -> Iterator[Path]:
    """A folder beside `folder` to write to; put in its place at the end, removed if that fails.

    An OSError of the block that names no file, or one in the folder beside, names it as it will be.

    Parameters
    ----------
    new : replace no folder, not even one that came meanwhile

    Raises
    ------
    ClefganError
        With `new`: there is a folder at the end.
    """
    token = secrets.token_hex(4)
    part = folder.with_name(f".{folder.name[:LONGEST]}.{token}.part")
    old = folder.with_name(f".{folder.name[:LONGEST]}.{token}.old")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir()
        yield part
        with ctrl_c_waits(), folder_lock.held(folder.parent):
            put(part, folder, old, new)
    except OSError as error:
        raise named(error, part, folder) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if old.exists() and not folder.exists():
            old.replace(folder)
        shutil.rmtree(old, ignore_errors=True)


def put(part: Path, folder: Path, old: Path, new: bool) -> None:
    """Give a folder its name; what was there goes aside."""
    if folder.exists():
        if new:
            raise ClefganError(f"{folder}: exists by now, written by another; give another name")
        folder.replace(old)
    part.replace(folder)


def named(error: OSError, part: Path, folder: Path) -> OSError:
    """The error with the file that its user will know instead of the one beside."""
    path = folder
    if error.filename is not None:
        name = Path(str(error.filename))
        if not name.is_relative_to(part):
            return error
        path = folder / name.relative_to(part)
    return about(error, {str(error.filename): path}, path)
