"""What a `progress` argument asks for."""

from collections.abc import Iterator
from contextlib import contextmanager

from clefgan.cli.console import progress_bar
from clefgan.method import Progress, silent


@contextmanager
def reported(progress: bool | Progress) -> Iterator[Progress]:
    """What a `progress` argument asks for: nothing, bars on stderr, or the caller's function."""
    if callable(progress):
        yield progress
    elif progress:
        with progress_bar() as bars:
            yield bars
    else:
        yield silent
