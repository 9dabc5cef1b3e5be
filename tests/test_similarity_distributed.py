"""The same numbers from a cluster, even if a worker dies on the way."""

import os
import signal
import sys

import numpy as np
import pytest

from clefgan.errors import ClefganError
from clefgan.similarity import distributed
from clefgan.similarity.engine import scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Both, Smallest, Sum


def test_a_killed_worker_changes_no_bit() -> None:
    LocalCluster = pytest.importorskip("distributed").LocalCluster
    rng = np.random.default_rng(0)
    c = rng.integers(0, 256, (8, 32, 32), dtype=np.uint8)
    g = rng.integers(0, 256, (64 * 30, 32, 32), dtype=np.uint8)
    near, total = scan(Metric.UNIT, c, g, Both(Smallest(3), Sum()))
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        victim = next(iter(cluster.workers.values())).pid
        reports = 0

        def kill_at_ten(stage: str, done: int, all_of: int, note: str) -> None:
            nonlocal reports
            reports += 1
            if reports == 10:
                os.kill(victim, signal.SIGKILL)

        with distributed.on(cluster.scheduler_address):
            theirs, their_total = scan(
                Metric.UNIT, c, g, Both(Smallest(3), Sum()), memory_mib=1, progress=kill_at_ten
            )
    assert reports == 30
    np.testing.assert_array_equal(theirs.distances, near.distances)
    np.testing.assert_array_equal(theirs.indices, near.indices)
    np.testing.assert_array_equal(their_total, total)


def test_no_scheduler_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(distributed, "TIMEOUT", 0.2)
    with (
        pytest.raises(ClefganError, match=r"^cluster 'tcp://127\.0\.0\.1:1': cannot be reached"),
        distributed.on("tcp://127.0.0.1:1"),
    ):
        pass


def test_no_package_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ClefganError, match=r"^cluster: the package 'distributed' is not installed"),
        distributed.on("tcp://127.0.0.1:1"),
    ):
        pass
