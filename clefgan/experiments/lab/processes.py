"""The cells of a study in parallel processes, each on its share of the cores.

Processes are started fresh (JAX and OpenMP do not survive a fork) and read the real images once.
"""

import multiprocessing
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from clefgan.errors import ClefganError
from clefgan.experiments import processes
from clefgan.experiments.lab import study
from clefgan.experiments.lab.reals import Reals
from clefgan.experiments.lab.study import Cell, Outcome, Plan, Results, Source
from clefgan.method import Progress, silent
from clefgan.runs import provenance

STAGE = "studying"
here: Reals | None = None  # of this process, if it is a worker
Said = dict[str, Outcome | str]
Todo = Mapping[Cell, Mapping[str, Path]]


def evaluate(plan: Plan, *, jobs: int = 0, progress: Progress = silent) -> Results:
    """Run what is not kept yet of a study; gather all.

    Parameters
    ----------
    jobs : processes; 0: one a core; 1: this process, one cell after the other

    Raises
    ------
    ClefganError
        Real images that cannot be read or are too few, a process that died. A method that is
        refused, or fails while it runs, stops no other; see `Results.failures`.
    """
    found = plan.source.read()
    done: dict[Cell, dict[str, Outcome]] = {cell: {} for cell in plan.cells()}
    todo: dict[Cell, dict[str, Path]] = {}
    many = min(jobs or provenance.cores(), len(done))
    paths = study.paths(plan, found.digest(), processes.cores_each(many))
    for (cell, name), path in paths.items():
        outcome = study.kept(path)
        if outcome is None:
            todo.setdefault(cell, {})[name] = path
        else:
            done[cell][name] = outcome
    failures = study.refused(plan)
    count = sum(map(len, done.values()))
    progress(STAGE, count, len(paths), "")
    spread = many > 1 and bool(todo)
    source = in_processes(plan, todo, many) if spread else one_by_one(plan, todo, found)
    for cell, said in source:
        for name, outcome_or_reason in said.items():
            if isinstance(outcome_or_reason, str):
                failures.setdefault(name, outcome_or_reason)
            else:
                done[cell][name] = outcome_or_reason
        count += len(said)
        progress(STAGE, count, len(paths), str(cell))
    return Results(plan, done, failures)


def one_by_one(plan: Plan, todo: Todo, found: Reals) -> Iterator[tuple[Cell, Said]]:
    """Cells in this process."""
    for cell, paths in todo.items():
        yield cell, dict(study.run(plan, cell, found, paths))


def in_processes(plan: Plan, todo: Todo, many: int) -> Iterator[tuple[Cell, Said]]:
    """Cells in `many` processes, in the order in which they are done."""
    with pool(plan.source, many) as running:
        waiting = {running.submit(work, plan, cell, paths): cell for cell, paths in todo.items()}
        for future in as_completed(waiting):
            try:
                yield waiting[future], future.result()
            except BrokenProcessPool:
                raise ClefganError(
                    f"{waiting[future]}: a process died, perhaps for lack of memory; "
                    "run again with fewer --jobs: what is done is kept"
                ) from None


@contextmanager
def pool(source: Source, many: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes, ended at once if anything fails."""
    context = multiprocessing.get_context("spawn")
    before = set(multiprocessing.active_children())
    places = context.Queue()
    for place in range(many):
        places.put(place)
    running = ProcessPoolExecutor(many, context, initializer=ready, initargs=(source, many, places))
    try:
        yield running
    except BaseException:
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        running.shutdown(wait=False, cancel_futures=True)
        raise
    running.shutdown()


def ready(source: Source, many: int, places: "multiprocessing.Queue[int]") -> None:
    """Prepare a worker: its cores, its images; Ctrl-C is the parent's business."""
    global here
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=processes.end_with_parent, daemon=True).start()
    processes.keep_to(processes.share_of_cores(places.get(), many))
    here = source.read()


def work(plan: Plan, cell: Cell, paths: Mapping[str, Path]) -> Said:
    """One cell, in a worker."""
    assert here is not None
    return dict(study.run(plan, cell, here, paths))
