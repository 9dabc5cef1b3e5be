"""Where things are kept, and how a file is written so that nobody ever sees half of it."""

import errno
import os
import secrets
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from platformdirs import user_cache_path

from clefgan.errors import ClefganError
from clefgan.storage import folder_lock

LONGEST = 40  # letters of a file's own name in that of its part: the whole must not be too long


def cache_root() -> Path:
    """The folder of all that is cached: `$CLEFGAN_CACHE`, or the user's cache; it may not exist."""
    root = os.environ.get("CLEFGAN_CACHE")
    return Path(root) if root else user_cache_path("clefgan", appauthor=False)


def cache(kind: str) -> Path:
    """The folder of one kind of cached thing; made."""
    folder = cache_root() / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def beside(path: Path, kind: str = "part") -> Path:
    """A hidden path in the same folder that nobody else takes."""
    return path.with_name(f".{path.name[:LONGEST]}.{os.getpid()}.{secrets.token_hex(4)}.{kind}")


@contextmanager
def written_whole(path: Path, *, new: bool = False) -> Iterator[Path]:
    """A path beside `path` to write to; renamed to `path` at the end, removed if anything fails."""
    with written_together([path], new=new) as (part,):
        yield part


@contextmanager
def written_together(
    paths: Sequence[Path], *, remove: Sequence[Path] = (), new: bool = False
) -> Iterator[tuple[Path, ...]]:
    """Paths beside `paths` to write to; renamed at the end, one after the other, or none of them.

    Ctrl-C waits for the renames, and so does any other process that writes to the same folder; a
    process that is killed between two of them leaves some out, but never an old file beside a new
    one. An OSError of the block that names no file, or one of the paths given to it, names the file
    that was asked for.

    Parameters
    ----------
    remove : files that go when the others come
    new : replace no file, not even one that came meanwhile

    Raises
    ------
    ClefganError
        With `new`: one of the files, or of those to remove, is there at the end. A path is that of
        a folder, a pipe or a device, which nothing replaces.
    """
    for path in paths:
        if path.exists() and not path.is_file():
            raise ClefganError(
                f"{path}: is not a file but a folder, a pipe or a device; give another name"
            )
    parts = tuple(beside(path, f"{i}.part") for i, path in enumerate(paths))  # two may begin alike
    target = {str(part): path for part, path in zip(parts, paths, strict=True)}
    try:
        for path in paths:
            with os_errors_name(path):
                path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield parts
            put(parts, paths, remove, new)
        except OSError as error:
            begun = [path for part, path in zip(parts, paths, strict=True) if part.exists()]
            raise about(error, target, (begun or list(paths))[-1]) from error
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def put(parts: Sequence[Path], paths: Sequence[Path], remove: Sequence[Path], new: bool) -> None:
    """Rename all parts to their places, alone in their folders."""
    with ctrl_c_waits(), ExitStack() as locks:
        for folder in sorted({path.parent.resolve() for path in paths}):
            locks.enter_context(folder_lock.held(folder))
        for path in (*paths, *remove):
            if new and path.exists():
                raise ClefganError(f"{path}: exists by now, written by another; give another name")
        for old in (*remove, *paths[1:]):
            old.unlink(missing_ok=True)
        for part, path in zip(parts, paths, strict=True):
            part.replace(path)


@contextmanager
def os_errors_name(path: Path) -> Iterator[None]:
    """Let an OSError of the block that names no file name this one, as its user gave it."""
    try:
        yield
    except OSError as error:
        raise about(error, {}, path) from error


def about(error: OSError, target: Mapping[str, Path], path: Path) -> OSError:
    """The error with the file that its user knows: `target` for its own, `path` if it has none."""
    name = path if error.filename is None else target.get(str(error.filename))
    if name is None:
        return error
    return OSError(error.errno or errno.EIO, error.strerror or str(error), str(name))


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
