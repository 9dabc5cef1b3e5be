"""Work spread over processes, each on its share of the cores.

Processes are started fresh (JAX and OpenMP do not survive a fork) and load what they need once.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

from clefgan.errors import ClefganError
from clefgan.similarity import dask_cluster, threads

Task = TypeVar("Task")
Loaded = TypeVar("Loaded")
Result = TypeVar("Result")

loaded_here: Any = None  # what this process has loaded, if it is a worker


def number(jobs: int, tasks: int) -> int:
    """How many processes: `jobs`, or one per core where that is 0, but no more than tasks."""
    return min(jobs or threads.cores(), tasks)


def spread(
    tasks: Sequence[Task],
    load: Callable[[], Loaded],
    work: Callable[[Loaded, Task], Result],
    many: int,
    *,
    loaded: Loaded,
    wanted: Callable[[Task], bool] = lambda _: True,
) -> Iterator[tuple[Task, Result]]:
    """Each task and its result, in the order in which they are done.

    Within `dask_cluster.on`, every process compares on that cluster, each with a connection of its
    own that it opens when it first compares.

    Parameters
    ----------
    load : called once in each process; what it returns goes to `work`
    work : what is done with a task; it and `load` are pickled
    many : processes; 1: this one, one task after the other
    loaded : what `load` returned in this process
    wanted : asked before a task is begun, for it may have become pointless meanwhile

    Raises
    ------
    ClefganError
        A process that died; and what `work` raises.
    """
    if many > 1 and tasks:
        yield from in_processes(tasks, load, work, many, wanted)
        return
    for task in tasks:
        if wanted(task):
            yield task, work(loaded, task)


def in_processes(
    tasks: Sequence[Task],
    load: Callable[[], Loaded],
    work: Callable[[Loaded, Task], Result],
    many: int,
    wanted: Callable[[Task], bool],
) -> Iterator[tuple[Task, Result]]:
    """As `spread`, in `many` other processes."""
    with pool(many, load) as workers:
        waiting: dict[Future[Result], Task] = {
            workers.submit(with_loaded, work, task): task for task in tasks
        }
        left = set(waiting)
        while left:
            done, left = wait(left, return_when=FIRST_COMPLETED)
            for future in done:
                if future.cancelled():
                    continue
                try:
                    yield waiting[future], future.result()
                except BrokenProcessPool:
                    raise ClefganError(
                        f"{waiting[future]}: a process died, perhaps for lack of memory; "
                        "run again with fewer --jobs: what is done is kept"
                    ) from None
            for future in left:
                if not wanted(waiting[future]):
                    future.cancel()


@contextmanager
def pool(many: int, load: Callable[[], object]) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that have called `load`, ended at once if anything fails."""
    context = multiprocessing.get_context("spawn")
    before = set(multiprocessing.active_children())
    places = context.Queue()
    for number in range(many):
        places.put(number)
    cluster = dask_cluster.current()
    given = (load, many, places, None if cluster is None else cluster.address)
    workers = ProcessPoolExecutor(many, context, initializer=ready, initargs=given)
    try:
        yield workers
    except BaseException:
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        workers.shutdown(wait=False, cancel_futures=True)
        raise
    workers.shutdown()


def ready(
    load: Callable[[], object], many: int, places: "multiprocessing.Queue[int]", cluster: str | None
) -> None:
    """Prepare a worker: its cores, what it loads, its cluster; Ctrl-C is the parent's business."""
    global loaded_here
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=end_with_parent, daemon=True).start()
    keep_to(share_of_cores(places.get(), many))
    if cluster is not None:
        dask_cluster.later(cluster)
    loaded_here = load()


def with_loaded(work: Callable[[Any, Task], Result], task: Task) -> Result:
    """One task, in a worker."""
    return work(loaded_here, task)


def end_with_parent() -> None:
    """End this worker when its parent is gone, also if that was killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def share_of_cores(number: int, many: int, cores: Sequence[int] | None = None) -> list[int]:
    """The cores of worker `number` of `many`; all where the system cannot say which there are.

    Each has as many, since their number decides the last bits of what a method trains.
    """
    if cores is None and not hasattr(os, "sched_getaffinity"):
        return []
    mine = sorted(os.sched_getaffinity(0) if cores is None else cores)
    return mine[number::many][: len(mine) // many] or [mine[number % len(mine)]]


def cores_each(many: int, cores: Sequence[int] | None = None) -> int:
    """Number of cores of each of `many` workers."""
    return len(share_of_cores(0, many, cores)) or threads.cores()


def keep_to(cores: Sequence[int]) -> None:
    """Stay on these cores, so that libraries start no more threads than there are."""
    if cores:
        os.sched_setaffinity(0, cores)
        from threadpoolctl import threadpool_limits  # only where processes share the cores

        threadpool_limits(len(cores))
