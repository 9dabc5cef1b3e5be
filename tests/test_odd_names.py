"""Names of images that no run file can hold, and names that no run can have."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from clefgan.data import reading
from clefgan.data.tfds import preparation
from clefgan.errors import ClefganError
from clefgan.runs import job
from named_images import challenge, picture
from running import clefgan
from submissions import editions, runfile

ODD = {
    "x,y.png": "more than two columns",
    'q"uote.png': "quotes in",
    "new\nline.png": "an invisible character, U+000A",
    "tab\tbed.png": "an invisible character, U+0009",
    " before.png": "spaces around the id",
    "no\u00a0break.png": "an invisible character, U+00A0",
    "back\\slash.png": "has a folder before it",
    "\udcff.png": "not UTF-8, as a run file must be",
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_is_told_before_any_work(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        data = challenge(tmp_path / "data", [name, "b.png"])
    except (OSError, UnicodeEncodeError):
        pytest.skip("no such file name here")
    runs = tmp_path / "runs"
    assert clefgan("run", "--method", "coin", "--data", data, "--out", runs) == 1
    err = capsys.readouterr().err
    assert "/real_unknown: 1 of 2 candidates have a name that no run file can hold: " in err
    assert ODD[name] in err
    assert err.endswith("; rename the images\n")
    assert err.count("\n") == 1
    assert not runs.exists()
    assert clefgan("data", "info", data) == 1
    out = capsys.readouterr().out
    assert ODD[name] in " ".join(out.split())
    assert "ready to run" not in out
    assert clefgan(
        "evaluate", "--method", "coin", "--data", data, "--folds", 2, "--jobs", 1, "--out", runs
    ) == 0  # fmt: skip


def test_the_rule_is_that_of_the_edition_that_is_written(tmp_path: Path) -> None:
    """A comma is fine where the columns are separated otherwise."""
    own = tmp_path / "own.toml"
    own.write_text('base = "2023"\ndelimiter = ";"\n')
    assert list(runfile.unwritable(["a,b"], editions.get(own))) == []
    assert [name for name, _ in runfile.unwritable(["a;b"], editions.get(own))] == ["a;b"]


def test_a_file_that_begins_like_another_format() -> None:
    faults = dict(runfile.unwritable(["%PDF-1", "b"], editions.get("2023")))
    assert faults == {"%PDF-1": "a file that starts so is taken for a PDF file"}
    assert not list(runfile.unwritable(["b", "%PDF-1"], editions.get("2023")))


@pytest.mark.skipif(os.name != "posix", reason="any bytes are a name on POSIX only")
def test_paths_that_are_not_utf_8_are_escaped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert isinstance(sys.stdout, io.TextIOWrapper)
    sys.stdout.reconfigure(errors="replace")
    data = challenge(tmp_path / "d\udcff", ["a.png", "b.png"], ["a", "b"])
    for role in ("real_used", "generated"):
        picture(data / "dev" / role / "\udce9.png", 77 + len(role))  # candidates alone are written
    runs = tmp_path / "r\udcfe"
    assert clefgan("run", "--method", "coin", "--data", data, "--out", runs) == 0
    kept = json.loads((runs / "coin.json").read_text())
    assert kept["data"]["source"] == f"{tmp_path}/d\\udcff"
    assert "\\udce9" in kept["dev"]["paper"]["images"]
    table, page = tmp_path / "t.csv", tmp_path / "page"
    odd = runs / "x\udcff.csv"
    odd.write_bytes((runs / "coin.csv").read_bytes())
    said = ["--data", data, "--csv", table, "--json", tmp_path / "t.json", "--html", page]
    assert clefgan("leaderboard", runs / "coin.csv", odd, *said) == 0
    assert "x\\udcff" in table.read_text()
    assert "x\\udcff" in (page / "index.html").read_text()
    assert clefgan("evaluate", "--method", "coin", "--data", data, "--folds", 2, "--out", runs) == 0
    with pytest.raises(ClefganError, match="not UTF-8"):
        preparation.prepare("imageclef_gans/2023", data, force=True)


# --- names that no run can have


NAMES = {
    "a" * 245: "is 245 bytes long; at most 200 are taken",
    "é" * 101: "is 202 bytes long; at most 200 are taken",
    "a/b": "is not a plain file name",
    "": "is empty; give a value",
    "..": "is not a plain file name",
    "two\nlines": "has characters that cannot be seen",
    "nul\0": "has characters that cannot be seen",
    " a": "has spaces before or after it",
    "a\udcff": "is not UTF-8",
}


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_name_of_a_run_is_told_before_any_work(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    words = ["run", "--method", "coin", "--data", tmp_path / "none", "--out", runs, "--name", name]
    assert clefgan(*words) == 2  # of how the command was called: the data was not looked for
    assert NAMES[name] in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert not runs.exists()


def test_the_longest_name_of_a_run_works(tmp_path: Path) -> None:
    data, name = challenge(tmp_path / "data", ["a.png", "b.png"]), "n" * 200
    words = ["--data", data, "--edition", "2024_s1", "--out", tmp_path, "--name", name]
    assert clefgan("run", "--method", "coin", *words) == 0
    assert clefgan("bundle", tmp_path / f"{name}.csv", "--edition", "2024_s1") == 0


def test_a_library_refuses_an_odd_name_too(tmp_path: Path) -> None:
    from clefgan.plugins import registry

    data = challenge(tmp_path / "data", ["a.png", "b.png"])
    run = job.run(reading.read(data), "coin", registry.configure("coin"))
    with pytest.raises(ClefganError, match="is 245 bytes long; at most 200 are taken; give an"):
        run.write(tmp_path / ("a" * 245))
