"""Editions of classes with images of several sizes: `--size` brings them to one, everywhere."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import clefgan
from building import classes
from clefgan.errors import ClefganError
from clefgan.runs.classes.record import ClassRun
from running import clefgan as command

EDITION = "--edition", "2025_s2"


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Real images are twice as large as generated ones, each pixel four times."""
    root = classes(tmp_path / "data")
    for path in sorted((root / "real").rglob("*.png")):
        enlarged(path)
    return root


def enlarged(path: Path) -> None:
    """Write an image again with each pixel four times: its mean over blocks is as it was."""
    with Image.open(path) as file:
        pixels = np.asarray(file)
    Image.fromarray(pixels.repeat(2, axis=0).repeat(2, axis=1)).save(path)


def test_a_run_of_two_sizes_is_that_of_one(mixed: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    words = ["run", *EDITION, "--method", "subset-span", "--data", mixed, "--size", "32x32"]
    assert command(*words, "--out", out) == 0
    kept = clefgan.load(out / "subset-span.json")
    content = json.loads((out / "subset-span.json").read_text())
    assert content["data"]["size"] == [32, 32]
    again = clefgan.run(clefgan.read(mixed, edition="2025_s2", size=(32, 32)), "subset-span")
    assert isinstance(kept, ClassRun)
    assert again.write(tmp_path / "again")
    assert clefgan.load(tmp_path / "again.json") == again
    plain = clefgan.run(clefgan.read(classes(tmp_path / "plain"), edition="2025_s2"), "subset-span")
    assert kept.labels == again.labels == plain.labels
    assert kept.test is not None
    assert plain.test is not None
    np.testing.assert_array_equal(kept.test.scores, plain.test.scores)
    assert "size" not in plain.provenance["data"]


def test_the_record_keeps_the_window_and_the_width_after_the_height(tmp_path: Path) -> None:
    data = clefgan.read(classes(tmp_path / "d"), edition="2025_s2", size=(8, 16), window=(0, 255))
    run = clefgan.run(data, "level-histogram", n_folds=2)
    assert run.provenance["data"]["size"] == [8, 16]
    assert run.provenance["data"]["window"] == [0, 255]


def test_what_a_run_says_next_can_be_done_without_a_size(mixed: Path, tmp_path: Path) -> None:
    words = ["run", *EDITION, "--method", "subset-span", "--data", mixed, "--size", "32"]
    assert command(*words, "--out", tmp_path / "runs") == 0
    assert command("check", tmp_path / "runs" / "subset-span.csv", "--data", mixed) == 0


def test_other_commands_take_it(
    mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    method = ["--method", "class-coin"]
    run = tmp_path / "runs" / "class-coin.csv"
    commands = [
        ["run", *EDITION, *method, "--data", mixed, "--out", tmp_path / "runs"],
        ["evaluate", *EDITION, *method, "--data", mixed, "--out", tmp_path / "kept"],
        ["data", "info", *EDITION, mixed],
        ["data", "membership-from", mixed, tmp_path / "membership"],
        ["score", run, *EDITION, "--data", mixed],
        ["leaderboard", run, *EDITION, "--data", mixed],
    ]
    for words in commands:
        assert command(*words) == 1, words
        said = capsys.readouterr()
        assert "bring them to one size with --size" in " ".join((said.out + said.err).split())
        assert command(*words, "--size", "0") == 2, words
        capsys.readouterr()
        assert command(*words, "--size", "32") == 0, words
        capsys.readouterr()
    with Image.open(next((tmp_path / "membership").rglob("*.png"))) as image:
        assert image.size == (32, 32)


def test_sizes_within_a_class_name_the_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = classes(tmp_path / "data")
    enlarged(root / "real" / "b" / "image_3.png")
    words = ["run", *EDITION, "--method", "subset-span", "--data", root, "--out", tmp_path / "runs"]
    assert command(*words) == 1
    assert (
        capsys.readouterr()
        .err.strip()
        .endswith("but 'image_3.png' is 64x64; bring them to one size with --size")
    )
    assert command(*words, "--size", "32") == 0


def test_other_sizes_are_other_trials(mixed: Path, tmp_path: Path) -> None:
    words = ["evaluate", *EDITION, "--method", "class-coin", "--data", mixed, "--protocol", "plain"]
    for n, size in ((1, "32"), (2, "16"), (2, "32")):
        assert command(*words, "--size", size, "--out", tmp_path, "--quiet") == 0
        if n == 1:
            first = len(list((tmp_path / "trials").rglob("*.json")))
        assert len(list((tmp_path / "trials").rglob("*.json"))) == n * first


def test_no_pixel_is_refused(mixed: Path) -> None:
    with pytest.raises(ClefganError, match="size 8x0: need at least 1 pixel"):
        clefgan.read(mixed, edition="2025_s2", size=(0, 8))
