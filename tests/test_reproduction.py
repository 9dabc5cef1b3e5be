"""A paper's rows run again: what is run, measured, checked and drawn."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from building import challenge, save, vgg_package
from clefgan.data import reading
from clefgan.errors import ClefganError
from clefgan.experiments.reproduction import (
    paper,
    pictures,
    printed,
    result,
    rows,
    separation,
)
from clefgan.experiments.reproduction.paper import Paper, PaperRow, Sizes
from clefgan.method import Images
from clefgan.report.reproduction import page
from clefgan.runs.result import Scored
from clefgan.storage import folders, weights
from evaluation import published

STUB = Path(__file__).parent / "data" / "fingerprint_stub.py"
SIZES = Sizes("tiny", own_samples=12, epochs=1, why="a test")


def stub_paper() -> Paper:
    method = f"{STUB}:Stub"
    dev, test = "aimultimedialab-2023-dev-vgg16-rbf", "aimultimedialab-2023-run-1"
    return Paper(
        name="stub-paper",
        title="Stub",
        source="nowhere",
        rows=(
            PaperRow("one", "first row", method, ("kernel=rbf",), dev, test),
            PaperRow("two", "second row", method, ("kernel=linear", "level=0"), dev),
        ),
        quick=SIZES,
        full=SIZES,
    )


def write_data(tmp_path: Path, *, truth: bool) -> Path:
    """Used images are bright (150), those not used dark (50), given generated white."""
    levels = {"dev/used": 150, "dev/not_used": 50, "dev/generated": 230}

    def draw(rng: np.random.Generator, role: str) -> Images:
        return (levels[role] + rng.integers(-9, 10, (32, 32))).astype(np.uint8)

    data = challenge(tmp_path / "data", dict.fromkeys(levels, 10), draw=draw)
    halves = np.repeat(np.array([150, 50], np.uint8), 4 * 32 * 32).reshape(8, 32, 32)
    for name in ("generated", "real_unknown"):
        save(data / "test" / f"{name}_1", halves, name + "_{:04d}")
    if truth:
        lines = [f"real_unknown_{i + 1:04d},{int(i < 4)}" for i in range(8)]
        (data / "test" / "truth.csv").write_text("\n".join(["id,used", *lines, ""]))
    return data


def reproduced(tmp_path: Path, *, truth: bool = True) -> result.Reproduction:
    found = reading.read(write_data(tmp_path, truth=truth))
    return result.make(stub_paper(), found, "2023", SIZES, seed=3)


# The paper


def test_the_paper_is_found_by_name() -> None:
    found = paper.get("aimultimedialab-2023")
    assert [row.key for row in found.rows] == [
        "lbp-rbf",
        "lbp-linear",
        "vgg16-rbf",
        "vgg16-linear",
    ]
    assert [row.key for row in found.rows if row.test] == ["lbp-rbf", "vgg16-rbf"]
    with pytest.raises(
        ClefganError,
        match=r"no reproduction 'aimultimedialab-2024'; did you mean 'aimultimedialab-2023'\?",
    ):
        paper.get("aimultimedialab-2024")


def test_full_takes_the_printed_number_of_samples() -> None:
    assert paper.FULL.settings == ("own_samples=802", "gan.epochs=50")
    row = paper.AIMULTIMEDIALAB_2023.row("lbp-linear")
    method = row.configured(paper.QUICK, seed=7)
    assert "kernel='linear'" in repr(method)
    assert "own_samples=200" in repr(method)
    assert "seed=7" in repr(method)


def test_rows_without_weights_are_told_with_the_line_that_helps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(vgg_package(tmp_path)))
    reasons = paper.why_not(paper.AIMULTIMEDIALAB_2023.rows)
    assert set(reasons) == {"vgg16-rbf", "vgg16-linear"}
    assert reasons["vgg16-rbf"].endswith(weights.ADVICE)


def test_a_row_whose_method_is_missing_is_told() -> None:
    row = PaperRow("gone", "gone", "no-such-method", (), "")
    assert "no method 'no-such-method'" in paper.why_not([row])["gone"]


# What is printed


def test_the_f1_of_078_is_flagged() -> None:
    flags = printed.flags(printed.results(paper.AIMULTIMEDIALAB_2023))
    (found,) = [flag for flag in flags if "no whole counts" in flag]
    assert found.startswith("Table 2, deep, radial: no whole counts give F1 0.78,")
    assert "TP TN FP FN = 80 14 66 0, and with it F1 0.708, not 0.78" in found


def test_values_that_are_cut_off_are_flagged() -> None:
    flags = printed.flags([published.get("aimultimedialab-2023-run-2")])
    assert flags[0] == "Table 3, VGG-16 + RBF SVM: F1 0.585 is cut off, not rounded: 0.586"
    assert len(flags) == 2


def test_counts_behind_printed_rows() -> None:
    found = printed.counts(published.get("aimultimedialab-2023-dev-lbp-rbf"))
    assert found == printed.PrintedCounts((52, 20, 60, 28))
    assert printed.counts(published.get("yunnan-2024")) is None


# Rows


def test_measured_is_what_one_computes_by_hand() -> None:
    truth = np.array([True, True, True, False])
    scores = np.array([2.0, 1.0, -1.0, 0.5])
    found = rows.measured(Scored(("a", "b", "c", "d"), scores, truth), None)
    assert found.counts == (2, 0, 1, 1)
    assert found.cells["f1"].value == pytest.approx(2 / 3)
    assert found.cells["auc"].value == pytest.approx(2 / 3)
    assert found.cells["recall"].interval == "Wilson"
    # Wilson, 2 of 3 at 95%: by its textbook formula
    z = 1.959964
    centre, half = (2 / 3 + z**2 / 6) / (1 + z**2 / 3), z * (2 / 9 / 3 + z**2 / 36) ** 0.5
    assert found.cells["recall"].low == pytest.approx(centre - half / (1 + z**2 / 3), abs=1e-5)


def test_without_truth_only_the_calls_are_counted() -> None:
    found = rows.measured(Scored(("a", "b"), np.array([1.0, -1.0]), None), None)
    assert (found.n, found.called_used, found.counts, found.cells) == (2, 1, None, {})


def test_groups_of_several_images_widen_the_interval() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat([True, False], 40)
    scores = np.repeat(rng.normal(0, 1, 8) + np.repeat([0.5, -0.5], 4), 10)
    scored = Scored(tuple(map(str, range(80))), scores, truth)
    alone = rows.measured(scored, None).cells["accuracy"]
    grouped = rows.measured(scored, np.repeat([f"p{i}" for i in range(8)], 10)).cells["accuracy"]
    assert grouped.interval == "BCa"
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)


def test_rows_run_on_dev_and_test(tmp_path: Path) -> None:
    outcome = reproduced(tmp_path).outcome
    one, two = outcome.done
    assert set(one.parts) == {"paper", "held-out", "test"}
    assert one.parts["paper"].counts == (10, 10, 0, 0)
    assert one.parts["test"].counts == (4, 4, 0, 0)
    assert two.parts["test"].counts == (4, 0, 4, 0)  # level=0: all are brighter
    assert outcome.all_used["paper"].cells["f1"].value == pytest.approx(2 / 3)
    assert outcome.all_used["test"].counts == (4, 0, 4, 0)
    assert outcome.not_run == {}


# The two generated sets


def test_sets_that_differ_separate_and_alike_ones_do_not(tmp_path: Path) -> None:
    made = reproduced(tmp_path)
    method = separation.fingerprint(made.paper.rows[0].configured(SIZES, seed=3))
    for split in made.separation["one"]:
        assert split.right == split.n
        assert split.high == 1
        assert split.low < 1
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 200, 5)).astype(np.float32)
    split = separation.split(a, b, method, 0.5, seed=0)
    assert split.n == 200
    assert split.low < 0.5 < split.high
    assert split.larger_class == 0.5


def test_the_halves_share_no_row_and_lose_none() -> None:
    features = np.arange(10, dtype=np.float32)[:, None]
    for share, expected in ((0.7, 7), (0.01, 1), (0.99, 9)):
        train, test = separation.halves(features, share, np.random.default_rng(1))
        assert len(train) == expected
        assert sorted([*train.ravel(), *test.ravel()]) == list(range(10))


# Page, numbers, pictures


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
