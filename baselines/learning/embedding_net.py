"""Encoders that learn what is alike. Importing this module imports JAX and Flax."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from numpy.typing import NDArray

from baselines.learning.nets import BATCH, Array, Cells, Encoder, apply, cells, draws, train
from clefgan.method import Images, Progress

SLICE = 1024  # images prepared at a time


def varied(x: Array, key: Array) -> Array:
    """Mirrored or not, shifted by up to an eighth, in another contrast and brightness."""

    def one(image: Array, key: Array) -> Array:
        mirror, shift, contrast = jax.random.split(key, 3)
        image = jnp.where(jax.random.bernoulli(mirror), image[:, ::-1], image)
        most = image.shape[0] // 8
        by = jax.random.randint(shift, (2,), -most, most + 1)
        image = jnp.roll(image, by, (0, 1))
        gain, offset = jax.random.uniform(
            contrast, (2,), minval=jnp.array([0.8, -0.1]), maxval=jnp.array([1.2, 0.1])
        )
        changed: Array = gain * image + offset
        return changed

    return jax.vmap(one)(x, jax.random.split(key, len(x)))


def nt_xent(net: Encoder, x: Array, seed: Array, temperature: Array) -> Array:
    """Two variants of an image should be more alike than any two images.

    References
    ----------
    Chen, Kornblith, Norouzi, Hinton (2020), arXiv:2002.05709, eq. 1.
    """
    one, two = jax.random.split(jax.random.key(seed))
    z = net(jnp.concatenate([varied(x, one), varied(x, two)]))
    z = z / jnp.sqrt(jnp.square(z).sum(axis=1, keepdims=True) + 1e-12)
    n = len(x)
    alike = z @ z.T / temperature - 1e9 * jnp.eye(2 * n)
    partner = jnp.concatenate([jnp.arange(n) + n, jnp.arange(n)])
    own = jnp.take_along_axis(alike, partner[:, None], axis=1)[:, 0]
    return (jax.nn.logsumexp(alike, axis=1) - own).mean()


def learn_space(
    x: Cells, *, width: int, epochs: int, temperature: float, learning_rate: float, seed: int,
    progress: Progress,
) -> Encoder:  # fmt: skip
    """An encoder under which variants of an image are alike."""
    net = Encoder(x.shape[1], width, nnx.Rngs(seed))
    numbers = draws(len(x), epochs, np.random.default_rng(seed))
    variants = np.random.default_rng([seed, 1]).integers(0, 2**32, len(numbers), dtype=np.uint32)
    train(
        net,
        nt_xent,
        lambda i: (x[numbers[i]], variants[i], np.float32(temperature)),
        len(numbers),
        learning_rate=learning_rate,
        stage="learned space",
        progress=progress,
    )
    return net


def contrastive(net: Encoder, a: Array, b: Array, alike: Array, margin: Array) -> Array:
    """Pull pairs that are alike together, and push others apart up to a margin.

    References
    ----------
    Hadsell, Chopra, LeCun (2006), doi:10.1109/CVPR.2006.100, eq. 4.
    """
    square = jnp.square(net(a) - net(b)).sum(axis=1)
    apart = jax.nn.relu(margin - jnp.sqrt(square + 1e-12))
    return (jnp.where(alike, square, jnp.square(apart)) / 2).mean()


def learn_pairs(
    used: Cells, not_used: Cells, generated: Cells, *, width: int, epochs: int, margin: float,
    learning_rate: float, seed: int, progress: Progress,
) -> Encoder:  # fmt: skip
    """An encoder under which used images lie near the generated ones, and others do not."""
    rng = np.random.default_rng(seed)
    net = Encoder(generated.shape[1], width, nnx.Rngs(seed))
    half = BATCH // 2
    numbers = [draws(len(x), epochs, rng, half) for x in (used, not_used)]
    n_steps = max(map(len, numbers))
    partners = rng.integers(0, len(generated), (n_steps, BATCH))
    alike = np.arange(BATCH) < half

    def batch(i: int) -> tuple[Cells, Cells, NDArray[np.bool_], np.float32]:
        pair = (x[n[i % len(n)]] for x, n in zip((used, not_used), numbers, strict=True))
        return np.concatenate(list(pair)), generated[partners[i]], alike, np.float32(margin)

    train(
        net, contrastive, batch, n_steps,
        learning_rate=learning_rate, stage="siamese network", progress=progress,
    )  # fmt: skip
    return net


def encode(net: Encoder, x: Array) -> Array:
    """Apply the encoder."""
    return net(x)


def rows(net: Encoder, images: Images, size: int) -> NDArray[np.float32]:
    """Encoded images, (n, width)."""
    parts = [
        apply(encode, net, cells(np.asarray(images[at : at + SLICE]), size))
        for at in range(0, len(images), SLICE)
    ]
    return np.concatenate([np.empty((0, net.dense.out_features), np.float32), *parts])
