"""Faults of a competition that lint finds, and the YAML that is read."""

import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from competitions import competition, labels
from submissions import RunFileError, editions, runfile
from submissions.codabench import yaml_lines
from submissions.codabench.lint import lint
from submissions.codabench.score import pack


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """To be changed."""
    return competition(tmp_path)


yaml = pytest.importorskip("yaml")


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
