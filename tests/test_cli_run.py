"""`clefgan run`, from the command line to the files."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clefgan import __main__ as entry

SETS = {
    "dev/generated": 6,
    "dev/used": 5,
    "dev/not_used": 5,
    "test/generated_1": 4,
    "test/real_unknown_1": 12,
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for role, n in SETS.items():
        folder = tmp_path / "data" / role
        folder.mkdir(parents=True)
        prefix = {"real_unknown_1": "real_unknown"}.get(folder.name, folder.name)
        for i in range(n):
            pixels = rng.integers(0, 256, (32, 32), np.uint8)
            Image.fromarray(pixels).save(folder / f"{prefix}_{i + 1:04d}.png")
    return tmp_path / "data"


def clefgan(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        entry.main(list(words))
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def test_a_run_writes_a_run_file_and_its_record(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "runs"
    words = ["run", "--method", "coin", "--data", str(data), "--out", str(out), "--seed", "3"]
    assert clefgan(*words, "--set", "share=0.4") == 0
    rows = list(csv.reader((out / "coin.csv").read_text().splitlines()))
    record = json.loads((out / "coin.json").read_text())
    assert [name for name, _ in rows] == [f"real_unknown_{i:04d}" for i in range(1, 13)]
    images = record["test"]["images"]
    assert {name: int(label) for name, label in rows} == {
        name: found["decision"] for name, found in images.items()
    }
    assert all(found["decision"] == (found["score"] > 0) for found in images.values())
    assert record["hyperparameters"] == {"share": 0.4, "seed": 3}
    assert record["edition"] == "2023"
    assert set(record["dev"]) == {"paper", "held-out"}
    assert 0 <= record["dev"]["paper"]["metrics"]["f1"] <= 1
    printed = capsys.readouterr().out
    called = sum(int(label) for _, label in rows)
    assert f"test: {called} of 12 candidates called used" in printed
    for words_shown in ("dev: 5 used / 5 not used", "paper", "held-out", "all used", "F1"):
        assert words_shown in printed
    assert sorted(path.name for path in out.iterdir()) == ["coin.csv", "coin.json"]


def test_an_existing_run_stays_unless_forced(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "--method", "all-used", "--data", str(data), "--out", str(tmp_path / "runs")]
    assert clefgan(*words) == 0
    capsys.readouterr()
    (tmp_path / "runs" / "all-used.csv").write_text("precious\n")
    assert clefgan(*words) == 1
    assert "all-used.csv: exists; give another --name or --force" in capsys.readouterr().err
    assert (tmp_path / "runs" / "all-used.csv").read_text() == "precious\n"
    assert clefgan(*words, "--name", "other") == 0
    assert clefgan(*words, "--force") == 0
    assert (tmp_path / "runs" / "all-used.csv").read_text().startswith("real_unknown_0001,1\n")


def test_dev_alone_gives_a_record_and_no_run_file(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "runs"
    assert clefgan("run", "--method", "coin", "--data", str(data / "dev"), "--out", str(out)) == 0
    assert "no test candidates: dev scores only, no run file" in capsys.readouterr().out
    assert [path.name for path in out.iterdir()] == ["coin.json"]


def test_the_two_parts_may_be_two_folders(data: Path, tmp_path: Path) -> None:
    words = ["--data", str(data / "dev"), "--test-data", str(data / "test")]
    assert clefgan("run", "--method", "nearest", *words, "--out", str(tmp_path / "runs")) == 0
    assert len((tmp_path / "runs" / "nearest.csv").read_text().splitlines()) == 12


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "nowhere"], "nowhere"),
        (["--window", "5"], "--window: '5' is not two whole numbers LOW,HIGH"),
        (["--window", "9,5"], "--window: '9,5': the low level must be below the high one"),
    ],
)
def test_bad_words_leave_no_folder(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert clefgan("run", "--method", "coin", *words) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert message in lines[0]
    assert not (tmp_path / "runs").exists()


SLOW_METHOD = """
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from clefgan.method import Knowledge

@dataclass(frozen=True)
class Slow:
    knowledge: ClassVar[Knowledge] = Knowledge.S0
    def fit(self, dev, /, *, progress=None):
        Path(__file__).with_name("started").touch()
        time.sleep(60)
"""


def test_ctrl_c_leaves_nothing_and_exits_130(data: Path, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW_METHOD)
    words = ["run", "--method", f"{tmp_path / 'slow.py'}:Slow", "--data", str(data)]
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "clefgan", *words, "--out", str(tmp_path / "runs")],
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )
    for _ in range(600):
        if (tmp_path / "started").exists():
            break
        time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    _, error = child.communicate(timeout=60)
    assert child.returncode == 130, error
    assert b"Traceback" not in error
    assert not (tmp_path / "runs").exists()
