"""`clefgan lab`: what it prints and writes, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from clefgan.cli.app import app
from clefgan.data import reading
from clefgan.errors import ClefganError

pytestmark = pytest.mark.columns(200)

SMALL = [
    "--used",
    "4",
    "--not-used",
    "4",
    "--generated",
    "12",
    "--candidates",
    "16",
    "--test-generated",
    "30",
]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    coarse = np.random.default_rng(0).integers(0, 256, (150, 4, 4))
    images = np.kron(coarse, np.ones((1, 4, 4))).astype(np.uint8)
    path = tmp_path_factory.mktemp("real") / "real.npz"
    np.savez(path, images=images, patient=np.arange(150) // 2)
    return path


def lab(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["lab", *map(str, words)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output


class TestMake:
    def test_a_challenge(self, real: Path, tmp_path: Path) -> None:
        folder = tmp_path / "x"
        lines = lab("make", folder, "--real", real, "--leak", 0.5, *SMALL).splitlines()
        assert lines[0] == "real.npz: 150 images, 75 groups by patient"
        table = [line.split() for line in lines[1:]]
        assert table[1][:4] == ["dev", "generated", "12", "6"]
        assert table[2] == ["dev", "used", "4"]
        assert table[4][:4] == ["test", "generated", "30", "15"]
        assert table[5] == ["test", "candidates", "16"]
        assert lines[-1] == f"wrote {folder}"
        read = reading.read(folder)
        assert read.test is not None
        assert read.test.truth is not None
        assert sum(read.test.truth.values()) == 8

    def test_no_leak(self, real: Path, tmp_path: Path) -> None:
        said = lab("make", tmp_path / "x", "--real", real, "--leak", 0, "--how", "tiles", *SMALL)
        assert "0 of 4" in said
        record = json.loads((tmp_path / "x" / "lab.json").read_text())
        assert record["generated"]["test"]["leaking"] == 0

    def test_a_model_of_all_used_images(self, real: Path, tmp_path: Path) -> None:
        said = lab("make", tmp_path / "x", "--real", real, "--leak", 1, "--how", "pca", *SMALL)
        assert "4 of 4" in said
        assert "8 of 8" in said

    def test_errors(self, real: Path, tmp_path: Path) -> None:
        (tmp_path / "old").mkdir()
        cases = [
            (["old", "--leak", 1], r"old: exists already; give a new folder, or remove it"),
            (["x", "--leak", 2], r"lab: leak is a share from 0 to 1; got 2\.0"),
            (["x", "--leak", 1, "--group", "site"], r"real\.npz: no array 'site'; it has images"),
            (["x", "--leak", 1, "--used", 99], r"real\.npz: 75 groups are too few for 119 real"),
            (["x", "--leak", 1, "--size", 7], r"real\.npz: images of 16x16 cannot be reduced"),
            (["x", "--leak", 1, "--how", "dcgan", "--set", "epoch=1"], r"dcgan.*'epoch'"),
            (
                ["x", "--leak", 1, "--set", "epochs=1"],
                r"^--set 'epochs=1': is for the networks of 'dcgan' or 'flow'; got --how copy; "
                r"leave it out, or give --how 'dcgan' or 'flow'$",
            ),
            (["x", "--leak", 1, "--how", "dcgan"], r"dcgan: images must be square with a side"),
        ]
        for words, message in cases:
            folder = tmp_path / str(words[0])
            with pytest.raises(ClefganError, match=message):
                lab("make", folder, "--real", real, *SMALL, *words[1:])
        assert sorted(path.name for path in tmp_path.iterdir()) == ["old"]

    def test_no_leak_or_a_seed_below_0_is_a_usage_error(self, real: Path, tmp_path: Path) -> None:
        words = ["make", tmp_path / "x", "--real", real]
        assert "--leak" in lab(*words, code=2)
        assert "--seed" in lab(*words, "--leak", 1, "--seed", -1, code=2)


class TestStudy:
    def test_tables_and_picture(self, real: Path, tmp_path: Path) -> None:
        words = ["study", "--real", real, "--method", "nearest", "--method", "coin", *SMALL]
        words += ["--leak", 0, "--leak", 1, "--seeds", 2, "--jobs", 1, "--out", tmp_path]
        lines = lab(*words).splitlines()
        assert lines[0] == "copy: AUC, mean of 2 seeds; 95% intervals over seeds"
        assert lines[1].split() == ["leak", "0", "1"]
        assert float(lines[2].split()[-2]) > 0.9  # nearest, before the interval
        assert [line for line in lines if line.startswith("wrote")] == [
            f"wrote {tmp_path / name}"
            for name in ("study.csv", "study.json", "study.md", "study.png")
        ]
        assert len((tmp_path / "study.csv").read_text().splitlines()) == 1 + 2 * 2 * 2
        before = (tmp_path / "study.csv").read_bytes()
        lab(*words)
        assert (tmp_path / "study.csv").read_bytes() == before

    def test_a_misspelt_method_stops_before_any_work(self, real: Path, tmp_path: Path) -> None:
        with pytest.raises(ClefganError, match="no method 'neerest'; did you mean 'nearest'"):
            lab("study", "--real", real, "--method", "neerest", "--out", tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_a_method_that_fails_is_told_and_nothing_else_is_lost(
        self, real: Path, tmp_path: Path
    ) -> None:
        file = tmp_path / "bad.py"
        file.write_text(
            "from dataclasses import dataclass\n"
            "from clefgan.errors import ClefganError\n"
            "from clefgan.method import Knowledge\n"
            "@dataclass(frozen=True)\n"
            "class Bad:\n"
            "    knowledge = Knowledge.S0\n"
            "    def fit(self, dev, *, progress=None):\n"
            "        raise ClefganError('bad: no luck')\n"
        )
        words = ["study", "--real", real, "--method", f"{file}:Bad", *SMALL, "--leak", 1]
        words += ["--seeds", 1, "--jobs", 1, "--out", tmp_path / "out"]
        assert "bad: no luck" in lab(*words, code=1)
        assert "copy: AUC" in lab(*words, "--method", "coin", code=1)
        assert (tmp_path / "out" / "study.png").is_file()

    def test_settings_of_a_network_that_no_kind_trains(self, real: Path, tmp_path: Path) -> None:
        words = ["study", "--real", real, "--method", "coin", "--how", "copy", "--how", "pca"]
        message = "^--set 'epochs=1': is for the networks of 'dcgan' or 'flow'; got --how copy, pca"
        with pytest.raises(ClefganError, match=message):
            lab(*words, "--set", "epochs=1", "--out", tmp_path)

    def test_a_leak_given_twice(self, real: Path, tmp_path: Path) -> None:
        with pytest.raises(ClefganError, match=r"^--leak: '0\.5' is given twice; give each once$"):
            lab("study", "--real", real, "--method", "coin", "--leak", 0.5, "--leak", 0.5)
