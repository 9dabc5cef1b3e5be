"""The two networks, in Flax NNX.

What the paper prints is kept: five transposed convolutions against five convolutions, kernel
(4, 4), stride 2; BatchNorm and LeakyReLU(0.2) in the generator, its last activation tanh;
LeakyReLU(0.2) in the discriminator, flattened into one unit. What it leaves open is ours:

- noise is projected linearly to `base_filters` channels at 1/32 of the size, then LeakyReLU (no
  BatchNorm: at 32 x 32 it would see one number per image);
- the last transposed convolution has a bias and no BatchNorm, which would fix every batch's mean
  grey level; the others have no bias, for BatchNorm brings one;
- the discriminator has no BatchNorm, for the paper prints none; with `discriminator_norm` all its
  convolutions but the first have one;
- its last unit gives a logit; the sigmoid is part of the loss.

Both networks hold stock Flax layers. On CPU the convolutions are computed by `clefgan.dcgan.conv`
from the same parameters, because stock gradients are slow there.
"""

from collections.abc import Callable
from itertools import pairwise

import jax
import jax.numpy as jnp
from flax import nnx

from clefgan.dcgan import conv
from clefgan.dcgan.config import KERNEL, LAYERS, STEP_OF_SIZE, STRIDE, DCGANConfig


class Generator(nnx.Module):
    """Noise (n, latent) to images (n, size, size, 1) in -1..1."""

    def __init__(self, config: DCGANConfig, size: int, *, rngs: nnx.Rngs) -> None:
        self.base = size // STEP_OF_SIZE
        self.slope = config.slope
        self.custom = custom(config)
        widths = (config.base_filters, *config.filters, 1)
        self.project = nnx.Linear(config.latent, self.base**2 * widths[0], rngs=rngs)
        self.up = nnx.List(
            [
                nnx.ConvTranspose(
                    before,
                    after,
                    KERNEL,
                    STRIDE,
                    use_bias=layer == LAYERS - 1,
                    rngs=rngs,
                )
                for layer, (before, after) in enumerate(pairwise(widths))
            ]
        )
        self.norms = nnx.List(
            [
                nnx.BatchNorm(width, momentum=config.norm_momentum, rngs=rngs)
                for width in config.filters
            ]
        )

    def __call__(self, noise: jax.Array, *, average: bool = False) -> jax.Array:
        """Draw images; BatchNorm uses the batch's figures, or with `average` the running ones."""
        x = nnx.leaky_relu(self.project(noise), self.slope)
        x = x.reshape(len(noise), self.base, self.base, -1)
        for layer, batch_norm in zip(self.up, self.norms, strict=False):
            x = applied(layer, conv.transposed, x, custom=self.custom)
            x = batch_norm(x, use_running_average=average)
            x = nnx.leaky_relu(x, self.slope)
        return jnp.tanh(applied(self.up[-1], conv.transposed, x, custom=self.custom))


class Discriminator(nnx.Module):
    """Images (n, size, size, 1) in -1..1 to logits (n,): above 0 means real."""

    def __init__(self, config: DCGANConfig, size: int, *, rngs: nnx.Rngs) -> None:
        self.slope = config.slope
        self.custom = custom(config)
        widths = (1, *reversed(config.filters), config.base_filters)
        self.normed = (False, *[config.discriminator_norm] * (LAYERS - 1))
        self.down = nnx.List(
            [
                nnx.Conv(before, after, KERNEL, STRIDE, use_bias=not normed, rngs=rngs)
                for (before, after), normed in zip(pairwise(widths), self.normed, strict=True)
            ]
        )
        self.norms = nnx.List(
            [
                nnx.BatchNorm(width, momentum=config.norm_momentum, rngs=rngs)
                for width in widths[2:]
                if config.discriminator_norm
            ]
        )
        side = size // STEP_OF_SIZE
        self.judge = nnx.Linear(side**2 * widths[-1], 1, rngs=rngs)

    def __call__(self, images: jax.Array, *, average: bool = False) -> jax.Array:
        """Judge images; `average` as in the generator, without effect where no BatchNorm is."""
        x = images
        norms = iter(self.norms)
        for convolution, normed in zip(self.down, self.normed, strict=True):
            x = applied(convolution, conv.strided, x, custom=self.custom)
            if normed:
                x = next(norms)(x, use_running_average=average)
            x = nnx.leaky_relu(x, self.slope)
        return self.judge(x.reshape(len(x), -1))[:, 0]


def applied(
    layer: nnx.Conv | nnx.ConvTranspose,
    function: Callable[[jax.Array, jax.Array], jax.Array],
    x: jax.Array,
    *,
    custom: bool,
) -> jax.Array:
    """Compute a layer as Flax does, or by a function of `clefgan.dcgan.conv`."""
    if not custom:
        return layer(x)
    y = function(x, layer.kernel[...])
    return y if layer.bias is None else y + layer.bias[...]


def custom(config: DCGANConfig, platform: str | None = None) -> bool:
    """Tell whether to compute convolutions by `clefgan.dcgan.conv`: on CPU, unless asked.

    `platform` is the kind of JAX's devices, such as "gpu"; None asks JAX.
    """
    if config.convolution == "auto":
        return (platform or jax.default_backend()) == "cpu"
    return config.convolution == "custom"


def networks(config: DCGANConfig, size: int) -> tuple[Generator, Discriminator]:
    """Make both networks, with weights that `clefgan.dcgan.step.start` replaces."""
    rngs = nnx.Rngs(0)
    return Generator(config, size, rngs=rngs), Discriminator(config, size, rngs=rngs)


def key(seed: int | jax.Array, purpose: str) -> jax.Array:
    """Return the JAX key of one purpose; no two purposes share random numbers."""
    purposes = ("training", "samples")
    return jax.random.fold_in(jax.random.key(seed), purposes.index(purpose))
