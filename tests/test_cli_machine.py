"""`--quiet` and `--json` mean the same wherever they are."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from building import challenge
from clefgan.cli.lazy import with_dash
from running import clefgan

SETS = {
    "dev/generated": 3, "dev/used": 6, "dev/not_used": 6,
    "test/generated_1": 3, "test/real_unknown_1": 3,
}  # fmt: skip
EVALUATE = ["evaluate", "--method", "nearest", "--method", "coin", "--jobs", 1]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small challenge."""
    return challenge(tmp_path_factory.mktemp("data"), SETS)


def commands(data: Path, out: Path) -> list[list[object]]:
    """Every command that has both options, on data."""
    return [
        ["run", "--method", "nearest", "--data", data, "--out", out],
        [*EVALUATE, "--data", data, "--out", out],
        ["data", "info", data],
        ["methods"],
        ["methods", "nearest"],
        ["methods", "new", out / "mine.py"],
    ]


@pytest.mark.parametrize("number", range(6))
def test_quiet_prints_nothing(
    number: int, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clefgan(*commands(data, tmp_path)[number], "--quiet") == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "")


@pytest.mark.parametrize("number", range(6))
def test_json_prints_an_object_and_nothing_else(
    number: int, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clefgan(*commands(data, tmp_path)[number], "--json") == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert isinstance(json.loads(printed.out), dict)


def printed(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> Any:
    """What a command prints with --json."""
    assert clefgan(*words, "--json") == code
    return json.loads(capsys.readouterr().out)


def test_evaluate_prints_what_it_would_write(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*EVALUATE, "--data", data, "--out", tmp_path]
    shown = printed(capsys, *words)
    assert {row["run"] for row in shown["tables"][0]["rows"]} >= {"nearest", "coin"}
    assert clefgan(*words, "--json", tmp_path / "t.json") == 0
    assert "nearest" in capsys.readouterr().out  # the screen stays with a file
    assert json.loads((tmp_path / "t.json").read_text()) == shown
    assert clefgan(*words, "--json", "--csv", tmp_path / "t.csv") == 0
    assert json.loads(capsys.readouterr().out) == shown
    assert (tmp_path / "t.csv").is_file()


def test_score_and_leaderboard_print_it_too(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("nearest", "coin"):
        words = ["run", "--method", name, "--data", data, "--out", tmp_path, "-q"]
        assert clefgan(*words) == 0
    runs = [tmp_path / "nearest.csv", tmp_path / "coin.csv"]
    truth = tmp_path / "truth.csv"
    truth.write_text("".join(f"real_unknown_000{n},{n % 2}\n" for n in (1, 2, 3)))
    capsys.readouterr()
    for command in ("score", "leaderboard"):
        shown = printed(capsys, command, *runs, "--truth", truth)
        assert {row["run"] for row in shown["tables"][0]["rows"]} >= {"nearest", "coin"}
        assert clefgan(command, *runs, "--truth", truth, "--quiet") == 0
        assert capsys.readouterr().out == ""
    other = runs[0].with_name("other.csv")
    other.write_bytes(runs[0].read_bytes())
    assert clefgan("score", "--truth", truth, "--json", other, runs[1]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"clefgan: {other}: is not a name for JSON; give --json a file such as table.json, or give "
        "--json last to print"
    ]
    assert other.read_bytes() == runs[0].read_bytes()


def test_one_table_can_be_printed(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*EVALUATE, "--data", data, "--out", tmp_path / "out", "--csv", "-"]
    assert clefgan(*words, "--json") == 1
    said = "clefgan: --csv and --json: one can be printed; give the others a file\n"
    assert capsys.readouterr().err == said
    assert clefgan(*words) == 0
    assert capsys.readouterr().out.startswith("rank,rank_low,")
    assert not Path("-").exists()


def test_data_info_as_an_object(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = printed(capsys, "data", "info", data)
    counts = {role["role"]: role["images"] for role in shown["roles"]}
    assert counts["dev used"] == 6
    assert shown["ready"] is True
    folder = data / "dev" / "used"
    assert shown["roles"][1] == {
        "role": "dev used",
        "where": str(folder),
        "images": 6,
        "sizes": {"16x16": 6},
        "kinds": {"8-bit grey PNG": 6},
        "bytes": sum(path.stat().st_size for path in folder.iterdir()),
        "copies": [],
        "unread": {},
    }
    lacking = challenge(tmp_path / "lacking", {"dev/generated": 3, "dev/used": 6})
    shown = printed(capsys, "data", "info", lacking, code=1)
    assert shown["ready"] is False
    assert len(shown["problems"]) == 1
    assert clefgan("data", "info", lacking, "--quiet") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [f"clefgan: {shown['problems'][0]}"]


def test_images_that_are_no_challenge_as_an_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = challenge(tmp_path, {"pictures": 3})
    shown = printed(capsys, "data", "info", folder)
    assert (shown["images"], shown["sizes"], shown["problems"]) == (3, {"16x16": 3}, [])
    first = folder / "pictures" / "pictures_0001.png"
    shutil.copy(first, first.with_name("again.png"))
    first.with_name("notes.txt").touch()
    shown = printed(capsys, "data", "info", folder)
    assert shown["images"] == shown["images_of_no_known_patient"] == 4
    assert shown["copies"] == [["pictures/again", "pictures/pictures_0001"]]
    assert shown["passed_over"] == ["pictures/notes.txt"]
    assert shown["patients"] == 0
    (folder / "pictures" / "bad.png").write_bytes(b"no picture")
    assert len(printed(capsys, "data", "info", folder, code=1)["problems"]) == 1


def test_a_method_as_an_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(capsys, "methods", "nearest")
    assert shown["name"] == "nearest"
    assert shown["knows"] == "S0"
    assert {"name", "type", "default", "comment"} == shown["settings"][0].keys()
    new = tmp_path / "mine.py"
    assert printed(capsys, "methods", "new", new)["files"] == [
        str(new),
        str(tmp_path / "test_mine.py"),
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--json"], ["--json", "-"]),
        (["--json", "t.json", "-q"], ["--json", "t.json", "-q"]),
        (["--json", "-q"], ["--json", "-", "-q"]),
        (["--json", "-"], ["--json", "-"]),
        (["a", "--json", "--", "--json"], ["a", "--json", "-", "--", "--json"]),
        ([], []),
    ],
)
def test_json_without_a_file_is_a_dash(given: list[str], words: list[str]) -> None:
    assert with_dash(given) == words
