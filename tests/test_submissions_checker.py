"""The checker: the table of behaviours, every message with its file, and the organisers' rules."""

import io
import random
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submissions import RunFileError, checker, editions
from submissions import ids as id_files
from submissions.checking import byte_lines, one_pass
from submissions.problems import RunFindings

RUNS = Path(__file__).parent / "data" / "run_files"
IDS = tuple(f"real_unknown_000{i}" for i in range(1, 5))
OK = "real_unknown_0001,0\nreal_unknown_0002,1\nreal_unknown_0003,0\nreal_unknown_0004,1\n"
FIRST = "real_unknown_0001,0"


def found(path: Path, edition: str = "2023", ids: Sequence[str] | None = IDS) -> list[str]:
    """The problems without the folder before each."""
    problems = checker.check(path, editions.get(edition), ids)
    return [str(each).removeprefix(f"{path.parent}/") for each in problems]


def official(content: bytes, ids: Sequence[str]) -> bool:
    """Whether the organisers' validator of 2023 takes a file, written from its description."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    seen = set()
    for line in text.replace("\r\n", "\n").removesuffix("\n").split("\n"):
        fields = line.strip().split(",")
        if len(fields) != 2 or fields[0].strip() not in ids or fields[0].strip() in seen:
            return False
        try:
            if int(fields[1]) not in (0, 1):
                return False
        except ValueError:
            return False
        seen.add(fields[0].strip())
    return len(seen) == len(ids)


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


# --- every message has a file

MESSAGES = {
    "bom.csv": [r"bom\.csv:1: starts with a byte order mark \(BOM\), as Excel's 'CSV UTF-8' does"],
    "utf_16.csv": [r"utf_16\.csv: is UTF-16, not UTF-8; save it as"],
    "utf_16_no_bom.csv": [r"utf_16_no_bom\.csv: is UTF-16, not UTF-8"],
    "semicolon.csv": [r":1: id and label are not separated by ',' but by ';', which Excel writes"],
    "tab.csv": [r":1: .* but by a tab \(saved as TSV\?\)"],
    "one_column.csv": [r":2: no ',' in 'real_unknown_0002'; write <id>,<label>"],
    "third_column.csv": [r":2: more than two columns$"],
    "decimal_comma.csv": [r":2: more than two columns; is it a decimal comma\?"],
    "row_index.csv": [
        r":2: more than two columns; the first looks like a row index, .*index=False"
    ],
    "trailing_comma.csv": [r":2: a ',' after the label; an empty third column"],
    "quotes.csv": [r":2: quotes in '\"real_unknown_0002\"'; write ids and labels bare"],
    "odd_quote.csv": [
        r":2: quotes in '\"real_unknown_0002'",
        r"is not an image",
        r"no line for id",
    ],
    "blank_line.csv": [r":5: a blank line"],
    "header.csv": [r":1: 'image_id,prediction' is a header; there must be none"],
    "spaces.csv": [r":2: warning: spaces around the id or the label in 'real_unknown_0002 , 0'"],
    "padded_label.csv": [r":2: warning: decision '00' is read as 0; write 0"],
    "plus_label.csv": [r":2: warning: decision '\+0' is read as 0; write 0"],
    "no_break_space.csv": [r":2: an invisible character, U\+00A0 NO-BREAK SPACE"],
    "extension.csv": [
        r":2: id '.*2\.png' must be 'real_unknown_0002': the file extension does not"
    ],
    "padding.csv": [r":2: id 'real_unknown_2' must be 'real_unknown_0002': the number is padded"],
    "upper_case.csv": [r":2: id 'Real_Unknown_0002' must be '.*': upper and lower case differ"],
    "folder_in_id.csv": [r":2: id 'test/real_unknown_0002' has a folder before it; write 'real_"],
    "no_id.csv": [r":2: no id before the delimiter", r": no line for id 'real_unknown_0002'"],
    "no_label.csv": [r":2: no decision: 0 or 1 is missing"],
    "two.csv": [r":2: decision '2' is not 0 or 1$"],
    "score.csv": [r":2: decision '0\.7' is not 0 or 1: it looks like a score; decide first"],
    "decimal.csv": [r":2: decision '1\.0' is not 0 or 1: a decimal number; write it whole"],
    "word.csv": [r":2: decision 'True' is not 0 or 1: a word; write 1 for used"],
    "minus.csv": [r":2: decision '-1' is not 0 or 1: labels -1 and 1 of an SVM\?"],
    "minus_zero.csv": [r":2: decision '-0' is not 0 or 1: a minus sign; Python reads it as 0"],
    "underscore.csv": [r":2: decision '0_1' is not 0 or 1: '_' between digits; .* reads it as 1"],
    "other_digits.csv": [r":2: decision '١' is not 0 or 1: not an ASCII digit but ARABIC-INDIC"],
    "not_ascii_label.csv": [r":2: decision 'é' is not 0 or 1: not ASCII"],
    "large_score.csv": [r":2: decision '3\.5' is not 0 or 1: it looks like a score; decide first$"],
    "not_a_number.csv": [r":2: decision 'maybe' is not 0 or 1$"],
    "latin_1.csv": [r":5: byte 0xe9 is not UTF-8; save the file as UTF-8"],
    "old_mac.csv": [r":1: a line ends in CR alone, as on old Macs; end lines in LF or CRLF"],
    "long_line.csv": [r":5: a line of more than 4096 bytes; not a run line"],
    "unknown_id.csv": [
        r":5: id 'real_unknown_0O05' is not .*; the closest is 'real_unknown_000\d'"
    ],
    "far_id.csv": [r":5: id 'zzz' is not an image of the test set$"],
    "repeated.csv": [r":5: id 'real_unknown_0001' again, after line 1, with the same label"],
    "conflict.csv": [r":5: id '.*1' again, after line 1, with another label; which one is meant\?"],
    "repeated_unread.csv": [r":5: decision '2' is not", r":5: id '.*1' again, after line 1$"],
    "missing.csv": [r"missing\.csv: no line for id 'real_unknown_0004'"],
    "other_data.csv": [r": no line is for an image of this test set \('real_unknown_0001', …\)"],
    "one_label.csv": [r": warning: every image has the label '1'; such a run says nothing"],
    "empty.csv": [r"empty\.csv: is empty; a run has one line for each test image"],
    "only_blank.csv": [r":1: a blank line", r": has no line for any image"],
    "image.csv": [r"image\.csv: is a PNG image, not text; a run is a plain CSV text file"],
    "binary.csv": [r"binary\.csv: is a binary file, not text"],
    "truncated_zip.zip": [r"truncated_zip\.zip: is a damaged zip; make it again"],
}
OTHERS = {
    ("without_extension.csv", "2025_s1"): [
        r":1: id 'real_unknown_1' must be 'real_unknown_1\.png'"
    ],
    ("with_extension.csv", "2024_s1"): [r"'extension_in_id' of edition '2024_s1' is inferred, not"],
    ("pattern.csv", "2023"): [
        r":1: warning: id 'slice_1' does not look like",
        r": warning: 2 ids; the",
    ],
    ("pattern.csv", "2025_s1"): [r"does not look like .*\('id_pattern' of edition .* is inferred"],
    ("six_classes.csv", "2025_s2"): [r": warning: 6 different labels; there are 5 classes"],
    ("class_case.csv", "classes.toml"): [r":2: class 'Heart' is not a class; upper and lower case"],
    ("class_unknown.csv", "classes.toml"): [
        r":2: class 'liver' is not a class; known: lung, heart"
    ],
    ("class_missing.csv", "classes.toml"): [r":2: no class after the delimiter"],
    ("header_missing.csv", "headed.toml"): [r":1: the first line must be 'id,used'; got 'real_unk"],
    ("header_other.csv", "headed.toml"): [
        r":1: the first line must be 'id,used'; got 'name,label'"
    ],
    ("words.csv", "decision_words.toml"): [r":2: decision 'maybe' is not out or in"],
    ("valid.zip", "2023"): [
        r": warning: edition '2023' takes the run itself, not a zip \('container'"
    ],
    ("in_folder.zip", "2025_s1"): [
        r": the run is in the folder 'run'; zip the file, not its folder"
    ],
    ("two_runs.zip", "2025_s1"): [
        r": holds 2 runs \('run1\.csv', 'run2\.csv'\); an upload holds one"
    ],
    ("no_run.zip", "2025_s1"): [r": holds no run; put 'run\.csv' into it", r"'readme\.md' beside"],
    ("beside.zip", "2025_s1"): [r": warning: holds 'notes\.md' beside the run; zip the run alone"],
    ("mac.zip", "2025_s1"): [r": warning: holds '__MACOSX/\._run\.csv', which the system added"],
    ("member.zip", "2025_s1"): [
        r": warning: the run is called 'mine\.csv'; 'run\.csv' is expected"
    ],
    ("traversal.zip", "2025_s1"): [r": holds '\.\./run\.csv', a path that leads outside the zip"],
    ("absolute.zip", "2025_s1"): [r": holds '/etc/run\.csv', a path that leads outside the zip"],
    ("link.zip", "2025_s1"): [r": holds 'run\.csv', a symbolic link"],
    ("encrypted.zip", "2025_s1"): [
        r": holds 'run\.csv', which is encrypted; zip it without a pass"
    ],
    ("bzip2.zip", "2025_s1"): [r": holds 'run\.csv', packed by an unusual method; use plain zip"],
    ("bomb.zip", "2025_s1"): [r": would unpack [\d,]+ to 20,000,000 bytes, as a zip bomb does"],
    ("many.zip", "2025_s1"): [r": holds 1,001 files; a run is one"],
    ("workbook.zip", "2025_s1"): [r": is an Excel workbook, not text; save it as CSV"],
    ("damaged.zip", "2025_s1"): [r"damaged\.zip: is a damaged zip; make it again"],
    ("wrong_inside.zip", "2025_s1"): [r"wrong_inside\.zip/run\.csv:5: a blank line"],
}


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_has_a_file(name: str) -> None:
    lines = found(RUNS / name)
    for wanted in MESSAGES[name]:
        assert any(re.search(wanted, line) for line in lines), lines


@pytest.mark.parametrize(("name", "edition"), OTHERS)
def test_every_message_of_other_editions_has_a_file(name: str, edition: str) -> None:
    rules = str(RUNS / edition) if edition.endswith(".toml") else edition
    lines = found(RUNS / name, rules, IDS if edition.startswith("headed") else None)
    for wanted in OTHERS[name, edition]:
        assert any(re.search(wanted, line) for line in lines), lines


def test_every_file_is_used() -> None:
    used = {*MESSAGES, *(name for name, _ in OTHERS), "valid.csv", "other_extension.csv"}
    kept = {path.name for path in RUNS.iterdir() if path.suffix in (".csv", ".zip")}
    assert kept == used


def test_valid_files_have_no_problem() -> None:
    assert found(RUNS / "valid.csv") == []
    ids = [f"real_unknown_{i}" for i in range(1, 5)]
    assert found(RUNS / "with_extension.csv", "2025_s1", ids) == []
    assert found(RUNS / "valid.zip", "2025_s1", ids) == []


def test_another_extension_than_the_images() -> None:
    lines = found(
        RUNS / "other_extension.csv", "2025_s1", [f"real_unknown_{i}" for i in range(1, 5)]
    )
    assert lines[0].endswith("must be 'real_unknown_1.png': the file extension differs")


def test_a_directory_and_an_absent_file(tmp_path: Path) -> None:
    (problem,) = checker.check(tmp_path, editions.get("2023"))
    assert problem.text == "is a directory; give the run file inside it"
    (problem,) = checker.check(tmp_path / "none.csv", editions.get("2023"))
    assert problem.text == "cannot be read: no such file or directory"


def test_a_device_is_refused_and_not_read() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("no /dev/zero here")
    (problem,) = checker.check("/dev/zero", editions.get("2023"))
    assert problem.text == "is not a regular file but a device or a pipe"


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


# --- size


def test_a_million_lines(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    ids = [f"id{i}" for i in range(1_000_000)]
    run.write_text("".join(f"{each},{i % 2}\n" for i, each in enumerate(ids)) + "id7,1\n")
    assert found(run, ids=ids) == [
        "run.csv:1000001: id 'id7' again, after line 8, with the same label"
    ]


def test_memory_does_not_grow_with_what_is_wrong(tmp_path: Path) -> None:
    import tracemalloc

    run = tmp_path / "run.csv"
    run.write_text("".join(f"nobody_{i},1\n" for i in range(25_000)))
    tracemalloc.start()
    try:
        problems = checker.check(run, editions.get("2023"), IDS)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert checker.n_errors(problems)[0] == 25_000 + 1 + len(IDS)


def test_a_huge_line_in_constant_memory(tmp_path: Path) -> None:
    import tracemalloc

    run = tmp_path / "run.csv"
    with run.open("wb") as stream:
        for _ in range(64):
            stream.write(b"a" * (1 << 20))
        stream.write(f"\n{OK}".encode())
    tracemalloc.start()
    try:
        lines = found(run)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
    assert lines == ["run.csv:1: a line of more than 4096 bytes; not a run line"]


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(st.sampled_from(["a", "bc", "\r", "\n", "\r\n", "def"]), max_size=12),
    size=st.integers(1, 6),
)
def test_lines_are_the_same_however_they_are_read(parts: list[str], size: int) -> None:
    content = "".join(parts).encode()
    lines = byte_lines.split(io.BytesIO(content), chunk_size=size)
    found = [(line or b"") + end for _, line, end in lines]
    assert found == content.splitlines(keepends=True)


# --- the organisers refuse: we refuse

PIECES = [
    ",", ",,", ";", "\t", " ", "\n", "\r\n", "\r", "\n\n",
    '"', "'", "0", "1", "2", "+1", "01", "-0",
    "0_1", "1.0", "True", "٠", "\ufeff", "\u00a0", "\u200b", "\x00", "\x85", "\u2028",
    ".png", "R", "id,label\n",
    "real_unknown_0001", "real_unknown_0002,1\n", "real_unknown_5,1\n",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, len(OK)), st.integers(0, 12), st.sampled_from(["", *PIECES])),
        max_size=4,
    ),
    order=st.randoms(use_true_random=False),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_organisers_refuse_is_refused(
    cuts: list[tuple[int, int, str]],
    order: random.Random,
    ending: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    rows = OK.split()
    order.shuffle(rows)
    text = ending.join(rows) + ending
    for start, length, piece in cuts:
        text = text[:start] + piece + text[start + length :]
    run = tmp_path_factory.getbasetemp() / "corrupted.csv"
    run.write_bytes(text.encode())
    problems = checker.check(run, editions.get("2023"), IDS)
    refused = any(problem.is_error for problem in problems)
    assert refused or official(run.read_bytes(), IDS), (text, problems)
    if not cuts:
        assert not problems


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=300))
def test_no_bytes_make_the_checker_fail(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = tmp_path_factory.getbasetemp() / "any.csv"
    for start in (b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf"):
        run.write_bytes(start + content)
        for edition in ("2023", "2025_s2"):
            problems = checker.check(run, editions.get(edition), IDS)
            assert any(problem.is_error for problem in problems)


@settings(max_examples=600, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_no_broken_zip_makes_the_checker_fail(
    changes: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray((RUNS / "valid.zip").read_bytes())
    for place, byte in changes:
        content[place % len(content)] = byte
    run = tmp_path_factory.getbasetemp() / "any.zip"
    run.write_bytes(content)
    checker.check(run, editions.get("2025_s1"), IDS)


def test_the_zip_s_own_word_on_its_size_is_not_trusted(tmp_path: Path) -> None:
    """A member that says it is small and is not."""
    path = tmp_path / "lie.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("run.csv", "0" * 3_000_000)
    content = path.read_bytes().replace(
        (3_000_000).to_bytes(4, "little"), (80).to_bytes(4, "little")
    )
    path.write_bytes(content)
    assert found(path, "2025_s1", None)[0] == "lie.zip: is a damaged zip; make it again"
