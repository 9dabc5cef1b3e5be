"""The name of an image from its file to run file, record, scores and back, at every door."""

import json
from pathlib import Path

import pytest

from clefgan.data import reading
from clefgan.data.tfds import preparation
from clefgan.errors import ClefganError
from clefgan.runs import job, record
from named_images import challenge
from running import clefgan
from submissions import RunFileError, bundle, checker, editions, names, runfile
from submissions.ids import Ids
from submissions.names import FileNames

DOUBLE = ["scan.jpg.png", "scan.tif.png", "b.png", "c.PNG"]


@pytest.mark.parametrize("edition", ["2023", "2024_s1", "2025_s1"])
@pytest.mark.parametrize("by", ["id", "file"])
def test_an_ending_is_cut_once_at_every_door(
    edition: str, by: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = ["scan.jpg", "scan.tif", "b", "c"]
    data = challenge(tmp_path / "data", DOUBLE, ids if by == "id" else DOUBLE)
    said = ["--data", data, "--edition", edition]
    run = tmp_path / "runs" / "coin.csv"
    assert clefgan("run", "--method", "coin", *said, "--out", run.parent) == 0
    written = [line.rpartition(",")[0] for line in run.read_text().splitlines()]
    assert sorted(written) == sorted(DOUBLE if edition == "2025_s1" else ids)
    beside = json.loads(run.with_suffix(".json").read_text())["test"]["images"]
    assert {name: row["file"] for name, row in beside.items()} == dict(
        zip(ids, DOUBLE, strict=True)
    )
    assert clefgan("check", run, *said) == 0
    assert clefgan("bundle", run, *said, "--out", tmp_path) == 0
    for command in ("score", "leaderboard"):
        assert clefgan(command, run, *said) == 0, capsys.readouterr().err
        assert clefgan(command, run, *said[2:], "--truth", data / "truth.csv") == 0
    out = capsys.readouterr().out
    assert "AUC" in out  # the record beside the run was found to be of these images
    assert "left out" not in out


@pytest.mark.parametrize("edition", ["2023", "2025_s1"])
@pytest.mark.parametrize("by", ["id", "file"])
def test_one_image_with_two_endings_is_scored(
    edition: str, by: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The truth alone cannot tell whether `scan.jpg` is an id or a file; the run can."""
    files, ids = ["scan.jpg.png", "b.png", "c.png"], ["scan.jpg", "b", "c"]
    data = challenge(tmp_path / "data", files, ids if by == "id" else files)
    said = ["--edition", edition, "--data", data]
    assert clefgan("run", "--method", "coin", *said, "--out", tmp_path) == 0
    for where in (["--truth", data / "truth.csv"], ["--data", data]):
        assert clefgan("score", tmp_path / "coin.csv", *said[:2], *where) == 0
        both = capsys.readouterr()
        assert "AUC" in both.out
        assert "left out" not in both.out


@pytest.mark.parametrize("given", ["truth", "data"])
def test_a_run_has_the_names_that_the_data_has(
    given: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["a.jpg", "b.tif", "c.PNG", "d.jpeg", "e.TIFF", "f.png"]
    data = challenge(tmp_path / "data", files, [name.rpartition(".")[0] for name in files])
    run = tmp_path / "coin.csv"
    said = ["--data", data, "--edition", "2025_s1"]
    assert clefgan("run", "--method", "coin", *said, "--out", tmp_path) == 0
    note = "has names that end in '.png'; 5 of 6 candidates are stored otherwise, such as 'a.jpg'"
    assert note in " ".join(capsys.readouterr().out.split())
    assert note in str(json.loads(run.with_suffix(".json").read_text())["notes"])
    assert sorted(line.split(",")[0] for line in run.read_text().splitlines()) == sorted(files)
    assert clefgan("check", run, *said) == 0
    assert clefgan("bundle", run, *said) == 0
    where = said[:2] if given == "data" else ["--truth", data / "truth.csv"]
    for command in ("score", "leaderboard"):
        assert clefgan(command, run, *where, "--edition", "2025_s1") == 0, capsys.readouterr().err
    assert clefgan("data", "info", data, "--edition", "2025_s1") == 0
    assert note in " ".join(capsys.readouterr().out.split())
    assert clefgan("data", "info", data, "--edition", "2023") == 0
    assert "stored otherwise" not in capsys.readouterr().out
    run.write_text(run.read_text().replace("a.jpg", "a.png"))
    assert clefgan("check", run, *said) == 1
    assert "id 'a.png' must be 'a.jpg': the file extension differs" in capsys.readouterr().out


def test_a_dataset_keeps_the_names_of_the_files(tmp_path: Path) -> None:
    files = ["real_unknown_1.jpg", "real_unknown_2.png.tif", "real_unknown_3.PNG"]
    data = challenge(tmp_path / "data", files)
    prepared = preparation.prepare("imageclef_gans/2025_s1", data, force=True)
    stored, folder = (reading.read(each, "2025_s1") for each in (prepared, data))
    assert stored.test is not None
    assert folder.test is not None
    assert stored.test.candidates.file_names == folder.test.candidates.file_names
    assert set(stored.test.candidates.file_names.values()) == set(files)
    (data / "test/real_unknown/real_unknown_1.jpg").rename(
        data / "test/real_unknown/real_unknown_1.jpeg"
    )
    with pytest.raises(ClefganError, match="prepared before from other data"):
        preparation.prepare("imageclef_gans/2025_s1", data)


def test_drawn_images_have_no_file_and_take_the_usual_ending() -> None:
    test = reading.read("phantom_ct", "2025_s1").test
    assert test is not None
    assert set(test.candidates.file_names.values()) == {""}
    assert Ids(test.candidates.file_names, editions.get("2025_s1")).tokens[0].endswith(".png")


def test_a_file_without_an_ending_of_an_image_keeps_all_of_its_name(tmp_path: Path) -> None:
    """By content it is a PNG: what follows its last dot is part of the name."""
    data = challenge(tmp_path / "data", ["1.2.840.1", "1.2.840.2", "plain"])
    test = reading.read(data).test
    assert test is not None
    assert test.candidates.ids == ("1.2.840.1", "1.2.840.2", "plain")


def test_a_record_is_read_back_with_its_names(tmp_path: Path) -> None:
    from clefgan.plugins import registry

    data = challenge(tmp_path / "data", DOUBLE)
    run = job.run(reading.read(data, "2025_s1"), "coin", registry.configure("coin"))
    run.write(tmp_path / "coin")
    again = record.load(tmp_path / "coin")
    assert again == run
    again.write(tmp_path / "again")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "coin.csv").read_bytes()


def test_the_name_of_a_run_loses_one_ending_only() -> None:
    for given in ("a.json.csv", "a.json.json"):
        assert [path.name for path in record.files_of(given)] == ["a.json.csv", "a.json.json"]
    assert [path.name for path in record.files_of("a")] == ["a.csv", "a.json"]


# --- the rule itself


def test_names_of_a_table_find_their_images() -> None:
    images = FileNames({"a.jpg": "a.jpg.png", "a": "a.jpg", "b": ""})
    by_id, by_file = ["a.jpg", "a", "b"], ["a.jpg.png", "a.jpg", "b.tif"]
    assert names.matched(by_id, images) == dict(zip(by_id, ["a.jpg", "a", "b"], strict=True))
    assert names.matched(by_file, images) == dict(zip(by_file, ["a.jpg", "a", "b"], strict=True))
    assert names.matched(["c", "c.png"], images) == {}


def test_ids_are_certain_or_may_be_file_names() -> None:
    rules, named = editions.get("2023"), editions.get("2025_s1")
    assert Ids(FileNames({"a.jpg": ""}), rules).tokens == ["a.jpg"]
    assert Ids(["a.jpg"], rules).tokens == ["a"]
    assert Ids(FileNames({"a.jpg": ""}), named).tokens == ["a.jpg.png"]
    assert Ids(FileNames({"a": "a.jpg"}), named).tokens == ["a.jpg"]
    assert Ids(["a.jpg", "b"], named).tokens == ["a.jpg", "b.png"]


def test_scoring_takes_any_ending_where_nobody_knows_it(tmp_path: Path) -> None:
    edition = editions.get("2025_s1")
    run = tmp_path / "run.csv"
    run.write_text("a.jpg,1\nb.TIF,0\n")
    known = FileNames({"a": "", "b": ""})
    assert runfile.read(run, edition, Ids(known, edition, lenient=True)) == {"a": True, "b": False}
    with pytest.raises(RunFileError, match=r"id 'a\.jpg' must be 'a\.png'"):
        runfile.read(run, edition, known)
    of_file = Ids(FileNames({"a": "a.png", "b": ""}), edition, lenient=True)
    with pytest.raises(RunFileError, match=r"id 'a\.jpg' must be 'a\.png'"):
        runfile.read(run, edition, of_file)


def test_a_bundle_is_checked_by_the_names_of_the_data(tmp_path: Path) -> None:
    edition = editions.get("2025_s1")
    run = tmp_path / "run.csv"
    run.write_text("a.jpg,1\nb.jpg.png,0\n")
    images = FileNames({"a": "a.jpg", "b.jpg": "b.jpg.png"})
    bundle.write(run, edition, images)
    assert checker.check(tmp_path / "run.zip", edition, images) == []


def test_scoring_by_the_data_is_as_strict_as_the_checker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = challenge(tmp_path / "data", ["a.png", "b.png"], ["a", "b"])
    run = tmp_path / "run.csv"
    run.write_text("a.png,1\nb.png,0\n")
    for command in ("check", "score", "leaderboard"):
        assert clefgan(command, run, "--data", data, "--edition", "2023") == 1
        both = capsys.readouterr()
        assert "the file extension does not belong in the id" in both.err + both.out
