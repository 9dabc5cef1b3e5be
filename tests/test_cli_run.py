"""`clefgan run`, from the command line to the files."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from building import challenge
from running import clefgan

SETS = {
    "dev/generated": 6,
    "dev/used": 5,
    "dev/not_used": 5,
    "test/generated_1": 4,
    "test/real_unknown_1": 12,
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return challenge(tmp_path / "data", SETS, size=32)


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
    assert f"coin calls {called} of 12 candidates used" in printed
    for words_shown in (
        "5 of 10",
        "dev, held-out",
        "all used",
        "F1",
        "--set share=0.4 --set seed=3",
    ):
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
    assert clefgan(*words, "--name", "other.csv") == 0
    assert (tmp_path / "runs" / "other.csv").is_file()
    assert clefgan(*words, "--force") == 0
    assert (tmp_path / "runs" / "all-used.csv").read_text().startswith("real_unknown_0001,1\n")


def test_dev_alone_gives_a_record_and_no_run_file(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "runs"
    assert clefgan("run", "--method", "coin", "--data", str(data / "dev"), "--out", str(out)) == 0
    assert "No test candidates: dev scores only, no run file." in capsys.readouterr().out
    assert [path.name for path in out.iterdir()] == ["coin.json"]


def test_dev_alone_leaves_no_run_file_of_an_earlier_run(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "runs"
    words = ["run", "--method", "coin", "--out", str(out)]
    assert clefgan(*words, "--data", str(data)) == 0
    assert clefgan(*words, "--data", str(data / "dev"), "--force") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"removed {out / 'coin.csv'}: it was of an earlier run" in printed
    assert [path.name for path in out.iterdir()] == ["coin.json"]


def test_a_folder_in_the_way_is_told_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "coin.json").mkdir()
    assert clefgan("run", "--method", "coin", "--out", str(tmp_path), "--force") == 1
    assert "coin.json: is a folder; give another --name" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_ours_is_told_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o500)
    assert clefgan("run", "--method", "coin", "--out", str(tmp_path / "runs")) == 1
    assert "may not be written to; give another --out" in capsys.readouterr().err
    tmp_path.chmod(0o700)


def test_an_image_both_used_and_not_used_is_warned_of(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = Image.open(data / "dev/used/used_0002.png")
    image.save(data / "dev/not_used/again[x].png", compress_level=0)
    words = ["--data", str(data), "--protocol", "paper", "--out", str(tmp_path / "runs")]
    assert clefgan("run", "--method", "coin", *words) == 0
    *_, note = json.loads((tmp_path / "runs" / "coin.json").read_text())["notes"]
    assert note.startswith(
        "warning: 1 of 6 dev images not used are also used, such as 'again[x]' = 'used_0002'; "
    )
    assert note in " ".join(capsys.readouterr().out.split())


BEING_WRITTEN = """
import os, signal, sys
from pathlib import Path
from clefgan.__main__ import main
from clefgan.runs import record
number, where, words = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
def stopping(function):
    def stopped(*arguments):
        done = function(*arguments)
        if where == "text" or arguments[1].name == where:
            os.kill(os.getpid(), number)
        return done
    return stopped
if where == "text":
    record.text = stopping(record.text)
else:
    Path.replace = stopping(Path.replace)
main(words)
"""


@pytest.mark.parametrize(
    ("number", "where", "left"),
    [
        (signal.SIGINT, "text", {"coin.csv": "old", "coin.json": "old"}),
        (signal.SIGINT, "coin.csv", {"coin.csv": "new", "coin.json": "new"}),
        (signal.SIGINT, "coin.json", {"coin.csv": "new", "coin.json": "new"}),
        (signal.SIGKILL, "coin.csv", {"coin.csv": "new"}),
    ],
)
def test_a_run_file_and_its_record_appear_together(
    data: Path, tmp_path: Path, number: signal.Signals, where: str, left: dict[str, str]
) -> None:
    out = tmp_path / "runs"
    out.mkdir()
    for name in ("coin.csv", "coin.json"):
        (out / name).write_text("old")
    words = ["run", "--method", "coin", "--data", str(data), "--out", str(out), "--force"]
    done = subprocess.run(
        [sys.executable, "-P", "-c", BEING_WRITTEN, str(int(number)), where, *words],
        capture_output=True,
    )
    assert done.returncode == (130 if number == signal.SIGINT else -number)
    assert b"Traceback" not in done.stderr
    found = {
        path.name: "old" if path.read_text() == "old" else "new"
        for path in out.iterdir()
        if number == signal.SIGINT or path.suffix != ".part"
    }
    assert found == left


def test_the_two_parts_may_be_two_folders(data: Path, tmp_path: Path) -> None:
    words = ["--data", str(data / "dev"), "--test-data", str(data / "test")]
    assert clefgan("run", "--method", "nearest", *words, "--out", str(tmp_path / "runs")) == 0
    assert len((tmp_path / "runs" / "nearest.csv").read_text().splitlines()) == 12


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "nowhere"], "nowhere"),
        (["--edition", "2024_s2"], "method 'coin' says used or not; this edition asks for"),
        (["--out", "file"], "file: is not a folder; give another --out"),
        (["--out", "file/runs"], "file: is not a folder; give another --out"),
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
    (tmp_path / "file").touch()
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


def test_ctrl_c_leaves_nothing_and_exits_130(children: Any, data: Path, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW_METHOD)
    words = ["run", "--method", f"{tmp_path / 'slow.py'}:Slow", "--data", str(data)]
    child = children.start("-P", "-m", "clefgan", *words, "--out", str(tmp_path / "runs"))
    for _ in range(600):
        if (tmp_path / "started").exists():
            break
        time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    _, error = child.communicate(timeout=60)
    assert child.returncode == 130, error
    assert "Traceback" not in error
    assert not (tmp_path / "runs").exists()
