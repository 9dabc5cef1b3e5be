"""A disk that is full: one line with the file that was asked for, and nothing left behind.

The system refuses files of more than a few bytes, as it refuses a full disk: an OSError of `write`,
which names no file.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from building import challenge, noise
from clefgan.errors import ClefganError
from clefgan.storage import files, folders
from submissions import RunFileError
from submissions.files import written_whole

LIMIT = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (60, 60))
from clefgan.__main__ import main
main()
"""
COUNTS = ["--used", "4", "--not-used", "4", "--generated", "9", "--candidates", "8"]
LAB = ["--real", "real.npz", "--leak", "0.1", *COUNTS, "--test-generated", "9"]
SETS = {
    "dev/generated": 6,
    "dev/used": 5,
    "dev/not_used": 5,
    "test/generated": 4,
    "test/real_unknown": 8,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data, run files and real images."""
    root = tmp_path_factory.mktemp("full")
    challenge(root / "data", SETS)
    np.savez(root / "real.npz", images=noise(150, 8), patient=np.arange(150) // 2)
    rows = [f"real_unknown_{i:04d}.png,{i % 2}\n" for i in range(1, 9)]
    (root / "run.csv").write_text("".join(rows))
    (root / "gaps.csv").write_text("\n".join(rows))
    (root / "truth.csv").write_text("".join(rows))
    return root


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["score", "run.csv", "--truth", "truth.csv", "--json", "o/t.json"], "o/t.json"),
        (["leaderboard", "run.csv", "--truth", "truth.csv", "--html", "o"], "o/index.html"),
        (["run", "--method", "coin", "--data", "data", "--out", "o"], "o/coin.csv"),
        (["evaluate", "--method", "nearest", "--data", "data", "--out", "o"], "o/trials/"),
        (["bundle", "run.csv", "--data", "data", "--out", "o"], "o/run.zip"),
        (["check", "gaps.csv", "--data", "data", "--fix"], "gaps.fixed.csv"),
        (["lab", "make", "o/lab", *LAB], "o/lab"),
        (["lab", "study", "--out", "o", "--method", "coin", "--seeds", "1", *LAB], "o/"),
        (["codabench", "init", "o/comp", "--truth", "truth.csv"], "o/comp"),
        (["data", "prepare", "imageclef_gans/2025_s1", "--from", "data"], "/imageclef_gans/2025"),
    ],
)
def test_the_file_is_named(place: Path, words: list[str], name: str, tmp_path: Path) -> None:
    if (
        words[0] in ("score", "leaderboard", "run", "evaluate", "bundle", "check")
        or "init" in words
    ):
        words = [*words, "--edition", "2025_s1"]
    before = sorted(place.rglob("*"))
    unwritten = {
        "CLEFGAN_CACHE": str(tmp_path),  # nothing prepared before
        "PYTHONDONTWRITEBYTECODE": "1",  # Python would keep modules that were cut short
    }
    done = subprocess.run(
        [sys.executable, "-P", "-c", LIMIT, *words],
        cwd=place,
        env=os.environ | unwritten,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert name in done.stderr
    assert ": file too large" in done.stderr
    left = [path for path in sorted(place.rglob("*")) if path.is_file() and path not in before]
    assert left == []


def full() -> OSError:
    """What `write` raises on a full disk."""
    return OSError(28, "No space left on device")


@pytest.mark.parametrize("kind", ["file", "folder", "submission"])
def test_an_error_without_a_file_gets_that_of_the_block(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "out" / "x.csv"
    writers = {
        "file": files.written_whole(path),
        "folder": folders.written_whole(path),
        "submission": written_whole(path, False),
    }
    with pytest.raises(OSError, match="No space left on device") as caught, writers[kind]:
        raise full()
    assert caught.value.filename == str(path)
    assert list(path.parent.iterdir()) == []


def test_an_error_in_the_part_names_what_it_will_be(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, folders.written_whole(tmp_path / "x") as part:
        (part / "no/such.txt").write_text("")
    assert caught.value.filename == str(tmp_path / "x/no/such.txt")
    first, second = tmp_path / "a", tmp_path / "b"
    with (
        pytest.raises(FileNotFoundError) as caught,
        files.written_together([first, second]) as (_, part),
    ):
        part.read_text()
    assert caught.value.filename == str(second)
    with pytest.raises(OSError, match="full") as other, files.written_whole(first):
        raise OSError(28, "full", "another/file")
    assert other.value.filename == "another/file"
    assert list(tmp_path.iterdir()) == []


def test_what_came_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "a.json"
    said = "exists by now, written by another; give another name"
    with pytest.raises(ClefganError, match=said), files.written_together([first, second], new=True):
        second.write_text("of another")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    with pytest.raises(ClefganError, match=said), folders.written_whole(first, new=True):
        first.mkdir()
    third = tmp_path / "z"
    with pytest.raises(RunFileError, match="exists already"), written_whole(third, False) as part:
        part.write_bytes(third.write_text("of another").to_bytes())
    assert third.read_text() == "of another"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.json", "z"]
