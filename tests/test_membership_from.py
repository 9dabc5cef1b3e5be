"""Membership challenges from labelled sources: who is used, and that dev and test share nothing."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from clefgan.data import reading
from clefgan.data.classes import membership
from clefgan.data.classes import reading as class_reading
from clefgan.errors import ClefganError
from clefgan.experiments.lab import class_folder
from clefgan.experiments.lab.make_classes import ClassSpec, draw
from clefgan.experiments.lab.reals import Reals
from clefgan.testing import blobs
from running import clefgan as run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four classes of 8 patients, two images of each, made by blending."""
    images = blobs(np.random.default_rng(0), 60)
    groups = tuple(f"patient_{i}" for i in range(60))
    reals = Reals(images, tuple(f"image_{i}" for i in range(60)), groups, "blobs", "group")
    spec = ClassSpec(classes=4, reals=8, generated=10, test=4, rule="blend")
    root = tmp_path_factory.mktemp("lab") / "classes"
    class_folder.write(root, reals, spec, draw(reals, spec))
    return root


def pixels(images: np.ndarray) -> set[bytes]:
    return {image.tobytes() for image in images}


def test_each_source_is_a_challenge_and_its_test_another_generator(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("data", "membership-from", folder, tmp_path / "m") == 0
    assert "t1: 8 used, 8 not used, 10 generated; test: 16 candidates of t2" in (
        capsys.readouterr().out
    )
    classes = {each.name: each for each in class_reading.read(folder).classes}
    assert sorted(path.name for path in (tmp_path / "m").iterdir()) == sorted(classes)
    for name, after in (("t1", "t2"), ("t4", "t1")):
        found = reading.read(tmp_path / "m" / name)
        own, other = classes[name], classes[after]
        assert found.dev is not None
        assert found.test is not None
        assert own.real is not None
        assert own.generated is not None
        assert other.real is not None
        np.testing.assert_array_equal(found.dev.used.load(), own.real.load())
        np.testing.assert_array_equal(found.dev.generated.load(), own.generated.load())
        candidates = found.test.candidates.load()
        dev = pixels(found.dev.used.load()) | pixels(found.dev.not_used.load())
        assert not dev & pixels(candidates)  # no candidate was seen on dev
        assert found.test.truth is not None
        used = np.array([found.test.truth[image] for image in found.test.candidates.ids])
        assert pixels(candidates[used]) == pixels(other.real.load())
        assert not pixels(candidates[~used]) & pixels(own.real.load())
        assert found.groups is not None
        assert len(set(found.groups.values())) == 16
        with (tmp_path / "m" / name / "test" / "groups.csv").open() as file:
            of_test = {row["group"] for row in csv.DictReader(file)}
        assert not of_test & set(found.groups.values())  # no patient on both sides


def test_a_method_runs_on_one_and_the_folder_is_new(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "m"
    assert run("data", "membership-from", folder, out, "--dev-only") == 0
    assert "t1: 8 used, 24 not used, 10 generated\n" in capsys.readouterr().out
    assert not (out / "t1" / "test").exists()
    words = ["run", "--method", "nearest", "--data", out / "t1", "--out", tmp_path / "runs"]
    assert run(*words, "--protocol", "held-out") == 0
    kept = json.loads((tmp_path / "runs" / "nearest.json").read_text())
    assert kept["dev"]["held-out"]["metrics"]["auc"] > 0.6  # copies of its own patients
    capsys.readouterr()
    assert run("data", "membership-from", folder, out) == 1
    assert "exists already; give a new folder" in capsys.readouterr().err
    assert run("data", "membership-from", folder, tmp_path / "n", "--edition", "2023") == 1
    assert "is of membership already" in capsys.readouterr().err


def test_what_is_missing_is_one_line(folder: Path, tmp_path: Path) -> None:
    sources = {
        each.name: folder / "real" / each.name for each in class_reading.read(folder).classes
    }
    alone = class_reading.read(sources=sources)
    with pytest.raises(ClefganError, match="membership needs real and labelled generated images"):
        membership.write(alone, tmp_path / "m")


def test_a_generated_image_of_two_sources_is_one_line(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(folder, data)
    taken = next((data / "generated" / "t1").iterdir())
    shutil.copy(taken, data / "generated" / "t3" / "again.png")
    message = "1 generated image is in two classes, pixel for pixel, such as one of 't1' and 't3'"
    with pytest.raises(ClefganError, match=message):
        membership.write(class_reading.read(data), tmp_path / "m")
    assert not (tmp_path / "m").exists()


def write_shared(folder: Path, seed: int) -> None:
    """A lab whose three classes have images in common."""
    images = blobs(np.random.default_rng(seed), 40)
    names = tuple(f"image_{i}" for i in range(40))
    reals = Reals(images, names, names, "blobs", "group")
    spec = ClassSpec(kind="shared-patients", classes=3, reals=8, generated=6, test=3)
    class_folder.write(folder, reals, spec, draw(reals, spec))


def test_images_of_two_sources_are_left_out_of_the_unused(tmp_path: Path) -> None:
    write_shared(tmp_path / "lab", seed=1)
    challenge = class_reading.read(tmp_path / "lab")
    (first, *_) = membership.write(challenge, tmp_path / "m", dev_only=True)
    assert first.left_out == 8  # 4 common ones in each of two others
    found = reading.read(tmp_path / "m" / "t1")
    assert found.dev is not None
    assert not pixels(found.dev.used.load()) & pixels(found.dev.not_used.load())


def test_a_used_image_that_dev_s_generator_saw_too_is_no_candidate(tmp_path: Path) -> None:
    write_shared(tmp_path / "lab", seed=3)
    membership.write(class_reading.read(tmp_path / "lab"), tmp_path / "m")
    for name in ("t1", "t2", "t3"):
        found = reading.read(tmp_path / "m" / name)
        assert found.dev is not None
        assert found.test is not None
        assert found.test.truth is not None
        assert sum(found.test.truth.values()) == 4  # of 8; the 4 common ones are dev's too
        assert not pixels(found.dev.used.load()) & pixels(found.test.candidates.load())


def test_classes_of_the_same_images_have_nobody_unused(tmp_path: Path) -> None:
    images = blobs(np.random.default_rng(2), 10)
    names = tuple(f"image_{i}" for i in range(10))
    reals = Reals(images, names, names, "blobs", "group")
    spec = ClassSpec(kind="null", classes=3, reals=5, generated=4, test=3)
    class_folder.write(tmp_path / "lab", reals, spec, draw(reals, spec))
    challenge = class_reading.read(tmp_path / "lab")
    with pytest.raises(
        ClefganError, match="class 't1': 0 of the real images of other classes are not"
    ):
        membership.write(challenge, tmp_path / "m")
    assert not (tmp_path / "m").exists()
