"""Threads of our own in place of BLAS's.

The threads of a matrix product wait for each other many times a second. Where anything else holds
a core, a product on two of them takes ten times as long as on one. Threads that share out the
columns wait for each other once a block.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np


def cores() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_threads(work: Callable[[slice], object], total: int) -> None:
    """Call `work` on slices that together are `range(total)`, one thread per core."""
    bounds = np.linspace(0, total, min(cores(), max(1, total)) + 1).astype(int).tolist()
    parts = [slice(start, stop) for start, stop in pairwise(bounds)]
    if len(parts) == 1:
        work(parts[0])
        return
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(work, parts))


@contextmanager
def single_blas() -> Iterator[None]:
    """Let matrix products use one thread within this block."""
    with controller().limit(limits=1, user_api="blas"):
        yield


@cache
def controller() -> Any:
    """What knows the BLAS libraries of this process."""
    from threadpoolctl import ThreadpoolController  # once a process

    return ThreadpoolController()
