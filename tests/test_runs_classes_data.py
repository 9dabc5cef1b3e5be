"""Where the images of classes lie, what they are called, and that neither decides anything."""

import json
import shutil
from pathlib import Path

import pytest
from statsmodels.stats.proportion import proportion_confint

import building
from clefgan.data.classes import phantom, reading
from clefgan.method import Evidence
from clefgan.plugins import registry
from clefgan.runs.classes import (
    job,
    record,
)
from running import clefgan
from submissions import editions, runfile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return building.classes(tmp_path / "data")


pytestmark = pytest.mark.columns(150)


def test_folders_of_real_images_alone(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which of our hospitals is behind these images: an image each, and the set."""
    out = tmp_path / "runs"
    words = ["run", "--edition", "2025_s2", "--method", "subset-fusion", "--out", out]
    named = [text for name in "abc" for text in ("--sources", f"{name}={folder}/real/{name}")]
    assert clefgan(*words, *named, "--test-data", folder / "generated_unknown") == 0
    found = runfile.read_classes(out / "subset-fusion.csv", editions.get("2025_s2"))
    assert found["generated_1"] == "a"
    kept = json.loads((out / "subset-fusion.json").read_text())
    assert kept["set"]["a"]["called"] == pytest.approx(1 / 3)
    low, high = proportion_confint(3, 9, method="wilson")
    assert kept["set"]["a"]["called_low"] == pytest.approx(low)
    assert kept["set"]["a"]["called_high"] == pytest.approx(high)
    assert "share" not in kept["set"]["a"]  # nothing says what is confused
    printed = capsys.readouterr().out
    assert "the 9 images under test as a set: shares with 95% limits" in printed
    assert f"0.333 [{low:.2f}, {high:.2f}]" in printed
    one = tmp_path / "one"
    for i in range(1, 4):
        one.mkdir(exist_ok=True)
        shutil.copy(folder / "generated_unknown" / f"generated_{i}.png", one)
    assert clefgan(*words, *named, "--test-data", one, "--name", "of_a") == 0
    of_a = json.loads((out / "of_a.json").read_text())["set"]
    assert of_a["a"]["p_value"] < 0.05 < of_a["b"]["p_value"]
    assert kept["notes"] == ["no dev scores: no labelled generated images"]


def test_below_dev_and_test_and_deeper_within_a_class(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "other"
    shutil.copytree(folder / "real", root / "dev" / "real")
    shutil.copytree(folder / "generated", root / "dev" / "generated")
    shutil.copytree(folder / "generated_unknown", root / "test" / "generated_unknown")
    inner = root / "dev" / "real" / "a" / "sub"
    inner.mkdir()
    (root / "dev" / "real" / "a" / "image_1.png").rename(inner / "image_1.png")
    found = reading.read(root)
    assert found.names == ("a", "b", "c")
    real = found.classes[0].real
    assert real is not None
    assert len(real) == 5
    assert found.test is not None
    assert len(found.test) == 9
    assert found.truth is None


def test_names_of_folders_may_be_others(folder: Path) -> None:
    (folder / "real").rename(folder / "originals")
    found = reading.read(folder, folders=reading.ClassFolders(real=("originals",)))
    assert found.evidence is Evidence.A3
    assert reading.read(folder).evidence is Evidence.A2


def test_check_and_score_take_the_data_of_a_class_edition(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "runs"
    edition = ["--edition", "2025_s2", "--data", folder]
    assert clefgan("run", *edition, "--method", "subset-span", "--out", out, "--folds", 2) == 0
    assert clefgan("check", out / "subset-span.csv", *edition) == 0
    assert "ok (edition 2025_s2, 9 ids)" in capsys.readouterr().out.replace("\n", " ")
    table = tmp_path / "table.json"
    assert clefgan("score", out / "subset-span.csv", *edition, "--json", table) == 0
    assert "9 images of 3 classes" in capsys.readouterr().out
    assert clefgan("bundle", out / "subset-span.csv", *edition) == 0
    (folder / "truth.csv").unlink()
    assert clefgan("score", out / "subset-span.csv", *edition) == 1
    assert "no truth of the images under test here" in capsys.readouterr().err


def test_a_lab_may_share_images_and_labelled_images_under_test_are_told(folder: Path) -> None:
    shutil.copy(folder / "real/a/image_1.png", folder / "real/b/image_9.png")
    (folder / "lab.json").write_text("{}")
    shutil.copy(folder / "generated/a/image_1.png", folder / "generated_unknown/generated_1.png")
    method = registry.ATTRIBUTORS.configure("subset-span")
    found = job.run(reading.read(folder), "subset-span", method, n_folds=2)
    assert "1 of 9 images under test are labelled images, pixel for pixel" in found.notes[0]


def test_the_order_of_folders_and_their_making_decide_nothing(folder: Path, tmp_path: Path) -> None:
    """The same data, made in the reverse order, gives the same record but for its name."""
    root = tmp_path / "reversed"
    for path in sorted((path for path in folder.rglob("*") if path.is_file()), reverse=True):
        target = root / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    runs = [
        job.run(reading.read(place), name, registry.ATTRIBUTORS.configure(name), n_folds=2)
        for place in (folder, root)
        for name in ("texture",)
    ]
    first, second = (json.loads(record.text(run)) for run in runs)
    for part in ("dev", "test", "beside", "set"):
        assert first[part] == second[part]
    assert first["data"]["sha256"] == second["data"]["sha256"]


def test_labels_in_the_names_of_test_images_are_not_read(folder: Path) -> None:
    method = registry.ATTRIBUTORS.configure("subset-span")
    before = job.run(reading.read(folder), "subset-span", method, n_folds=2)
    (folder / "truth.csv").unlink()
    for i in range(9):
        old = folder / "generated_unknown" / f"generated_{i + 1}.png"
        old.rename(old.with_name(f"class_c_{i + 1}.png"))
    after = job.run(reading.read(folder), "subset-span", method, n_folds=2)
    assert before.test is not None
    assert after.test is not None
    assert after.test.labels.tolist() == before.test.labels.tolist()


def test_the_embedded_classes_are_told_apart_by_patients_alone(tmp_path: Path) -> None:
    phantom.write(tmp_path)
    challenge = reading.read(tmp_path)
    assert challenge.names == phantom.CLASSES
    assert challenge.truth is not None
    for name, low, high in (("subset-span", 0.95, 1.0), ("level-histogram", 0.0, 0.5)):
        method = registry.ATTRIBUTORS.configure(name)
        found = job.run(challenge, name, method)
        assert found.test is not None
        measured = found.test.measured()
        assert measured is not None
        assert low <= measured["metrics"]["accuracy"]["value"] <= high
    assert json.loads(record.text(found))["edition"] == "2025_s2"


def test_a_run_names_images_as_the_data_do(folder: Path, tmp_path: Path) -> None:
    place = folder / "generated_unknown"
    (place / "generated_1.png").rename(place / "generated_1.PNG")
    (place / "generated_2.png").rename(place / "scan.jpg.png")
    truth = folder / "truth.csv"
    truth.write_text(truth.read_text().replace("generated_2,", "scan.jpg,"))
    words = ["run", "--edition", "2025_s2", "--data", folder, "--out", tmp_path, "--folds", 2]
    assert clefgan(*words, "--method", "subset-fusion") == 0
    run = tmp_path / "subset-fusion.csv"
    written = [line.partition(",")[0] for line in run.read_text().splitlines()]
    assert {"generated_1.PNG", "scan.jpg.png", "generated_3.png"} <= set(written)
    assert clefgan("score", run, "--edition", "2025_s2", "--truth", truth) == 0


def test_data_info_of_classes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "whole"
    shutil.copytree(folder / "real", root / "dev" / "real")
    shutil.copytree(folder / "generated", root / "dev" / "generated")
    shutil.copytree(folder / "generated_unknown", root / "test" / "generated_unknown")
    words = ["data", "info", "--edition", "2025_s2"]
    assert clefgan(*words, root) == 0
    printed = capsys.readouterr().out
    for text in ("classes: 3: a, b, c", "evidence: A3", "edition '2025_s2' has 5 classes", "32x32",
                 "truth of the images under test: not given", "ready to run"):  # fmt: skip
        assert text in printed
    shutil.copy(root / "dev/real/a/image_1.png", root / "dev/real/b/image_9.png")
    assert clefgan(*words, root) == 1
    assert "1 real image is in two classes" in capsys.readouterr().out
    shutil.rmtree(root / "dev" / "real" / "c")
    assert clefgan(*words, root) == 1
    assert "class 'c' is in one tree only" in capsys.readouterr().out
    assert clefgan("data", "info", "--edition", "2025_s2", "--size", "8x") == 2
