"""Every message of the checker has a run file that brings it."""

import re
from pathlib import Path

import pytest

from checked_runs import IDS, RUNS, found
from submissions import checker, editions

# --- every message has a file

MESSAGES = {
    "bom.csv": [r"bom\.csv:1: starts with a byte order mark \(BOM\), as Excel's 'CSV UTF-8' does"],
    "utf_16.csv": [r"utf_16\.csv: is UTF-16, not UTF-8; save it as plain CSV$"],
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
    "conflict.csv": [r":5: id '.*1' again, after line 1, with another label; keep one of the two$"],
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


def test_a_folder_an_absent_file_and_a_zip_that_is_none(tmp_path: Path) -> None:
    (problem,) = checker.check(tmp_path, editions.get("2023"))
    assert problem.text == "is a folder; give the run files in it"
    (tmp_path / "run.zip").write_text("real_unknown_0001,1\n")
    (problem,) = checker.check(tmp_path / "run.zip", editions.get("2023"))
    assert problem.text == "is named .zip but is no zip; make it again"
    (problem,) = checker.check(tmp_path / "none.csv", editions.get("2023"))
    assert problem.text == "cannot be read: no such file or directory"


def test_a_device_is_refused_and_not_read() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("no /dev/zero here")
    (problem,) = checker.check("/dev/zero", editions.get("2023"))
    assert problem.text == "is not a regular file but a device or a pipe"
