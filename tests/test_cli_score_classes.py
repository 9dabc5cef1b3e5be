"""`clefgan score` for editions that ask for classes."""

import csv
from pathlib import Path

import numpy as np
import pytest

from building import classes
from evaluation import attribution
from running import clefgan
from submissions import editions, runfile

pytestmark = pytest.mark.columns(120)

CLASSES = np.array([f"subset_{i % 5}" for i in range(60)])
EDITION = ["--edition", "2025_s2"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A truth and two runs, one of them with a third of the labels wrong."""
    form = editions.get("2025_s2")
    wrong = np.where(np.arange(60) % 3 > 0, CLASSES, np.roll(CLASSES, 1))
    ids = [f"image_{i + 1}" for i in range(60)]
    for name, found in (("truth", CLASSES), ("right", CLASSES), ("third", wrong)):
        labels = dict(zip(ids, found.tolist(), strict=True))
        runfile.write(tmp_path / f"{name}.csv", labels, form)
    return tmp_path


def test_classes_are_scored_with_intervals(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = folder / "table.csv"
    words = ["score", folder / "right.csv", folder / "third.csv", *EDITION]
    assert clefgan(*words, "--truth", folder / "truth.csv", "--csv", table) == 0
    printed = capsys.readouterr().out
    for title in ("60 images of 5 classes", "Macro F1", "Matched accuracy", "ARI", "NMI"):
        assert title in printed
    rows = {row["run"]: row for row in csv.DictReader(table.read_text().splitlines())}
    assert list(rows) == ["right", "third", "one class", "coin"]
    predicted = np.where(np.arange(60) % 3 > 0, CLASSES, np.roll(CLASSES, 1))
    for name, value in attribution.evaluate(CLASSES, predicted).items():
        assert float(rows["third"][name]) == pytest.approx(value)
        assert float(rows["third"][f"{name}_low"]) < value < float(rows["third"][f"{name}_high"])
        assert f"{value:.3f}" in printed
        assert float(rows["right"][name]) == pytest.approx(1)
    assert float(rows["one class"]["accuracy"]) == pytest.approx(0.2)


def test_patients_are_drawn_whole(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    groups = folder / "groups.csv"
    groups.write_text("id,group\n" + "".join(f"image_{i + 1},{i // 4}\n" for i in range(60)))
    words = ["score", folder / "third.csv", *EDITION, "--truth", folder / "truth.csv"]
    assert clefgan(*words, "--groups", groups) == 0
    assert "bootstrap of 15 groups" in capsys.readouterr().out


def test_ids_that_differ_name_run_and_truth(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "third.csv").read_text()
    (folder / "third.csv").write_text("".join(text.splitlines(keepends=True)[1:]))
    words = ["score", folder / "third.csv", *EDITION, "--truth", folder / "truth.csv"]
    assert clefgan(*words) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "third.csv" in lines[0]
    assert lines[0].endswith(f"the ids are those of {folder / 'truth.csv'}")


def test_a_truth_is_of_the_images_of_the_data_and_no_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row of another image is a slip in a name, and would be dropped in silence."""
    data, truth, runs = classes(tmp_path / "data"), tmp_path / "truth.csv", tmp_path / "runs"
    words = ["run", "--method", "subset-nearest", "--data", data, *EDITION, "--out", runs]
    assert clefgan(*words) == 0
    truth.write_text((data / "truth.csv").read_text() + "stranger,a\n")
    words = ["score", runs / "subset-nearest.csv", "--data", data, *EDITION, "--truth", truth]
    capsys.readouterr()
    assert clefgan(*words) == 1
    assert "'stranger' is not among the 9 images" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "--truth: edition '2025_s2' needs a CSV of id, class"),
        (["--truth", "t.csv", "--knowledge", "x=S0"], "not for an edition of classes"),
    ],
)
def test_wrong_use_exits_2(
    words: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clefgan("score", folder / "third.csv", *EDITION, *words) == 2
    frame = "\N{BOX DRAWINGS LIGHT VERTICAL}"
    assert message in " ".join(capsys.readouterr().err.replace(frame, " ").split())


def test_a_metric_of_membership_is_none_of_classes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["score", folder / "third.csv", *EDITION, "--truth", folder / "truth.csv"]
    assert clefgan(*words, "--metric", "f1") == 2
    assert "Invalid value for --metric: 'f1' is not one of accuracy" in capsys.readouterr().err


def test_a_run_in_other_names_is_told_so_where_names_count(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = folder / "other.csv"
    run.write_text((folder / "right.csv").read_text().replace("subset_", "Subset_"))
    words = ["score", run, *EDITION, "--truth", folder / "truth.csv"]
    assert clefgan(*words) == 0
    said = "other: 60 images are called what is no class of the truth, such as 'Subset_0'"
    assert said in " ".join(capsys.readouterr().out.split())
    assert clefgan(*words, "--metric", "adjusted_mutual_information") == 0
    assert "no class of the truth" not in " ".join(capsys.readouterr().out.split())


def test_a_run_without_a_class_is_said_to_be_of_clusters_not_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, mixed = folder / "all_others.csv", folder / "mixed.csv"
    text = (folder / "right.csv").read_text()
    run.write_text(text.replace("subset_", "Subset_"))
    mixed.write_text(text.replace("subset_", "Subset_", 1))
    truth = ["--truth", folder / "truth.csv"]
    table = folder / "table.csv"
    assert clefgan("leaderboard", run, mixed, *EDITION, *truth, "--csv", table) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "and none a class: a run of clusters, which has no Accuracy and no rank; its" in out
    assert "mixed: 1 image is called what is no class of the truth, such as 'Subset_" in out
    assert out.count("and so wrong") == 1
    (row,) = [line for line in table.read_text().splitlines() if ",all_others," in line]
    assert row.startswith(",,,all_others,run,")


def test_few_groups_and_an_undefined_index_are_said_as_they_are(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [line.split(",")[0] for line in (folder / "right.csv").read_text().split()]
    groups = tmp_path / "groups.csv"
    groups.write_text("".join(f"{image},p{at % 2}\n" for at, image in enumerate(ids)))
    words = ["leaderboard", folder / "right.csv", *EDITION]
    assert clefgan(*words, "--truth", folder / "truth.csv", "--groups", groups) == 0
    assert "only 2 groups: drawn from so few" in " ".join(capsys.readouterr().out.split())
    run, truth = tmp_path / "run.csv", tmp_path / "truth.csv"
    for path in (run, truth):
        path.write_text("".join(f"{image},a\n" for image in ids))
    alone = ["leaderboard", run, *EDITION, "--truth", truth, "--metric", "adjusted_rand"]
    assert clefgan(*alone) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "The run has no Adjusted Rand index, which is undefined for these labels" in out
    assert "of the largest class for every image there is no Adjusted Rand index." in out
    assert "names of clusters" not in out
