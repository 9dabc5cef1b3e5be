"""Which layers a VGG has, told from the names and shapes of its weights."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]
"""Kernels (height, width, in, out) and biases by name, such as `block1_conv1/kernel`."""

VggLayer: TypeAlias = Literal["block1", "block2", "block3", "block4", "block5", "fc1", "fc2"]
LAYERS: tuple[VggLayer, ...] = get_args(VggLayer)
LAST_BLOCK = 5


def block_of(layer: str) -> int:
    """Number of blocks that lead to a layer."""
    return int(layer[-1]) if layer.startswith("block") else LAST_BLOCK


def dense_layers(layer: str) -> list[str]:
    """Names of the dense layers that lead to a layer."""
    return {"fc1": ["fc1"], "fc2": ["fc1", "fc2"]}.get(layer, [])


def convolutions(arrays: Arrays, last: int) -> list[list[str]]:
    """Names of the convolutions of the blocks 1 to `last`, block by block."""
    names = []
    for block in range(1, last + 1):
        count = sum(name.startswith(f"block{block}_conv") for name in arrays) // 2
        names.append([f"block{block}_conv{i}" for i in range(1, count + 1)])
    return names
