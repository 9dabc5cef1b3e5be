"""`clefgan gan train` and `clefgan gan sample`, in process."""

import hashlib
import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from building import noise, save
from clefgan.cli.app import app
from clefgan.errors import ClefganError

SMALL = [
    word
    for setting in ("latent=4", "base_filters=8", "filters=8,8,8,8", "init_std=0.2", "epochs=2")
    for word in ("--set", setting)
]


def run(*words: object) -> str:
    result = CliRunner().invoke(app, ["gan", *map(str, words)])
    if result.exception is not None:
        raise result.exception
    return result.output


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    return save(folder, noise(4), "{}", start=0)


@pytest.fixture(scope="module")
def gan(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gan")
    assert "trained on 4 images" in run("train", pictures, "--out", folder, *SMALL, "--seed", 3)
    return folder


def read(folder: Path) -> list[bytes]:
    images = []
    for path in sorted(folder.iterdir()):
        with Image.open(path) as image:
            assert (image.mode, image.size) == ("L", (32, 32))
            images.append(image.tobytes())
    return images


def test_training_leaves_networks_log_sheets_and_checkpoints(gan: Path) -> None:
    names = {path.name for path in gan.iterdir()}
    assert names == {"networks.json", "networks.weights", "log.jsonl", "samples", "checkpoints"}
    record = json.loads((gan / "networks.json").read_text())
    assert record["config"]["seed"] == 3
    assert record["config"]["filters"] == [8, 8, 8, 8]
    assert [path.name for path in (gan / "samples").iterdir()] == ["epoch_0002.png"]


@pytest.mark.parametrize("words", [["--rank", 3], ["--processes", 2]])
def test_several_hosts_need_a_coordinator(
    pictures: Path, tmp_path: Path, words: list[object]
) -> None:
    given = ["train", pictures, "--out", tmp_path / "gan", *SMALL, *words]
    result = CliRunner().invoke(app, ["gan", *map(str, given)])
    assert result.exit_code == 2
    told = " ".join(result.output.replace("│", " ").split())
    assert "--processes or --rank: says nothing without --coordinator HOST:PORT" in told
    assert not (tmp_path / "gan").exists()


def test_samples_are_the_same_every_time(gan: Path, tmp_path: Path) -> None:
    assert "wrote 18 images" in run("sample", gan, "-n", 18, "--out", tmp_path / "a")
    assert "wrote 1 image to" in run("sample", gan, "-n", 1, "--out", tmp_path / "one")
    run("sample", gan, "-n", 3, "--out", tmp_path / "b")
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == [
        f"generated_000{k}.png" for k in (1, 2, 3)
    ]
    assert read(tmp_path / "b") == read(tmp_path / "a")[:3]
    recorded = json.loads((gan / "networks.json").read_text())["samples_sha256"]
    assert hashlib.sha256(b"".join(read(tmp_path / "a")[:16])).hexdigest() == recorded


def test_the_same_command_again_changes_nothing(gan: Path, pictures: Path) -> None:
    before = (gan / "networks.weights").read_bytes()
    run("train", pictures, "--out", gan, *SMALL, "--seed", 3)
    assert (gan / "networks.weights").read_bytes() == before


def test_another_training_in_the_same_folder_is_refused(gan: Path, pictures: Path) -> None:
    with pytest.raises(ClefganError, match="checkpoints of another training; got seed 3, this"):
        run("train", pictures, "--out", gan, *SMALL, "--seed", 4)


def test_a_folder_that_is_not_empty_is_left_alone(gan: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(ClefganError, match="is not empty; give another --out, or --force"):
        run("sample", gan, "-n", 1, "--out", tmp_path)
    run("sample", gan, "-n", 1, "--out", tmp_path, "--force")
    assert (tmp_path / "generated_0001.png").exists()


def test_a_folder_without_networks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClefganError, match=r"no trained DCGAN; looked for networks\.json; make"):
        run("sample", tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"size": 32}', '{"size": 1, "config": {"a": 1}}'])
def test_a_bad_record_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "networks.json").write_text(content)
    with pytest.raises(ClefganError, match=r"networks\.json: not a record of a DCGAN; got"):
        run("sample", tmp_path, "--out", tmp_path / "out")


def test_damaged_weights_are_refused(gan: Path, tmp_path: Path) -> None:
    (tmp_path / "networks.json").write_text((gan / "networks.json").read_text())
    content = bytearray((gan / "networks.weights").read_bytes())
    content[-1] ^= 1
    (tmp_path / "networks.weights").write_bytes(content)
    with pytest.raises(
        ClefganError, match=r"networks\.weights: absent or damaged; .*; train again"
    ):
        run("sample", tmp_path, "--out", tmp_path / "out")


def test_a_setting_that_does_not_exist_is_refused(pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(ClefganError, match="dcgan: no hyper-parameter 'epoch'; known: latent"):
        run("train", pictures, "--out", tmp_path, "--set", "epoch=2")


def test_a_rank_that_does_not_exist_is_refused(pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(ClefganError, match="rank must be from 0 to 1 for 2 processes; got 2"):
        run(
            "train", pictures, "--out", tmp_path,
            "--coordinator", "127.0.0.1:1", "--processes", 2, "--rank", 2,
        )  # fmt: skip
