"""Writing a file so that nobody ever sees half of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from submissions.errors import RunFileError


@contextmanager
def written_whole(path: Path, force: bool) -> Iterator[Path]:
    """A path beside `path` to write to; renamed to `path` at the end, removed if anything fails.

    Raises
    ------
    RunFileError
        `path` exists and `force` is False.
    """
    if path.exists() and not force:
        raise RunFileError(f"{path}: exists already; choose another name, or --force to replace it")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
