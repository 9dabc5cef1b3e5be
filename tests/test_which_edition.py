"""The edition of data and runs where none is given, and what is said of a contradiction."""

import zipfile
from pathlib import Path

import pytest

from building import challenge, noise, save
from clefgan.data import which_edition
from running import clefgan
from submissions import editions, recognition
from submissions.edition import Edition

OF_2023 = [f"real_unknown_{number:04d}" for number in range(1, 201)]
OF_2025 = [f"real_unknown_{number}.png" for number in range(1, 501)]
DEV = {"dev/generated": 3, "dev/used": 4, "dev/not_used": 4}


def run_file(path: Path, ids: list[str], label: str = "1") -> Path:
    """A run file that says the same of all."""
    path.write_text("".join(f"{each},{label}\n" for each in ids))
    return path


def data_of_2025(root: Path, n: int = 300) -> Path:
    """A folder whose candidates are called as those of 2025."""
    challenge(root, {**DEV, "test/generated_unknown": 3})
    save(root / "test/real_unknown", noise(n, 16), "real_unknown_{}")
    return root


@pytest.mark.parametrize(
    ("ids", "name"),
    [
        (OF_2023, "2023"),
        (OF_2025, "2025_s1"),
        (OF_2025[:260], "2025_s1"),
        ([*OF_2023[:195], "stranger", "other"], "2023"),
        (OF_2023[:50], None),
        (OF_2025[:249], None),
        ([*OF_2023[:150], *OF_2025[:100]], None),
        ([f"image_{number}" for number in range(500)], None),
        ([], None),
    ],
)
def test_ids_tell_the_edition_where_most_are_there_and_have_its_form(
    ids: list[str], name: str | None
) -> None:
    assert recognition.of_ids(ids) == name


def test_ids_are_read_from_a_run_and_from_a_zip_and_not_from_anything_else(tmp_path: Path) -> None:
    run = run_file(tmp_path / "a.csv", OF_2025)
    assert recognition.of_run(run) == "2025_s1"
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as target:
        target.write(run, "run.csv")
    assert recognition.of_run(packed) == "2025_s1"
    for path in (run, packed):
        assert recognition.of_run(path, largest=run.stat().st_size) == "2025_s1"
        assert recognition.of_run(path, largest=run.stat().st_size - 1) is None
    renamed = packed.rename(tmp_path / "packed")
    assert recognition.of_run(renamed) == "2025_s1"
    with zipfile.ZipFile(packed, "w") as target:
        target.write(run, "mine.csv")
        target.write(run, "other.csv")
    assert recognition.of_run(packed) is None
    (tmp_path / "no.zip").write_bytes(b"no zip")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)))
    for path in (tmp_path / "no.zip", tmp_path / "binary.csv", tmp_path, tmp_path / "absent.csv"):
        assert recognition.of_run(path) is None


def test_a_damaged_zip_is_one_line_of_the_checker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "a.zip"
    with zipfile.ZipFile(run, "w", zipfile.ZIP_DEFLATED) as target:
        target.write(run_file(tmp_path / "a.csv", OF_2025), "run.csv")
    content = bytearray(run.read_bytes())
    for damaged in (60, 120, 180):  # in what is packed: zlib, not zipfile, says that it is wrong
        run.write_bytes(content[:damaged] + b"\xff" * 8 + content[damaged + 8 :])
        assert recognition.of_run(run) is None
        assert clefgan("check", run, "--edition", "2025_s1") == 1
        assert "is a damaged zip; make it again" in " ".join(capsys.readouterr().out.split())


def test_data_tell_the_edition_by_name_by_ids_and_by_folders(tmp_path: Path) -> None:
    def told(data: str | Path) -> tuple[str, bool] | None:
        known = which_edition.of(data)
        return None if known is None else (known.name, known.is_certain)

    assert told("imageclef_gans/2024_s1") == ("2024_s1", True)
    assert told("imageclef_gans/2025_s1/1.1.0") == ("2025_s1", True)
    assert told("imageclef_gans") is None
    assert told("phantom_classes") == ("2025_s2", False)
    assert told("phantom_ct") is None
    assert told("nowhere") is None
    assert told(data_of_2025(tmp_path / "2025")) == ("2025_s1", True)
    assert told(challenge(tmp_path / "own", {**DEV, "test/real_unknown": 3})) is None
    assert told(challenge(tmp_path / "dev", DEV)) is None
    classes = challenge(tmp_path / "classes", {"real/a": 2, "real/b": 2})
    assert told(classes) == ("2025_s2", False)
    save(classes / "real", noise(1, 16), "of_no_class_{}")
    assert told(classes) is None
    kept = tmp_path / "imageclef_gans/2024_s1/1.0.0"
    kept.mkdir(parents=True)
    (kept / "dataset_info.json").touch()
    assert told(kept) == told(kept.parent) == ("2024_s1", True)
    twice = challenge(tmp_path / "twice", {"a/used": 1, "b/used": 1})
    assert told(twice) is None  # reading it says what is wrong


def test_run_and_info_take_the_edition_from_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = data_of_2025(tmp_path / "data")
    assert clefgan("run", "--method", "coin", "--data", data, "--out", tmp_path, "-q") == 0
    assert (tmp_path / "coin.csv").read_text().startswith("real_unknown_1.png,")
    classes = challenge(tmp_path / "classes", {"real/a": 2, "real/b": 2})
    assert clefgan("data", "info", classes) == 0
    assert "evidence: A1 (real)" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["run", "--method", "coin"], ["evaluate", "--method", "coin"], ["data", "info"]]
)
def test_data_of_another_edition_are_refused_in_one_line(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = data_of_2025(tmp_path / "data")
    named = [data] if words[0] == "data" else ["--data", data, "--out", tmp_path / "out"]
    assert clefgan(*words, *named, "--edition", "2023") == 1
    assert capsys.readouterr().err.splitlines() == [
        f"clefgan: {data}: the data are of edition '2025_s1' by their candidates' ids; got edition "
        "'2023'; leave the edition out, or give data of that edition"
    ]
    assert not (tmp_path / "out").exists()


def test_only_what_excludes_an_edition_contradicts_it(tmp_path: Path) -> None:
    by_ids = which_edition.EditionOfData("2023", "candidates' ids", is_certain=True)
    by_name = which_edition.EditionOfData("2023", "name", is_certain=True)
    perhaps = which_edition.EditionOfData("2025_s2", "folders", is_certain=False)
    own = tmp_path / "own.toml"
    own.write_text('base = "2025_s1"\n')
    for known, asked in (
        (by_ids, editions.get("2024_s1")),  # whose ids nobody knows
        (by_ids, editions.get("2023")),
        (by_name, editions.get(own)),
        (perhaps, editions.get("2024_s2")),
        (None, editions.get("2023")),
    ):
        which_edition.refuse_another("data", known, asked)
    with pytest.raises(Exception, match="of edition '2023' by their name; got edition '2024_s1'"):
        which_edition.refuse_another("data", by_name, editions.get("2024_s1"))


def test_runs_and_id_files_tell_the_edition(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_file(tmp_path / "a.csv", OF_2025)
    assert clefgan("check", run) == 0
    assert "a.csv: 1 warning (edition 2025_s1" in capsys.readouterr().out
    assert clefgan("bundle", run, "--out", tmp_path / "out") == 0
    assert (tmp_path / "out" / "a.zip").is_file()
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(OF_2025))
    capsys.readouterr()
    assert clefgan("check", run, "--ids", ids, "--edition", "2023") == 1
    assert capsys.readouterr().err.splitlines() == [
        f"clefgan: {ids}: the ids are those of edition '2025_s1'; got edition '2023'; give "
        "edition '2025_s1', or ids of that edition"
    ]
    old = run_file(tmp_path / "old.csv", OF_2023)
    assert clefgan("check", run, old) == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert f"{run}: 1 warning" in printed
    assert f"{old}: 1 error: is a run of edition '2023'; got edition '2025_s1'; check it" in printed
    assert clefgan("bundle", run, old) == 1
    assert f"{old}: the ids are those of edition '2023'" in capsys.readouterr().err
    assert clefgan("check", old, "--edition", "2024_s1") == 0


def test_a_leaderboard_leaves_out_runs_whose_ids_are_of_another_edition(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = [run_file(tmp_path / f"{name}.csv", OF_2025) for name in "ab"]
    old = run_file(tmp_path / "old.csv", OF_2023)
    truth = tmp_path / "truth.csv"
    truth.write_text("".join(f"{each},{i % 2}\n" for i, each in enumerate(OF_2025)))
    assert clefgan("leaderboard", *new, old, "--truth", truth) == 0
    assert f"left out: {old} is of edition 2023" in " ".join(capsys.readouterr().out.split())


def test_score_takes_the_edition_of_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = data_of_2025(tmp_path / "data")
    run = run_file(tmp_path / "a.csv", OF_2023)
    assert clefgan("score", run, "--data", data) == 1
    assert f"{run}: the ids are those of edition '2023'" in capsys.readouterr().err


def test_forms_of_ids_are_known_of_two_editions() -> None:
    told: list[Edition] = [
        editions.get(name)
        for name in editions.names()
        if recognition.is_told_by_ids(editions.get(name))
    ]
    assert [edition.name for edition in told] == ["2023", "2025_s1"]
