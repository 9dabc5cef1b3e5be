"""The pair network of the 2025 class runs. Importing this module imports JAX and Flax."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from flax import nnx
from numpy.typing import NDArray

from baselines.features.pixels import LowPass
from baselines.learning.nets import BATCH, Array, Cells, apply, train
from clefgan.method import Images, Progress

LEAST = 48  # cells along a side: four convolutions and poolings leave one
SLICE = 1024  # images prepared at a time


class PairEncoder(nnx.Module):
    """Four times convolution and max-pooling, then a dense layer; rows of length 1.

    Filters 16, 32, 64, 128 of 3 x 3 without padding, ReLU, pooling of 2 x 2; 256 units, ReLU.
    """

    def __init__(self, side: int, rngs: nnx.Rngs) -> None:
        channels = (1, 16, 32, 64, 128)
        self.convolutions = nnx.List(
            [
                nnx.Conv(channels[i], channels[i + 1], (3, 3), padding="VALID", rngs=rngs)
                for i in range(4)
            ]
        )
        for _ in range(4):
            side = (side - 2) // 2
        self.dense = nnx.Linear(side * side * 128, 256, rngs=rngs)

    def __call__(self, x: Array) -> Array:
        """Encode (n, side, side, 1) to (n, 256)."""
        for convolution in self.convolutions:
            x = nnx.max_pool(nnx.relu(convolution(x)), (2, 2), strides=(2, 2))  # type: ignore[no-untyped-call]
        z = nnx.relu(self.dense(x.reshape(len(x), -1)))
        unit: Array = z / jnp.sqrt(jnp.square(z).sum(axis=1, keepdims=True) + 1e-12)
        return unit


def pair_loss(net: PairEncoder, a: Array, b: Array, alike: Array) -> Array:
    """Pull pairs of one class together, and push others apart up to a margin of 1."""
    square = jnp.square(net(a) - net(b)).sum(axis=1)
    apart = jnp.square(nnx.relu(1 - jnp.sqrt(square + 1e-12)))
    return jnp.where(alike, square, apart).mean()


def prepared(images: Images, size: int) -> Cells:
    """Grey levels 0..255 averaged to a square of at most `size` cells, (n, side, side, 1).

    Smaller images are repeated pixel by pixel up to the least side that the network takes.
    """
    side = min(size, *images.shape[1:])
    cells = LowPass(side)(np.asarray(images)).reshape(-1, side, side, 1)
    times = -(-LEAST // side)
    return np.asarray(cells.repeat(times, axis=1).repeat(times, axis=2), np.float32)


def learn(
    reals: Sequence[Cells], generated: Sequence[Cells], *, epochs: int, learning_rate: float,
    seed: int, progress: Progress,
) -> PairEncoder:  # fmt: skip
    """An encoder under which a class's generated images lie near its real ones."""
    rng = np.random.default_rng(seed)
    n_classes = len(reals)
    steps = epochs * max(1, sum(map(len, reals)) // BATCH)
    ours = rng.integers(n_classes, size=(steps, BATCH))
    alike = np.arange(BATCH) < BATCH // 2
    theirs = np.where(alike, ours, (ours + rng.integers(1, n_classes, ours.shape)) % n_classes)
    draws = rng.random((2, steps, BATCH))

    def chosen(of: Sequence[Cells], classes: NDArray[np.int64], at: NDArray[np.float64]) -> Cells:
        return np.stack(
            [of[k][int(u * len(of[k]))] for k, u in zip(classes.tolist(), at, strict=True)]
        )

    def batch(i: int) -> tuple[Cells, Cells, NDArray[np.bool_]]:
        return chosen(reals, ours[i], draws[0, i]), chosen(generated, theirs[i], draws[1, i]), alike

    net = PairEncoder(reals[0].shape[1], nnx.Rngs(seed))
    train(
        net, pair_loss, batch, steps,
        learning_rate=learning_rate, stage="pair network", progress=progress,
    )  # fmt: skip
    return net


def pair_rows(net: PairEncoder, x: Array) -> Array:
    """Apply the encoder."""
    return net(x)


def encoded(net: PairEncoder, images: Images, size: int, scale: float) -> NDArray[np.float32]:
    """Encoded images, (n, 256), of grey levels times `scale`."""
    parts = [
        apply(pair_rows, net, prepared(images[at : at + SLICE], size) * np.float32(scale))
        for at in range(0, len(images), SLICE)
    ]
    return np.concatenate([np.empty((0, 256), np.float32), *parts])
