"""`clefgan audit` of what cannot be audited: one line before the work, and nothing is written."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from audits import audit, full, write
from clefgan.__main__ import main

USAGE = [
    ((), "choose a threshold before looking: public, public-use, controlled, membership"),
    (("--release", "safe"), "'safe' is not one of public, public-use"),
    (("--release", "public", "--withhold", "all"), "'all' is not one of list, symmetric"),
    (("--release", "public", "--thin", "0.5"), "0.5 is to be a share above 0 and at most 1, with"),
    (("--release", "public", "--window", "5"), "'5' is not two numbers LOW,HIGH"),
    (("--release", "public", "--sealed", "0.6"), "should be less than or equal to 0.5"),
]


@pytest.mark.parametrize(("words", "message"), USAGE)
def test_usage(
    words: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit(tmp_path, *words, "--out", str(tmp_path / "out"), code=2)
    told = " ".join(re.sub(r"[│╭╮╰╯─]", " ", capsys.readouterr().err).split())
    assert message in told
    assert not (tmp_path / "out").exists()


def test_one_folder_alone_is_no_audit(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["audit", "--train", "here"])
    assert ended.value.code == 2
    assert "give both --train and --released" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_said_before_patients_are_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sets = ["--train", str(tmp_path / "nowhere"), "--released", str(tmp_path / "made")]
    with pytest.raises(SystemExit) as ended:
        main(["audit", *sets, "--release", "public", "--out", str(tmp_path / "out")])
    assert ended.value.code == 1
    told = capsys.readouterr().err.strip()
    assert told == f"clefgan: {tmp_path / 'nowhere'}: no such folder or file"


@pytest.mark.parametrize("words", [("--held-out", "here"), ("--one-image-each",)])
def test_the_example_takes_no_options_of_ones_own_images(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They were passed over, and the example looked like an audit of them."""
    with pytest.raises(SystemExit) as ended:
        main(["audit", *words, "--out", str(tmp_path / "out")])
    assert ended.value.code == 2
    told = " ".join(re.sub(r"[│╭╮╰╯─]", " ", capsys.readouterr().err).split())
    assert f"Invalid value for {words[0]}: is of your own images: give --train and" in told
    assert not (tmp_path / "out").exists()


def test_a_folder_within_that_of_another_set_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its images were in both sets: a release in the training folder was a leak of itself."""
    folder = write(tmp_path / "sets", copies=0)
    shutil.copytree(folder / "made", folder / "train" / "made")
    out = ("--one-image-each", "--release", "public", "--out", str(tmp_path / "out"))
    for train, released in (("train", "train/made"), ("train/made", "train")):
        with pytest.raises(SystemExit) as ended:
            main(["audit", "--train", str(folder / train), "--released", str(folder / released),
                  *out])  # fmt: skip
        assert ended.value.code == 1
        told = capsys.readouterr().err
        assert re.search(r"made: given for \w+, is in the folder given for \w+, which is", told)
        assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_the_release_sets_no_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Levels of 16 bits, some of the release far above those of the real images."""
    folder = write(tmp_path / "sets", copies=0)
    for name, factor in (("train", 100), ("held", 100), ("made", 200)):
        for path in (folder / name).iterdir():
            levels = np.asarray(Image.open(path)).astype(np.uint16) * factor
            Image.fromarray(levels).save(path)
    real = [np.asarray(Image.open(p)) for n in ("train", "held") for p in (folder / n).iterdir()]
    low, high = np.percentile(np.stack(real), (0.5, 99.5))
    more = ("--window", "percentiles", "--planted", "0", "--out", str(tmp_path / "out"))
    full(folder, *more, code=3)
    told = capsys.readouterr().out
    assert f"window of levels {low:g} to {high:g}: percentiles 0.5 and 99.5 of the" in told
    assert "values of train and held-out, one for all sets." in told


def strata(folder: Path, text: Callable[[int], str]) -> Path:
    """A table of strata: what `text` says of each image's number."""
    names = [path.name for path in sorted((folder / "train").iterdir())]
    names += [path.name for path in sorted((folder / "held").iterdir())]
    rows = [f"{name},{text(i)}" for i, name in enumerate(names) if text(i) != "left out"]
    path = folder / "strata.csv"
    path.write_text("\n".join(["file,stratum", *rows, "scan999.png,A"]) + "\n")
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (lambda i: "A" if i < 78 else "left out", "2 of 80 images have no row: 'other038', 'other"
         "039'; every image needs a stratum (strata.csv: files in column 'file', strata in column"),
        (lambda i: "A" if i < 78 else "", "2 rows give no stratum, such as line 80 ('other038.png"),
    ],
    ids=["no row", "blank"],
)  # fmt: skip
def test_a_table_of_strata_that_does_not_fit(
    text: Callable[[int], str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "sets", copies=0)
    table = strata(folder, text)
    full(folder, "--strata", str(table), "--out", str(tmp_path / "out"), code=1)
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_strata_are_said_kept_to_and_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "sets", copies=0)
    table = strata(folder, lambda i: "scanner A" if i < 30 or i >= 70 else "scanner B")
    more = ("--strata", str(table), "--planted", "0", "--out", str(tmp_path / "out"))
    full(folder, *more, code=3)
    told = capsys.readouterr().out
    assert "strata.csv: 1 of 81 rows is of no image here, such as line 82 ('scan999.png')." in told
    rows = json.loads((tmp_path / "out" / "audit.json").read_text())["patients"]["strata"]
    assert [(row["name"], row["n_training"], row["n_held_out"]) for row in rows] == [
        ("scanner A", 30, 10), ("scanner B", 10, 30),
    ]  # fmt: skip


def test_a_stratum_of_few_patients_gives_nobody_s_numbers_away(tmp_path: Path) -> None:
    folder = write(tmp_path / "sets", copies=0)
    table = strata(folder, lambda i: "rare" if i < 2 else "few held" if i in (2, 3, 4, 40) else "A")
    out = tmp_path / "out"
    full(folder, "--strata", str(table), "--planted", "0", "--out", str(out), code=3)
    rows = {
        row.pop("name"): row
        for row in json.loads((out / "audit.json").read_text())["patients"]["strata"]
    }
    assert rows["rare"] == {
        "n_training": 2, "n_held_out": 0, "mean_p": None, "least_p": None, "auc": None,
    }  # fmt: skip
    assert 0 < rows["few held"]["least_p"] <= rows["few held"]["mean_p"] < 1
    assert rows["few held"]["auc"] is None
    assert 0 < rows["A"]["auc"] < 1
    told = (out / "statement.md").read_text()
    assert "| rare | 2 | 0 | too few | too few | too few |" in told
    assert re.search(r"\| few held \| 3 \| 1 \| 0\.\d+ \| \S+ \| too few \|", told)


def test_bad_input_is_one_line_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "sets", copies=0)
    out = ("--out", str(tmp_path / "out"))
    cases = [
        (("--held-out", str(folder / "held")), "nothing says whose each image is; give a table"),
        (("--held-out", str(folder / "train"), "--one-image-each"), "given for train and for held"),
        (("--held-out", str(tmp_path / "none"), "--one-image-each"), "none: no such"),
        (
            ("--patients", str(folder / "patients.csv"), "--one-image-each"),
            "patients: given in two ways",
        ),
    ]
    for words, message in cases:
        audit(folder, *words, "--release", "public", *out, code=1)
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1
    table = folder / "patients.csv"
    table.write_text(table.read_text().replace("MRN-00040", "MRN-00003"))
    full(folder, *out, code=1)
    told = capsys.readouterr().err
    assert "1 patient is also in train" in told
    assert "MRN" not in told
    assert not (tmp_path / "out").exists()


def damaged(folder: Path) -> None:
    path = folder / "held" / "other003.png"
    path.write_bytes(path.read_bytes()[:100])


def in_two_sets(folder: Path) -> None:
    shutil.copy(folder / "train" / "scan003.png", folder / "held" / "other005.png")


def without_a_row(folder: Path) -> None:
    table = folder / "patients.csv"
    table.write_text("\n".join(table.read_text().splitlines()[:-2]) + "\n")


def deep(folder: Path) -> None:
    for path in (folder / "train").iterdir():
        levels = np.asarray(Image.open(path)).astype(np.uint16) * 200
        Image.fromarray(levels).save(path)


BAD = [
    (damaged, "held: 'other003.png' is truncated; replace it"),
    (
        in_two_sets,
        "held-out: 1 image is also in train, pixel for pixel, such as 'other005' ('scan003' "
        "there); take them out of one of the two",
    ),
    (without_a_row, "patients.csv: 2 of 80 images have no row: 'other038', 'other039'; every"),
    (deep, "train: 'scan000.png' is 16-bit, and 40 images need a window of levels; give one for"),
]


@pytest.mark.parametrize(
    ("spoil", "message"), BAD, ids=lambda value: getattr(value, "__name__", "")
)
def test_bad_images_and_tables_are_one_line_before_the_work(
    spoil: Callable[[Path], None], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "sets", copies=0)
    spoil(folder)
    full(folder, "--out", str(tmp_path / "out"), code=1)
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_row_of_no_image_and_a_file_that_is_none_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path, copies=0)
    (folder / "train" / "notes.txt").write_text("scanned in May")
    table = folder / "patients.csv"
    table.write_text(table.read_text() + "scan999.png,MRN-99999\n")
    full(folder, "--planted", "0", "--out", str(tmp_path / "out"), code=3)
    told = capsys.readouterr().out
    assert "patients.csv: 1 of 81 rows is of no image here, such as line 82" in told
    assert "train: passed over 1 file that is no image ('notes.txt')." in told


def test_what_may_be_given_out_names_no_row_and_no_file_that_was_passed_over(
    tmp_path: Path,
) -> None:
    """A stray file, or a row of no image, may be called after a patient."""
    folder = write(tmp_path, copies=0)
    (folder / "train" / "letter_of_Ms_Novak.txt").write_text("scanned in May")
    table = folder / "patients.csv"
    table.write_text(table.read_text() + "Novak_4711.png,MRN-99999\n")
    full(folder, "--planted", "0", "--out", str(tmp_path / "out"), code=3)
    for name in ("audit.html", "audit.json", "statement.md"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "1 of 81 rows is of no image here" in text
        assert "passed over 1 file that is no image" in text
        assert not re.search("novak|_4711|MRN", text, re.I)


def dicom(folder: Path, name: str, source: str, n: int = 3) -> None:
    """Copies of one of pydicom's files, each of a patient of his own."""
    pydicom = pytest.importorskip("pydicom")
    path = pydicom.data.get_testdata_file(source)
    if path is None:
        pytest.skip(f"pydicom has no {source} here")
    folder.mkdir(parents=True)
    for number in range(n):
        one = pydicom.dcmread(path)
        one.PatientID = f"{name}{number}"
        one.save_as(folder / f"{name}{number}.dcm")


@pytest.mark.parametrize(
    ("held_out", "message"),
    [
        ("MR_small.dcm", "images of 2 modalities: 6 are CT, 3 are MR; give those of one"),
        ("JPEG-lossy.dcm", "held: 3 of 3 files cannot be read: 'held0.dcm' is DICOM in JPEG Ext"),
    ],
)
def test_scans_that_cannot_be_compared_are_one_line(
    held_out: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, source in (("train", "CT_small.dcm"), ("made", "CT_small.dcm"), ("held", held_out)):
        dicom(tmp_path / name, name, source)
    more = ("--held-out", str(tmp_path / "held"), "--patient-from", "header", "--window", "-9,300")
    audit(tmp_path, *more, "--release", "public", "--out", str(tmp_path / "out"), code=1)
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()
