"""The networks of `autoencoder`. Importing this module imports JAX and Flax."""

import jax.numpy as jnp
import numpy as np
from flax import nnx

from baselines.learning.nets import Array, Decoder, Encoder, apply, cells, draws, ordered, train
from clefgan.method import Images, Progress
from clefgan.similarity.whole_numbers import Floats


class AutoencoderNet(nnx.Module):
    """An encoder with one or two decoders."""

    def __init__(self, size: int, width: int, n_decoders: int, seed: int) -> None:
        rngs = nnx.Rngs(seed)
        self.encoder = Encoder(size, width, rngs)
        self.decoders = nnx.List(Decoder(size, width, rngs) for _ in range(n_decoders))

    def errors(self, x: Array, number: int) -> Array:
        """Mean squared error of each image after decoder `number`."""
        return jnp.square(self.decoders[number](self.encoder(x)) - x).mean(axis=(1, 2, 3))


def loss(net: AutoencoderNet, *batches: Array) -> Array:
    """Sum of the errors of each decoder on its own batch."""
    total = jnp.zeros(())
    for number, x in enumerate(batches):
        total = total + net.errors(x, number).mean()
    return total


def first(net: AutoencoderNet, x: Array) -> Array:
    """Errors after the first decoder."""
    return net.errors(x, 0)


def second(net: AutoencoderNet, x: Array) -> Array:
    """Errors after the second decoder."""
    return net.errors(x, 1)


def trained(
    sets: tuple[Images, ...],
    *,
    size: int,
    width: int,
    epochs: int,
    learning_rate: float,
    seed: int,
    progress: Progress,
) -> AutoencoderNet:
    """Train one decoder a set; an epoch is one pass over the largest set."""
    rng = np.random.default_rng(seed)
    inputs = [ordered(images, size) for images in sets]
    net = AutoencoderNet(inputs[0].shape[1], width, len(sets), seed)
    numbers = [draws(len(x), epochs, rng) for x in inputs]
    n_steps = max(map(len, numbers))
    train(
        net,
        loss,
        lambda i: tuple(x[n[i % len(n)]] for x, n in zip(inputs, numbers, strict=True)),
        n_steps,
        learning_rate=learning_rate,
        stage="autoencoder",
        progress=progress,
    )
    return net


def errors(net: AutoencoderNet, images: Images, size: int) -> Floats:
    """Errors of each image after each decoder: (n_decoders, n)."""
    x = cells(images, size)
    functions = (first, second)[: len(net.decoders)]
    return np.stack([apply(function, net, x).astype(np.float64) for function in functions])
