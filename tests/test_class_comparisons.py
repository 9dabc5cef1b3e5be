"""Methods and runs of classes compared, at the command line and in Python; and the page."""

import base64
import json
import shutil
from html import escape
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import building
import clefgan
from clefgan.data.classes import reading
from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError
from clefgan.experiments.trials import class_evaluate, class_trials
from clefgan.experiments.trials.class_trials import ClassPlan
from clefgan.report.class_notebook import ClassEvaluationTable
from clefgan.report.page import glossary
from clefgan.runs.classes import knows
from clefgan.runs.classes.knows import TRAINING
from running import clefgan as run

pytestmark = pytest.mark.columns(150)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes, in the layout of 2025."""
    return building.classes(tmp_path_factory.mktemp("classes") / "data")


@pytest.fixture(scope="module")
def challenge(folder: Path) -> ClassChallenge:
    return reading.read(folder)


def test_an_evaluation_has_both_protocols_shortcuts_labs_and_goes_on_where_it_was(
    challenge: ClassChallenge, tmp_path: Path
) -> None:
    plan = ClassPlan(
        methods=("subset-span", "texture", "cluster-texture"), data=challenge, folder=tmp_path,
        n_folds=2,
    )  # fmt: skip
    found = class_evaluate.evaluate(plan, jobs=1)
    assert set(found.labels) == {"grouped", "plain"}
    assert set(found.labels["plain"]) == {*plan.methods, *class_trials.SHORTCUTS}
    np.testing.assert_array_equal(
        found.labels["plain"]["subset-span"], found.labels["grouped"]["subset-span"]
    )
    assert found.labs["subset-span"][TRAINING] > 0.9
    assert "cluster-texture" not in found.labs
    kept = sorted(tmp_path.iterdir())
    seen: list[int] = []

    def report(stage: str, done: int, _total: int, _note: str) -> None:
        if stage == class_evaluate.STAGE:
            seen.append(done)

    again = class_evaluate.evaluate(plan, jobs=1, progress=report)
    assert seen == [len(kept)]  # all were there
    for name, labels in found.labels["plain"].items():
        np.testing.assert_array_equal(again.labels["plain"][name], labels)


def test_a_method_that_fails_stops_no_other(challenge: ClassChallenge, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(
        "from dataclasses import dataclass\nfrom typing import ClassVar\n"
        "from clefgan.method import Evidence\n\n\n"
        "@dataclass(frozen=True)\nclass Broken:\n"
        '    """Raises."""\n\n'
        "    evidence: ClassVar[Evidence] = Evidence.A1\n\n"
        "    def fit(self, sources, /, *, progress=None):\n        raise ValueError('no')\n"
    )
    name = f"{broken}:Broken"
    plan = ClassPlan(methods=(name, "subset-span"), data=challenge, folder=tmp_path, n_folds=2)
    found = class_evaluate.evaluate(plan, jobs=1)
    assert "no" in found.failures[name]
    assert name not in found.labels["plain"]
    assert "subset-span" in found.labels["plain"]


def test_evaluate_on_the_command_line(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ["evaluate", "--edition", "2025_s2", "--data", folder, "--folds", 2, "--jobs", 1]
    table, json_file, page_folder = (tmp_path / name for name in ("t.csv", "t.json", "page"))
    files = ["--csv", table, "--json", json_file, "--html", page_folder]
    words += ["--method", "subset-span", "--out", tmp_path / "runs"]
    with monkeypatch.context() as narrow:
        narrow.setenv("COLUMNS", "80")
        assert run(*words) == 0
    printed = capsys.readouterr().out
    assert "not shown: dev, plain; --all shows it" in printed
    assert "Macro F1" not in printed
    assert printed.count("accuracy") <= 1
    code = run(*words, "--all", *files)
    printed = capsys.readouterr().out
    assert code == 0
    assert printed.index("dev, plain") < printed.index("dev, grouped")  # the one to believe, last
    for text in ("dev, grouped", "dev, plain", "level-histogram", "nearest-generated", "one class",
                 "coin", "training data alone", "training data (subset-span)"):  # fmt: skip
        assert text in printed
    assert len((tmp_path / "t.csv").read_text().splitlines()) == 1 + 2 * 5
    titles = [table["title"] for table in json.loads((tmp_path / "t.json").read_text())["tables"]]
    assert titles == ["dev, grouped", "dev, plain", "dev, grouped, classes of subset-span",
                      "dev, plain, classes of subset-span"]  # fmt: skip
    page = (tmp_path / "page" / "index.html").read_text()
    assert "Table of classes" in page
    assert page.count('class="classes"') == 2 * 4
    assert run(*words, "--method", "subset-span", "--protocol", "paper") == 2
    assert "protocols of classes" in capsys.readouterr().err
    assert run(*words, "--method", "subset-span", "--metric", "auc") == 2
    assert "the metrics of classes" in capsys.readouterr().err
    assert run(*words, "--method", "subset-span", "--controls") == 2


def test_runs_of_classes_are_ranked_with_shortcuts_and_labs(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "runs"
    edition = ["--edition", "2025_s2", "--data", folder]
    for name in ("subset-span", "most-frequent"):
        assert run("run", *edition, "--method", name, "--out", out, "--folds", 2) == 0
    capsys.readouterr()
    runs = [out / "subset-span.csv", out / "most-frequent.csv"]
    page = tmp_path / "page"
    files = {kind: tmp_path / f"board.{kind}" for kind in ("csv", "json")}
    written = "--html", page, "--csv", files["csv"], "--json", files["json"]
    asked = "--data", folder, "--with-published", "--contact", "org@uni.example"
    assert run("leaderboard", *runs, *asked, *written) == 0
    printed = capsys.readouterr().out
    for text in ("9 images of 3 classes", "AIMultimediaLab: Siamese", "level-histogram",
                 "one class", "subset-span", "training data (subset-span)"):  # fmt: skip
        assert text in printed
    html = (page / "index.html").read_text(encoding="utf-8")
    assert "which source made these images?" in html
    assert "Knows, by the labs: training data" in html
    assert "≠" not in html + printed  # the edition gives real and labelled images: all is allowed
    assert f"with clefgan {clefgan.__version__} · contact: <a href='mailto:org" in html.replace(
        '"', "'"
    )
    for kind, path in files.items():
        carried = html.partition(f'download="leaderboard.{kind}"')[0].rpartition("base64,")[2]
        assert base64.b64decode(carried.partition('"')[0]) == path.read_bytes()
    for word, meaning in glossary.CLASS_TERMS.items():
        assert f"<dt>{word}</dt><dd>{escape(meaning)}</dd>" in html
    assert run("leaderboard", *runs, "--truth", folder / "truth.csv", "--edition", "2025_s2") == 0
    assert "no shortcuts among the rows" in capsys.readouterr().out.replace("\n", " ")
    assert run("score", *runs, "--data", folder, "--json", tmp_path / "s.json") == 0
    tables = json.loads((tmp_path / "s.json").read_text())["tables"]
    cells = next(table for table in tables if table["title"] == "Scores, classes of subset-span")
    assert [row["class"] for row in cells["rows"]] == ["a", "b", "c"]
    assert cells["rows"][0]["called a"] == 3
    assert run("leaderboard", *runs, "--data", folder, "--knowledge", "x=S0") == 2


def test_a_record_that_says_otherwise_is_left_out(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "--edition", "2025_s2", "--data", folder, "--method", "subset-span"]
    assert run(*words, "--out", tmp_path, "--folds", 2) == 0
    path = tmp_path / "subset-span.csv"
    path.write_text(path.read_text().replace(",a", ",b"))
    capsys.readouterr()
    assert run("score", path, "--data", folder) == 0
    assert "says otherwise than subset-span.csv; left out" in capsys.readouterr().out


def test_shortcuts_are_not_taught_an_image_of_two_classes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(folder, data)
    shutil.copy(data / "generated" / "a" / "image_1.png", data / "generated" / "c" / "again.png")
    run_file = tmp_path / "run.csv"
    run_file.write_text("".join(f"generated_{i + 1}.png,{'abc'[i // 3]}\n" for i in range(9)))
    for command in ("score", "leaderboard"):
        assert run(command, run_file, "--edition", "2025_s2", "--data", data) == 1
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert "1 generated image is in two classes, pixel for pixel" in line
        assert line.endswith("keep each in one class")


def test_the_same_in_python(folder: Path, tmp_path: Path) -> None:
    challenge = clefgan.read(folder, edition="2025_s2")
    found = clefgan.run(challenge, "subset-fusion", n_folds=2)
    assert found.labels["generated_1"] == "a"
    assert knows.meaning(found.labs, 3) == "training data"
    found.write(tmp_path / "fusion")
    assert clefgan.load(tmp_path / "fusion") == found
    assert clefgan.check(tmp_path / "fusion.csv", challenge) == []
    (tmp_path / "fusion.csv").write_text((tmp_path / "fusion.csv").read_text().replace(",a", ",z"))
    for data in (challenge, folder):
        (problem,) = clefgan.check(tmp_path / "fusion.csv", data)
        assert problem.text.startswith("3 images are called what is no class of the data, such as")
    table = clefgan.evaluate(challenge, ["subset-span", "texture"], n_folds=2)
    assert isinstance(table, ClassEvaluationTable)
    assert "dev, grouped" in table._repr_html_()
    assert "classes of texture" in str(table)
    assert [one.title for one in table.sheets] == ["dev, grouped", "dev, plain"]
    assert {"subset-fusion", "cluster-texture"} <= set(clefgan.class_methods())


@pytest.mark.parametrize(
    ("method", "decide"),
    [
        *product(("texture", "subset-nearest"), ("argmax", "open:0.2")),
        ("cluster-residual", "argmax"),
    ],
)
def test_every_kind_of_run_is_read_back_equal(
    challenge: ClassChallenge, tmp_path: Path, method: str, decide: str
) -> None:
    found = clefgan.run(challenge, method, n_folds=2, decide=decide)
    found.write(tmp_path / "run")
    again = clefgan.load(tmp_path / "run.json")
    assert again == found
    assert again != clefgan.run(challenge, method, n_folds=2, decide=decide, seed=1)
    content = (tmp_path / "run.json").read_text()
    (tmp_path / "run.json").write_text(content.replace('"repr"', '"rapr"'))
    with pytest.raises(ClefganError, match="not the record of a run of classes"):
        clefgan.load(tmp_path / "run.json")


def test_python_refuses_what_does_not_go_together(challenge: ClassChallenge, folder: Path) -> None:
    with pytest.raises(ClefganError, match="patients are not for classes"):
        clefgan.read(folder, "2025_s2", patients="patients.csv")
    with pytest.raises(
        ClefganError, match="sources, folders, shared go with an edition of classes"
    ):
        clefgan.read("phantom_ct", sources={"a": folder})  # type: ignore[call-overload]
    with pytest.raises(ClefganError, match="are of membership; a run of classes has all"):
        clefgan.run(challenge, "subset-span", protocols=["paper"])  # type: ignore[call-overload]
    with pytest.raises(ClefganError, match="protocol 'paper' is not one of grouped, plain"):
        clefgan.evaluate(challenge, ["subset-span"], protocols=["paper"])
    alone = reading.read(
        sources={name: folder / "real" / name for name in "abc"},
        test_data=folder / "generated_unknown",
    )
    with pytest.raises(ClefganError, match="no labelled generated images of each class, so there"):
        clefgan.evaluate(alone, ["subset-span"])
    with pytest.raises(ClefganError, match="'subset-span' is given twice"):
        clefgan.evaluate(challenge, ["subset-span", "subset-span"])
