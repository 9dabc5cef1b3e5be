"""Where a training that the cache waits for keeps its checkpoints: one process at a time.

A process that was killed leaves its folder, and the next one that wants the same goes on from it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clefgan.errors import ClefganError
from clefgan.storage.folders import remove

CHECKPOINTS = "checkpoints"
LOCK = "lock"


@contextmanager
def only_mine(folder: Path) -> Iterator[Path | None]:
    """A folder for checkpoints below `folder`; None where another process is at work there.

    `folder` goes when the block ends or fails for good; after anything else that stopped it, such
    as Ctrl-C, it stays if there are checkpoints. Where files cannot be locked there is no folder.
    """
    file = locked(folder)
    if file is None:
        yield None
        return
    try:
        yield folder / CHECKPOINTS
    except ClefganError:
        remove(folder)
        raise
    except BaseException:
        if not any(path.is_dir() for path in (folder / CHECKPOINTS).glob("*")):
            remove(folder)
        raise
    else:
        remove(folder)
    finally:
        os.close(file)  # and so let go of the lock, as the end of a process does


def locked(folder: Path) -> int | None:
    """Make the folder and hold its lock: an open file; None where that cannot be."""
    try:
        import fcntl  # not on Windows
    except ImportError:  # not on this system
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOCK
    file = None
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(file), path.stat()):  # else another one removed it meanwhile
            return file
    except OSError:  # held by another, removed by another, or a file system without locks
        pass
    if file is not None:
        os.close(file)
    return None
