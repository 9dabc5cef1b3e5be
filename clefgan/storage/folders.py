"""A folder of results that is written whole, or not at all."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clefgan.errors import ClefganError


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
def written_whole(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` to write to; put in its place at the end, removed if that fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(4)
    part = folder.with_name(f".{folder.name}.{token}.part")
    old = folder.with_name(f".{folder.name}.{token}.old")
    part.mkdir()
    try:
        yield part
        if folder.exists():
            folder.replace(old)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if old.exists() and not folder.exists():
            old.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
