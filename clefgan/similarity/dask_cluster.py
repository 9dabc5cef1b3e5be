"""The blocks of a comparison on a Dask cluster: same numbers, bit for bit.

    with on("tcp://scheduler:8786"):
        scorer.score(candidates, generated)

The candidates go to the workers once, the generated images block by block, a few ahead of the
workers; features are computed here. A block that is lost with its worker is computed again by
another one. Partials are folded here in the order of the columns, so neither the number of workers
nor their speed shows.
"""

import atexit
import logging
import pickle
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from clefgan.errors import ClusterError
from clefgan.similarity import cluster_checks
from clefgan.similarity.engine import Job, Pairs, block, elsewhere
from clefgan.similarity.reductions import Reduction
from clefgan.similarity.threads import single_blas

TIMES = 3  # that a block is tried again after an error
AHEAD = 2  # blocks in flight a worker
LARGE = {"distributed.admin.large-graph-warning-threshold": "1GiB"}  # blocks travel with tasks


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a cluster is waited for, in seconds.

    Parameters
    ----------
    answer : for the scheduler to answer
    worker : without a worker, at the start and on the way, before we give up
    look : between two looks at the cluster while a block is in work
    leave : to take leave
    """

    answer: float = 10.0
    worker: float = 60.0
    look: float = 1.0
    leave: float = 2.0


WAITS = Waits()


@contextmanager
def on(address: str, waits: Waits | None = None) -> Iterator[None]:
    """Let `scan` compute on the cluster whose scheduler is at `address`, within this block.

    Raises
    ------
    ClusterError
        `distributed` is not installed; no scheduler at the address, or no worker for too long; a
        worker that has other versions than we. Within the block: the scheduler or all workers are
        gone.
    """
    cluster = Cluster(address, waits or WAITS)
    with cluster.leaving:
        cluster.connect()
        token = elsewhere.set(cluster)
        try:
            yield
        finally:
            elsewhere.reset(token)


def later(address: str, waits: Waits | None = None) -> None:
    """Let this process compute on a cluster until it ends, connecting when it first compares.

    Another process is connected already: a scheduler that does not answer is one that was lost.
    """
    cluster = Cluster(address, waits or WAITS, met=True)
    atexit.register(cluster.leaving.close)
    elsewhere.set(cluster)


def current() -> "Cluster | None":
    """The cluster that `scan` computes on, if it does."""
    cluster = elsewhere.get()
    return cluster if isinstance(cluster, Cluster) else None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Dask's log off stderr: what goes wrong is said once, by us."""
    handlers = [(handler, handler.level) for handler in logging.getLogger("distributed").handlers]
    for handler, _ in handlers:
        handler.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for handler, level in handlers:
            handler.setLevel(level)


class Cluster:
    """A connection to a Dask cluster; called with a comparison, it yields the partials."""

    def __init__(self, address: str, waits: Waits, *, met: bool = False) -> None:
        self.address = address
        self.waits = waits
        self.met = met  # whether the scheduler has answered before
        self.where = f"cluster {address!r}"
        self.client: Any = None
        self.leaving = ExitStack()
        self.known: set[str] = set()  # workers that were seen, and run what we run
        self.blocks = 0  # that were computed there

    def connect(self) -> None:
        """Greet the scheduler, wait for a worker, compare versions."""
        try:
            import distributed  # optional: an extra
        except ImportError:
            raise ClusterError(
                "cluster: the package 'distributed' is not installed; "
                "pip install 'clefgan[cluster]'"
            ) from None
        cluster_checks.check_address(self.address)
        self.leaving.enter_context(quiet())
        self.greet()
        try:
            self.client = distributed.Client(  # type: ignore[no-untyped-call]
                self.address, timeout=self.waits.answer, set_as_default=False
            )
            self.leaving.callback(self.close)
            theirs = self.client.run_on_scheduler(
                cluster_checks.installed, callback_timeout=self.waits.answer
            )
        except Exception as error:  # whatever goes wrong over there
            self.greet()
            cluster_checks.check_installed(f"{self.where}: scheduler", error)
            raise
        cluster_checks.check_installed(f"{self.where}: scheduler", theirs)
        since = time.monotonic()
        while not self.workers():
            self.give_up_after(since)
            time.sleep(min(self.waits.look, 0.1))

    def greet(self) -> None:
        """Raise unless the scheduler answers; it is lost if it has answered before."""
        try:
            cluster_checks.check_scheduler(self.address, self.waits.answer)
        except ClusterError as error:
            raise self.lost() if self.met else error from None
        self.met = True

    def close(self) -> None:
        """Take leave; of a scheduler that is gone, without waiting long."""
        with suppress(OSError):
            self.client.close(timeout=self.waits.leave)
        self.client = None

    def __call__(self, job: Job, reduction: Reduction[Any, Any]) -> Iterator[Any]:
        """The partials of a job in the order of the columns, computed by the workers."""
        if self.client is None:
            self.connect()
        candidates = np.asarray(job.candidates[0 : len(job.candidates)])
        width = job.width(job.measure.against(candidates, memory_mib=job.memory_mib))
        ready = self.submit(prepare, packed(job.measure, candidates, job.memory_mib))
        total = len(job.generated)
        starts = iter(range(0, total, width))
        flying: deque[tuple[int, Any]] = deque()
        while True:
            workers = max(1, len(self.workers()))  # also after the last block: all were checked
            while len(flying) < AHEAD * workers and (start := next(starts, None)) is not None:
                stop = min(start + width, total)
                generated = np.asarray(job.generated[start:stop])
                task = packed(reduction, generated, start, job.skip_self)
                flying.append((stop, self.submit(one, ready, task, retries=TIMES)))
            if not flying:
                return
            stop, future = flying.popleft()
            yield self.value(future)
            self.blocks += 1
            job.progress(job.stage, stop, total, f"on {workers} workers")

    def submit(self, *task: Any, **options: Any) -> Any:
        """Give a task to the workers."""
        import dask  # optional: an extra

        with dask.config.set(LARGE):
            return self.client.submit(*task, pure=False, **options)

    def value(self, future: Any) -> Any:
        """The value of a task, waited for as long as there are workers."""
        from distributed import CancelledError  # optional: an extra

        since = time.monotonic()
        transfer = self.waits.look
        while True:
            try:
                error = future.exception(timeout=self.waits.look)
                if error is None:
                    transfer *= 2  # a large partial on a slow line arrives in the end
                    return future.result(timeout=transfer)
            except CancelledError:
                raise self.lost() from None
            except TimeoutError:
                error = None
            if error is not None:
                raise self.explained(error)
            if self.workers():
                since = time.monotonic()
            self.give_up_after(since)

    def workers(self) -> set[str]:
        """Addresses of the workers there are; those that are new run what we run."""
        if self.client.status != "running":
            raise self.lost()
        try:
            addresses = set(
                self.client.sync(self.client.scheduler.ncores, callback_timeout=self.waits.answer)
            )
            new = sorted(addresses - self.known)
            theirs = (
                self.client.run(
                    cluster_checks.installed,
                    workers=new,
                    on_error="return",
                    callback_timeout=self.waits.answer,
                )
                if new
                else {}
            )
        except OSError:
            raise self.lost() from None
        for address, said in theirs.items():
            if not isinstance(said, OSError):  # that one has gone again
                cluster_checks.check_installed(f"{self.where}: worker {address!r}", said)
                self.known.add(address)
        return addresses

    def give_up_after(self, since: float) -> None:
        """Raise if there has been no worker for too long."""
        if time.monotonic() - since >= self.waits.worker:
            raise ClusterError(
                f"{self.where}: no worker for {self.waits.worker:g} seconds; "
                f"start some with 'dask worker {self.address}' and run again"
            )

    def lost(self) -> ClusterError:
        """The scheduler is gone, or says nothing."""
        return ClusterError(
            f"{self.where}: the scheduler was lost on the way; see that it runs and run again"
        )

    def explained(self, error: Exception) -> Exception:
        """What a task raised, in our words where the cluster is to blame."""
        from distributed import KilledWorker  # optional: an extra

        if isinstance(error, KilledWorker):
            return ClusterError(
                f"{self.where}: a block ended {error.allowed_failures + 1} workers, perhaps for "
                "lack of memory; give them more (--memory-limit) and run again"
            )
        if isinstance(error, ImportError):
            return ClusterError(
                f"{self.where}: a worker cannot load the method "
                f"({cluster_checks.one_line(error)}); install its package on every worker"
            )
        return error


def packed(*values: Any) -> bytes:
    """The values as bytes that tasks open: code that a worker lacks fails there, not in Dask."""
    import cloudpickle  # optional: an extra

    text: bytes = cloudpickle.dumps(values)
    return text


def prepare(task: bytes) -> Pairs:
    """On a worker: make the candidates ready."""
    measure, candidates, memory_mib = pickle.loads(task)
    ready: Pairs = measure.against(candidates, memory_mib=memory_mib)
    return ready


def one(pairs: Pairs, task: bytes) -> Any:
    """On a worker: the partial of one block."""
    reduction, generated, start, skip_self = pickle.loads(task)
    with single_blas():
        return reduction.partial(block(pairs, generated, start, skip_self))
