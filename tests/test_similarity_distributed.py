"""The same numbers from a cluster, even if a worker dies on the way; an end if all do."""

import os
import signal
import sys
import types
from contextvars import copy_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from building import noise
from clefgan.errors import ClefganError, ClusterError
from clefgan.method import DevSet, Progress, Scores, silent
from clefgan.plugins import registry
from clefgan.similarity import block_sizes, dask_cluster
from clefgan.similarity.dask_cluster import Waits
from clefgan.similarity.engine import scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Both, Smallest, Sum

METHODS = {
    "nearest": 0,
    "calibrated(features=hog)": 0,
    "csls": 3,
    "monte-carlo": 0,
    "monte-carlo(form=count)": 0,
    "votes": 0,
    "vcmi-max": 0,
    "vcmi-retrieval": 0,
    "patch-log-ratio": 2,
    "relative-tile": 0,
    "pool-log-ratio": 0,
    "pool-log-ratio(features=lbp)": 0,
}  # the report at which a worker is killed


class Killer:
    """A progress that kills a process at one of its reports."""

    def __init__(self, pid: int, at: int, how: signal.Signals = signal.SIGKILL) -> None:
        self.pid, self.at, self.how = pid, at, how
        self.reports = 0

    def __call__(self, stage: str, done: int, total: int, note: str, /) -> None:
        self.reports += 1
        if self.reports == self.at:
            os.kill(self.pid, self.how)


def victim(cluster: Any) -> int:
    return int(next(iter(cluster.workers.values())).pid)


def test_a_killed_worker_changes_no_bit(local_cluster: Any) -> None:
    c, g = noise(8), noise(64 * 30, seed=1)
    near, total = scan(Metric.UNIT, c, g, Both(Smallest(3), Sum()))
    killer = Killer(victim(local_cluster), 10)
    with dask_cluster.on(local_cluster.scheduler_address):
        theirs, their_total = scan(
            Metric.UNIT, c, g, Both(Smallest(3), Sum()), memory_mib=1, progress=killer
        )
    assert killer.reports == 30
    np.testing.assert_array_equal(theirs.distances, near.distances)
    np.testing.assert_array_equal(theirs.indices, near.indices)
    np.testing.assert_array_equal(their_total, total)


@pytest.mark.parametrize("name", METHODS)
def test_methods_score_the_same_on_a_cluster(name: str, local_cluster: Any) -> None:
    dev = DevSet(noise(200), noise(24, seed=1), noise(24, seed=2))
    candidates, generated = noise(30, seed=3), noise(64 * 5 + 1, seed=4)
    candidates[0], dev.used[0] = generated[7], dev.generated[3]

    def scores(progress: Progress = silent) -> Scores:
        scorer = registry.configure(name).fit(dev)
        with block_sizes.at_most(columns=64):
            return scorer.score(candidates, generated, progress=progress)

    here = scores()
    with dask_cluster.on(local_cluster.scheduler_address):
        there = scores(Killer(victim(local_cluster), METHODS[name]))
        cluster = dask_cluster.current()
    assert cluster is not None
    assert cluster.blocks >= 6
    assert dask_cluster.current() is None
    np.testing.assert_array_equal(there, here)


def test_what_is_wrong_with_the_images_is_said_as_at_home(local_cluster: Any) -> None:
    with (
        dask_cluster.on(local_cluster.scheduler_address),
        pytest.raises(
            ClefganError, match=r"^comparison: candidates are 32x32, generated 9x32; "
        ) as found,
    ):
        scan(Metric.UNIT, noise(3), noise(70, seed=1)[:, :9], Smallest(1))
    assert not isinstance(found.value, ClusterError)


def test_code_that_workers_lack_is_an_error(
    local_cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = types.ModuleType("only_here")
    monkeypatch.setitem(sys.modules, "only_here", module)
    exec(
        "from clefgan.similarity.reductions import Smallest\nclass Mine(Smallest): pass",
        vars(module),
    )
    with (
        dask_cluster.on(local_cluster.scheduler_address),
        pytest.raises(ClusterError, match=r"a worker cannot load the method .*only_here.*install"),
    ):
        scan(Metric.UNIT, noise(3), noise(70, seed=1), module.Mine(1))


def test_a_block_that_ends_every_worker_is_an_error(
    local_cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_cluster.scheduler, "allowed_failures", 0)

    class Deadly(Smallest):  # not to be found by name: it travels whole
        def partial(self, block: Any, /) -> Any:
            os._exit(1)

    with (
        dask_cluster.on(local_cluster.scheduler_address),
        pytest.raises(ClusterError, match="a block ended 1 workers, perhaps for lack of memory"),
    ):
        scan(Metric.UNIT, noise(3), noise(60, seed=1), Deadly(1))


def many_blocks(progress: Progress) -> None:
    scan(
        Metric.UNIT, noise(8), noise(64 * 30, seed=1), Smallest(1),
        memory_mib=1, progress=progress,
    )  # fmt: skip


def test_a_scheduler_that_dies_while_we_connect_is_an_error(dask: Any, tmp_path: Path) -> None:
    (tmp_path / "clefgan.py").write_text("import os\nos._exit(1)\n")  # it is loaded over there
    _, address = dask.scheduler(tmp_path)
    with (
        pytest.raises(ClusterError, match="the scheduler was lost on the way"),
        dask_cluster.on(address, Waits(answer=3.0)),
    ):
        pytest.fail("connected")


def test_a_scheduler_that_answered_another_process_was_lost() -> None:
    pytest.importorskip("distributed")

    def compare() -> None:
        dask_cluster.later("tcp://127.0.0.1:1", Waits(answer=0.5))
        cluster = dask_cluster.current()
        assert cluster is not None
        with cluster.leaving:
            many_blocks(silent)

    with pytest.raises(ClusterError, match="the scheduler was lost on the way"):
        copy_context().run(compare)


def test_a_scheduler_that_dies_between_blocks_is_an_error(dask: Any) -> None:
    scheduler, address = dask.scheduler()
    dask.worker(address)
    with dask_cluster.on(address), pytest.raises(ClusterError) as found:
        many_blocks(Killer(scheduler.pid, 3))
    assert str(found.value) == (
        f"cluster {address!r}: the scheduler was lost on the way; see that it runs and run again"
    )


def test_a_scheduler_that_dies_in_a_block_is_an_error(dask: Any) -> None:
    scheduler, address = dask.scheduler()
    dask.worker(address)
    pid = scheduler.pid

    class Deadly(Smallest):  # not to be found by name: it travels whole
        def partial(self, block: Any, /) -> Any:
            os.kill(pid, signal.SIGKILL)

    with dask_cluster.on(address), pytest.raises(ClusterError, match="the scheduler was lost on"):
        scan(Metric.UNIT, noise(3), noise(60, seed=1), Deadly(1))


def test_a_scheduler_that_hangs_is_an_error(dask: Any) -> None:
    scheduler, address = dask.scheduler()
    dask.worker(address)
    with dask_cluster.on(address, Waits(leave=0.5)):
        cluster = dask_cluster.current()
        assert cluster is not None
        cluster.waits = Waits(answer=1.0, leave=0.5)
        with pytest.raises(ClusterError, match="the scheduler was lost on the way"):
            many_blocks(Killer(scheduler.pid, 3, signal.SIGSTOP))


def test_all_workers_gone_is_an_error(dask: Any) -> None:
    _, address = dask.scheduler()
    worker = dask.worker(address)
    with dask_cluster.on(address):
        cluster = dask_cluster.current()
        assert cluster is not None
        cluster.waits = Waits(worker=1.0, look=0.1)  # it has met the worker by now
        with pytest.raises(ClusterError, match="no worker for 1 seconds; start some with 'dask w"):
            many_blocks(Killer(worker.pid, 3))


def test_no_worker_at_the_start_is_an_error(dask: Any) -> None:
    _, address = dask.scheduler()
    with (
        pytest.raises(ClusterError, match=r"^cluster 'tcp:.*': no worker for 1 seconds; start"),
        dask_cluster.on(address, Waits(worker=1.0)),
    ):
        pass


def test_no_package_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(
            ClusterError,
            match=r"^cluster: the package 'distributed' is not installed; pip install 'clefgan\[cl",
        ),
        dask_cluster.on("tcp://127.0.0.1:1"),
    ):
        pass
