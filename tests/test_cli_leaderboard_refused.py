"""`clefgan leaderboard`: runs that are not ranked, and what is refused in one line."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from board_runs import runs, three_runs
from running import clefgan

pytestmark = pytest.mark.columns(100)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return three_runs(tmp_path_factory.mktemp("runs"))


def test_invalid_runs_are_shown_and_others_ranked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("id,label\n" + (folder / "team0.csv").read_text())
    table = tmp_path / "table.csv"
    words = ["leaderboard", *runs(folder), bad, "--truth", folder / "truth.txt", "--csv", table]
    assert clefgan(*words, "--html", tmp_path / "page") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"invalid, not ranked: bad ({bad}:1: 'id,label' is a header" in printed
    rows = {row["run"]: row for row in csv.DictReader(table.read_text().splitlines())}
    assert rows["bad"]["kind"] == "invalid"
    assert (rows["bad"]["rank"], rows["bad"]["f1"]) == ("", "")
    assert rows["team0"]["rank"] == "1"
    assert "invalid, not ranked: bad" in (tmp_path / "page" / "index.html").read_text()
    assert printed.count("clefgan check") == 0, "there is no other error"
    bad.write_text("".join(f"{i}.png,1\n" for i in range(80)))
    assert clefgan(*words) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"{bad}:1: id '0.png' is not an image of the test set; and 160 more err" in printed
    assert printed.count("clefgan check lists the other errors of these files") == 1
    bad.write_text("id,label\n" + (folder / "team0.csv").read_text())
    assert clefgan("leaderboard", bad, "--truth", folder / "truth.txt") == 1
    assert "is a header" in capsys.readouterr().err
    worse = tmp_path / "worse.csv"
    worse.write_text("")
    assert clefgan("leaderboard", bad, worse, "--truth", folder / "truth.txt") == 1
    said = f"clefgan: none of 2 run files is valid; the first: {bad}:1: 'id,label' is a header"
    assert capsys.readouterr().err.startswith(said)
    lost = ["leaderboard", folder / "team0.csv", tmp_path / "no.csv"]
    assert clefgan(*lost, "--truth", folder / "truth.txt") == 1
    assert "no.csv" in capsys.readouterr().err


def test_runs_of_other_editions_are_left_out_and_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes((folder / "team0.csv").read_bytes())
    record = {"method": {}, "test": {}, "edition": "2025_s1"}
    other.with_suffix(".json").write_text(json.dumps(record))
    words = ["leaderboard", *runs(folder), other, "--truth", folder / "truth.txt"]
    assert clefgan(*words, "--edition", "2023") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"left out: {other} is of edition 2025_s1" in printed
    assert "other" not in printed.partition("intervals")[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,team\nteam0.csv,\n", ":2: no team; give both"),
        ("file,team\n,A\n", ":2: no file; give both"),
        ("file,team\nteam0,A\nteam0,B\n", ":3: 'team0' is given twice"),
        ("file,team,link\nteam0,A,javascript:x\n", ":2: link 'javascript:x' does not begin"),
        ("file,club\nteam0,A\n", ":1: unknown column 'club'; the columns are file, team"),
        ("file\nteam0\n", ":1: no column 'team'"),
        ("file,team\nteam0,A,B\n", ":2: more than 2 columns; quote commas"),
        ("file,team\nteam9,A\n", "'team9' is not one of the runs; give the path of one"),
        ('file,team\nteam0,"A\nB"\n', ":2: team 'A\\nB' holds a line break; leave it out"),
        ("file,team,run\nteam0,A,x\x1b[2J\n", ":2: run 'x\\x1b[2J' holds a control character"),
        ("file,team\nteam0,A\u202eB\n", ":2: team 'A\\u202eB' holds a control character"),
        ("file,team\nteam0,Al B\nteam1,AL  b\n", ":3: team 'AL  b' is 'Al B' above; write a"),
        ("file,team,run\nteam0,A,x\nteam1,A,x\n", "names: two runs are called 'A: x'"),
    ],
)
def test_bad_names_are_one_line(
    text: str, message: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.csv"
    names.write_text(text)
    words = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt", "--names", names]
    assert clefgan(*words) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--truth", "nowhere.csv"],
            "nowhere.csv: cannot be read (no such file or directory); give a table",
        ),
        (["--edition", "1999"], "1999"),
    ],
)
def test_bad_words_are_one_line(
    words: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt", *words]
    assert clefgan(*given) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert message in lines[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give --truth FILE, or --data"),
        (["--truth", "t", "--level", "95"], "for --level: 95.0 is not between 0 and 1"),
        (["--truth", "truth.txt", "--knowledge", "team9=S0"], "for --knowledge: no run 'team9'"),
        (["--truth", "truth.txt", "--knowledge", "S0"], "for --knowledge: 'S0' is not RUN=KIND"),
    ],
)
def test_wrong_use_exits_2(
    words: list[str],
    message: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    assert clefgan("leaderboard", *runs(folder), *words) == 2
    assert message in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_table_never_replaces_what_is_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "team0.csv").read_bytes()
    words = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt"]
    assert clefgan(*words, "--csv", folder / "team0.csv") == 1
    assert "team0.csv: is read; give another file to write to" in capsys.readouterr().err
    assert (folder / "team0.csv").read_bytes() == before


def test_data_without_truth_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for role in ("generated_1", "real_unknown_1"):
        (tmp_path / role).mkdir()
        name = f"{role.removesuffix('_1')}_0001.png"
        Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / role / name)
    run = tmp_path / "run.csv"
    run.write_text("real_unknown_0001,1\n")
    assert clefgan("leaderboard", run, "--data", tmp_path) == 1
    assert "no truth of test candidates here; give --truth FILE" in capsys.readouterr().err


def test_one_run_makes_no_pair(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["leaderboard", runs(folder)[0], "--truth", folder / "truth.txt"]
    assert clefgan(*words, "--csv", tmp_path / "t.csv", "--pairs", tmp_path / "pairs.csv") == 1
    said = "--pairs: one run alone makes no pair; give two or more"
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
