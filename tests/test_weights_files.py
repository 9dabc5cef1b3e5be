"""Weights as safetensors, Keras and ONNX files: read back, and damaged."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.features import _vgg_onnx
from clefgan.errors import ClefganError
from clefgan.storage import weight_files, weights
from clefgan.storage.weight_files import Arrays
from small_vgg import assert_same, saved, saved_as_onnx, saved_by_keras, small_network


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Any]]:
    with small_network(tmp_path, monkeypatch) as arrays:
        yield arrays


# files


def test_safetensors_read_back(tmp_path: Path, small: dict[str, Any]) -> None:
    path = tmp_path / "a.safetensors"
    weight_files.write_safetensors(path, small, {"source": "here"})
    arrays, metadata = weight_files.read_safetensors(path)
    assert_same(arrays, small)
    assert metadata == weight_files.safetensors_metadata(path) == {"source": "here"}


def test_safetensors_are_what_others_write_and_read(tmp_path: Path, small: dict[str, Any]) -> None:
    peer = pytest.importorskip("safetensors.numpy")
    peer.save_file({**small, "half": np.ones(3, np.float16)}, tmp_path / "theirs.safetensors")
    arrays = weight_files.read(tmp_path / "theirs.safetensors")
    assert arrays["half"].dtype == np.float16
    weight_files.write_safetensors(tmp_path / "ours.safetensors", small, {"a": "b"})
    theirs = peer.load_file(tmp_path / "ours.safetensors")
    assert_same({name: theirs[name] for name in small}, small)


def test_onnx_initialisers_of_every_kind(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    kernel = np.arange(24, dtype=np.float32).reshape(4, 3, 2, 1)
    arrays = {"raw": np.arange(3.0, dtype=np.float32), "ints": np.array([2, -1]), "kernel": kernel}
    tensors = [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()]
    tensors.append(onnx.helper.make_tensor("listed", 1, [2], [0.5, 2.0]))
    tensors.append(onnx.helper.make_tensor("counted", 7, [2], [300, 5]))
    tensors.append(onnx.helper.make_tensor("words", 8, [1], ["x"]))
    graph = onnx.helper.make_graph([], "g", [], [], tensors)
    path = tmp_path / "model.onnx"
    path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    found = weight_files.read(path)
    np.testing.assert_array_equal(found["raw"], arrays["raw"])
    np.testing.assert_array_equal(found["ints"], [2, -1])
    np.testing.assert_array_equal(found["kernel"], kernel.transpose(2, 3, 1, 0))
    np.testing.assert_array_equal(found["listed"], np.array([0.5, 2.0], np.float32))
    np.testing.assert_array_equal(found["counted"], [300, 5])
    assert found["words"].tolist() == ["x"]  # the reader of weights refuses it


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from([".safetensors", ".onnx"]), share=st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_one_clear_error(
    kind: str, share: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"cut{kind}"
    arrays: Arrays = {"block1_conv1/kernel": np.ones((3, 3, 3, 4), np.float32)}
    arrays |= {"block1_conv1/bias": np.zeros(4, np.float32)}
    if kind == ".onnx":
        path.write_bytes(_vgg_onnx.model(arrays, "block1"))
    else:
        weight_files.write_safetensors(path, arrays, {})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * (len(whole) - 6))])  # the last 6 bytes hold no weights
    with pytest.raises(ClefganError, match="truncated, or not a file of kind"):
        weight_files.read(path)


def test_a_truncated_keras_file(tmp_path: Path, small: dict[str, Any]) -> None:
    path = saved_by_keras(tmp_path / "w.h5", small, "old")
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(ClefganError, match=r"w\.h5: truncated, or not a file of kind HDF5"):
        weight_files.read(path)


@pytest.mark.parametrize(
    "header", ['{"a": 1}', "[]", '{"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 8]}}']
)
def test_safetensors_that_lie(header: str, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header.encode() + bytes(8))
    with pytest.raises(ClefganError, match="truncated, or not a file of kind safetensors"):
        weight_files.read(path)


def test_files_that_are_absent_or_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(ClefganError, match=r"none\.onnx: no such file"):
        weight_files.read(tmp_path / "none.onnx")
    with pytest.raises(ClefganError, match=r"w\.pth: not a kind of weight file that can be read"):
        weight_files.read(tmp_path / "w.pth")


def test_keras_files_need_h5py(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    (tmp_path / "w.h5").touch()
    with pytest.raises(ClefganError, match=r"w\.h5: reading it needs h5py; pip install h5py"):
        weight_files.read(tmp_path / "w.h5")


# weights


@pytest.mark.parametrize("style", ["old", "new", "onnx", "safetensors"])
def test_the_same_weights_from_any_kind_of_file(
    style: str, tmp_path: Path, small: dict[str, Any]
) -> None:
    if style == "onnx":
        path = saved_as_onnx(tmp_path / "w.onnx", small)
    elif style == "safetensors":
        path = saved(tmp_path / "w.safetensors", small)
    else:
        path = saved_by_keras(tmp_path / "w.h5", small, style)
    item = weights.add(path, trust=True)
    assert not item.known
    loaded = weights.load()
    assert_same(loaded.arrays, small)
    assert loaded.sha256 == item.sha256 == weights.sha256_of(small)
    assert not loaded.has_head
