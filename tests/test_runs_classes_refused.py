"""What a run of classes refuses, in one line and before the work: data, options, rules, numbers."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import building
import clefgan as doors
from clefgan.data.classes import inspection, reading
from clefgan.errors import ClefganError
from clefgan.plugins import registry
from clefgan.runs.classes import decisions, job, loading
from running import clefgan

pytestmark = pytest.mark.columns(150)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three classes, in the layout of 2025."""
    return building.classes(tmp_path / "data")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"clusters": 1}, "clusters: 1 tell nothing apart; give 2 or more"),
        ({"clusters": 0}, "clusters: 0 tell nothing apart; give 2 or more"),
        ({"clusters": 2.0}, "clusters: need a whole number; got 2.0"),
        ({"clusters": 10}, "10 clusters of 9 images; give --clusters from 2 to 9"),
        ({"decide": "open:0.1"}, "'open:0.1' is a rule of scores, and clusterer"),
        ({"decide": "balanced"}, "'balanced' is a rule of scores, and clusterer"),
        ({"method": "subset-span", "clusters": 3}, "method 'subset-span' names classes"),
        ({"method": "subset-span", "n_folds": 1}, "n_folds: too few; got 1; give 2 or more"),
        ({"method": "subset-span", "decide": "open:0.2", "n_folds": 9},
         "'open:0.2' compares with 9 or more scores of labelled generated images of each class; "
         "'a' has 8; give more"),
        ({"method": "subset-span", "decide": "open:0.05"}, "compares with 19 or more scores"),
        ({"method": "subset-span", "decide": "balanced"}, "'2025_s2' does not say"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_before_an_image_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], message: str
) -> None:
    challenge = reading.read(folder)
    monkeypatch.delattr(loading, "load")
    with pytest.raises(ClefganError, match=re.escape(message)):
        doors.run(challenge, asked.pop("method", "cluster-texture"), **asked)


def test_open_needs_labelled_images_before_the_work(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [text for name in "abc" for text in ("--sources", f"{name}={folder}/real/{name}")]
    words = ["run", "--edition", "2025_s2", "--method", "subset-span", "--out", tmp_path / "runs"]
    test = "--test-data", folder / "generated_unknown", "--decide", "open:0.1"
    assert clefgan(*words, *named, *test) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert (
        "compares with 9 or more scores of labelled generated images of each class; 'a' has 0"
        in line
    )
    assert not (tmp_path / "runs").exists()


def test_names_that_no_run_file_can_hold_are_refused_before_the_work(folder: Path) -> None:
    method = registry.ATTRIBUTORS.configure("subset-span")
    for tree in ("real", "generated"):
        (folder / tree / "a").rename(folder / tree / "a,b")
    (folder / "truth.csv").unlink()
    with pytest.raises(ClefganError, match="class 'a,b' cannot be named in a run file"):
        job.run(reading.read(folder), "subset-span", method, n_folds=2)
    image = folder / "generated_unknown" / "generated_1.png"
    image.rename(image.with_name("x,y.png"))
    with pytest.raises(ClefganError, match="cannot be named in a run file"):
        job.run(reading.read(folder), "subset-span", method, n_folds=2)


@pytest.mark.parametrize("name", ["a,b", "d'or", "a\tb", " a", "\udcff"])
def test_data_info_says_which_class_no_run_file_can_hold(folder: Path, name: str) -> None:
    """It does not say `ready to run`; and the run is refused before it is fitted."""
    for tree in ("real", "generated"):
        (folder / tree / "a").rename(folder / tree / name)
    (folder / "truth.csv").unlink()
    (said,) = inspection.inspect(folder).problems
    assert "cannot be named in a run file: " in said
    method = registry.ATTRIBUTORS.configure("subset-span")
    with pytest.raises(ClefganError, match=re.escape(said)):
        job.run(reading.read(folder), "subset-span", method)
    for tree in ("real", "generated"):
        (folder / tree / name).rename(folder / tree / "a")
    image = folder / "generated_unknown" / "generated_1.png"
    image.rename(image.with_name("x,y.png"))
    (said,) = inspection.inspect(folder).problems
    assert said.endswith("cannot be named in a run file: more than two columns; rename it")


def broken(folder: Path, how: str) -> None:
    """Damage a class challenge."""
    if how == "missing":
        shutil.rmtree(folder / "real" / "b")
    elif how == "one class":
        for tree in ("real", "generated"):
            for name in "bc":
                shutil.rmtree(folder / tree / name)
    elif how == "empty":
        for file in (folder / "real" / "b").iterdir():
            file.unlink()
    elif how == "truth":
        (folder / "truth.csv").write_text(
            "id,class\n" + "".join(f"generated_{i + 1},z\n" for i in range(9))
        )
    elif how == "truth lacks an id":
        (folder / "truth.csv").write_text("id,class\ngenerated_1,a\n")
    elif how == "size":
        (folder / "truth.csv").unlink()
        Image.new("L", (9, 9)).save(folder / "generated_unknown" / "generated_0.png")
    elif how == "loose":
        Image.new("L", (32, 32)).save(folder / "real" / "loose.png")
    elif how == "two trees":
        shutil.copytree(folder / "real", folder / "Real")
    elif how == "nothing":
        for tree in ("real", "generated", "generated_unknown"):
            shutil.rmtree(folder / tree)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("missing", "class 'b' is in one tree only; real has a, c; generated has a, b, c"),
        ("one class", "one class, 'a'; there is nothing to choose between; give at least 2"),
        ("empty", "b: no images; put some there or remove the folder"),
        ("truth", "truth.csv: truth has class 'z', which is no source; known: a, b, c; write"),
        ("truth lacks an id", "'generated_4' and 5 more ids are missing"),
        ("size", "test is 9x9, 'image_1.png' of real a 32x32; bring them to one size with --size"),
        ("loose", "holds images itself; put those of each class into a folder named after it"),
        ("two trees", "2 folders of real images: 'Real' and 'real'; keep one"),
        ("nothing", "no class challenge here; looked for folders real, generated"),
    ],
)  # fmt: skip
def test_data_with_a_fault_is_one_line(
    folder: Path, tmp_path: Path, how: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(folder, how)
    words = ["run", "--edition", "2025_s2", "--method", "subset-span", "--data", folder]
    assert clefgan(*words, "--out", tmp_path / "runs") == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert message in lines[0]
    assert not (tmp_path / "runs").exists()


def test_a_truth_of_other_names_than_the_sources_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"x": "a", "y": "b", "z": "c"}
    sources = [word for x, a in names.items() for word in ("--sources", f"{x}={folder}/real/{a}")]
    words = ["run", "--edition", "2025_s2", "--method", "subset-span", *sources]
    assert clefgan(*words, "--test-data", folder / "generated_unknown") == 1
    assert capsys.readouterr().err.strip() == (
        f"clefgan: {folder}/truth.csv: truth has class 'a', which is no source; known: x, y, z; "
        "write the truth in these names, or name the sources as it does"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--method", "nearest"], "says used or not; this edition asks for classes"),
        (["--method", "subset-spam"], "did you mean 'subset-span'"),
        (["--method", "subset-span", "--sources", "a"], "'a' is not NAME=FOLDER"),
        (["--method", "subset-span", "--folder", "x=y"], "'x=y' is not ROLE=NAME"),
        (["--method", "subset-span", "--sources", "a=x", "--sources", "a=y"], "given twice"),
        (["--method", "subset-span", "--sources", "a=nowhere"], "nowhere: no such folder"),
    ],
)
def test_words_with_a_fault_are_one_line(
    tmp_path: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clefgan("run", "--edition", "2025_s2", "--out", tmp_path, *words) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert message in lines[0]


def test_a_method_that_needs_more_than_the_data_have(folder: Path) -> None:
    shutil.rmtree(folder / "generated")
    with pytest.raises(ClefganError, match=r"method 'texture' needs labelled generated images"):
        job.run(reading.read(folder), "texture", registry.ATTRIBUTORS.configure("texture"))


def test_an_image_in_two_classes_is_one_line_before_the_work(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same pixels, in another file format."""
    with Image.open(folder / "real/a/image_1.png") as image:
        image.save(folder / "real/b/image_9.tif")
    out = tmp_path / "runs"
    words = ["run", "--edition", "2025_s2", "--data", folder, "--out", out, "--folds", 2]
    assert clefgan(*words, "--method", "subset-span") == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "1 real image is in two classes, pixel for pixel, such as 'image_1' of 'a'" in line
    assert "'image_9' of 'b'; keep each in one class, or say that classes share images" in line
    assert not out.exists()
    words_of_evaluate = ["evaluate", *words[1:], "--method", "subset-span"]
    assert clefgan(*words_of_evaluate) == 1
    assert "in two classes" in capsys.readouterr().err
    assert clefgan(*words, "--method", "subset-span", "--shared") == 0
    shutil.copy(folder / "generated/a/image_1.png", folder / "generated/c/image_9.png")
    capsys.readouterr()
    assert clefgan(*words, "--method", "subset-span", "--shared", "--force") == 1
    assert "1 generated image is in two classes" in capsys.readouterr().err


@pytest.mark.parametrize("many", [10, 1])
def test_a_wrong_number_of_clusters(
    folder: Path, tmp_path: Path, many: int, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "--edition", "2024_s2", "--data", folder, "--out", tmp_path / "runs"]
    code = clefgan(*words, "--method", "cluster-texture", "--clusters", many)
    assert code == (1 if many > 1 else 2)
    if many > 1:
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert "10 clusters of 9 images; give --clusters from 2 to 9" in line
    assert not (tmp_path / "runs").exists()
    assert clefgan(*words, "--method", "texture", "--clusters", 3) == 2
    assert "names classes; give it to a clusterer" in capsys.readouterr().err


def test_unknown_labels_in_a_truth_file_are_one_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "runs"
    words = ["--edition", "2025_s2", "--data", folder]
    assert clefgan("run", *words, "--method", "subset-span", "--out", out, "--folds", 2) == 0
    truth = tmp_path / "other.csv"
    truth.write_text(
        "id,class\n" + "".join(f"generated_{i + 1},{'abz'[i // 3]}\n" for i in range(9))
    )
    capsys.readouterr()
    for command in ("score", "leaderboard"):
        assert clefgan(command, out / "subset-span.csv", *words, "--truth", truth) == 1
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert "other.csv: class 'z' is none of" in line
        assert "known: a, b, c" in line


def test_membership_is_not_given_options_of_classes(capsys: pytest.CaptureFixture[str]) -> None:
    assert clefgan("run", "--method", "nearest", "--clusters", 3) == 2
    assert "goes with an edition of classes" in capsys.readouterr().err


def test_balanced_needs_an_edition_that_says_so(folder: Path, tmp_path: Path) -> None:
    method = registry.ATTRIBUTORS.configure("subset-span")
    rule = decisions.parse("balanced")
    with pytest.raises(ClefganError, match="'2025_s2' does not say"):
        job.run(reading.read(folder), "subset-span", method, rule=rule, n_folds=2)
    own = tmp_path / "own.toml"
    own.write_text('base = "2025_s2"\nbalanced = true\n')
    found = job.run(reading.read(folder, own), "subset-span", method, rule=rule, n_folds=2)
    assert found.test is not None
    assert found.test.shares() == {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("best", "no rule 'best' of classes; known: argmax, open:RATE, balanced"),
        ("open:2", "the rate is a share between 0 and 1"),
        ("open:x", "the rate is a share between 0 and 1"),
    ],
)
def test_rules_that_are_none(text: str, message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        decisions.parse(text)
