"""What the checker takes, and how much it says at once."""

import io
from pathlib import Path

import pytest

from checked_runs import FIRST, IDS, OK, RUNS, found, official
from submissions import RunFileError, checker, editions
from submissions import ids as id_files
from submissions.checking import one_pass
from submissions.problems import RunFindings

# --- the table: (what, content, level of what the checker finds, a word of the likely cause)

ACCEPTED = "accepted"
TABLE = [
    ("LF", OK, ACCEPTED, ""),
    ("CRLF", OK.replace("\n", "\r\n"), ACCEPTED, ""),
    ("no final newline", OK.rstrip(), ACCEPTED, ""),
    ("any order", "\n".join(reversed(OK.split())), ACCEPTED, ""),
    ("all 0", OK.replace(",1", ",0"), "warning", "every image has the label '0'"),
    ("all 1", OK.replace(",0", ",1"), "warning", "every image has the label '1'"),
    ("spaces around tokens", OK.replace(",", " , "), "warning", "spaces"),
    ("01", OK.replace(",1", ",01"), "warning", "write 1"),
    ("+1", OK.replace(",1", ",+1"), "warning", "write 1"),
    ("0_1", OK.replace(",1", ",0_1"), "error", "'_' between digits"),
    ("-0", OK.replace(",0", ",-0"), "error", "minus sign"),
    ("non-ASCII digits", OK.replace(",1", ",١"), "error", "ARABIC-INDIC DIGIT ONE"),
    ("blank line", OK + "\n", "error", "blank line"),
    ("header row", "id,used\n" + OK, "error", "header"),
    ("extension", OK.replace(",", ".png,"), "error", "extension does not belong"),
    ("unpadded id", OK.replace("000", ""), "error", "padded differently"),
    ("upper-case id", OK.upper(), "error", "upper and lower case"),
    ("UTF-8 BOM", "\ufeff" + OK, "error", "BOM"),
    ("UTF-16", OK.encode("utf-16"), "error", "UTF-16"),
    (";", OK.replace(",", ";"), "error", "Excel"),
    ("tab", OK.replace(",", "\t"), "error", "a tab"),
    ("third column", OK.replace("\n", ",x\n"), "error", "more than two columns"),
    ("trailing comma", OK.replace("\n", ",\n"), "error", "empty third column"),
    ("quotes", OK.replace("real", '"real').replace(",", '",'), "error", "quotes"),
    ("1.0", OK.replace(",1", ",1.0"), "error", "'1.0' is not 0 or 1"),
    ("True", OK.replace(",1", ",True"), "error", "'True' is not 0 or 1"),
    ("0.7", OK.replace(",1", ",0.7"), "error", "'0.7' is not 0 or 1: it looks like a score"),
    ("empty score", OK.replace(",1", ","), "error", "no decision"),
    ("missing id", OK.replace(FIRST + "\n", ""), "error", "no line for id 'real_unknown_0001'"),
    ("unknown id", OK + "other,1\n", "error", "'other' is not an image of the test set"),
    ("repeated id", OK + FIRST, "error", "again, after line 1"),
]


@pytest.mark.parametrize(
    ("content", "level", "cause"), [r[1:] for r in TABLE], ids=[r[0] for r in TABLE]
)
def test_the_table_of_behaviours(
    content: str | bytes, level: str, cause: str, tmp_path: Path
) -> None:
    run = tmp_path / "run.csv"
    run.write_bytes(content if isinstance(content, bytes) else content.encode())
    problems = checker.check(run, editions.get("2023"), IDS)
    assert {problem.level for problem in problems} == ({level} - {ACCEPTED})
    assert cause in "\n".join(map(str, problems))
    extra_strict = ("0_1", "-0", "١")  # what the organisers take and we refuse
    takes = official(run.read_bytes(), IDS)
    refused = any(problem.is_error for problem in problems)
    assert takes is not refused or any(each in str(content) for each in extra_strict)


def test_one_cause_is_told_once_a_line(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text(OK.replace(",", ";"))
    assert len(found(run)) == 4  # no missing ids, no unknown ids


def test_all_problems_at_once_errors_first(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text("real_unknown_0001, 0\nreal_unknown_0002,2\n\nreal_unknown_0009,1\n")
    problems = checker.check(run, editions.get("2023"), IDS)
    assert [p.level for p in problems] == ["error"] * 5 + ["warning"]
    assert {p.kind for p in problems} == {"decision", "blank", "unknown", "missing", "spaces"}


def test_at_most_20_of_a_kind_then_a_count(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text("".join(f"real_unknown_{i:04d},2\n" for i in range(1, 201)))
    edition = editions.get("2023")
    problems = checker.check(run, edition, edition.known_ids())
    assert len(problems) == 21
    assert problems[-1].text == "and 180 more of the kind 'decision'"
    assert checker.n_errors(problems) == (200, 0)


def test_too_many_ids_when_nobody_gave_them() -> None:
    findings = RunFindings("run.csv", editions.get("2023"))
    one_pass.Scan(findings, None, None, most_ids=3).run(io.BytesIO(OK.encode()))
    said = [str(problem) for problem in findings.problems]
    assert said == ["run.csv:4: more than 3 ids; no edition has as many"]


def test_ids_that_a_run_could_not_tell_apart() -> None:
    with pytest.raises(
        RunFileError, match=r"ids: 'a\.jpg' comes twice \(a run file would write 'a'"
    ):
        checker.check(RUNS / "valid.csv", editions.get("2023"), ["a.png", "a.jpg"])
    with pytest.raises(RunFileError, match="ids: no id"):
        checker.check(RUNS / "valid.csv", editions.get("2023"), [])


def test_an_id_that_starts_like_a_zip(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text("PK01,0\nPK02,1\n")
    assert found(run, ids=["PK01", "PK02"]) == []


def test_odd_ids_are_right_if_they_are_the_data_s(tmp_path: Path) -> None:
    ids = ["a b", "it's", 'x"y', "ü", "d/e", "1.png.2"]
    run = tmp_path / "run.csv"
    run.write_text("plain,1\n" + "".join(f"{each},{i % 2}\n" for i, each in enumerate(ids)))
    assert found(run, ids=["plain", *ids]) == []


def test_reading_ids(tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("image_id,label\na.png,1\n\nb.png\n")
    assert id_files.read(path) == ("a.png", "b.png")
    path.write_text("\n")
    with pytest.raises(RunFileError, match=r"ids\.txt: no id; write one per line"):
        id_files.read(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RunFileError, match="ids are not UTF-8 text"):
        id_files.read(path)
    with pytest.raises(RunFileError, match="cannot read the ids: No such file"):
        id_files.read(tmp_path / "none")
