"""A competition made, linted, scored; the truth kept in; the program on the oldest Python."""

import ast
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import attribution, class_tables, membership, metrics
from submissions import RunFileError, editions, runfile
from submissions import edition as edition_module
from submissions.codabench import carry, columns, yaml_lines
from submissions.codabench.init import CompetitionSettings, init
from submissions.codabench.lint import lint
from submissions.codabench.score import pack, score

yaml = pytest.importorskip("yaml")
RUNS = Path(__file__).parent / "data" / "run_files"
START = datetime.date(2027, 3, 1)
TITLES = metrics.titles()


def labels(n: int, seed: int) -> dict[str, bool]:
    rng = np.random.default_rng(seed)
    return {f"real_unknown_{i:04d}": bool(rng.integers(2)) for i in range(1, n + 1)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A competition of 2023 with 60 images; not to be changed."""
    folder = tmp_path_factory.mktemp("made")
    edition = editions.get("2023")
    runfile.write(folder / "truth.csv", labels(60, seed=1), edition)
    return init(
        folder / "comp",
        edition,
        folder / "truth.csv",
        TITLES,
        settings=CompetitionSettings(start=START),
    )


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "comp"))


def written(folder: Path, seed: int = 2) -> Path:
    run = folder / "mine.csv"
    runfile.write(run, labels(60, seed), editions.get("2023"), force=True)
    return run


# --- what is made


def test_the_made_competition_is_clean(made: Path) -> None:
    assert lint(made) == []
    document = yaml.safe_load((made / "competition.yaml").read_text())
    assert document["version"] == 2
    assert [phase["name"] for phase in document["phases"]] == ["Development", "Test"]
    assert document["phases"][0]["start"] == datetime.datetime(2027, 3, 1)
    assert document["phases"][0]["end"] == document["phases"][1]["start"]
    columns_of = document["leaderboards"][0]["columns"]
    assert [column["key"] for column in columns_of] == list(TITLES)
    assert {column["sorting"] for column in columns_of} == {"desc"}


def titles_of(edition: edition_module.Edition) -> dict[str, str]:
    return TITLES if edition.is_membership else class_tables.titles()


@pytest.mark.parametrize("name", editions.names())
def test_every_edition_s_columns_are_metrics_official_first(name: str) -> None:
    edition = editions.get(name)
    keys = list(columns.of(edition, titles_of(edition)))
    assert keys[0] == edition.metric
    module = membership if edition.is_membership else attribution
    assert all(callable(getattr(module, key)) for key in keys)


def test_a_metric_that_is_no_column(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text('base = "2023"\nmetric = "auc"\n')
    with pytest.raises(
        RunFileError, match="edition 'my': metric 'auc' cannot be a leaderboard col"
    ):
        columns.of(editions.get(path), TITLES)


def test_the_truth_is_in_the_reference_data_and_nowhere_else(made: Path) -> None:
    truth = (made / "reference_data" / "test" / "truth.csv").read_text().split()
    assert len(truth) == 60
    for path in made.rglob("*"):
        if path.is_file() and "reference_data" not in path.parts:
            content = path.read_bytes()
            assert not any(line.encode() in content for line in truth), path
            assert b"real_unknown_0001" not in content or path.name in ("edition.json", "data.md")
            assert b"truth.csv" not in content or path.name == "scoring.py"
    document = yaml.safe_load((made / "competition.yaml").read_text())
    public = [document["image"], document["terms"], *(page["file"] for page in document["pages"])]
    assert not any("reference" in path for path in public)
    assert not any(task["is_public"] for task in document["tasks"])
    assert not any(key in phase for phase in document["phases"] for key in ("public_data",))


def test_the_dev_phase_has_a_seeded_stratified_share(made: Path, tmp_path: Path) -> None:
    def of(phase: str, folder: Path = made) -> dict[str, bool]:
        path = folder / "reference_data" / phase / "truth.csv"
        return runfile.read(path, editions.get("2023"))

    test, dev = of("test"), of("dev")
    assert dev.items() <= test.items()
    assert sum(dev.values()) == round(0.3 * sum(test.values()))
    assert len(dev) - sum(dev.values()) == round(0.3 * (60 - sum(test.values())))
    ids = [made / "reference_data" / phase / "ids.txt" for phase in ("dev", "test")]
    assert ids[0].read_bytes() == ids[1].read_bytes()
    truth = tmp_path / "truth.csv"
    runfile.write(truth, test, editions.get("2023"))
    again = init(
        tmp_path / "a",
        editions.get("2023"),
        truth,
        TITLES,
        settings=CompetitionSettings(start=START),
    )
    other = init(
        tmp_path / "b", editions.get("2023"), truth, TITLES, settings=CompetitionSettings(seed=1)
    )
    assert of("dev", again) == dev
    assert of("dev", other) != dev


def test_a_dev_truth_of_other_images(tmp_path: Path) -> None:
    edition = editions.get("2023")
    runfile.write(tmp_path / "t.csv", {"a": True, "b": False}, edition)
    runfile.write(tmp_path / "d.csv", {"c": True, "d": False}, edition)
    folder = init(tmp_path / "c", edition, tmp_path / "t.csv", TITLES, dev_truth=tmp_path / "d.csv")
    assert (folder / "reference_data" / "dev" / "ids.txt").read_text() == "c\nd\n"
    assert lint(folder) == []
    assert score(folder, tmp_path / "d.csv", phase="development").scores is not None


def test_what_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    edition = editions.get("2023")
    with pytest.raises(
        RunFileError, match=r"one_label\.csv: one class only; a truth has images of"
    ):
        init(tmp_path / "c", edition, RUNS / "one_label.csv", TITLES)
    with pytest.raises(
        RunFileError, match=r"score\.csv:2: truth of .* is '0\.7', not .* \(in the truth file\)"
    ):
        init(tmp_path / "c", edition, RUNS / "score.csv", TITLES)
    with pytest.raises(RunFileError, match="dev share 1 is not between 0 and 1"):
        init(
            tmp_path / "c",
            edition,
            RUNS / "valid.csv",
            TITLES,
            settings=CompetitionSettings(dev_share=1),
        )
    with pytest.raises(RunFileError, match="dev_days 0 is below 1; give 1 or more"):
        init(
            tmp_path / "c",
            edition,
            RUNS / "valid.csv",
            TITLES,
            settings=CompetitionSettings(dev_days=0),
        )
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RunFileError, match="not an empty folder; choose a new one"):
        init(RUNS, edition, RUNS / "valid.csv", TITLES)


# --- scoring


def test_the_score_is_evaluation_s_to_the_last_digit(made: Path, tmp_path: Path) -> None:
    truth, answers = labels(60, seed=1), labels(60, seed=2)
    wanted = membership.evaluate(
        np.array(list(truth.values())), np.array([answers[i] for i in truth])
    )
    outcome = score(made, written(tmp_path))
    assert outcome.code == 0
    assert outcome.scores == wanted
    assert outcome.page is not None
    assert f"<td>{wanted['f1']:.4f}<td>" in outcome.page


def test_a_zip_scores_like_its_run(made: Path, tmp_path: Path) -> None:
    from submissions import bundle

    run = written(tmp_path)
    zipped = bundle.write(run, editions.get("2023"))
    assert score(made, zipped).scores == score(made, run).scores


def test_attribution_is_scored_without_scipy(tmp_path: Path) -> None:
    edition = editions.get("2025_s2")
    rng = np.random.default_rng(0)
    truth, answers = ({f"g{i}": f"class {rng.integers(5)}" for i in range(50)} for _ in range(2))
    runfile.write(tmp_path / "truth.csv", truth, edition)
    runfile.write(tmp_path / "run.csv", answers, edition)
    folder = init(tmp_path / "comp", edition, tmp_path / "truth.csv", class_tables.titles())
    assert lint(folder) == []
    outcome = score(folder, tmp_path / "run.csv")
    sides = [np.array(list(side.values())) for side in (truth, answers)]
    wanted = {key: getattr(attribution, key)(*sides) for key in class_tables.titles()}
    assert outcome.scores == wanted
    blocked = folder / "scoring_program" / "scipy.py"
    blocked.write_text("raise ImportError('not here')")
    assert score(folder, tmp_path / "run.csv").scores == wanted


def test_a_class_that_the_truth_has_not_is_said(tmp_path: Path) -> None:
    edition = editions.get("2025_s2")
    runfile.write(tmp_path / "truth.csv", {f"g{i}": f"t{i % 5}" for i in range(50)}, edition)
    runfile.write(tmp_path / "run.csv", {f"g{i}": f"t{i % 6}" for i in range(50)}, edition)
    folder = init(tmp_path / "comp", edition, tmp_path / "truth.csv", class_tables.titles())
    outcome = score(folder, tmp_path / "run.csv")
    said = "8 images are called what is no class of the truth, such as 't5', and so wrong"
    assert outcome.code == 0
    assert said in outcome.log
    assert outcome.page is not None
    assert outcome.page.count("no class of the truth") == 1
    runfile.write(tmp_path / "right.csv", {f"g{i}": f"t{i % 5}" for i in range(50)}, edition)
    assert "no class" not in score(folder, tmp_path / "right.csv").log


def test_an_undefined_metric_is_0_and_said(made: Path, tmp_path: Path) -> None:
    run = tmp_path / "none.csv"
    runfile.write(run, dict.fromkeys(labels(60, 1), False), editions.get("2023"))
    outcome = score(made, run)
    assert outcome.scores is not None
    assert outcome.scores["precision"] == 0
    assert "precision is not defined for this run" in outcome.log
    assert outcome.page is not None
    assert "precision is not defined for this run" in outcome.page


def test_a_wrong_run_fails_with_the_checker_s_text(made: Path, tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text("real_unknown_0001,<b>\n")
    outcome = score(made, run)
    assert outcome.code == 1
    assert outcome.scores is None
    assert "run.csv:1: decision '<b>' is not 0 or 1" in outcome.log
    assert "run.csv: and 39 more of the kind 'missing'" in outcome.log
    assert outcome.page is not None
    assert "decision &#x27;&lt;b&gt;&#x27; is not 0 or 1" in outcome.page


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("in_folder.zip", "run/run.csv: the run is in a folder; zip the file, not its folder"),
        ("two_runs.zip", "submission: 2 run files; got run1.csv, run2.csv; zip exactly one"),
        ("no_run.zip", "submission: 0 run files; got readme.md; zip exactly one, 'run.csv'"),
    ],
)
def test_a_wrong_zip_is_told_by_the_program(made: Path, name: str, message: str) -> None:
    outcome = score(made, RUNS / name)
    assert outcome.code == 1
    assert message in outcome.log


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("traversal.zip", "a path that leads outside the zip"),
        ("bomb.zip", "as a zip bomb does"),
        ("damaged.zip", "is a damaged zip; make it again"),
        ("nothing.csv", "no such run file"),
    ],
)
def test_a_dangerous_zip_is_not_unpacked(made: Path, name: str, message: str) -> None:
    with pytest.raises(RunFileError, match=message):
        score(made, RUNS / name)


def test_the_environment_is_clean(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither PYTHONPATH nor the installed packages take part."""
    foreign = tmp_path / "foreign" / "submissions"
    foreign.mkdir(parents=True)
    (foreign / "__init__.py").write_text("raise RuntimeError('foreign')")
    monkeypatch.setenv("PYTHONPATH", str(foreign.parent))
    assert score(copied, written(tmp_path)).code == 0
    (copied / "scoring_program" / "submissions" / "checker.py").write_text(
        "raise RuntimeError('own')"
    )
    outcome = score(copied, written(tmp_path))
    assert outcome.code == 1
    assert "RuntimeError: own" in outcome.log
    assert str(tmp_path) not in outcome.log


def test_what_score_needs(copied: Path, tmp_path: Path) -> None:
    run = written(tmp_path)
    with pytest.raises(
        RunFileError, match=r"competition\.yaml: no phase 'final'; known: development"
    ):
        score(copied, run, phase="final")
    assert score(copied, run, phase="0").code == 0
    with pytest.raises(RunFileError, match=r"nopython: no such file or directory"):
        score(copied, run, python="/nopython")
    (copied / "scoring_program" / "metadata.yaml").write_text("other: x\n")
    with pytest.raises(RunFileError, match=r"metadata\.yaml: no 'command'"):
        score(copied, run)
    (copied / "scoring_program" / "metadata.yaml").unlink()
    with pytest.raises(RunFileError, match=r"metadata\.yaml: missing; it says how"):
        score(copied, run)
    shutil.rmtree(copied / "scoring_program")
    with pytest.raises(RunFileError, match=r"scoring_program: no folder; `clefgan codabench lint`"):
        score(copied, run)
    with pytest.raises(RunFileError, match=r"competition\.yaml: no such file or directory"):
        score(tmp_path, run)


def test_a_program_that_never_ends(copied: Path, tmp_path: Path) -> None:
    (copied / "scoring_program" / "scoring.py").write_text("while True: pass")
    with pytest.raises(RunFileError, match=r"the scoring program took more than 0\.5 s"):
        score(copied, written(tmp_path), seconds=0.5)


# --- the oldest Python


def pythons() -> Iterator[str]:
    """Interpreters of 3.9 and later at hand, oldest first."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in range(9, 12):
        found = shutil.which(f"python3.{minor}")
        candidates = [found] if found else []
        candidates += [str(path) for path in pyenv.glob(f"3.{minor}.*/bin/python")]
        for python in candidates:
            asked = [python, "-c", f"import sys; assert sys.version_info[:2] == (3, {minor})"]
            if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
                yield python


def with_numpy() -> str | None:
    given = os.environ.get("CLEFGAN_OLD_PYTHON")
    for python in [given] if given else pythons():
        asked = [python, "-c", "import numpy"]
        if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return python
    return None


def test_the_program_on_the_oldest_python_with_numpy(made: Path, tmp_path: Path) -> None:
    python = with_numpy()
    if python is None:
        pytest.skip("no Python 3.9 to 3.11 with numpy: set CLEFGAN_OLD_PYTHON to one")
    run = written(tmp_path)
    outcome = score(made, run, python=python)
    assert outcome.code == 0, outcome.log
    assert outcome.scores == score(made, run, python=sys.executable).scores


def test_a_wrong_run_on_the_oldest_python(made: Path) -> None:
    python = next(pythons(), None)
    if python is None:
        pytest.skip("no Python 3.9 to 3.11 at hand")
    outcome = score(made, RUNS / "semicolon.csv", python=python)
    assert outcome.code == 1
    assert "not separated by ',' but by ';'" in outcome.log
    assert "Traceback" not in outcome.log


@pytest.mark.parametrize("name", ["2023", "2025_s2"])
def test_the_carried_code_keeps_to_python_3_9(name: str) -> None:
    """What `ast` cannot see is run above; this finds the usual newcomers by name."""
    for path, content in carry.files(editions.get(name)).items():
        if not path.endswith(".py"):
            continue
        tree = ast.parse(content, feature_version=(3, 9))
        lazy = "from __future__ import annotations" in content.decode()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                used = {keyword.arg for keyword in node.keywords}
                called = ast.unparse(node.func)
                assert not (called == "zip" and "strict" in used), path
                assert not (called == "dataclass" and used & {"slots", "kw_only"}), path
            if isinstance(node, ast.FunctionDef | ast.AnnAssign):
                old = not any(isinstance(n, ast.BinOp) for n in _annotations(node))
                assert lazy or old, f"{path}: annotations are evaluated: from __future__ import"
            if isinstance(node, ast.ImportFrom) and node.module == "typing" and node in tree.body:
                names = {alias.name for alias in node.names}
                assert not names & {"TypeAlias", "Self", "ParamSpec", "assert_never"}, path
            if isinstance(node, ast.ImportFrom | ast.Import):
                roots = {(getattr(node, "module", None) or node.names[0].name).split(".")[0]}
                foreign = roots - {"numpy", "scipy", "evaluation", "submissions"}
                assert foreign <= sys.stdlib_module_names, path
                assert "tomllib" not in roots, path


def _annotations(node: ast.FunctionDef | ast.AnnAssign) -> Iterator[ast.AST]:
    if isinstance(node, ast.AnnAssign):
        yield from ast.walk(node.annotation)
        return
    for argument in [*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs]:
        if argument.annotation is not None:
            yield from ast.walk(argument.annotation)
    if node.returns is not None:
        yield from ast.walk(node.returns)


def test_the_carried_code_is_what_is_installed(made: Path) -> None:
    home = Path(edition_module.__file__).parent
    for path in (made / "scoring_program" / "submissions").glob("*.py"):
        assert path.read_bytes() == (home / path.name).read_bytes()


# --- lint

BROKEN = [
    ("version: 2", "version: 1", r"yaml:2: version 1 is not 2"),
    ("image: logo.png", "image: none.png", r"yaml:5: image 'none\.png' does not exist"),
    ("image: logo.png", "image: ../x.png", r"yaml:5: image '\.\./x\.png' leads outside the folder"),
    ("image: logo.png", "image: pages", r"yaml:5: image 'pages' is a folder"),
    ("image: logo.png", "image: 3", r"yaml:5: image must be a path; got 3"),
    ("terms: pages/terms.md", "", r"yaml:2: no 'terms'"),
    ("registration_auto_approve", "registration_approve", r"yaml:8: key 'registration_approve' is"),
    ("pages/data.md", "pages/empty.md", r"yaml:19: page 'pages/empty\.md' is empty"),
    ("  - index: 1\n    name: \"Test\"\n    description: \"Scored on all test images.\"\n    is",
     "  - index: 0\n    name: \"Test\"\n    is", r"yaml:\d+: task index 0 again"),
    ("scoring_program: scoring_program", "scoring_program: nowhere", r"'nowhere' does not exist"),
    ("reference_data: reference_data/dev", "reference_data: pages", r"pages: .*truth\.csv"),
    ("      - 1\n", "      - 7\n", r"yaml:\d+: phase 'Test' has no task 7"),
    ("2027-03-01 00:00:00", "2028-03-01 00:00:00", r"yaml:\d+: phase 'Development' ends before"),
    ("start: 2027-04-30", "start: 2027-04-01", r"phase 'Test' starts before 'Development'"),
    ("end: 2027-04-30 00:00:00\n", "end:\n", r"phase 'Development' has no end, yet 'Test' "),
    ("start: 2027-04-30 00:00:00", "start: soon", r"start 'soon' is not a date YYYY-MM-DD HH"),
    ("start: 2027-04-30 00:00:00", "start: 2027-02-31", r"start '2027-02-31' is not a date"),
    ("key: f1", "key: f2", r"column 'f2' is not among the scores: f1, accuracy"),
    ("key: f1", "key: f2", r"yaml:\d+: score 'f1' has no column"),
    ("key: accuracy", "key: f1", r"column key 'f1' again, after line \d+"),
    ("index: 1\n        sorting", "index: 0\n        sorting", r"column index 0 again, after line"),
    ("sorting: desc", "sorting: down", r"sorting 'down' is neither asc nor desc"),
    ("key: f1", "key: \"f 1\"", r"column key 'f 1' has more than letters, digits, _ and -"),
    ("      - title: \"F1\"\n        key", "      - key", r"no 'title' in a column"),
    ("version: 2", "version: *a", r"yaml:2: not YAML: found undefined alias 'a'; write it plainly"),
    ("pages:\n", "pages: none\n", r"yaml:\d+: not YAML: mapping values are not allowed here"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), BROKEN)
def test_lint_finds(old: str, new: str, message: str, copied: Path) -> None:
    (copied / "pages" / "empty.md").touch()
    path = copied / "competition.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = [str(problem) for problem in lint(copied)]
    assert any(re.search(message, line) for line in found), found


def test_lint_finds_the_program_s_faults(copied: Path) -> None:
    program = copied / "scoring_program"
    (program / "scoring.py").unlink()
    assert any("the command calls '/app/program/scoring.py', which" in p.text for p in lint(copied))
    (program / "metadata.yaml").write_text("command: python3 scoring.py\n")
    assert any("no `command: python3 /app/program/...`" in p.text for p in lint(copied))
    (program / "columns.json").write_text("{")
    assert any("not what `clefgan codabench init` writes" in p.text for p in lint(copied))
    (program / "metadata.yaml").unlink()
    assert any(p.text == "no such file or directory" for p in lint(copied))


def test_lint_finds_a_truth_that_does_not_fit_its_ids(copied: Path) -> None:
    reference = copied / "reference_data" / "test"
    (reference / "ids.txt").write_text("real_unknown_0001\n")
    texts = [problem.text for problem in lint(copied)]
    assert "the truth has 59 ids that ids.txt has not, such as 'real_unknown_0002'" in texts
    (reference / "truth.csv").write_text("real_unknown_0001,2\n")
    assert any("is '2', not 0 or 1" in problem.text for problem in lint(copied))


def test_lint_without_a_competition(tmp_path: Path) -> None:
    (problem,) = lint(tmp_path)
    assert problem.text == "no such file or directory"
    (tmp_path / "competition.yaml").write_text("- a\n")
    assert lint(tmp_path)[0].text == "the file must have `key: value` lines"


@pytest.mark.parametrize("where", ["pages/truth.csv", "pages/overview.md", "scoring_program/x.txt"])
def test_lint_finds_the_truth_in_a_public_part(where: str, copied: Path) -> None:
    truth = (copied / "reference_data" / "test" / "truth.csv").read_text()
    with (copied / where).open("a") as page:
        page.write(truth.replace(",", ".png;"))
    (problem,) = lint(copied)
    assert problem.text == "holds the truth of 60 images outside the reference data"
    assert problem.path.endswith(where)


def test_lint_finds_the_truth_in_a_zip_and_lets_an_example_run_be(copied: Path) -> None:
    example = copied / "pages" / "example.csv"
    runfile.write(example, dict.fromkeys(labels(60, 1), True), editions.get("2023"))
    assert lint(copied) == []
    pack(copied / "reference_data" / "test", copied / "pages" / "kit.zip")
    (problem,) = lint(copied)
    assert problem.text.startswith("'truth.csv' in it holds the truth of 60 images")


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_lint_goes_past_a_damaged_zip(how: int, copied: Path) -> None:
    kit = copied / "pages" / "kit.zip"
    with zipfile.ZipFile(kit, "w", how) as target:
        target.write(copied / "reference_data" / "test" / "truth.csv", "truth.csv")
    assert [problem.path for problem in lint(copied)] == [str(kit)]
    content = bytearray(kit.read_bytes())
    content[60:90] = b"\xff" * 30
    kit.write_bytes(content)
    assert lint(copied) == []


def test_a_packed_competition_is_the_same_bytes(made: Path, copied: Path, tmp_path: Path) -> None:
    first = pack(made, tmp_path / "a.zip")
    second = pack(copied, tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()
    with pytest.raises(RunFileError, match=r"a\.zip: exists already"):
        pack(made, tmp_path / "a.zip")


# --- the part of YAML that is read


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: x\n",
        "a:\n  - 1\n  - x y\nb:\n- c: 1\n  d: 2\n- c: 3\n",
        "a: [0, 1, x]\nb: []\nc: ~\nd:\ne: null\n",
        "a: 'it''s'\nb: \"x\\n\\u00e4: #\"\nc: x # comment\n# comment\nd: x#y\n",
        "a: true\nb: False\nc: yes\nd: 'yes'\ne: on\nf: no\n",
        "a: 1.5\nb: -3\nc: 2027-01-02\nd: 2027-01-02 03:04:05\ne: '2027-01-02'\n",
        "a: |\n  one\n  two\n\n  three\nb: >\n  one\n  two\nc: |-\n  x\nd: 1\n",
        "---\na:\n  b:\n    c:\n      - d: 1\n        e:\n          - f\n",
        "- - 1\n  - 2\n- 3\n",
        'a-b: http://x.org/y\n"q r": 1\n',
        "- a:\n    - b\n  c: d\n-\n  e: f\n",
    ],
)
def test_yaml_is_read_as_pyyaml_reads_it(text: str) -> None:
    assert yaml_lines.read(text, "x").plain() == yaml.safe_load(text)


PLAIN = st.one_of(
    st.integers(-99, 99),
    st.booleans(),
    st.none(),
    st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), max_size=12),
)
TREE = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.dictionaries(
            st.from_regex(r"[a-z]{1,8}", fullmatch=True), inner, min_size=1, max_size=3
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(value=st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), TREE, min_size=1))
def test_what_pyyaml_writes_is_read_or_refused_never_misread(value: dict[str, object]) -> None:
    text = yaml.safe_dump(value, default_flow_style=False, width=1000)
    try:
        found = yaml_lines.read(text, "x").plain()
    except RunFileError:
        return
    assert found == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x:1: is empty"),
        ("a: 1\n  b: 2\n", "x:2: not YAML: mapping values are not allowed here; write it plainly"),
        (
            "a:\n    b: 1\n  c: 2\n",
            "x:3: not YAML: expected <block end>, but found '<block mapping start>'; write it "
            "plainly",
        ),
        ("a: 1\na: 2\n", "x:2: key 'a' again, after line 1"),
        ("a: {b: 1, b: 2}\n", "x:1: key 'b' again, after line 1"),
        ("a: &a\n  b: *a\n", "x:1: a value within itself; write it plainly"),
        (
            "a: 'x' y\n",
            "x:1: not YAML: expected <block end>, but found '<scalar>'; write it plainly",
        ),
        (
            "a:\n\tb: 1\n",
            "x:2: not YAML: found character '\\t' that cannot start any token; write it plainly",
        ),
        ('a: "\\q"\n', "x:1: not YAML: found unknown escape character 'q'; write it plainly"),
    ],
)
def test_other_yaml_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(RunFileError) as caught:
        yaml_lines.read(text, "x")
    assert str(caught.value) == message


def test_scores_are_plain_json(made: Path, tmp_path: Path) -> None:
    outcome = score(made, written(tmp_path))
    assert outcome.scores is not None
    json.dumps(outcome.scores, allow_nan=False)
