"""The blocks of a comparison on a Dask cluster: same numbers, bit for bit.

    with on("tcp://scheduler:8786"):
        scorer.score(candidates, generated)

The candidates go to the workers once, the generated images block by block, a few ahead of the
workers. A block that is lost with its worker is computed again by another one. Partials are folded
here in the order of the columns, so neither the number of workers nor their speed shows.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from clefgan.errors import ClefganError
from clefgan.similarity.engine import Job, Pairs, block, elsewhere
from clefgan.similarity.reductions import Reduction
from clefgan.similarity.rows import Rows
from clefgan.similarity.threads import single_blas

TIMES = 3  # that a block is tried
AHEAD = 2  # blocks in flight a worker
TIMEOUT = 10  # seconds, for the scheduler to answer


@contextmanager
def on(address: str) -> Iterator[None]:
    """Let `scan` compute on the cluster whose scheduler is at `address`, within this block.

    Raises
    ------
    ClefganError
        `distributed` is not installed, or there is no scheduler at the address.
    """
    try:
        import dask
        from distributed import Client
    except ImportError:
        raise ClefganError(
            "cluster: the package 'distributed' is not installed; pip install distributed"
        ) from None
    try:
        client = Client(address, timeout=TIMEOUT)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ClefganError(
            f"cluster {address!r}: cannot be reached ({type(error).__name__}); "
            "start one with 'dask scheduler' and 'dask worker', and give the scheduler's address"
        ) from error
    large = {"distributed.admin.large-graph-warning-threshold": "1GiB"}  # blocks travel with tasks
    with client, dask.config.set(large):
        token = elsewhere.set(partial(partials, client))
        try:
            yield
        finally:
            elsewhere.reset(token)


def partials(client: Any, job: Job, reduction: Reduction[Any, Any]) -> Iterator[Any]:
    """The partials of a job in order, computed by the workers of `client`."""
    candidates = job.candidates[0 : len(job.candidates)]
    ready = client.submit(prepare, job.measure, candidates, job.memory_mib, pure=False)
    width = job.width(job.ready())
    total = len(job.generated)
    starts = iter(range(0, total, width))
    flying: deque[tuple[int, Any]] = deque()
    while True:
        workers = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        while len(flying) < AHEAD * workers and (start := next(starts, None)) is not None:
            stop = min(start + width, total)
            task = (reduction, np.asarray(job.generated[start:stop]), start, job.skip_self)
            flying.append((stop, client.submit(one, ready, *task, retries=TIMES, pure=False)))
        if not flying:
            return
        stop, future = flying.popleft()
        yield future.result()
        job.progress(job.stage, stop, total, f"on {workers} workers")


def prepare(measure: Any, candidates: Rows, memory_mib: int) -> Pairs:
    """On a worker: make the candidates ready."""
    ready: Pairs = measure.against(candidates, memory_mib=memory_mib)
    return ready


def one(
    pairs: Pairs, reduction: Reduction[Any, Any], generated: Any, start: int, skip_self: bool
) -> Any:
    """On a worker: the partial of one block."""
    with single_blas():
        return reduction.partial(block(pairs, generated, start, skip_self))
