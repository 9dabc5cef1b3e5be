"""`--cluster ADDRESS` of `clefgan run` and `evaluate`: the same files, computed elsewhere."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from building import challenge
from clefgan.similarity import dask_cluster
from running import clefgan

SETS = {
    "dev/generated": 70,
    "dev/used": 6,
    "dev/not_used": 6,
    "test/generated_1": 70,
    "test/real_unknown_1": 12,
}

DEADLY = """
import os
from dataclasses import dataclass
from typing import ClassVar

from baselines.csls import Csls
from clefgan.method import Knowledge

@dataclass(frozen=True, kw_only=True)
class Deadly(Csls):
    knowledge: ClassVar[Knowledge] = Knowledge.S1
    victim: int = 0
    def fit(self, dev, /, *, progress=None):
        def kill(*words):
            os.kill(self.victim, 9)
        return super().fit(dev, progress=kill)
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return challenge(tmp_path / "data", SETS)


def test_a_run_writes_the_same_file(data: Path, tmp_path: Path, local_cluster: Any) -> None:
    words = ["run", "--method", "csls", "--data", data, "--decide", "zero"]
    address = local_cluster.scheduler_address
    assert clefgan(*words, "--out", tmp_path / "here") == 0
    assert clefgan(*words, "--out", tmp_path / "there", "--cluster", address) == 0
    here, there = (tmp_path / name / "csls.csv" for name in ("here", "there"))
    assert here.read_bytes() == there.read_bytes()
    alone, shared = (json.loads(path.with_suffix(".json").read_text()) for path in (here, there))
    assert alone["cluster"] is None
    assert shared["cluster"]["workers"] == 2
    assert shared["cluster"]["blocks"] == 13  # nine to score, four for the nearest that it keeps
    assert address.rpartition("/")[2] not in there.with_suffix(".json").read_text()
    assert {**alone, "cluster": None, "seconds": None} == {
        **shared,
        "cluster": None,
        "seconds": None,
    }


def test_processes_connect_by_themselves_and_keep_trials_under_the_same_names(
    data: Path, tmp_path: Path, local_cluster: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "--data", data, "--folds", 2, "--method", "csls", "--method", "coin"]
    words += ["--jobs", 2]  # on as many cores a process here and there: that is part of a name
    there = [*words, "--cluster", local_cluster.scheduler_address]
    seen = Clients(local_cluster.scheduler)
    local_cluster.scheduler.add_plugin(seen)
    assert clefgan(*there, "--out", tmp_path / "there") == 0
    local_cluster.scheduler.remove_plugin(seen.name)
    assert 2 <= seen.most <= 3  # ours, and one of each process that has compared
    assert clefgan(*words, "--out", tmp_path / "here") == 0
    kept = [
        {path.name: json.loads(path.read_text())["scores"] for path in folder.iterdir()}
        for folder in (tmp_path / "here" / "trials", tmp_path / "there" / "trials")
    ]
    assert len(kept[0]) == 2 * 2  # methods and folds
    assert kept[0] == kept[1]
    assert capfd.readouterr().err == ""


def test_controls_are_computed_there_too(
    data: Path,
    tmp_path: Path,
    local_cluster: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ["evaluate", "--data", data, "--folds", 2, "--method", "csls", "--controls"]
    words += ["--protocol", "held-out", "--jobs", 1, "--out", tmp_path]
    assert clefgan(*words) == 0
    alone = capsys.readouterr().out
    blocks: list[int] = []
    leave = dask_cluster.Cluster.close

    def close(cluster: dask_cluster.Cluster) -> None:
        blocks.append(cluster.blocks)
        leave(cluster)

    monkeypatch.setattr(dask_cluster.Cluster, "close", close)
    assert clefgan(*words, "--cluster", local_cluster.scheduler_address) == 0
    assert capsys.readouterr().out == alone
    assert blocks[0] > 0  # of the controls alone: the trials were kept


@pytest.mark.parametrize("command", ["run", "evaluate"])
def test_a_wrong_address_is_told_before_any_work(
    command: str,
    data: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(dask_cluster, "WAITS", dask_cluster.Waits(answer=0.2))
    words = [command, "--method", "coin", "--out", tmp_path / "out", "--data", "nowhere"]
    assert clefgan(*words, "--cluster", "127.0.0.1:1") == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("clefgan: cluster '127.0.0.1:1': cannot be reached (no answer for 0.2 ")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("command", [["run"], ["evaluate", "--jobs", "1"], ["evaluate"]])
def test_a_scheduler_that_dies_is_one_line(
    command: list[str], data: Path, tmp_path: Path, dask: Any
) -> None:
    scheduler, address = dask.scheduler()
    dask.worker(address)
    (tmp_path / "deadly.py").write_text(DEADLY)
    method = f"{tmp_path / 'deadly.py'}:Deadly(victim={scheduler.pid})"
    words = [*command, "--method", method, "--data", str(data), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "clefgan", *words, "--cluster", address],
        capture_output=True,
        text=True,
        timeout=120,
        env=dict(os.environ),
    )
    said = f"clefgan: cluster {address!r}: the scheduler was lost on the way; see that it runs"
    assert done.stderr == f"{said} and run again\n"
    assert done.returncode == 1
    assert not list((tmp_path).glob("out/**/*.*"))


class Clients:
    """Counts the clients of a scheduler."""

    name = "clients"

    def __init__(self, scheduler: Any) -> None:
        self.scheduler = scheduler
        self.most = 0

    def add_client(self, scheduler: Any, client: str) -> None:
        self.most = max(self.most, sum(name.startswith("Client-") for name in scheduler.clients))

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None
