"""The relation network of `relation`. Importing this module imports JAX and Flax."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from numpy.typing import NDArray

from baselines.learning.embedding_net import rows
from baselines.learning.nets import BATCH, Array, Cells, Encoder, draws, train
from clefgan.method import Images, Progress
from clefgan.similarity.whole_numbers import Floats


class RelationNet(nnx.Module):
    """An encoder, and a relation of two encoded images from 0 to 1."""

    def __init__(self, size: int, width: int, seed: int) -> None:
        rngs = nnx.Rngs(seed)
        self.encoder = Encoder(size, width, rngs)
        self.hidden = nnx.Linear(2 * width, width, rngs=rngs)
        self.out = nnx.Linear(width, 1, rngs=rngs)

    def logits(self, a: Array, b: Array) -> Array:
        """Log-odds that a used image `a` belongs with a generated image `b`."""
        joined = jnp.concatenate([self.encoder(a), self.encoder(b)], axis=1)
        return self.out(nnx.leaky_relu(self.hidden(joined), 0.2))[:, 0]


def loss(net: RelationNet, a: Array, b: Array, used: Array) -> Array:
    """Mean squared error of the relation: 1 for used, 0 for not used."""
    return jnp.square(jax.nn.sigmoid(net.logits(a, b)) - used).mean()


def learn(
    used: Cells, not_used: Cells, generated: Cells, *, width: int, epochs: int,
    learning_rate: float, seed: int, progress: Progress,
) -> RelationNet:  # fmt: skip
    """Train on pairs of a real and a generated image."""
    rng = np.random.default_rng(seed)
    net = RelationNet(generated.shape[1], width, seed)
    half = BATCH // 2
    numbers = [draws(len(x), epochs, rng, half) for x in (used, not_used)]
    n_steps = max(map(len, numbers))
    partners = rng.integers(0, len(generated), (n_steps, BATCH))
    wanted = (np.arange(BATCH) < half).astype(np.float32)

    def batch(i: int) -> tuple[Cells, Cells, NDArray[np.float32]]:
        pair = (x[n[i % len(n)]] for x, n in zip((used, not_used), numbers, strict=True))
        return np.concatenate(list(pair)), generated[partners[i]], wanted

    train(
        net, loss, batch, n_steps,
        learning_rate=learning_rate, stage="relation network", progress=progress,
    )  # fmt: skip
    return net


def relation(
    net: RelationNet, images: Images, generated: Images, size: int
) -> tuple[Floats, Floats]:
    """The parts of the relation that each image contributes, (n, width) and (n_generated, width).

    The hidden layer of a pair is the sum of its two parts.
    """
    weights, bias = parameters(net.hidden)
    ours, theirs = (rows(net.encoder, x, size).astype(np.float64) for x in (images, generated))
    width = ours.shape[1]
    return dense(ours, weights[:width]) + bias, dense(theirs, weights[width:])


def last(net: RelationNet) -> tuple[Floats, float]:
    """Weights and bias from the hidden layer to the log-odds."""
    weights, bias = parameters(net.out)
    return weights[:, 0], float(bias[0])


def parameters(layer: nnx.Linear) -> tuple[Floats, Floats]:
    """Weights and bias of a layer."""
    assert layer.bias is not None
    return np.asarray(layer.kernel[...], np.float64), np.asarray(layer.bias[...], np.float64)


def dense(x: Floats, weights: Floats) -> Floats:
    """A product whose rows do not depend on each other's number."""
    return np.asarray(np.vecdot(x[:, None, :], weights.T[None]))
