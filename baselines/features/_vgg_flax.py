"""VGG-16 in Flax; imported on first use only, because JAX takes seconds."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from numpy.typing import NDArray

from baselines.features._vgg_layers import Arrays, block_of, convolutions, dense_layers


class Vgg(nnx.Module):
    """Blocks of convolutions with ReLU, each ended by 2x2 max-pooling; then dense layers if any."""

    def __init__(self, arrays: Arrays, layer: str) -> None:
        names = convolutions(arrays, block_of(layer))
        self.blocks = nnx.List(
            [nnx.List([convolution(arrays, n) for n in block]) for block in names]
        )
        self.dense = nnx.List([linear(arrays, name) for name in dense_layers(layer)])

    def __call__(self, x: jax.Array) -> jax.Array:
        """Return (n, h, w, c) maps after the last block, or (n, d) after the last dense layer."""
        for block in self.blocks:
            for layer in block:
                x = nnx.relu(layer(x))
            x = halved(x)
        if self.dense:
            x = x.reshape(len(x), -1)
        for dense in self.dense:
            x = nnx.relu(dense(x))
        return x


def halved(x: jax.Array) -> jax.Array:
    """Return the maximum of each 2x2 pixels; an odd last row or column is left out."""
    windows = (1, 2, 2, 1)
    return jnp.asarray(jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, windows, windows, "VALID"))


def convolution(arrays: Arrays, name: str) -> nnx.Conv:
    """Return a 3x3 convolution with given weights."""
    kernel, bias = arrays[f"{name}/kernel"], arrays[f"{name}/bias"]
    return nnx.Conv(
        kernel.shape[2],
        kernel.shape[3],
        kernel.shape[:2],
        kernel_init=lambda *_: jnp.asarray(kernel),
        bias_init=lambda *_: jnp.asarray(bias),
        rngs=nnx.Rngs(0),
    )


def linear(arrays: Arrays, name: str) -> nnx.Linear:
    """Return a dense layer with given weights."""
    kernel, bias = arrays[f"{name}/kernel"], arrays[f"{name}/bias"]
    return nnx.Linear(
        kernel.shape[0],
        kernel.shape[1],
        kernel_init=lambda *_: jnp.asarray(kernel),
        bias_init=lambda *_: jnp.asarray(bias),
        rngs=nnx.Rngs(0),
    )


def network(
    arrays: Arrays, layer: str, batch: int
) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """Return the network up to `layer`, compiled for batches of `batch` images at each size."""
    graph, state = nnx.split(Vgg(arrays, layer))

    @jax.jit
    def apply(state: Any, x: jax.Array) -> jax.Array:
        return nnx.merge(graph, state)(x)

    def run(x: NDArray[np.float32]) -> NDArray[np.float32]:
        full = np.concatenate([x, np.zeros((batch - len(x), *x.shape[1:]), np.float32)])
        return np.asarray(apply(state, full))[: len(x)]

    return run
