"""A paper's rows run again: the page, the numbers, the pictures and their folder."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from clefgan.data import reading
from clefgan.errors import ClefganError
from clefgan.experiments.reproduction import (
    pictures,
    result,
    separation,
)
from clefgan.report.reproduction import page
from clefgan.storage import folders
from reproducing import SIZES, reproduced, stub_paper, write_data


def test_the_page_shows_ours_beside_the_printed(tmp_path: Path) -> None:
    text = page.text(reproduced(tmp_path))
    assert "| first row | printed | **0.78** (!) | 0.58 [0.51, 0.66] |" in text
    assert "|  | ours, paper | 1.000" in text
    assert "|  | ours, test | 1.000" in text
    assert "| all used | trivial | 0.667" in text
    assert "no whole counts give F1 0.78" in text
    assert "| `one` | 50% / 50% | 1.000 [" in text
    assert "All images on one side" in text
    assert "`two` (paper), `two` (held-out), `two` (test)" in text
    assert "paper protocol: a stub" in text


def test_the_page_says_what_is_not_known(tmp_path: Path) -> None:
    text = page.text(reproduced(tmp_path, truth=False))
    assert "|  | ours, test | 4 of 8 used |" in text
    assert "The truth of these candidates is not known here" in text
    assert "`one` 4 of 8, `two` 8 of 8" in text


def test_the_page_of_rows_that_did_not_run(tmp_path: Path) -> None:
    found = reading.read(write_data(tmp_path, truth=True))
    stub = stub_paper()
    stub = replace(stub, rows=tuple(replace(row, method="no-such-method") for row in stub.rows))
    made = result.make(stub, found, "2023", SIZES)
    text = page.text(made)
    assert made.own is None
    assert "Not run: `one`: no method 'no-such-method'" in text
    assert "|  | ours, paper | not run |" in text


def test_the_numbers_are_json(tmp_path: Path) -> None:
    numbers = result.numbers(reproduced(tmp_path))
    text = json.dumps(numbers, default=str)
    assert numbers["rows"]["one"]["parts"]["paper"]["counts"] == {
        "tp": 10,
        "tn": 10,
        "fp": 0,
        "fn": 0,
    }
    assert numbers["printed"]["aimultimedialab-2023-dev-vgg16-rbf"]["counts_without"] == "f1"
    assert len(numbers["separation"]["one"]) == len(separation.TRAIN_SHARES)
    assert "stub-paper" in text


def test_confusion_matrices(tmp_path: Path) -> None:
    made = reproduced(tmp_path)
    grid = pictures.matrices(made.paper, made.outcome)
    assert [line[0].counts for line in grid] == [
        (80, 14, 66, 0),
        (10, 10, 0, 0),
        (10, 10, 0, 0),
        (77, 31, 69, 23),
        (4, 4, 0, 0),
    ]
    assert grid[0][0].title == "first row\ndev, printed, all but F1"
    assert grid[3][1].reason == "not printed"
    pictures.write_matrices(tmp_path / "a.png", grid)
    pictures.write_matrices(tmp_path / "b.png", grid)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (550, 1512)


def test_a_matrix_has_the_truth_down_and_the_call_across() -> None:
    axes = Figure().subplots()
    pictures.draw(axes, pictures.Matrix("a", (7, 5, 3, 1)))
    at = {tuple(map(int, text.get_position())): text.get_text() for text in axes.texts}
    assert at == {(0, 0): "7", (1, 0): "1", (0, 1): "3", (1, 1): "5"}  # (across, down)
    assert axes.get_ylabel() == "truth"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["used", "not used"]


def test_the_sheet_shows_the_very_pixels(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    many, few = (rng.integers(0, 256, (n, 40, 40), np.uint8) for n in (20, 3))
    pictures.write_examples(tmp_path / "sheet.png", {"many": many, "few": few}, seed=1)
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    top = pictures.GAP + pictures.LABEL
    first = sheet[top : top + 40, pictures.GAP : pictures.GAP + 40]
    assert any(np.array_equal(first, image) for image in many)
    second = top + 40 + pictures.GAP + pictures.LABEL
    assert np.array_equal(sheet[second : second + 40, pictures.GAP : pictures.GAP + 40], few[0])
    assert len(pictures.chosen(many, 0)) == pictures.COLUMNS


# The folder


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old.md").write_text("old")
    with pytest.raises(FileNotFoundError), folders.written_whole(target) as part:
        (part / "gone" / "new.md").write_text("new")
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "old.md"]
    with folders.written_whole(target) as part:
        (part / "new.md").write_text("new")
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "new.md"]


def test_the_old_folder_comes_back_if_the_new_one_cannot_take_its_place(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old.md").write_text("old")
    with pytest.raises(FileNotFoundError) as caught, folders.written_whole(target) as part:
        part.rmdir()
    assert caught.value.filename == str(target)
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "old.md"]


def test_what_is_not_ours_is_not_replaced(tmp_path: Path) -> None:
    folders.refuse_existing(tmp_path / "nothing", ("page.md",), False)
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(ClefganError, match="out: exists; give another --out, or --force"):
        folders.refuse_existing(target, ("page.md",), False)
    folders.refuse_existing(target, ("page.md",), True)
    (target / "thesis.tex").write_text("precious")
    with pytest.raises(ClefganError, match=r"holds no page\.md, so it is not replaced"):
        folders.refuse_existing(target, ("page.md",), True)
    (target / "page.md").write_text("ours")
    folders.refuse_existing(target, ("page.md",), True)
    with pytest.raises(ClefganError, match="is not a folder"):
        folders.refuse_existing(target / "page.md", ("page.md",), True)
