"""Settings and fixtures that every test shares."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import compiling
from browsing import Browser, browsing

# No deadlines, as machines are shared; in CI the same examples every time, at home new ones.
settings.register_profile("steady", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("steady")
os.environ.pop("COLUMNS", None)  # tests say how wide a terminal is; rich looks when it is loaded
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_NUMPY_DTYPE_PROMOTION", "strict")


def pytest_configure(config: pytest.Config) -> None:
    """Before JAX is loaded."""
    compiling.set_up(config)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the user's cache out of the tests, and the tests out of the user's cache."""
    os.environ["CLEFGAN_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module", autouse=True)
def _challenges_of_this_file(_own_cache: None) -> Iterator[None]:
    """Keep a challenge that one file of tests prepared from the next file on the same process."""
    yield
    prepared = Path(os.environ["CLEFGAN_CACHE"]) / "datasets" / "imageclef_gans"
    shutil.rmtree(prepared, ignore_errors=True)


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The datasets of a cache of this test alone; empty."""
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "datasets"


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> Iterator[None]:
    """Let processes that tests start hear Ctrl-C, also where pytest was told to ignore it.

    A background job of a script, and so some CI, begins with SIGINT ignored, and hands that on.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def compilations() -> Iterator[list[str]]:
    """The functions that JAX compiled, or read compiled, while the test ran."""
    with compiling.noted() as names:
        yield names


class Children:
    """Processes that end with the test, whatever becomes of it."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[str]] = []

    def start(
        self, *words: str, env: Mapping[str, str] | None = None, merge: bool = False
    ) -> "subprocess.Popen[str]":
        """This Python with `words`, and `env` beside what the environment has.

        Both its streams are pipes, or one pipe if `merge`.
        """
        process = subprocess.Popen(
            [sys.executable, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merge else subprocess.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
        )
        self.processes.append(process)
        return process

    def end(self) -> None:
        """End those that still run."""
        for process in self.processes:
            process.kill()
            process.communicate()


@pytest.fixture
def children() -> Iterator[Children]:
    """Starts processes of this Python."""
    started = Children()
    yield started
    started.end()


@pytest.fixture(scope="session", autouse=True)
def _console() -> None:
    """Load the console now: it keeps the width that it finds, and tests set one of their own."""
    import_module("clefgan.cli.console")


@pytest.fixture(autouse=True)
def _columns(request: pytest.FixtureRequest) -> Iterator[None]:
    """Make the terminal as wide as the test's mark `columns` says."""
    with pytest.MonkeyPatch.context() as patch:
        if mark := request.node.get_closest_marker("columns"):
            patch.setenv("COLUMNS", str(mark.args[0]))
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real CT data; the test is skipped where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("CLEFGAN_SHARED", default)) / "data"
    if not folder.is_dir():
        pytest.skip("no real CT data: set CLEFGAN_SHARED to the folder that holds data/")
    return folder


class Dask:
    """Schedulers and workers as processes of their own, ended after the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str, path: Path | None = None) -> "subprocess.Popen[bytes]":
        """`dask WORDS`; modules in the folder `path` win."""
        search = [str(path)] if path else []
        search += [each for each in (os.environ.get("PYTHONPATH"),) if each]
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(search)},
        )
        self.processes.append(process)
        return process

    def scheduler(self, path: Path | None = None) -> tuple["subprocess.Popen[bytes]", str]:
        """A scheduler and its address."""
        file = self.folder / f"scheduler{len(self.processes)}.json"
        words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        process = self.start("scheduler", *words, "--scheduler-file", str(file), path=path)
        for _ in range(600):
            with suppress(FileNotFoundError, ValueError):
                return process, str(json.loads(file.read_text())["address"])
            time.sleep(0.1)
        raise AssertionError

    def worker(self, address: str, path: Path | None = None) -> "subprocess.Popen[bytes]":
        """A worker of one thread that nobody starts again."""
        words = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
        return self.start("worker", address, *words, path=path)


@pytest.fixture
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """Starts schedulers and workers."""
    pytest.importorskip("distributed")
    found = Dask(tmp_path_factory.mktemp("dask"))
    yield found
    for process in found.processes:
        process.kill()
        process.wait()


class Local:
    """A Dask cluster of two worker processes; one that is killed is started again."""

    def __init__(self) -> None:
        self.cluster: Any = None

    def whole(self) -> Any:
        """The cluster, with both workers; another one if a killed worker does not come back."""
        if self.cluster is not None:
            try:
                self.cluster.wait_for_workers(2, timeout=10)
            except TimeoutError:
                self.close()
        if self.cluster is None:
            distributed = pytest.importorskip("distributed")
            self.cluster = distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
            )
        return self.cluster

    def close(self) -> None:
        """End it."""
        if self.cluster is not None:
            with suppress(TimeoutError):  # old releases wait for ever for a worker that was killed
                self.cluster.close(timeout=20)
        self.cluster = None


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    """A cluster for a file of tests; one that idles takes a tenth of a core."""
    found = Local()
    yield found
    found.close()


@pytest.fixture
def local_cluster(local: Local) -> Any:
    """Two worker processes, both there: a test before may have killed one."""
    return local.whole()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for a file of tests."""
    with browsing(tmp_path_factory.mktemp("profile")) as session:
        yield session
