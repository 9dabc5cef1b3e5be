"""`clefgan reproduce`, in process."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image

from building import challenge
from clefgan.cli import reproduce
from clefgan.errors import ClefganError
from clefgan.experiments.reproduction import choices, paper
from clefgan.experiments.reproduction.choices import Choice
from clefgan.experiments.reproduction.paper import Paper, PaperRow, Sizes
from clefgan.method import Images

METHOD = f"{Path(__file__).parent / 'data' / 'fingerprint_stub.py'}:Stub"
SIZES = Sizes("tiny", own_samples=12, epochs=1, why="a test")
STUB = Paper(
    name="stub-paper",
    title="Stub",
    source="nowhere",
    rows=(
        PaperRow(
            "one",
            "first row",
            METHOD,
            ("level=100",),
            "aimultimedialab-2023-dev-vgg16-rbf",
            "aimultimedialab-2023-run-2",
        ),
        PaperRow("two", "second row", "no-such-method", (), "aimultimedialab-2023-dev-lbp-rbf"),
    ),
    quick=SIZES,
    full=Sizes("whole", own_samples=30, epochs=2, why="as printed"),
)


@pytest.fixture(autouse=True)
def _stub_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "PAPERS", (STUB,))
    monkeypatch.setenv("COLUMNS", "200")
    chosen = (Choice(METHOD, "", "defaults"), Choice(METHOD, "level", "120", ("level=120",)))
    monkeypatch.setattr(choices, "CHOICES", chosen)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    levels = {
        "dev/used": 105,
        "dev/not_used": 95,
        "dev/generated": 230,
        "test/generated_1": 200,
        "test/real_unknown_1": 100,
    }

    def draw(rng: np.random.Generator, role: str) -> Images:
        noise = rng.normal(0, 9) + rng.integers(-9, 10, (32, 32))
        return (levels[role] + noise).astype(np.uint8)

    return challenge(tmp_path / "data", dict.fromkeys(levels, 9), draw=draw)


def clefgan(*words: str) -> None:
    app = typer.Typer()
    app.command()(reproduce.reproduce)
    app(list(words), standalone_mode=False)


def test_one_command_writes_page_pictures_numbers_and_runs(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    clefgan("stub-paper", "--data", str(data), "--out", str(out), "--seed", "2")
    assert sorted(path.name for path in out.iterdir()) == [
        "confusion.png",
        "examples.png",
        "one.csv",
        "one.json",
        "reproduction.json",
        "reproduction.md",
    ]
    numbers = json.loads((out / "reproduction.json").read_text())
    assert numbers["seed"] == 2
    assert numbers["sizes"]["name"] == "tiny"
    assert numbers["rows"]["one"]["parts"]["test"]["counts"] is None
    called = numbers["rows"]["one"]["parts"]["test"]["called_used"]
    run = list(csv.reader((out / "one.csv").read_text().splitlines()))
    assert len(run) == 9
    assert sum(int(label) for _, label in run) == called
    page = (out / "reproduction.md").read_text()
    assert f"{called} of 9 used" in page
    for picture in ("confusion.png", "examples.png"):
        assert f"]({picture})" in page
        with Image.open(out / picture) as opened:
            opened.verify()
    printed = capsys.readouterr().out
    assert "0.78 (!)" in printed
    assert "not 0.78" in printed
    assert "not run: two: no method 'no-such-method'" in printed
    assert f"wrote {out}" in printed.replace("\n", "")


def test_full_takes_the_papers_sizes(data: Path, tmp_path: Path) -> None:
    clefgan("stub-paper", "--data", str(data), "--out", str(tmp_path / "out"), "--full")
    page = (tmp_path / "out" / "reproduction.md").read_text()
    assert "own_samples=30" in page
    assert "Size: whole (as printed)" in page


def test_images_of_two_sizes_are_brought_to_one(data: Path, tmp_path: Path) -> None:
    path = next((data / "dev" / "used").iterdir())
    Image.open(path).resize((40, 30)).save(path)
    words = ("stub-paper", "--data", str(data), "--out", str(tmp_path / "out"))
    with pytest.raises(ClefganError, match="2 sizes"):
        clefgan(*words)
    clefgan(*words, "--size", "24")
    with pytest.raises(typer.BadParameter, match="'x' is not a size"):
        clefgan(*words, "--size", "x", "--force")


def test_an_earlier_folder_stays_unless_forced(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("stub-paper", "--data", str(data), "--out", str(out))
    clefgan(*words)
    (out / "note.txt").write_text("mine")
    with pytest.raises(ClefganError, match="out: exists; give another --out, or --force"):
        clefgan(*words)
    assert (out / "note.txt").exists()
    clefgan(*words, "--force")
    assert not (out / "note.txt").exists()


def test_nothing_is_written_if_it_fails(tmp_path: Path) -> None:
    with pytest.raises(ClefganError, match="nowhere"):
        clefgan("stub-paper", "--data", "nowhere", "--out", str(tmp_path / "out"))
    with pytest.raises(ClefganError, match="no reproduction 'stub'; known: 'stub-paper'"):
        clefgan("stub", "--out", str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_sensitivity_writes_its_own_folder(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sensitivity"
    words = ("stub-paper", "--data", str(data), "--out", str(out), "--sensitivity")
    clefgan(*words, "--seeds", "2", "--folds", "2")
    assert sorted(path.name for path in out.iterdir()) == ["sensitivity.json", "sensitivity.md"]
    numbers = json.loads((out / "sensitivity.json").read_text())
    assert numbers["seeds"] == [0, 1]
    assert {each["choice"]["value"] for each in numbers["moved"]} == {"defaults", "120"}
    printed = capsys.readouterr().out
    assert "defaults" in printed
    assert "not run: no-such-method" in printed
    clefgan(*words, "--seeds", "3", "--folds", "2", "--force")
    assert json.loads((out / "sensitivity.json").read_text())["seeds"] == [0, 1, 2]
