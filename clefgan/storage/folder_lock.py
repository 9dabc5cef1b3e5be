"""One process at a time in a folder, for as long as it takes to put a few files into their places.

The lock is on the folder itself, so nothing is left behind, also by a process that is killed.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Wait for the folder's lock and hold it; where there are no such locks, go on without."""
    if sys.platform == "win32":
        yield
        return
    file = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems have none
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)  # and so let go of the lock, as the end of a process does
