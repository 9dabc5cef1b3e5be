"""Trials in parallel processes, each on its share of the cores.

Processes are started fresh (JAX and OpenMP do not survive a fork) and load the images once.
Whatever stops the evaluation, trials that are done are on disk.
"""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Thread

from clefgan.errors import ClefganError, ClusterError
from clefgan.experiments.trials import trials
from clefgan.experiments.trials.trials import Outcome, Plan, Results, Trial
from clefgan.method import Progress, silent
from clefgan.runs import provenance
from clefgan.runs.loading import DevImages
from clefgan.similarity import dask_cluster

STAGE = "evaluating"
bench: DevImages | None = None  # of this process, if it is a worker
Failures = dict[str, str]


def evaluate(plan: Plan, *, jobs: int = 0, progress: Progress = silent) -> Results:
    """Run every trial of a plan that is not kept yet; gather all.

    Within `distributed.on`, every process compares on that cluster, each with a connection of its
    own that it opens when it first compares.

    Parameters
    ----------
    jobs : processes; 0: one a core; 1: this process, one trial after the other

    Raises
    ------
    ClefganError
        No dev images, an unknown method, too few images for the folds; a process that died, or
        a cluster. A method that fails while it runs stops no other; see `Results.failures`.
    """
    loaded = trials.load(plan)
    planned = list(trials.trials(plan))
    many = min(jobs or provenance.cores(), len(planned))
    given = trials.conditions(plan, loaded, cores_each(many))
    done, todo = trials.missing(plan, given, planned)
    failures: Failures = {}
    progress(STAGE, len(done), len(planned), "")
    spread = many > 1 and bool(todo)
    source = in_processes(plan, todo, many) if spread else one_by_one(plan, todo, loaded)
    for trial, outcome in source:
        if isinstance(outcome, str):
            failures.setdefault(trial.method, f"{trial}: {outcome}")
        else:
            trials.keep(trials.path_of(plan, trial, given), trial, outcome)
            done[trial] = outcome
        progress(STAGE, len(done) + len(failures), len(planned), str(trial))
    return trials.gathered(plan, loaded, done, failures)


def one_by_one(
    plan: Plan, todo: Sequence[Trial], loaded: DevImages
) -> Iterator[tuple[Trial, Outcome | str]]:
    """Trials in this process; a method that failed is not tried again."""
    failed: set[str] = set()
    for trial in todo:
        if trial.method in failed:
            continue
        try:
            yield trial, trials.run(plan, trial, loaded)
        except ClusterError:
            raise
        except ClefganError as error:
            failed.add(trial.method)
            yield trial, str(error)


def in_processes(
    plan: Plan, todo: Sequence[Trial], many: int
) -> Iterator[tuple[Trial, Outcome | str]]:
    """Trials in `many` processes, in the order in which they are done."""
    failed: set[str] = set()
    with pool(plan, many) as workers:
        waiting: Mapping[Future[Outcome], Trial] = {
            workers.submit(work, plan, trial): trial for trial in todo
        }
        left = set(waiting)
        while left:
            ready, left = wait(left, return_when=FIRST_COMPLETED)
            for future in ready:
                trial = waiting[future]
                try:
                    if not future.cancelled():
                        yield trial, future.result()
                except ClusterError:
                    raise
                except ClefganError as error:
                    if trial.method not in failed:
                        yield trial, str(error)
                    failed.add(trial.method)
                    for other in left:
                        if waiting[other].method in failed:
                            other.cancel()
                except BrokenProcessPool:
                    raise ClefganError(
                        f"{trial}: a process died, perhaps for lack of memory; "
                        "run again with fewer --jobs: what is done is kept"
                    ) from None


@contextmanager
def pool(plan: Plan, many: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes, ended at once if anything fails."""
    context = multiprocessing.get_context("spawn")
    before = set(multiprocessing.active_children())
    places = context.Queue()
    for place in range(many):
        places.put(place)
    cluster = dask_cluster.current()
    given = (plan, many, places, None if cluster is None else cluster.address)
    workers = ProcessPoolExecutor(many, context, initializer=ready, initargs=given)
    try:
        yield workers
    except BaseException:
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        workers.shutdown(wait=False, cancel_futures=True)
        raise
    workers.shutdown()


def ready(plan: Plan, many: int, places: "multiprocessing.Queue[int]", cluster: str | None) -> None:
    """Prepare a worker: its cores, its images, its cluster; Ctrl-C is the parent's business."""
    global bench
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=end_with_parent, daemon=True).start()
    keep_to(share_of_cores(places.get(), many))
    if cluster is not None:
        dask_cluster.later(cluster)
    bench = trials.load(plan)


def end_with_parent() -> None:
    """End this worker when its parent is gone, also if that was killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def share_of_cores(place: int, many: int) -> list[int]:
    """The cores of worker `place` of `many`; all where the system cannot say which there are.

    Each has as many, since their number decides the last bits of what a method trains.
    """
    if not hasattr(os, "sched_getaffinity"):
        return []
    mine = sorted(os.sched_getaffinity(0))
    return mine[place::many][: len(mine) // many] or [mine[place % len(mine)]]


def cores_each(many: int) -> int:
    """Number of cores of each of `many` workers."""
    return len(share_of_cores(0, many)) or provenance.cores()


def keep_to(cores: Sequence[int]) -> None:
    """Stay on these cores, so that libraries start no more threads than there are."""
    if cores:
        os.sched_setaffinity(0, cores)
        from threadpoolctl import threadpool_limits

        threadpool_limits(len(cores))


def work(plan: Plan, trial: Trial) -> Outcome:
    """One trial, in a worker."""
    assert bench is not None
    return trials.run(plan, trial, bench)
