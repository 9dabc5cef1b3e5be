"""A folder of results that is written whole, or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clefgan.errors import ClefganError
from clefgan.storage import folder_lock
from clefgan.storage.files import about, beside, ctrl_c_waits


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
    part, old = beside(folder), beside(folder, "old")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir()
        yield part
        with ctrl_c_waits(), folder_lock.held(folder.parent):
            if new and folder.exists():
                raise ClefganError(
                    f"{folder}: exists by now, written by another; give another name"
                )
            put(part, folder, old)
    except OSError as error:
        raise named(error, part, folder) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def named(error: OSError, part: Path, folder: Path) -> OSError:
    """The error with the file that its user will know instead of the one beside."""
    path = folder
    if error.filename is not None:
        name = Path(str(error.filename))
        if not name.is_relative_to(part):
            return error
        path = folder / name.relative_to(part)
    return about(error, {str(error.filename): path}, path)


def put(made: Path, folder: Path, aside: Path, *, replace: bool = True) -> None:
    """Rename a whole folder to its place; what is there goes aside, and back if that fails.

    Raises
    ------
    OSError
        It cannot be; without `replace`, also that there is something already.
    """
    with ctrl_c_waits():
        if replace and folder.exists():
            folder.rename(aside)
        try:
            made.rename(folder)
        except OSError:
            if aside.exists() and not folder.exists():
                aside.rename(folder)
            raise


def remove(folder: Path) -> None:
    """Remove a folder; under another name first, for nobody to begin in it."""
    aside = beside(folder)
    folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
