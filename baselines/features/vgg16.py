"""VGG-16 embeddings: activations of a network that was trained on ImageNet."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from baselines.features._vgg_layers import LAYERS, Arrays, VggLayer, block_of, dense_layers
from baselines.features.blocks import Features
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent
from clefgan.similarity.threads import cores
from clefgan.storage import weights

Pooling: TypeAlias = Literal["mean", "max"]
Backend: TypeAlias = Literal["auto", "onnx", "flax"]
Network: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float32]]

BATCH = 4  # images at a time: their widest activations take 67 MB at 256x256
MEAN_BGR = (103.939, 116.779, 123.68)  # of ImageNet; what these weights were trained with


@dataclass(frozen=True)
class Vgg16:
    """Activations of one layer, those of a block pooled over the image or the cells of a grid.

    A block ends with its max-pooling, so `block5` of a 224x224 image is 7x7x512, and with a grid
    of 7 all of its 25,088 values. fc1 and fc2 are vectors of 4,096, which are not pooled.

    References
    ----------
    Simonyan, Zisserman (2015), arXiv:1409.1556, configuration D.
    """

    layer: VggLayer = "block5"
    pooling: Pooling = "mean"  # over the image, or over each cell of the grid
    grid: int = 1  # cells along each side
    side: int | None = None  # pixels to resize images to, height and width; None: as they are
    weights: str = "auto"  # first digits of a file's SHA-256, or auto: those that are known
    backend: Backend = "auto"  # auto: ONNX Runtime on a CPU if it is installed, else Flax

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, d) float32 features of (n, height, width) uint8 images.

        Raises
        ------
        ClefganError
            If the weights are absent or damaged, or the settings do not fit the images.
        """
        parts, done = [], 0
        for part in self.each(images):
            parts.append(part)
            done += len(part)
            progress("VGG-16", done, len(images), "")
        return np.concatenate(parts)

    def each(self, images: Images) -> Iterator[Features]:
        """Yield the features block by block, so that a caller can keep what is done."""
        arrays = weights.load(self.weights, head=bool(dense_layers(self.layer))).arrays
        return embedded(images, arrays, self)

    def key(self) -> str:
        """Return a digest of all that decides the features: settings, weights, backend."""
        used = weights.load(self.weights, head=bool(dense_layers(self.layer))).sha256
        backend = available(self.backend)
        settings = (self.layer, self.pooling, self.grid, self.side, used, backend)
        return hashlib.sha256(repr(("Vgg16", 1, *settings)).encode()).hexdigest()


def embedded(images: Images, arrays: Arrays, settings: Vgg16) -> Iterator[Features]:
    """Yield features of a VGG with any weights, block by block; one empty block if no images."""
    height, width = (settings.side, settings.side) if settings.side else images.shape[1:]
    check(height, width, arrays, settings)
    network = build(arrays, settings.layer, settings.backend)
    for start in range(0, len(images) or 1, BATCH):
        block = resized(images[start : start + BATCH], settings.side)
        if len(block):
            maps = network(caffe(block))
        else:
            maps = network(np.zeros((1, height, width, 3), np.float32))[:0]
        yield pooled(maps, settings.pooling, settings.grid)


def build(arrays: Arrays, layer: str, backend: Backend) -> Network:
    """Return the network up to `layer` on the backend that is asked for."""
    if available(backend) == "onnx":
        from baselines.features import _vgg_onnx  # ONNX Runtime, an extra

        return _vgg_onnx.network(arrays, layer, cores())
    from baselines.features import _vgg_flax  # JAX

    return _vgg_flax.network(arrays, layer, BATCH)


def available(
    backend: Backend, *, installed: bool | None = None, platform: str | None = None
) -> Literal["onnx", "flax"]:
    """Return the backend to use.

    Parameters
    ----------
    installed : whether ONNX Runtime is; None looks
    platform : the kind of JAX's devices, such as "gpu"; None asks JAX

    Raises
    ------
    ClefganError
        If it is not installed.
    """
    if installed is None:
        installed = find_spec("onnxruntime") is not None
    if backend == "onnx" and not installed:
        raise ClefganError(
            "VGG-16: backend 'onnx' is not installed; pip install onnxruntime, or set backend=flax"
        )
    if backend != "auto":
        return backend
    if not installed:
        return "flax"
    import jax  # JAX

    return "onnx" if (platform or jax.default_backend()) == "cpu" else "flax"


def caffe(images: Images) -> NDArray[np.float32]:
    """Return (n, height, width, 3) float32 as these weights want it, the only place that does.

    Levels 0..255, the grey value in each of blue, green, red, less the mean of ImageNet.
    """
    return images[..., None].astype(np.float32) - np.array(MEAN_BGR, np.float32)


def resized(images: Images, side: int | None) -> Images:
    """Return the images with `side` x `side` pixels, bilinear, smoothed where they shrink."""
    if side is None or images.shape[1:] == (side, side):
        return images
    from PIL import Image  # slow to load: on use

    pictures = [Image.fromarray(np.asarray(image)) for image in images]
    small = [p.resize((side, side), Image.Resampling.BILINEAR) for p in pictures]
    return np.array([np.asarray(p) for p in small], np.uint8).reshape(len(images), side, side)


def pooled(maps: NDArray[np.float32], pooling: Pooling, grid: int) -> Features:
    """Return the mean or maximum of each channel in each cell, row by row; vectors stay whole.

    Means are taken in float64: over large maps they would lose digits, and not the same ones for
    each order of the axes.
    """
    if maps.ndim == 2:
        return maps
    rows, columns = (np.arange(grid + 1) * size // grid for size in maps.shape[1:3])
    cells = [
        maps[:, rows[i] : rows[i + 1], columns[j] : columns[j + 1]]
        for i in range(grid)
        for j in range(grid)
    ]
    if pooling == "max":
        return np.concatenate([cell.max(axis=(1, 2)) for cell in cells], axis=1)
    means = [cell.mean(axis=(1, 2), dtype=np.float64) for cell in cells]
    return np.concatenate(means, axis=1).astype(np.float32)


def check(height: int, width: int, arrays: Arrays, settings: Vgg16) -> None:
    """Raise a ClefganError if the settings make no sense, or not for images of this size."""
    layer, grid = settings.layer, settings.grid
    if layer not in LAYERS:
        raise ClefganError(f"VGG-16: no layer {layer!r}; known: {', '.join(LAYERS)}")
    stride = 2 ** block_of(layer)
    size = f"images of {height}x{width}"
    if min(height, width) < stride:
        raise ClefganError(
            f"VGG-16: {size} are smaller than {stride}, the stride of {layer}; "
            "take an earlier block, or resize them with side"
        )
    rows, columns = height // stride, width // stride
    if not dense_layers(layer):
        if not 1 <= grid <= min(rows, columns):
            raise ClefganError(
                f"VGG-16: a grid of {grid} cells per side; {layer} of {size} is {rows}x{columns}, "
                f"so give 1 to {min(rows, columns)}"
            )
        return
    if grid != 1:
        raise ClefganError(f"VGG-16: {layer} is one vector and has no grid; leave it at 1")
    inputs, channels = arrays["fc1/kernel"].shape[0], arrays["block5_conv1/bias"].shape[0]
    if rows * columns * channels != inputs:
        wanted = round((inputs / channels) ** 0.5) * stride
        raise ClefganError(f"VGG-16: {layer} takes images of {wanted}x{wanted}; set side={wanted}")
