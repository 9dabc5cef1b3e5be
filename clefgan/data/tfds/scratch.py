"""The folder that a preparation writes to, and the ones that killed preparations left.

A process at work holds the lock of its folder; the system lets go of it however the process ends.
So a folder whose lock is free is nobody's. Where files cannot be locked, and in a folder of an
older version, which has no lock, the process that its name tells and its age decide.
"""

import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clefgan.storage import lock

PREFIX = ".preparing-"
OLD = 24 * 60 * 60  # seconds after which nobody works in a folder that has no lock any more
TRIES = 3  # another process may take a new folder for one that was left, before its lock is held


@contextmanager
def folder(cache: Path) -> Iterator[Path]:
    """A new folder below `cache` that no reader looks into, gone at the end; abandoned ones go."""
    clear(cache)
    made, held = new(cache)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        if held is not None:
            os.close(held)


def new(cache: Path) -> tuple[Path, int | None]:
    """A new folder and its lock, None where files cannot be locked."""
    mark = f"{PREFIX}{platform.node()}-{os.getpid()}-"
    for _ in range(TRIES):
        made = Path(tempfile.mkdtemp(prefix=mark, dir=cache))
        held = lock.locked(made)
        if held is not None:
            break
    return made, held


def clear(cache: Path) -> None:
    """Remove the folders that killed preparations left below `cache`; those at work stay."""
    for left in cache.glob(f"{PREFIX}*"):
        if (left / lock.LOCK).exists():
            remove_unlocked(left)
        elif abandoned(left):
            shutil.rmtree(left, ignore_errors=True)


def remove_unlocked(left: Path) -> None:
    """Remove a folder if nobody holds its lock; the lock goes last, for others to see till then."""
    held = lock.locked(left)
    if held is None:
        return
    try:
        for path in left.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != lock.LOCK:
                path.unlink(missing_ok=True)
        shutil.rmtree(left, ignore_errors=True)
    finally:
        os.close(held)


def abandoned(left: Path) -> bool:
    """Whether the process that made a folder is gone, or has not written there for a day."""
    host, _, mark = left.name.removeprefix(PREFIX).rpartition("-")[0].rpartition("-")
    if host == platform.node() and mark.isdecimal() and gone(int(mark)):
        return True
    return time.time() - last_written(left) > OLD


def gone(process: int) -> bool:
    """Whether there is no such process on this machine; False where the system cannot say."""
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:  # another user's
        return False
    return False


def last_written(left: Path) -> float:
    """When anything in a folder changed last; now, if it goes away meanwhile."""
    try:
        return max(path.stat().st_mtime for path in (left, *left.rglob("*")))
    except OSError:
        return time.time()
