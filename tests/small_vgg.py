"""A VGG-16 that is small, and its weights as files of each kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from baselines.features import _vgg_onnx
from building import vgg_package
from clefgan.storage import known_vgg, weight_files, weights
from clefgan.storage.weight_files import Arrays

SMALL = replace(
    known_vgg.IMAGENET,
    blocks=((2,), (3, 4), (5,), (6,), (7,)),
    fc1=(28, 8),
    fc2=(8, 9),
)


@contextmanager
def small_network(folder: Path, patched: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """VGG-16 made small, absent as a package, and kept in a cache of its own; its weights."""
    patched.setenv("CLEFGAN_CACHE", str(folder / "cache"))
    patched.syspath_prepend(str(vgg_package(folder)))
    with known_vgg.of(SMALL):
        yield vgg(head=False)


def vgg(*, head: bool, seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    shapes = weights.expected()
    for layer, shape in known_vgg.current().head.items() if head else ():
        shapes |= {f"{layer}/kernel": shape, f"{layer}/bias": shape[1:]}
    return {name: rng.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}


def assert_same(found: Arrays, wanted: Arrays) -> None:
    assert sorted(found) == sorted(wanted)
    for name, array in wanted.items():
        np.testing.assert_array_equal(found[name], array)


def saved(path: Path, arrays: Arrays) -> Path:
    weight_files.write_safetensors(path, arrays, {})
    return path


def saved_by_keras(path: Path, arrays: Arrays, style: str) -> Path:
    """Old files name the datasets `block1_conv1_W_1:0`, newer ones nest the layer's name twice."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            layer, kind = name.split("/")
            old = f"{layer}/{layer}_{'W' if kind == 'kernel' else 'b'}_1:0"
            file[old if style == "old" else f"model_weights/{layer}/{layer}/{kind}:0"] = array
        file["optimizer_weights/block1_conv1/kernel/momentum:0"] = np.zeros((1, 1))
        file["model_weights/predictions/predictions/kernel:0"] = np.zeros((9, 10))
    return path


def saved_as_onnx(path: Path, arrays: Arrays) -> Path:
    path.write_bytes(_vgg_onnx.model(arrays, "block5"))
    return path
