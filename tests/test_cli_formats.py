"""Commands of the challenge on DICOM, NIfTI and arrays, and what `data info` says of any folder."""

import json
import shutil
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image
from typer.testing import CliRunner

from clefgan.cli.app import app
from clefgan.errors import ClefganError
from clefgan.experiments.lab import reals
from running import clefgan

pytestmark = pytest.mark.columns(200)

BUNDLED = Path(pydicom.__file__).parent / "data/test_files"
NIBABEL: Any = nibabel
ROLES = ("dev/generated", "dev/used", "dev/not_used", "test/generated", "test/real_unknown")
RNG = np.random.default_rng(0)
LEVELS = {role: RNG.integers(-1000, 1000, (8, 16, 16), dtype=np.int16) for role in ROLES}
WINDOW = "--window=-600,400.5"


def names(role: str) -> list[str]:
    return [f"{role.rpartition('/')[2]}_{i + 1}" for i in range(8)]


def grey(levels: NDArray[np.int16]) -> NDArray[np.uint8]:
    share = np.clip((levels.astype(float) + 600) / 1000.5, 0, 1)
    return np.floor(share * 255 + 0.5).astype(np.uint8)


def as_png(folder: Path, role: str) -> None:
    for name, image in zip(names(role), grey(LEVELS[role]), strict=True):
        Image.fromarray(image).save(folder / f"{name}.png")


def as_dicom(folder: Path, role: str) -> None:
    for number, (name, image) in enumerate(zip(names(role), LEVELS[role], strict=True)):
        dataset = pydicom.dcmread(BUNDLED / "CT_small.dcm")
        del dataset.PixelPaddingValue, dataset.SeriesInstanceUID
        dataset.Rows, dataset.Columns = image.shape
        dataset.PixelData = (image + np.int16(1024)).tobytes()
        dataset.PatientID = f"{role}{number // 2}"
        dataset.save_as(folder / f"{name}.dcm")


def as_npz(folder: Path, role: str) -> None:
    np.savez(folder / "all.npz", images=LEVELS[role], id=names(role))


def as_nifti(folder: Path, role: str) -> None:
    volume = LEVELS[role].transpose(2, 1, 0)
    stem = role.rpartition("/")[2]
    NIBABEL.save(NIBABEL.Nifti1Image(volume, np.diag([-1, -1, 1, 1])), folder / f"{stem}.nii.gz")


def challenge(root: Path, write: Any) -> Path:
    for role in ROLES:
        (root / role).mkdir(parents=True)
        write(root / role, role)
    return root


def info(*arguments: object, code: int = 0) -> list[str]:
    """Lines of `clefgan data info`, blanks squeezed."""
    done = CliRunner().invoke(app, ["data", "info", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == code
    return [" ".join(line.split()) for line in done.stdout.splitlines() if line.strip()]


@pytest.mark.parametrize("write", [as_dicom, as_npz, as_nifti])
def test_a_run_on_any_format_is_the_run_on_the_same_grey_levels(tmp_path: Path, write: Any) -> None:
    words = ("run", "--method", "nearest", "--protocol", "paper", "--out", tmp_path / "runs")
    one, two = challenge(tmp_path / "png", as_png), challenge(tmp_path / "other", write)
    assert clefgan(*words, "--data", one, "--name", "one") == 0
    assert clefgan(*words, "--data", two, "--name", "two", WINDOW) == 0
    first, second = (json.loads((tmp_path / f"runs/{x}.json").read_text()) for x in ("one", "two"))
    found = [
        {
            name: (image["score"], image["decision"])
            for name, image in each["test"]["images"].items()
        }
        for each in (first, second)
    ]
    assert found[0] == found[1]
    assert second["data"]["window"] == [-600, 400.5]
    assert "window" not in first["data"]


def test_one_size_for_all(tmp_path: Path) -> None:
    data = challenge(tmp_path / "data", as_png)
    path = data / "dev/used/used_1.png"
    Image.open(path).resize((40, 30)).save(path)
    words = ("run", "--method", "nearest", "--data", data, "--out", tmp_path / "runs")
    assert clefgan(*words) == 1
    assert clefgan(*words, "--size", "8x6") == 0
    assert json.loads((tmp_path / "runs/nearest.json").read_text())["data"]["size"] == [6, 8]
    assert clefgan("evaluate", *words[1:], "--size", "8", "--jobs", "1") == 0
    run = tmp_path / "runs/nearest.csv"
    board = ("leaderboard", run, "--data", data, "--truth", data / "test/truth.csv")
    (data / "test/truth.csv").write_text(run.read_text())
    assert clefgan(*board, "--html", tmp_path / "page", "--size", "8x6") == 0
    assert (tmp_path / "page/index.html").is_file()
    assert clefgan("score", *board[1:], "--size", "8x6") == 0
    (data / "test/truth.csv").unlink()
    assert any("2 sizes" in line for line in info(data, code=1))
    assert info(data, "--size", "8")[-1] == "ready to run"


def test_a_lab_of_dicom_files_keeps_the_patients_of_their_headers(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    as_dicom(real, "dev/used")
    with pytest.raises(ClefganError, match=r"8 of 8 images cannot be read: .* give a window of"):
        reals.read(real)
    found = reals.read(real, window=(-600, 400.5))
    np.testing.assert_array_equal(found.images, grey(LEVELS["dev/used"]))
    assert found.groups == tuple(f"dev/used{i // 2}" for i in range(8))
    assert found.group_source == "headers"
    for role in ("dev/generated", "dev/not_used", "test/real_unknown"):  # more patients
        as_dicom(real, role)
    counts = ("--used", 1, "--not-used", 1, "--generated", 2, "--candidates", 2)
    words = ("lab", "make", tmp_path / "lab", "--real", real, "--leak", 1, *counts)
    assert clefgan(*words, "--test-generated", 2, WINDOW) == 0


class TestPatients:
    def test_of_headers(self, tmp_path: Path) -> None:
        lines = info(challenge(tmp_path, as_dicom), WINDOW)
        assert "groups: 8 among 16 real dev images" in lines
        assert "patients: from the headers of the images." in lines

    def test_headers_of_some_only(self, tmp_path: Path) -> None:
        data = challenge(tmp_path, as_dicom)
        (data / "dev/used/used_1.dcm").unlink()
        Image.fromarray(grey(LEVELS["dev/used"][0])).save(data / "dev/used/used_1.png")
        lines = info(data, WINDOW)
        assert (
            "patients: the headers of 1 of 16 real dev images name none, so none are taken from "
            "headers."
        ) in lines

    def test_a_table_with_any_columns(self, tmp_path: Path) -> None:
        data = challenge(tmp_path / "data", as_png)
        rows = [
            f"{i};{role}/{name}.png;s{i // 2}"
            for role in ("dev/used", "dev/not_used")
            for i, name in enumerate(names(role))
        ]
        table = tmp_path / "t.csv"
        table.write_text("\n".join(["row;path;Subject ID", *rows]))
        lines = info(data, "--patients", table)
        assert "groups: 4 among 16 real dev images" in lines
        assert (
            "t.csv: files in column 'path', patients in column 'Subject ID' (files and patients "
            "guessed)."
        ) in lines
        words = ("--method", "nearest", "--data", data, "--out", tmp_path / "runs")
        how = ("--patients", table, "--patient-column", "subject_id")
        assert clefgan("run", *words, *how) == 0
        assert clefgan("evaluate", *words, *how, "--jobs", "2") == 0
        shutil.copy(table, data / "dev/manifest.csv")  # the same beside the images
        assert "groups: 4 among 16 real dev images" in info(data)

    def test_a_table_that_does_not_fit(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = challenge(tmp_path / "data", as_png)
        (tmp_path / "t.csv").write_text("file,patient\nused_1,a\nx,b\n")
        words = ("run", "--method", "nearest", "--data", data, "--out", tmp_path / "runs")
        assert clefgan(*words, "--patients", tmp_path / "t.csv") == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "t.csv: 15 of 16 images have no row: 'not_used_1', 'not_used_2'" in line
        assert not (tmp_path / "runs").exists()


class TestBadInput:
    def said(self, capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> str:
        out = data.parent / "runs"
        assert clefgan("run", "--method", "nearest", "--data", data, "--out", out, *words) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert not out.exists()
        return line

    def test_no_window(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        line = self.said(capsys, challenge(tmp_path / "data", as_dicom))
        assert line.endswith(
            "'generated_1.dcm' is 16-bit signed, 'generated_2.dcm' is 16-bit signed, "
            "'generated_3.dcm' is 16-bit signed, and 5 more; give a window of levels (low, high) "
            "or convert to 8 bits"
        )

    def test_several_modalities(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        data = challenge(tmp_path / "data", as_dicom)
        for path in (data / "test/generated").iterdir():
            dataset = pydicom.dcmread(path)
            dataset.Modality = "MR"
            dataset.save_as(path)
        line = self.said(capsys, data, WINDOW)
        assert line.endswith("data: images of 2 modalities: 32 are CT, 8 are MR; give those of one")

    def test_a_damaged_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        data = challenge(tmp_path / "data", as_dicom)
        path = data / "dev/used/used_2.dcm"
        path.write_bytes(path.read_bytes()[:-200])
        line = self.said(capsys, data, WINDOW)
        assert "1 of 8 images cannot be read: 'used_2.dcm' is DICOM in Explicit VR Little" in line

    def test_a_dataset_of_what_is_no_picture(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = challenge(tmp_path / "data", as_dicom)
        assert clefgan("data", "prepare", "imageclef_gans/2023", "--from", data) == 1
        assert capsys.readouterr().err.endswith(
            "dev/generated: 'generated_1.dcm' is DICOM CT, and a dataset holds PNG, JPEG or TIFF "
            "alone; give this folder itself as the data\n"
        )

    def test_a_transfer_syntax(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        data = challenge(tmp_path / "data", as_dicom)
        shutil.copy(BUNDLED / "JPGExtended.dcm", data / "test/real_unknown")
        line = self.said(capsys, data, WINDOW)
        assert "'JPGExtended.dcm' is DICOM in JPEG Extended (Process 2 and 4) (1.2.840" in line


class TestAnyFolder:
    def test_a_series(self, tmp_path: Path) -> None:
        shutil.copytree(BUNDLED / "dicomdirtests/98892003", tmp_path / "s")
        (tmp_path / "s/notes.txt").write_text("x")
        lines = info(tmp_path / "s")
        assert lines[0] == str(tmp_path / "s")
        assert lines[1].startswith("images 17 in 17 files (")
        assert "kinds 16-bit signed grey DICOM MR" in lines
        assert "encoded as Explicit VR Little Endian" in lines
        assert "sizes 16x16" in lines
        assert "volumes 3 of 3 to 7 slices" in lines
        assert "patients 1" in lines
        assert "exact copies none" in lines
        assert "passed over 1 file that is no image: notes.txt" in lines
        levels = [each.pixel_array for each in map(pydicom.dcmread, dicoms(tmp_path / "s"))]
        low, high = min(map(np.min, levels)), max(map(np.max, levels))
        assert f"levels {low} to {high} (16-bit signed grey DICOM MR)" in lines
        assert "98892003" not in "".join(lines[1:])  # the patient's id

    def test_a_file_of_arrays(self, tmp_path: Path) -> None:
        images = RNG.integers(0, 256, (6, 8, 8), dtype=np.uint8)
        images[3] = images[0]
        np.savez(tmp_path / "a.npz", train=images, test=images, patient=[1, 1, 2, 2, 3, 3])
        lines = info(f"{tmp_path}/a.npz#train")
        assert lines[1].startswith("images 6 in 1 file (")
        assert "patients 3" in lines
        assert "exact copies 1, such as a_1 = a_4" in lines

    def test_what_cannot_be_read_is_said_last(self, tmp_path: Path) -> None:
        for name in ("CT_small.dcm", "JPGExtended.dcm", "693_J2KI.dcm"):
            shutil.copy(BUNDLED / name, tmp_path)
        (tmp_path / "v.mha").write_bytes(b"x")
        lines = info(tmp_path, code=1)
        assert "sizes 512x512 (1), 128x128 (1)" in lines
        assert "windows in headers -10,89" in lines
        assert "images of several sizes: a command needs --size to bring them to one" in lines
        assert lines[-1].startswith(f"{tmp_path}: 2 of 4 images cannot be read: ")
        assert "'v.mha' is not PNG, JPEG, TIFF, DICOM, NIfTI or arrays" in lines[-1]
        assert "'JPGExtended.dcm' is DICOM in JPEG Extended" in lines[-1]

    def test_patients_of_a_table(self, tmp_path: Path) -> None:
        (tmp_path / "x").mkdir()
        as_png(tmp_path / "x", "dev/used")
        rows = [f"{name},{i % 3}" for i, name in enumerate(names("dev/used"))]
        (tmp_path / "t.csv").write_text("\n".join(["file,patient", *rows]))
        lines = info(tmp_path / "x", "--patients", tmp_path / "t.csv")
        assert "patients 3" in lines
        assert "patients not known (headers and --patients name none)" in info(tmp_path / "x")

    def test_nothing_at_all(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert clefgan("data", "info", tmp_path) == 1
        assert "no challenge here; looked for used images: " in capsys.readouterr().err
        (tmp_path / "a.dcm").write_bytes(b"")
        assert clefgan("data", "info", tmp_path) == 1
        assert capsys.readouterr().err.endswith(
            "1 of 1 file cannot be read: 'a.dcm' is no DICOM file, or its header is damaged; "
            "replace them\n"
        )


def dicoms(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file() and each.suffix != ".txt"]
