"""`clefgan leaderboard` of classes: teams, invalid runs, runs of other editions, and the page."""

import csv
import json
from pathlib import Path

import pytest

from running import clefgan

CLASSES = ["subset_1", "subset_2", "subset_3", "subset_4", "subset_5"]
IMAGES = [f"generated_{i}" for i in range(60)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A truth, two valid runs, one with a header, one of another edition, and names of all."""
    monkeypatch.chdir(tmp_path)
    truth = {image: CLASSES[i % 5] for i, image in enumerate(IMAGES)}
    Path("truth.csv").write_text("".join(f"{image},{name}\n" for image, name in truth.items()))
    for stem, shift in (("a", 40), ("b", 20)):
        rows = [(im, CLASSES[(i if i < shift else i + 1) % 5]) for i, im in enumerate(IMAGES)]
        Path(f"{stem}.csv").write_text("".join(f"{im}.png,{label[-1]}\n" for im, label in rows))
    Path("truth.csv").write_text("".join(f"{im}.png,{t[-1]}\n" for im, t in truth.items()))
    Path("bad.csv").write_text("id,class\n" + Path("a.csv").read_text())
    Path("other.csv").write_text(Path("a.csv").read_text())
    record = {"method": {}, "test": {}, "edition": "2024_s2"}
    Path("other.json").write_text(json.dumps(record))
    Path("names.csv").write_text(
        "file,team,run,link\na.csv,Lisbon,one,https://a.example/x\nbad.csv,Porto,,\n"
        "other.csv,Braga,,\n"
    )
    return tmp_path


def test_teams_invalid_runs_and_runs_of_other_editions(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["leaderboard", "a.csv", "b.csv", "bad.csv", "other.csv", "--truth", "truth.csv"]
    words += ["--edition", "2025_s2", "--names", "names.csv", "--contact", "me@org.example"]
    assert clefgan(*words, "--csv", "table.csv", "--html", "page") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "left out: other.csv is of edition 2024_s2" in printed
    assert "invalid, not ranked: Porto (bad.csv:1: " in printed
    rows = {row["run"]: row for row in csv.DictReader(Path("table.csv").read_text().splitlines())}
    assert rows["Porto"]["kind"] == "invalid"
    assert (rows["Porto"]["rank"], rows["Porto"]["accuracy"]) == ("", "")
    assert (rows["Lisbon"]["rank"], rows["b"]["rank"]) == ("1", "2")
    page = Path("page/index.html").read_text()
    assert 'href="https://a.example/x"' in page
    assert 'href="mailto:me@org.example"' in page
    assert page.count("download=") == 3


def test_score_stops_at_an_invalid_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["a.csv", "bad.csv", "--truth", "truth.csv", "--edition", "2025_s2"]
    assert clefgan("score", *words) == 1
    assert "bad.csv:1: " in capsys.readouterr().err
