"""What commands print: in any encoding, after the files, and as it was given."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from clefgan.cli import console
from running import clefgan, output, streams
from worlds import LEADERBOARD, SCORE, run, world_in


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world of files."""
    return world_in(tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["methods"],
        [*SCORE, "--json", "OUT/t.json"],
        [*LEADERBOARD, "--html", "OUT/page", "--csv", "OUT/t.csv", "--title", "Σ 肺 [b]"],
        ["check", "runs/a.csv", "--ids", "ids.txt", "--json"],
        ["run", "--method", "coin", "--data", "data", "--out", "OUT/Σ肺"],
        ["data", "info", "data"],
        ["weights"],
    ],
)
def test_an_encoding_without_our_signs_replaces_them(
    world: Path, tmp_path: Path, words: list[str], encoding: str
) -> None:
    replaced = [word.replace("OUT", str(tmp_path)) for word in words]
    done = output(*replaced, folder=world, encoding=encoding)
    assert (done.code, done.err) == (0, "")
    assert done.out
    n_files = sum(path.is_file() for path in tmp_path.rglob("*"))
    assert n_files == {"score": 1, "leaderboard": 2, "run": 2}.get(words[0], 0)


def test_a_process_takes_the_encoding_that_it_is_told(world: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "clefgan", "methods"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
        cwd=world,
        capture_output=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("latin-1") == output("methods", encoding="latin-1").out


@pytest.mark.parametrize(
    ("words", "n_files"),
    [
        ([*SCORE, "--json", "OUT/t.json", "--csv", "OUT/t.csv"], 2),
        ([*LEADERBOARD, "--html", "OUT/page", "--pairs", "OUT/p.csv"], 2),
        (["run", "--method", "coin", "--data", "data", "--out", "OUT"], 2),
        (["bundle", "runs/a.csv", "runs/b.csv", "--ids", "ids.txt", "--out", "OUT"], 2),
    ],
)
def test_files_are_written_before_anything_is_printed(
    world: Path, tmp_path: Path, words: list[str], n_files: int
) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # nobody reads: the first line that is printed ends the command
    out, err = os.fdopen(writing, "w", encoding="utf-8"), io.TextIOWrapper(io.BytesIO())
    with contextlib.suppress(BrokenPipeError), contextlib.chdir(world), streams(out, err):
        clefgan(*(word.replace("OUT", str(tmp_path)) for word in words))
    with contextlib.suppress(BrokenPipeError):
        out.close()
    console.console.quiet = False  # Rich prints no more in a process in which nobody has read
    assert b"Traceback" not in err.buffer.getvalue()
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == n_files


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", [SCORE, ["check", "runs/a.csv", "--ids", "ids.txt", "--json"]])
def test_a_full_disk_under_stdout_is_named(world: Path, words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "clefgan", *words],
            cwd=world,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=300,
        )
    assert done.returncode == 1
    assert done.stderr == "clefgan: standard output: no space left on device\n"


MARKED = "[bold]x[/bold] [/] :bug: [link=a]"


def test_text_from_outside_is_printed_as_it_is(world: Path, tmp_path: Path) -> None:
    odd = tmp_path / "[red]runs :bug:" / "[bold]a[b].csv"
    odd.parent.mkdir()
    odd.with_suffix(".json").write_bytes((world / "runs/a.json").read_bytes())
    odd.write_bytes((world / "runs/a.csv").read_bytes())
    table = tmp_path / "[i]t.csv"
    words = [odd, "--truth", world / "truth.csv", "--csv", table]
    code, out, _ = run("score", *words)
    assert code == 0
    assert f"wrote {table}" in out
    assert "[bold]a[b]" in out.replace("…", "")
    code, out, _ = run("leaderboard", *words, "--title", MARKED)
    assert code == 0
    assert MARKED in out
    code, out, _ = run("check", odd, "--ids", world / "ids.txt")
    assert (code, out.startswith(f"{odd}: ok")) == (0, True)
    code, out, _ = run(
        *("run", "--method", f"{world / 'mine.py'}:Mine(table={MARKED.split()[0]})"),
        *("--data", world / "data", "--out", tmp_path / "[x]", "--name", "[y]"),
    )
    assert code == 0
    assert f"wrote {tmp_path / '[x]' / '[y].csv'}" in out
    assert "--set table=[bold]x[/bold]" in " ".join(out.split())
    code, _, err = run("run", "--method", "[red]coin :bug:")
    assert err.startswith("clefgan: no method '[red]coin :bug:'; ")
    code, _, err = run("methods", "[/]")
    assert err.startswith("clefgan: no method '[/]'; ")


@pytest.mark.skipif(os.name == "nt", reason="no such names of files")
def test_what_steers_a_terminal_is_never_sent(world: Path, tmp_path: Path) -> None:
    steering = "\x1b[2J\x9b1m\u202e"
    odd = tmp_path / f"a{steering}.csv"
    odd.write_bytes((world / "runs/a.csv").read_bytes())
    bad = tmp_path / f"bad{steering}.csv"
    bad.write_text("nothing\n")
    ids, truth = ("--ids", world / "ids.txt"), ("--truth", world / "truth.csv")
    shown = "\ufffd[2J\ufffd1m\ufffd"
    for code, words in (
        (1, ["check", odd, bad, *ids]),
        (0, ["leaderboard", odd, bad, *truth, "--title", steering]),
        (1, ["score", odd, bad, *truth]),
        (0, ["leaderboard", odd, *truth, "--csv", tmp_path / f"t{steering}.csv"]),
    ):
        ended, out, err = run(*words)
        assert ended == code
        assert shown in out + err
        assert not set(steering) & {"\x1b", "\x9b", "\u202e"} & set(out + err)
