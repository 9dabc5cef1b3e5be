"""Where things are kept, and how a file is written so that nobody ever sees half of it."""

import os
import secrets
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def cache(kind: str) -> Path:
    """The folder of one kind of cached thing, below `$CLEFGAN_CACHE` or the user's cache; made."""
    root = os.environ.get("CLEFGAN_CACHE")
    if root:
        base = Path(root)
    else:
        from platformdirs import user_cache_path

        base = user_cache_path("clefgan", appauthor=False)
    folder = base / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; renamed to `path` at the end, removed if anything fails."""
    with written_together([path]) as (part,):
        yield part


@contextmanager
def written_together(
    paths: Sequence[Path], *, remove: Sequence[Path] = ()
) -> Iterator[tuple[Path, ...]]:
    """Paths beside `paths` to write to; renamed at the end, one after the other, or none of them.

    `remove` names files that go when the others come. Ctrl-C waits for the renames; a process that
    is killed between two of them leaves some out, but never an old file beside a new one.
    """
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    mark = f"{os.getpid()}.{secrets.token_hex(4)}"
    parts = tuple(path.with_name(f".{path.name}.{mark}.part") for path in paths)
    try:
        yield parts
        with ctrl_c_waits():
            for old in (*remove, *paths[1:]):
                old.unlink(missing_ok=True)
            for part, path in zip(parts, paths, strict=True):
                part.replace(path)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


@contextmanager
def ctrl_c_waits() -> Iterator[None]:
    """Hear Ctrl-C only at the end of the block, which is to be short."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            signal.raise_signal(signal.SIGINT)
