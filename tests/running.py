"""The command line, run in this process: tests start another only where a process is tested."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clefgan import __main__ as entry


def clefgan(*words: object) -> int:
    """Run a command; its exit code. What it prints goes to where pytest captures it."""
    with pytest.raises(SystemExit) as stopped:
        entry.main([str(word) for word in words])
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


@dataclass(frozen=True)
class Done:
    """What a command did: its exit code and what it printed."""

    code: int
    out: str
    err: str


def output(*words: object, folder: Path | None = None, encoding: str = "utf-8") -> Done:
    """Run a command in a folder, printing in this encoding as a terminal of its own would."""
    out = io.TextIOWrapper(io.BytesIO(), encoding)
    err = io.TextIOWrapper(io.BytesIO(), encoding)
    with contextlib.chdir(folder or Path.cwd()), streams(out, err):
        code = clefgan(*words)
    return Done(code, *(stream.buffer.getvalue().decode(encoding) for stream in (out, err)))


@contextlib.contextmanager
def streams(out: io.TextIOWrapper, err: io.TextIOWrapper) -> Iterator[None]:
    """What is printed goes there."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out, err
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        out.flush()
        err.flush()


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Stay on one core; the test is skipped where there are no more, or the system has no say."""
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    if len(cores) < 2:
        pytest.skip("one core alone, or a system that cannot say on which to stay")
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
