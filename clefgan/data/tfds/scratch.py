"""The folder that a preparation writes to, and the ones that killed preparations left."""

import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = ".preparing-"
OLD = 24 * 60 * 60  # seconds after which nobody works in a folder any more


@contextmanager
def folder(cache: Path) -> Iterator[Path]:
    """A new folder below `cache` that no reader looks into, gone at the end; abandoned ones go."""
    for left in cache.glob(f"{PREFIX}*"):
        if abandoned(left):
            shutil.rmtree(left, ignore_errors=True)
    mark = f"{PREFIX}{platform.node()}-{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=mark, dir=cache) as made:
        yield Path(made)


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
