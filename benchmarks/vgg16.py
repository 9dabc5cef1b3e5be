"""VGG-16 to block 5 at 224x224 on one core: ours beside bare ONNX Runtime and PyTorch."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from baselines.features import _vgg_onnx, vgg16
from baselines.features._vgg_layers import Arrays, convolutions
from baselines.features.blocks import Features
from baselines.features.vgg16 import Backend
from benchmarks.timing import best, one_core
from clefgan.method import Images
from clefgan.storage import weights

N, SIDE = 16, 224


def random_weights() -> dict[str, NDArray[np.float32]]:
    """Weights of VGG-16's shapes: their values do not matter to the time."""
    rng = np.random.default_rng(0)
    return {
        name: rng.normal(0, (2 / np.prod(shape[:3])) ** 0.5, shape).astype(np.float32)
        for name, shape in weights.expected().items()
    }


def main() -> None:
    """Print images per second and ratios."""
    arrays = random_weights()
    images = np.random.default_rng(0).integers(0, 256, (N, SIDE, SIDE), dtype=np.uint8)
    rows: dict[str, Callable[[], Features]] = {}
    with one_core():
        if find_spec("onnxruntime"):
            rows["ONNX Runtime, one image at a time"] = bare_onnx(arrays, images, 1)
            rows[f"ONNX Runtime, {vgg16.BATCH} at a time"] = bare_onnx(arrays, images, vgg16.BATCH)
            rows["clefgan by ONNX Runtime, mean over space"] = ours(arrays, images, "onnx")
        rows["clefgan by Flax, mean over space"] = ours(arrays, images, "flax")
        if find_spec("torch"):
            rows["PyTorch, channels last"] = torch_peer(arrays, images)
        rates = {name: N / best(call, 3) for name, call in rows.items()}
    found = [call() for name, call in rows.items() if name.startswith("clefgan")]
    fastest = max((rate for name, rate in rates.items() if name.startswith("ONNX")), default=None)
    table = Table(title=f"VGG-16 to block 5, {SIDE}x{SIDE}, one core", title_justify="left")
    for column in ("", "images/s", "times ONNX Runtime's time", "at most"):
        table.add_column(column, justify="right" if column else "left")
    for name, rate in rates.items():
        ratio = f"{fastest / rate:.2f}" if fastest else ""
        table.add_row(name, f"{rate:.2f}", ratio, "1.1" if "by ONNX" in name else "")
    console = Console()
    console.print(table)
    if len(found) == 2:
        difference = np.abs(found[0] - found[1]).max() / np.abs(found[0]).max()
        console.print(f"Largest relative difference of the two backends: {difference:.1e}")


def ours(arrays: Arrays, images: Images, backend: Backend) -> Callable[[], Features]:
    """Return a call that embeds all images; the network is set up before."""
    network = vgg16.build(arrays, "block5", backend)

    def call() -> Features:
        parts = []
        for start in range(0, N, vgg16.BATCH):
            maps = network(vgg16.caffe(images[start : start + vgg16.BATCH]))
            parts.append(vgg16.pooled(maps, "mean", 1))
        return np.concatenate(parts)

    return call


def bare_onnx(arrays: Arrays, images: Images, batch: int) -> Callable[[], Features]:
    """Return a call that does nothing but run the session on ready inputs."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session: Any = onnxruntime.InferenceSession(
        _vgg_onnx.model(arrays, "block5"), options, providers=["CPUExecutionProvider"]
    )
    x = np.ascontiguousarray(vgg16.caffe(images).transpose(0, 3, 1, 2))
    return lambda: np.concatenate(
        [session.run(None, {"x": x[i : i + batch]})[0] for i in range(0, N, batch)]
    )


def torch_peer(arrays: Arrays, images: Images) -> Callable[[], Features]:
    """Return a call that runs the same convolutions by PyTorch."""
    import torch

    torch.set_num_threads(1)
    layers: list[Any] = []
    for block in convolutions(arrays, 5):
        for name in block:
            kernel = arrays[f"{name}/kernel"]
            layer = torch.nn.Conv2d(kernel.shape[2], kernel.shape[3], 3, padding=1)
            layer.weight.data = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
            layer.bias.data = torch.from_numpy(arrays[f"{name}/bias"])
            layers += [layer, torch.nn.ReLU(inplace=True)]
        layers.append(torch.nn.MaxPool2d(2))
    network = torch.nn.Sequential(*layers).eval().to(memory_format=torch.channels_last)
    x = torch.from_numpy(vgg16.caffe(images).transpose(0, 3, 1, 2).copy())
    x = x.to(memory_format=torch.channels_last)

    def call() -> Features:
        with torch.inference_mode():
            parts = [network(x[i : i + vgg16.BATCH]).numpy() for i in range(0, N, vgg16.BATCH)]
        return np.concatenate(parts)

    return call


if __name__ == "__main__":
    main()
