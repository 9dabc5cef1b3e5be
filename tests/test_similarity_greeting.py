"""A cluster that cannot be used is found out before any work is done."""

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import clefgan
from clefgan.errors import ClusterError
from clefgan.similarity import cluster_checks, dask_cluster
from clefgan.similarity.dask_cluster import Waits


def refused(address: str, answer: float = 3.0) -> str:
    with pytest.raises(ClusterError) as found, dask_cluster.on(address, Waits(answer=answer)):
        pytest.fail("connected")
    message = str(found.value)
    assert "\n" not in message
    assert message.startswith(f"cluster {address!r}: ")
    return message.removeprefix(f"cluster {address!r}: ")


@pytest.fixture(autouse=True)
def _with_dask() -> None:
    pytest.importorskip("distributed")


@pytest.fixture
def port() -> Iterator[socket.socket]:
    """One that takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening


@pytest.mark.parametrize(
    "address",
    ["", " ", "here", "tcp://here", "tcp://:8786", "tcp://here:0", "tcp://here:99999", "here:x"],
)
def test_a_malformed_address(address: str) -> None:
    said = "not an address; give the scheduler's, such as tcp://10.0.0.1:8786"
    assert refused(address) == said


def test_an_unknown_protocol() -> None:
    assert refused("http://here:80").startswith(
        "cannot be reached (ValueError: unknown address scheme 'http'"
    )


@pytest.mark.parametrize("address", ["127.0.0.1:1", "tcp://[::1]:1", "tcp://nowhere.invalid:1"])
def test_nobody_there(address: str) -> None:
    assert refused(address) == (
        "cannot be reached (no answer for 3 seconds); start one with 'dask scheduler' and "
        "'dask worker', and give the scheduler's address"
    )


def test_a_stranger_that_is_silent(port: socket.socket) -> None:
    said = refused(f"tcp://127.0.0.1:{port.getsockname()[1]}")
    assert said.startswith("cannot be reached (no answer for 3 seconds)")


def test_a_stranger_that_talks_of_something_else(port: socket.socket) -> None:
    def answer() -> None:
        other, _ = port.accept()
        with other:
            other.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(100))

    thread = Thread(target=answer)
    thread.start()
    said = refused(f"tcp://127.0.0.1:{port.getsockname()[1]}")
    thread.join()
    assert said.startswith("cannot be reached (")


def test_the_address_of_a_worker(local_cluster: Any) -> None:
    worker = next(iter(local_cluster.workers.values()))
    said = "is not a scheduler; got a 'Worker'; give the address that 'dask scheduler' printed"
    assert refused(worker.worker_address) == said


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "import clefgan; clefgan.__version__ = '0.0.9'",
            f"clefgan is 0.0.9; here it is {clefgan.__version__}; install the same on the "
            "scheduler and on every worker",
        ),
        (
            "import sys; sys.modules['baselines'] = None",
            f"baselines is missing; here it is {clefgan.__version__}; ",
        ),
        ("import sys; sys.modules['clefgan'] = None", "cannot say what is installed there ("),
    ],
)
def test_a_worker_that_is_not_like_us_is_named(
    code: str, message: str, dask: Any, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(code)
    _, address = dask.scheduler()
    dask.worker(address, path=tmp_path)
    said = refused(address, 10.0)
    assert said.startswith("worker 'tcp://127.0.0.1:")
    assert f": {message}" in said


def test_a_scheduler_without_clefgan_is_named(dask: Any, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['clefgan'] = None")
    _, address = dask.scheduler(path=tmp_path)
    assert refused(address, 10.0).startswith("scheduler: cannot say what is installed there (")


def test_another_version_of_a_package_is_named() -> None:
    theirs = {**cluster_checks.installed(), "numpy": "0.0.1"}
    with pytest.raises(ClusterError, match=r"^scheduler: numpy is 0\.0\.1; here it is .*; install"):
        cluster_checks.check_installed("scheduler", theirs)


def test_what_is_installed_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cluster_checks.installed()["baselines"] == clefgan.__version__
    assert cluster_checks.beside_us("json") == "another package"  # that of the standard library
    assert cluster_checks.beside_us("no_such_package") == "missing"
    assert cluster_checks.version_of("no-such-package") == "missing"
