"""Time a call, on one core or on all."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def best(call: Callable[[], object], runs: int = 5, *, warm: bool = True) -> float:
    """Return the seconds of the fastest run; with `warm`, one before them does not count."""
    if warm:
        call()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@contextmanager
def one_core() -> Iterator[None]:
    """Keep the process, and every library's threads, on one core."""
    from threadpoolctl import threadpool_limits

    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        with threadpool_limits(1):
            yield
    finally:
        os.sched_setaffinity(0, cores)
