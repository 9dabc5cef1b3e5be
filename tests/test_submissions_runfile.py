"""Run files written, read, repaired and bundled."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submissions import RunFileError, bundle, checker, editions, runfile, truth
from submissions.fix import fix

RUNS = Path(__file__).parent / "data" / "run_files"
IDS = tuple(f"real_unknown_000{i}" for i in range(1, 5))
DECISIONS = {image_id: i % 2 == 1 for i, image_id in enumerate(IDS)}
E23, E25 = editions.get("2023"), editions.get("2025_s1")
CLASSES = editions.get(RUNS / "classes.toml")


# --- writing


def test_the_bytes_of_2023(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "run.csv"
    runfile.write(run, DECISIONS, E23)
    assert run.read_bytes() == (RUNS / "valid.csv").read_bytes()
    assert [path.name for path in run.parent.iterdir()] == ["run.csv"]


def test_the_bytes_of_2025(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    runfile.write(run, {"real_unknown_1": True, "b": False}, E25, file_names={"b": "b.jpg"})
    assert run.read_bytes() == b"real_unknown_1.png,1\nb.jpg,0\n"
    assert runfile.read(run, E25) == {"real_unknown_1": True, "b": False}


def test_classes_and_a_header(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    runfile.write(run, {"g1": "lung", "g2": "heart"}, CLASSES)
    assert run.read_bytes() == b"g1.png,lung\ng2.png,heart\n"
    assert runfile.read_classes(run, CLASSES) == {"g1": "lung", "g2": "heart"}
    runfile.write(run, DECISIONS, editions.get(RUNS / "headed.toml"), force=True)
    assert run.read_text().startswith("id,used\nreal_unknown_0001,0\n")


def test_an_existing_file_stays(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text("mine")
    with pytest.raises(RunFileError, match=r"run\.csv: exists already; .* --force to replace it"):
        runfile.write(run, DECISIONS, E23)
    assert run.read_text() == "mine"
    runfile.write(run, DECISIONS, E23, force=True)
    assert run.read_text() != "mine"


@pytest.mark.parametrize(
    ("decisions", "message"),
    [
        ({}, r"run\.csv: no decisions; a run needs at least one image"),
        ({"a,b": True, "c": False}, r"run\.csv: 'a,b,1' cannot be written: more than two"),
        ({"a\nb": True, "c": False}, r"run\.csv: 'a\\nb,1' cannot be written: an invis"),
        ({" a": True, "c": False}, r"run\.csv: ' a,1' cannot be written: spaces around"),
        ({"it's": True, "c": False}, r"run\.csv: \"it's,1\" cannot be written: quotes in"),
        ({"a": True, "a.png": False}, r"ids: 'a\.png' comes twice .a run file would write 'a' for"),
    ],
)
def test_nothing_is_left_of_what_cannot_be_written(
    decisions: dict[str, bool], message: str, tmp_path: Path
) -> None:
    with pytest.raises(RunFileError, match=message):
        runfile.write(tmp_path / "run.csv", decisions, E23)
    assert list(tmp_path.iterdir()) == []


def test_a_file_name_that_is_no_image_s(tmp_path: Path) -> None:
    with pytest.raises(RunFileError, match=r"run\.csv: file name 'b\.npy' of 'b' is no image's"):
        runfile.write(tmp_path / "run.csv", {"b": True}, E25, file_names={"b": "b.npy"})


def test_a_class_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(
        RunFileError, match=r"run\.csv: 'g1\.png,liver' cannot be written: class 'liver' is"
    ):
        runfile.write(tmp_path / "run.csv", {"g1": "liver"}, CLASSES)


@settings(max_examples=150, deadline=None)
@given(
    decisions=st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), st.booleans(), max_size=8
    ),
    name=st.sampled_from(["2023", "2024_s1", "2025_s1"]),
)
def test_whatever_is_written_is_valid_and_reads_back(
    decisions: dict[str, bool], name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    edition = editions.get(name)
    run = tmp_path_factory.getbasetemp() / "property.csv"
    run.unlink(missing_ok=True)
    try:
        runfile.write(run, decisions, edition)
    except RunFileError:
        assert not run.exists()
        return
    assert not any(p.is_error for p in checker.check(run, edition, decisions))
    written = runfile.read(run, edition, decisions)
    assert {edition.token(i): used for i, used in written.items()} == {
        edition.token(i): used for i, used in decisions.items()
    }


# --- reading


def test_reading_tells_the_first_error_and_whether_there_are_more(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text("real_unknown_0001,0.7\n")
    with pytest.raises(RunFileError, match=r"run\.csv:1: decision '0\.7' is not 0 or 1"):
        runfile.read(run, E23)
    with pytest.raises(RunFileError, match=r"; and 3 more errors \(clefgan check lists them\)$"):
        runfile.read(run, E23, IDS)


def test_reading_takes_what_the_organisers_take() -> None:
    assert runfile.read(RUNS / "plus_label.csv", E23)["real_unknown_0002"] is False
    assert runfile.read(RUNS / "valid.zip", E25)["real_unknown_1"] is True


def test_the_two_kinds_of_edition_are_not_mixed_up() -> None:
    with pytest.raises(RunFileError, match="asks for classes, not for used or not"):
        runfile.read(RUNS / "valid.csv", CLASSES)
    with pytest.raises(RunFileError, match="asks for used or not, not for classes"):
        runfile.read_classes(RUNS / "valid.csv", E23)
    with pytest.raises(RunFileError, match="asks for classes, not for used or not"):
        truth.read(RUNS / "valid.csv", CLASSES)


# --- truth


@pytest.mark.parametrize(
    "name", ["valid.csv", "header.csv", "bom.csv", "semicolon.csv", "tab.csv", "utf_16.csv"]
)
def test_truth_is_read_where_it_is_certain(name: str) -> None:
    assert truth.read(RUNS / name, E23) == DECISIONS


def test_truth_has_ids_with_or_without_extension() -> None:
    wanted = {f"real_unknown_{i}": i % 2 == 1 for i in range(1, 5)}
    for name in ("with_extension.csv", "without_extension.csv"):
        assert truth.read(RUNS / name, E25) == wanted
        assert truth.read(RUNS / name, E23) == wanted


@pytest.mark.parametrize("name", ["score.csv", "conflict.csv", "no_label.csv", "image.csv"])
def test_truth_is_refused_where_it_is_not_certain(name: str) -> None:
    with pytest.raises(RunFileError, match=r"\(in the truth file\)"):
        truth.read(RUNS / name, E23)


# --- repair

REPAIRED = [
    "bom.csv", "utf_16.csv", "utf_16_no_bom.csv", "semicolon.csv", "tab.csv", "trailing_comma.csv",
    "quotes.csv", "blank_line.csv", "header.csv", "spaces.csv", "padded_label.csv",
    "plus_label.csv",
    "no_break_space.csv", "extension.csv", "padding.csv", "upper_case.csv", "folder_in_id.csv",
    "minus_zero.csv", "old_mac.csv", "repeated.csv",
]  # fmt: skip
IN_DOUBT = [
    "one_column.csv", "third_column.csv", "row_index.csv", "odd_quote.csv", "no_id.csv",
    "no_label.csv", "two.csv", "score.csv", "minus.csv", "underscore.csv", "not_a_number.csv",
    "latin_1.csv", "long_line.csv", "unknown_id.csv", "conflict.csv", "missing.csv",
    "other_data.csv", "empty.csv", "only_blank.csv", "binary.csv", "truncated_zip.zip",
]  # fmt: skip


@pytest.mark.parametrize("name", REPAIRED)
def test_a_certain_repair_gives_the_valid_file(name: str, tmp_path: Path) -> None:
    before = (RUNS / name).read_bytes()
    copy, changes = fix(RUNS / name, E23, IDS, out=tmp_path / "fixed.csv")
    valid = (RUNS / "valid.csv").read_bytes()
    if b"0002,1" not in copy.read_bytes():  # most files say so of the line that is wrong
        valid = valid.replace(b"0002,1", b"0002,0")
    assert copy.read_bytes() == valid
    assert sum(changes.values()) >= 1
    assert (RUNS / name).read_bytes() == before


@pytest.mark.parametrize("name", ["decimal.csv", "word.csv", "other_digits.csv"])
def test_decisions_that_are_certainly_meant(name: str, tmp_path: Path) -> None:
    copy, changes = fix(RUNS / name, E23, IDS, out=tmp_path / "fixed.csv")
    assert runfile.read(copy, E23, IDS)["real_unknown_0002"] is True
    assert changes == {"wrote decisions as 0 or 1": 1}


@pytest.mark.parametrize("name", IN_DOUBT)
def test_what_is_in_doubt_is_not_repaired(name: str, tmp_path: Path) -> None:
    with pytest.raises(
        RunFileError, match=r"not repaired: \d+ problems? (has|have) no certain repair"
    ):
        fix(RUNS / name, E23, IDS, out=tmp_path / "fixed.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_valid_file_needs_no_copy(tmp_path: Path) -> None:
    assert fix(RUNS / "valid.csv", E23, IDS, out=tmp_path / "x.csv") == (RUNS / "valid.csv", {})
    assert list(tmp_path.iterdir()) == []


def test_the_copy_stands_beside_and_is_not_replaced(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_bytes((RUNS / "header_missing.csv").read_bytes())
    headed = editions.get(RUNS / "headed.toml")
    copy, changes = fix(run, headed, IDS)
    assert copy == tmp_path / "run.fixed.csv"
    assert changes == {"wrote the header": 1}
    assert copy.read_text().startswith("id,used\nreal_unknown_0001")
    with pytest.raises(RunFileError, match=r"run\.fixed\.csv: exists already"):
        fix(run, headed, IDS)


def test_a_run_is_taken_out_of_an_untidy_zip(tmp_path: Path) -> None:
    copy, _ = fix(RUNS / "in_folder.zip", E25, None, out=tmp_path / "run.csv")
    assert copy.read_bytes() == (RUNS / "with_extension.csv").read_bytes()


# --- bundle


def test_the_bundle_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    run = tmp_path / "mine.csv"
    run.write_bytes((RUNS / "with_extension.csv").read_bytes())
    first = bundle.write(run, E25, out=tmp_path / "a.zip")
    os.utime(run, (1_000_000_000, 1_000_000_000))
    run.chmod(0o600)
    second = bundle.write(run, E25)
    assert second == tmp_path / "mine.zip"
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as packed:
        assert packed.namelist() == ["run.csv"]
        assert packed.read("run.csv") == run.read_bytes()
    digest = hashlib.sha256(first.read_bytes()).hexdigest()
    assert digest == "9968609d20d82d80f507f5dd483952b1f5803e2fef7eba7d50012780f75f7f64"


def test_a_wrong_run_is_not_bundled(tmp_path: Path) -> None:
    with pytest.raises(
        RunFileError, match=r"without_extension\.csv:1: id 'real_unknown_1' must be"
    ):
        bundle.write(RUNS / "without_extension.csv", E25, out=tmp_path / "a.zip")
    with pytest.raises(RunFileError, match=r"valid\.zip: is a zip already; give the run file"):
        bundle.write(RUNS / "valid.zip", E25, out=tmp_path / "a.zip")
    (tmp_path / "a.zip").write_text("mine")
    with pytest.raises(RunFileError, match=r"a\.zip: exists already"):
        bundle.write(RUNS / "with_extension.csv", E25, out=tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_text() == "mine"


def test_the_number_of_runs(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text('base = "2025_s1"\nmax_runs = 2\n')
    limited = editions.get(path)
    bundle.count(["a.csv", "b.csv"], limited)
    with pytest.raises(RunFileError, match=r"3 runs; edition 'two' takes at most 2 \(given\)"):
        bundle.count(["a.csv", "b.csv", "c.csv"], limited)
    with pytest.raises(RunFileError, match=r"x/\.\./a\.csv: given twice; give each run once"):
        bundle.count(["a.csv", "x/../a.csv"], E25)
