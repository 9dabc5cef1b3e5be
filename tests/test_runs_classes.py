"""A run of classes from folder to run file: protocols, decisions, clusters, and what it says."""

import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

import building
from building import save
from clefgan.data.classes import reading
from clefgan.errors import ClefganError
from clefgan.method import Evidence, Images, Progress, silent
from clefgan.plugins import registry
from clefgan.report import class_run_findings
from clefgan.runs.classes import (
    beside,
    clusters,
    decisions,
    fitting,
    job,
    loading,
    near_copies,
)
from clefgan.runs.classes.decisions import ClassRule, DevScores
from clefgan.testing import blobs
from running import clefgan
from submissions import editions, runfile

pytestmark = pytest.mark.columns(150)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three classes, in the layout of 2025."""
    return building.classes(tmp_path / "data")


def test_a_run_from_folder_to_run_file(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "runs"
    words = ["run", "--edition", "2025_s2", "--data", folder, "--out", out, "--folds", 2]
    assert clefgan(*words, "--method", "subset-fusion") == 0
    printed = capsys.readouterr().out
    for text in ("subset-fusion  A1", "dev, unseen", "level-histogram", "most-frequent",
                 "training data alone", "texture alone", "t"):  # fmt: skip
        assert text in printed
    found = runfile.read_classes(out / "subset-fusion.csv", editions.get("2025_s2"))
    assert found == {f"generated_{i + 1}": "abc"[i // 3] for i in range(9)}
    kept = json.loads((out / "subset-fusion.json").read_text())
    assert kept["classes"] == ["a", "b", "c"]
    assert kept["method"]["evidence"] == "A1"
    assert kept["test"]["metrics"]["accuracy"]["value"] == 1
    assert kept["test"]["table"]["cells"] == [[3, 0, 0], [0, 3, 0], [0, 0, 3]]
    assert set(kept["beside"]["plain"]) == set(beside.BESIDE)
    assert set(kept["data"]["sha256"]) == {
        *(f"{role} {name}" for role in ("real", "generated") for name in "abc"), "test",
    }  # fmt: skip
    assert clefgan(*words, "--method", "subset-fusion") == 1  # it is there already
    assert "exists; give another --name or --force" in capsys.readouterr().err


def test_dev_scores_never_see_the_label_of_what_they_score(folder: Path) -> None:
    """Labels of one fold are exchanged: its own scores stay as they were."""
    challenge = reading.read(folder)
    method = registry.ATTRIBUTORS.configure("nearest-generated")
    images = loading.load(challenge, lambda *_: None)
    fold = near_copies.plain(images.labels, 2, 0)
    before = fitting.held_out("n", method, images, fold, lambda *_: None)
    pixels = images.labelled.copy()
    own = np.flatnonzero(fold == 0)
    pixels[own[0]] = 255 - pixels[own[0]]
    changed = loading.ClassImageSets(images.sources, pixels, images.labels, images.ids, images.test)
    after = fitting.held_out("n", method, changed, fold, lambda *_: None)
    np.testing.assert_allclose(after[own[1:]], before[own[1:]])


def test_near_copies_share_a_fold() -> None:
    rng = np.random.default_rng(0)
    templates = blobs(rng, 6)
    images = np.concatenate([templates, templates, templates]) // 2 * 2
    group = near_copies.groups(images)
    assert [len(set(group[i::6].tolist())) for i in range(6)] == [1] * 6
    assert len(set(group.tolist())) == 6
    labels = np.arange(18) % 2
    fold = near_copies.grouped(labels, group, 3, 0)
    for number in set(group.tolist()):
        assert len(set(fold[group == number].tolist())) == 1
    assert np.bincount(fold).tolist() == [6, 6, 6]


def test_a_collapsed_generator_is_seen_by_the_two_protocols(tmp_path: Path) -> None:
    """Near-copies of templates: known in plain folds, new in grouped ones."""
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        templates = blobs(rng, 4).astype(np.int16)
        near = templates[np.arange(24) % 4] + rng.integers(-4, 5, (24, 32, 32))
        save(tmp_path / "generated" / name, np.clip(near, 0, 255).astype(np.uint8))
    challenge = reading.read(tmp_path)
    assert challenge.evidence is Evidence.A2
    method = registry.ATTRIBUTORS.configure("nearest-generated")
    found = job.run(challenge, "nearest-generated", method, n_folds=2)
    measured = {name: each.measured() for name, each in found.dev.items()}
    assert measured["plain"] is not None
    assert measured["grouped"] is not None
    assert measured["plain"]["metrics"]["accuracy"]["value"] == 1
    assert measured["grouped"]["metrics"]["accuracy"]["value"] < 0.8
    assert found.test is None
    with pytest.raises(ClefganError, match="no images under test, so no classes"):
        _ = found.labels


def test_clusters_without_names_and_with_those_of_dev(folder: Path) -> None:
    method = registry.CLUSTERERS.configure("cluster-residual(neighbours=3)")
    named = job.run(reading.read(folder), "c", method)
    assert named.test is not None
    assert set(named.test.labels.tolist()) <= {"a", "b", "c"}
    assert "named by the classes" in named.notes[0]
    shutil.rmtree(folder / "real")
    shutil.rmtree(folder / "generated")
    (folder / "truth.csv").unlink()
    found = job.run(reading.read(folder, "2024_s2"), "c", method)
    assert found.test is not None
    assert found.test.names == tuple(f"cluster_{i}" for i in range(1, 5))
    sizes = [found.test.labels.tolist().count(name) for name in found.test.names]
    assert sizes == sorted(sizes, reverse=True)
    with pytest.raises(ClefganError, match="10 clusters of 9 images; give --clusters from 2 to 9"):
        job.run(reading.read(folder, "2024_s2"), "c", method, n_clusters=10)


@dataclass(frozen=True, kw_only=True)
class Halves:
    """Two clusters, however many are asked for; of the images under test alone."""

    evidence: ClassVar[Evidence] = Evidence.A0

    def cluster(
        self, images: Images, n_clusters: int, /, *, progress: Progress = silent
    ) -> NDArray[np.int64]:
        assert len(images) == 9
        return np.arange(9) % 2 * (n_clusters - 1)


def test_labelled_images_take_no_clusters_and_those_that_are_made_are_said(folder: Path) -> None:
    found = job.run(reading.read(folder), "halves", Halves(), n_clusters=4)
    assert found.notes[-1] == "2 clusters of the 4 asked for, the largest first; " + (
        "their names mean nothing"
    )
    assert found.test is not None
    assert sorted(found.test.labels.tolist()) == ["cluster_1"] * 5 + ["cluster_2"] * 4


def test_clusters_are_matched_one_to_one() -> None:
    found, labels = np.array([0, 0, 0, 1, 1, 2]), np.array([2, 2, 0, 0, 0, 1])
    assert clusters.matched(found, labels, 3).tolist() == [2, 0, 1]
    assert clusters.by_size(np.array([3, 1, 1, 2, 2])).tolist() == [2, 0, 0, 1, 1]


def test_an_open_set_refuses_what_is_unlike_dev() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(3), 300)
    scores = rng.normal(size=(900, 3)) + 5 * np.eye(3)[truth]
    dev = DevScores(scores, truth)
    new = rng.normal(size=(900, 3)) + 5 * np.eye(3)[truth]
    strange = rng.normal(size=(200, 3))
    rule = decisions.parse("open:0.1")
    assert np.mean(rule.decide(new, dev).labels == -1) == pytest.approx(0.1, abs=0.04)
    assert np.mean(rule.decide(strange, dev).labels == -1) > 0.9
    shifted = new + rng.normal(size=(900, 1)) * 100  # only differences in a row mean anything
    np.testing.assert_array_equal(rule.decide(shifted, dev).labels, rule.decide(new, dev).labels)
    with pytest.raises(ClefganError, match="'open' compares with scores of labelled"):
        rule.decide(new, None)
    few = DevScores(scores[::100], truth[::100])
    assert np.isneginf(decisions.thresholds(few, 0.1, 3)).all()
    assert decisions.fewest_labelled(0.1) == 9
    enough = DevScores(scores[::100].repeat(3, axis=0), truth[::100].repeat(3))
    assert np.isfinite(decisions.thresholds(enough, 0.1, 3)).all()


def test_ties_go_to_the_first_class_and_are_counted() -> None:
    verdict = ClassRule("argmax").decide(np.array([[1.0, 1.0], [0.0, 2.0]]), None)
    assert verdict.labels.tolist() == [0, 1]
    assert verdict.ties == 1


def test_balanced_gives_each_class_as_many() -> None:
    scores = np.array([[5.0, 4.0], [3.0, 0.0], [9.0, 0.0], [1.0, 0.9]])
    assert decisions.balanced(scores).labels.tolist() == [1, 0, 0, 1]


def test_a_program_reads_what_a_run_says(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "runs"
    words = ["run", "--edition", "2025_s2", "--data", folder, "--out", out, "--folds", 2, "--json"]
    assert clefgan(*words, "--method", "subset-span") == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    said = json.loads(captured.out)
    kept = json.loads((out / "subset-span.json").read_text())
    assert said["files"] == [str(out / f"subset-span.{ending}") for ending in ("csv", "json")]
    assert said["called"] == {"a": 3, "b": 3, "c": 3}
    assert said["images"] == 9
    assert said["scores"]["test"]["subset-span"]["accuracy"]["value"] == 1
    assert set(said["scores"]) == {"dev, unseen", "dev, plain", "dev, grouped", "test"}
    assert "level-histogram" in said["scores"]["dev, grouped"]
    assert said["labs"] == kept["labs"]
    assert said["knows"] in (
        "training data",
        "only the network",
        "training data and network",
        "neither",
    )
    of_a = said["as_a_set"]["a"]
    assert of_a["called"] == pytest.approx(1 / 3)
    assert 0 < of_a["share_low"] < of_a["share"] < of_a["share_high"] < 1
    assert of_a == kept["set"]["a"]
    assert clefgan(*words, "--method", "cluster-texture", "--clusters", 3) == 0
    clusters_said = json.loads(capsys.readouterr().out)
    assert clusters_said["knows"] is None
    assert sum(clusters_said["called"].values()) == 9


def test_a_program_reads_a_run_without_truth_and_dev(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [text for name in "abc" for text in ("--sources", f"{name}={folder}/real/{name}")]
    words = ["run", "--edition", "2025_s2", "--method", "subset-span", "--out", tmp_path, "--json"]
    test = tmp_path / "released"
    shutil.copytree(folder / "generated_unknown", test)
    assert clefgan(*words, *named, "--test-data", test) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["scores"] == {}
    assert said["notes"] == ["no dev scores: no labelled generated images"]
    assert clefgan(*words, *named, "--name", "no_test") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["images"] is said["called"] is None
    assert said["files"] == [str(tmp_path / "no_test.json")]


@pytest.mark.parametrize(
    ("value", "low", "said"),
    [
        (0.40, 0.30, "x: better than guessed labels (95% of them below 0.25)."),
        (0.27, 0.20, "x: above guessed labels (95% of them below 0.25), but its interval is not."),
        (0.27, math.nan, "x: above guessed labels (95% of them below 0.25)."),
        (0.24, 0.18, "x is chance: guessed labels reach 0.25."),
    ],
)
def test_the_verdict_names_chance_only_within_it(value: float, low: float, said: str) -> None:
    cell = {"value": value, "low": low, "blind_95": 0.25}
    assert class_run_findings.against_guesses("x", cell) == said
