"""What commands write: never over what they read, and never half.

One small world of files that every writing command is tried on; nothing in it may change.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clefgan.cli.app import app
from worlds import LEADERBOARD, SCORE, run, world_in


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world of files."""
    return world_in(tmp_path_factory.mktemp("world"))


def state(root: Path) -> dict[str, str]:
    """Every file below a folder, by content."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


EVALUATE = [
    *("evaluate", "--method", "nearest", "--method", "mine.py:Mine", "--data", "data"),
    *("--edition", "own.toml", "--controls", "--strata", "strata.csv", "--out", "work"),
]
READ = {
    "the run": "runs/a.csv",
    "its record": "runs/a.json",
    "the truth": "truth.csv",
    "the groups": "groups.csv",
    "the edition": "own.toml",
    "truth of the data": "data/truth.csv",
    "an image": "data/dev/used/used_0001.png",
    "a new file in the data": "data/new.csv",
    "a new file in a new folder of the data": "data/new/table.csv",
    "a link": "link.csv",
    "a hard link": "hard.csv",
    "a linked folder": "linked/test/x.csv",
    "a folder that the data links to": "elsewhere/x.csv",
    "another way": "runs/../runs/a.csv",
}
READ_BY_EVALUATE = {
    "the strata": "strata.csv",
    "the plug-in": "mine.py",
    "a trial": "work/trials/x.npz",
    "the data": "data/truth.csv",
}


def refused() -> Iterator[tuple[str, list[str], str]]:
    """Name, words, and what is said."""
    for option in ("--csv", "--json", "--markdown", "--latex", "--pairs"):
        for name, path in READ.items():
            if option != "--pairs" and (option in ("--csv", "--json") or name == "its record"):
                yield f"score {option}: {name}", [*SCORE, option, path], f"{path}: is "
            if option in ("--json", "--pairs"):
                words = [*LEADERBOARD, option, path]
                yield f"leaderboard {option}: {name}", words, f"{path}: is "
    yield "page", [*LEADERBOARD, "--html", "data/page"], "data/page/index.html: is in 'data', which"
    for name, path in READ_BY_EVALUATE.items():
        yield f"evaluate: {name}", [*EVALUATE, "--csv", path], f"{path}: is "
    yield "evaluate --out", [*EVALUATE[:-1], "data"], "data/trials: is in 'data', which is read"
    trial = ["run", "--method", "coin", "--data", "data", "--force", "--out"]
    yield (
        "run into the data",
        [*trial, "data/dev"],
        "data/dev/coin.csv: is in 'data', which is read",
    )
    plugin = [*trial[:1], *trial[3:], ".", "--method", "mine.py:Mine", "--name", "plugin"]
    yield "run over its plug-in", plugin, "plugin.csv: is "
    fix = ["check", "runs/a.csv", "runs/a.fixed.csv", "--fix", "--force"]
    yield "check --fix", fix, "runs/a.fixed.csv: is read; give another file to write to (--fix)"
    zips = ["bundle", "runs/a.csv", "--edition", "zips.toml", "--data", "data", "--out"]
    yield "bundle", [*zips, "data"], "data/a.zip: is "
    study = ["lab", "study", "--method", "coin", "--out", "data/x", "--real"]
    yield "lab study", [*study, "data/dev/used", "--manifest", "data/x/study.csv"], "study.csv: is "
    make = ["lab", "make", "data/dev/used/new", "--leak", "0.5", "--real", "data/dev/used"]
    yield "lab make", make, "data/dev/used/new: is in 'data/dev/used', which is read"
    make = ["lab", "make-classes", "data/dev/used/new", "--real", "data/dev/used"]
    yield "lab make-classes", make, "data/dev/used/new: is in 'data/dev/used', which is read"
    train = ["gan", "train", "data/dev/used", "--out"]
    yield "gan train", [*train, "data/dev/used/gan"], "which is read; give another folder"
    sample = ["gan", "sample", "gan", "--force", "--out", "gan/checkpoints"]
    yield "gan sample", sample, "gan/checkpoints: is read; give another folder to write to (--out)"
    audit = "audit --release public --train data/dev/used --released data/dev/generated --out"
    yield "audit", [*audit.split(), "data/dev/used/audit"], "is in 'data/dev/used', which is read"
    paper = ["reproduce", "aimultimedialab-2023", "--data", "data", "--out"]
    yield "reproduce", [*paper, "data/paper"], "data/paper: is in 'data', which is read"
    init = ["codabench", "init", "data/comp", "--edition", "2023", "--truth", "data"]
    yield "codabench init", init, "data/comp: is in 'data', which is read"
    page = ["codabench", "score", "data", "runs/a.csv", "--html"]
    yield "codabench score", [*page, "data/x.html"], "data/x.html: is in 'data', which is read"
    yield "its run", [*page, "runs/a.json"], "runs/a.json: is read; give another file"


CASES = list(refused())


@pytest.mark.parametrize(
    ("words", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_is_read_is_not_written(
    world: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(world)
    before = state(world)
    code, out, err = run(*words)
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert message in err
    assert "read; give another " in err
    assert state(world) == before


@pytest.mark.parametrize(
    "words",
    [
        [*SCORE, "--csv", "x.txt", "--json", "x.txt"],
        [*SCORE, "--csv", "x.txt", "--latex", "runs/../x.txt"],
        [*LEADERBOARD, "--pairs", "linked.txt", "--markdown", "target.txt"],
        [*LEADERBOARD, "--html", "page", "--json", "page/index.html"],
        [*EVALUATE, "--csv", "x.txt", "--markdown", "./x.txt"],
    ],
)
def test_two_outputs_are_two_files(
    world: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(world)
    (world / "linked.txt").unlink(missing_ok=True)
    (world / "linked.txt").symlink_to(world / "target.txt")
    before = state(world)
    code, out, err = run(*words)
    assert (code, out) == (1, "")
    assert f": is given to {' and '.join(sorted_options(words))}; give two files" in err
    assert state(world) == before


def sorted_options(words: list[str]) -> list[str]:
    """The two output options, in the order in which they are checked."""
    order = ("--csv", "--json", "--markdown", "--latex", "--pairs", "--html")
    return [option for option in order if option in words]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([*SCORE, "--csv", "runs"], "runs: is a folder; give a file to --csv"),
        ([*SCORE, "--json", "truth.csv/x"], "truth.csv: is not a folder; give another --json"),
        ([*LEADERBOARD, "--html", "ids.txt"], "ids.txt: is not a folder; give another --html"),
        (
            [*LEADERBOARD, "--pairs", "/proc/x"],
            "/proc: may not be written to; give another --pairs",
        ),
        ([*EVALUATE[:-1], "ids.txt"], "ids.txt: is not a folder; give another --out"),
        ([*SCORE, "--csv", "x" * 300], "file name too long; give another --csv"),
        (["run", "--method", "coin", "--out", "ids.txt"], "ids.txt: is not a folder"),
        (["run", "--method", "coin", "--out", "/proc"], "/proc: may not be written to"),
        (["gan", "train", "data/dev/used", "--out", "ids.txt"], "ids.txt: is not a folder"),
        (["reproduce", "aimultimedialab-2023", "--out", "ids.txt/x"], "ids.txt: is not a folder"),
        (["codabench", "score", "x", "runs/a.csv", "--html", "runs"], "runs: is a folder; give a"),
        (["audit", "--out", "ids.txt/x"], "ids.txt: is not a folder; give another --out"),
    ],
)
def test_what_cannot_be_written_is_told_before_the_work_by_the_name_that_was_given(
    world: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(world)
    before = state(world)
    code, out, err = run(*words)
    assert (code, out) == (1, "")
    assert message in err
    assert ".part" not in err
    assert len(err.splitlines()) == 1
    assert state(world) == before


@pytest.mark.parametrize("name", ["n" * 120, "n" * 190, "a.json", ".csv.csv"])
def test_a_long_or_odd_name_is_written(world: Path, tmp_path: Path, name: str) -> None:
    words = ["run", "--method", "coin", "--data", world / "data", "--out", tmp_path]
    code, _, err = run(*words, "--name", name, "--protocol", "held-out")
    assert (code, err) == (0, "")
    stem = name.removesuffix(".csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{stem}.csv", f"{stem}.json"]


RUNNER = """
import sys
from clefgan import __main__ as entry
import clefgan.cli.run, clefgan.cli.app
for line in sys.stdin:
    try:
        entry.main([*sys.argv[1:], *line.split()])
    except SystemExit as end:
        print("ended", end.code, flush=True)
"""


def test_of_two_runs_to_one_name_one_wins(world: Path, tmp_path: Path) -> None:
    words = ["run", "--method", "coin", "--data", "data", "--out", str(tmp_path)]
    started = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", RUNNER, *words],
            cwd=world,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    codes = []
    for name in ("warm", "a", "b", "c"):
        for seed, process in enumerate(started):  # the first time, each to a name of its own
            assert process.stdin is not None
            stem = f"{name}{seed}" if name == "warm" else name
            process.stdin.write(f"--name {stem} --seed {seed}\n")
            process.stdin.flush()
        codes.append([code_of(process) for process in started])
    errors = [process.communicate(timeout=300)[1] for process in started]
    assert codes[0] == [0, 0]
    for name, ended in zip("abc", codes[1:], strict=True):
        assert sorted(ended) == [0, 1], errors
        record = json.loads((tmp_path / f"{name}.json").read_text())
        assert record["seed"]["method"] == ended.index(0)
        rows = dict(line.split(",") for line in (tmp_path / f"{name}.csv").read_text().split())
        images = record["test"]["images"]
        assert rows == {name: str(image["decision"]) for name, image in images.items()}
    said = "".join(errors).splitlines()
    assert len(said) == 3
    assert all("exists" in line for line in said)
    assert len(list(tmp_path.iterdir())) == 2 * (2 + 3)


def code_of(process: "subprocess.Popen[str]") -> int:
    """The exit code of the command that a runner ends next."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("ended "):
            return int(line.split()[1])
    raise AssertionError(process.communicate()[1])


@pytest.mark.parametrize("folder", [".", "/"])
@pytest.mark.parametrize("verb", ["check", "score", "leaderboard", "bundle"])
def test_a_folder_without_a_name_is_no_run(
    verb: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("truth.csv").write_text("a,0\nb,1\n")
    truth = ["--truth", "truth.csv"] if verb in ("score", "leaderboard") else []
    said = CliRunner().invoke(app, [verb, folder, "--edition", "2023", *truth])
    text = said.output or str(said.exception)
    assert f"{folder}: is a folder; give the run files in it" in text
    assert said.exit_code == 1
    assert [path.name for path in Path().iterdir()] == ["truth.csv"]
