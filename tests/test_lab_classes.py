"""Class labs: what each kind makes different, and that nothing else does."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clefgan import __main__ as entry
from clefgan.data.classes import reading
from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.experiments.lab import class_controls, class_folder, class_kinds, class_rules
from clefgan.experiments.lab.class_kinds import KINDS
from clefgan.experiments.lab.make_classes import ClassLab, ClassSpec, draw
from clefgan.experiments.lab.reals import Reals
from clefgan.flow.config import FlowConfig
from clefgan.plugins import registry
from clefgan.runs.classes import knows
from clefgan.testing import blobs
from clefgan.testing.attribution import example_sources
from running import clefgan


@pytest.fixture(scope="module")
def reals() -> Reals:
    images = blobs(np.random.default_rng(0), 80)
    names = tuple(f"image_{i}" for i in range(80))
    return Reals(images, names, names, "blobs", "group")


def made(reals: Reals, kind: str, **more: Any) -> ClassLab:
    settings: dict[str, Any] = {"classes": 3, "reals": 8, "generated": 20, "test": 20} | more
    return draw(reals, ClassSpec(kind=kind, **settings))


def right(lab: ClassLab, name: str) -> float:
    method = registry.ATTRIBUTORS.configure(name)
    scores = method.fit(lab.sources).score(lab.test)
    return float(np.mean(np.argmax(scores, axis=1) == lab.truth))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_numbers_and_one_seed(kind: str, reals: Reals) -> None:
    lab, again = made(reals, kind), made(reals, kind)
    assert [source.name for source in lab.sources] == ["t1", "t2", "t3"]
    assert np.bincount(lab.truth).tolist() == [20, 20, 20]
    np.testing.assert_array_equal(lab.test, again.test)
    assert not np.array_equal(lab.test, made(reals, kind, seed=1).test)
    assert (np.diff(lab.truth) != 0).any()
    for source, places in zip(lab.sources, lab.patients, strict=True):
        np.testing.assert_array_equal(source.real, reals.images[places])


@pytest.mark.parametrize("kind", ["subset", "both", "other-generator", "collapse"])
def test_no_patient_is_in_two_classes(kind: str, reals: Reals) -> None:
    lab = made(reals, kind)
    everyone = np.concatenate(lab.patients)
    assert len(set(everyone.tolist())) == 24


def test_shared_patients_and_unequal_sizes(reals: Reals) -> None:
    shared = made(reals, "shared-patients", overlap=0.25).patients
    assert len(set(shared[0].tolist()) & set(shared[1].tolist())) == 2
    sizes = [len(each) for each in made(reals, "unequal-sizes").patients]
    assert sizes == [4, 8, 16]


@pytest.mark.parametrize("kind", ["null", "texture-shift", "family", "histogram"])
def test_methods_of_real_images_are_at_chance_where_these_are_the_same(
    kind: str, reals: Reals
) -> None:
    lab = made(reals, kind)
    for name in ("subset-span", "subset-patches", "subset-nearest", "subset-fusion"):
        assert right(lab, name) == pytest.approx(1 / 3)


def test_what_a_lab_asks_is_what_a_method_needs(reals: Reals) -> None:
    assert right(made(reals, "subset"), "subset-span") > 0.9
    assert right(made(reals, "other-generator", rule="blend"), "subset-span") > 0.9
    assert right(made(reals, "histogram"), "level-histogram") > 0.9
    assert right(made(reals, "collapse"), "nearest-generated") > 0.7
    null = made(reals, "null", test=100, generated=60)
    assert right(null, "texture") < 1 / 3 + 3.3 * np.sqrt(2 / 9 / 300)


@pytest.mark.parametrize("rule", ["up", "warp"])
def test_rules_of_its_own_make_images_of_the_training_set(rule: str, reals: Reals) -> None:
    train = reals.images[:8]
    images = class_rules.make(rule, train, 30, np.random.default_rng(0))
    assert images.shape == (30, 32, 32)
    mean = train.mean(axis=0)
    assert np.corrcoef(images.mean(axis=0).ravel(), mean.ravel())[0, 1] > 0.8


def test_upsampling_leaves_its_trace() -> None:
    flat = class_rules.up(np.stack([np.arange(256, dtype=np.uint8).reshape(16, 16)] * 2), 1,
                          np.random.default_rng(0))  # fmt: skip
    spectrum = np.abs(np.fft.fft(np.diff(flat[0], axis=0).mean(axis=1)))
    assert spectrum[len(spectrum) // 2] < spectrum[1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "best"}, "no kind of classes 'best'; known: subset, family"),
        ({"rule": "best"}, "no rule 'best'; known: pca, blend"),
        ({"classes": 1}, "classes must be 2 or more; got 1"),
        ({"overlap": 1.0}, "overlap is a share from 0 to below 1; got 1.0"),
        ({"kind": "family", "classes": 6}, "6 classes that differ in rule; there are 5"),
        ({"kind": "histogram", "classes": 9}, "9 classes that differ in grey levels"),
    ],
)
def test_what_cannot_be_made_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        ClassSpec(**settings)


def test_too_few_patients_are_told(reals: Reals) -> None:
    with pytest.raises(ClefganError, match="blobs: 80 groups are too few for 300 real images"):
        draw(reals, ClassSpec(classes=3, reals=100))


def test_a_lab_on_disk_is_read_as_it_was_made(reals: Reals, tmp_path: Path) -> None:
    spec = ClassSpec(kind="subset", classes=3, reals=8, generated=5, test=4)
    lab = draw(reals, spec)
    class_folder.write(tmp_path / "lab", reals, spec, lab)
    found = reading.read(tmp_path / "lab")
    assert found.names == ("t1", "t2", "t3")
    assert found.test is not None
    assert found.truth is not None
    np.testing.assert_array_equal(found.test.load(), lab.test)
    assert [found.truth[name] for name in found.test.ids] == [f"t{k + 1}" for k in lab.truth]
    real = found.classes[1].real
    assert real is not None
    np.testing.assert_array_equal(real.load(), lab.sources[1].real)
    about = json.loads((tmp_path / "lab" / "lab.json").read_text())
    assert about["spec"]["kind"] == "subset"
    with pytest.raises(ClefganError, match="exists already"):
        class_folder.write(tmp_path / "lab", reals, spec, lab)


def test_the_command_makes_what_run_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "reals.npz", images=blobs(np.random.default_rng(0), 30))
    words = ["lab", "make-classes", tmp_path / "lab", "--real", tmp_path / "reals.npz",
             "--classes", "3", "--reals", "8", "--generated", "6", "--test", "4"]  # fmt: skip
    with pytest.raises(SystemExit) as stopped:
        entry.main([str(word) for word in words])
    assert stopped.value.code == 0
    assert "3 classes, 8 real and 6 generated images each, 12 under test" in capsys.readouterr().out
    assert reading.read(tmp_path / "lab").evidence == "A3"


def test_controls_say_what_a_method_knows() -> None:
    sources = example_sources()
    span = class_controls.known(sources, registry.ATTRIBUTORS.configure("subset-span"))
    assert span[knows.TRAINING] > 0.9
    assert span[knows.TEXTURE] == pytest.approx(1 / 3)
    texture = class_controls.known(sources, registry.ATTRIBUTORS.configure("texture"))
    assert texture[knows.TRAINING] < span[knows.TRAINING]
    assert class_controls.known([], registry.ATTRIBUTORS.configure("texture")) == {}
    assert class_kinds.KINDS["null"] is class_kinds.KINDS["seed"]


@pytest.mark.parametrize("rule", ["dcgan", "flow"])
def test_a_network_a_class_has_a_seed_of_its_own(rule: str, reals: Reals) -> None:
    gan = DCGANConfig(epochs=1, base_filters=4, filters=(4, 4, 4, 4), latent=4)
    flow = FlowConfig(steps=2, draws=2, width=8)
    train = reals.images[:4]
    first, again, other = (
        class_rules.make(rule, train, 3, np.random.default_rng(seed), gan=gan, flow=flow)
        for seed in (0, 0, 1)
    )
    assert first.shape == (3, 32, 32)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_settings_of_a_network_need_a_rule_that_has_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "reals.npz", images=blobs(np.random.default_rng(0), 30))
    words = ["lab", "make-classes", tmp_path / "lab", "--real", tmp_path / "reals.npz"]
    assert clefgan(*words, "--set", "epochs=2") == 1
    assert "got --rule pca; leave it out, or give --rule 'dcgan' or 'flow'" in (
        capsys.readouterr().err
    )
