"""A rectified flow trained on some images, and images drawn from it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]
from flax import nnx

from clefgan.dcgan.compilation import shared
from clefgan.dcgan.devices import keep_compilations
from clefgan.errors import ClefganError
from clefgan.flow.blocks import Blocks
from clefgan.flow.config import FlowConfig
from clefgan.flow.net import Velocity
from clefgan.method import Images, Progress, silent

KEPT = 0.995  # of the running mean of the weights at each step; samples come from that mean
TOGETHER = 50  # samples drawn at a time
WARM = 100  # steps until the learning rate is at its highest
REPORT = 20  # steps between reports


def train_and_draw(
    images: Images, config: FlowConfig, n: int, *, progress: Progress = silent
) -> Images:
    """Train a flow on `images` and draw `n` images from it: uint8 (n, height, width).

    The first k images are the same for any n of at least k.

    Raises
    ------
    ClefganError
        As `FlowConfig.check_images` does; a loss that is no number any more.

    References
    ----------
    Liu, Gong, Liu (2022), arXiv:2209.03003, eq. 1: straight paths from noise to images; times
    logit-normal after Esser et al. (2024), arXiv:2403.03206, eq. 19.
    """
    config.check_images(images)
    keep_compilations()
    blocks = Blocks.fit(images, config)
    rng = np.random.default_rng(config.seed)
    network = Velocity(len(blocks.spread), config.width, nnx.Rngs(config.seed))
    graph, weights = nnx.split(network)
    weights = trained(graph, weights, blocks, images, config, rng, progress)
    return drawn(graph, weights, blocks, images.shape[1:], config, n, rng, progress)


def trained(
    graph: nnx.GraphDef[Any],
    weights: Any,
    blocks: Blocks,
    images: Images,
    config: FlowConfig,
    rng: np.random.Generator,
    progress: Progress,
) -> Any:
    """Return the running mean of the weights after training."""
    moments, mean = optimiser(config).init(weights), weights
    step = stepping(graph, replace(config, seed=0))
    for number in range(config.steps):
        chosen = moved(images[rng.integers(len(images), size=config.batch)], config.shift, rng)
        ends = blocks.encode(chosen)
        starts = rng.standard_normal(ends.shape, np.float32)
        times = (1 / (1 + np.exp(-rng.standard_normal(config.batch)))).astype(np.float32)
        weights, moments, mean, loss = step(weights, moments, mean, ends, starts, times)
        if (number + 1) % REPORT == 0 or number + 1 == config.steps:
            refuse_diverged(float(loss), number + 1)
            progress("training", number + 1, config.steps, f"loss {float(loss):.3f}")
    return mean


def refuse_diverged(loss: float, step: int) -> None:
    """Raise if the loss is no number any more."""
    if not np.isfinite(loss):
        raise ClefganError(
            f"flow: the loss is {loss} after {step} steps; give a lower learning_rate"
        )


def optimiser(config: FlowConfig) -> optax.GradientTransformation:
    """Adam, its rate rising for some steps and then falling to nearly 0."""
    rates = optax.warmup_cosine_decay_schedule(
        0.0, config.learning_rate, min(WARM, config.steps), config.steps + 1
    )
    return optax.adam(rates)


@shared
def stepping(graph: nnx.GraphDef[Any], config: FlowConfig) -> Callable[..., Any]:
    """Return one step of training, compiled once for all flows of one shape and config."""
    adam = optimiser(config)

    def step(
        weights: Any, moments: Any, mean: Any, ends: jax.Array, starts: jax.Array, times: jax.Array
    ) -> tuple[Any, Any, Any, jax.Array]:
        def loss(weights: Any) -> jax.Array:
            part = times[:, None, None, None]
            velocity = nnx.merge(graph, weights)((1 - part) * starts + part * ends, times)
            return jnp.square(velocity - (ends - starts)).mean()

        value, slope = jax.value_and_grad(loss)(weights)
        with jax.numpy_dtype_promotion("standard"):  # Optax raises a float to an integer
            updates, moments = adam.update(slope, moments, weights)
        weights = optax.apply_updates(weights, updates)
        mean = jax.tree.map(lambda old, new: KEPT * old + (1 - KEPT) * new, mean, weights)
        return weights, moments, mean, value

    return jax.jit(step)


def drawn(
    graph: nnx.GraphDef[Any],
    weights: Any,
    blocks: Blocks,
    shape: tuple[int, ...],
    config: FlowConfig,
    n: int,
    rng: np.random.Generator,
    progress: Progress,
) -> Images:
    """Follow the flow from noise, by Euler's method."""
    code = (shape[0] // blocks.side, shape[1] // blocks.side, len(blocks.spread))

    velocity = moving(graph)
    drawn_images = np.empty((n, *shape), np.uint8)
    for start in range(0, n, TOGETHER):
        codes: Any = rng.standard_normal((TOGETHER, *code), np.float32)
        for number in range(config.draws):
            codes = (
                codes + velocity(weights, codes, np.float32(number / config.draws)) / config.draws
            )
        stop = min(n, start + TOGETHER)
        drawn_images[start:stop] = blocks.decode(np.asarray(codes))[: stop - start]
        progress("drawing", stop, n, "")
    return drawn_images


@shared
def moving(graph: nnx.GraphDef[Any]) -> Callable[..., Any]:
    """Return the velocity of codes at a time, compiled once for all flows of one shape."""

    def velocity(weights: Any, codes: jax.Array, time: jax.Array) -> jax.Array:
        speeds: jax.Array = nnx.merge(graph, weights)(codes, jnp.full(TOGETHER, time))
        return speeds

    return jax.jit(velocity)


def moved(images: Images, most: int, rng: np.random.Generator) -> Images:
    """Move each image by up to `most` pixels, the edge repeated outwards."""
    if not most:
        return images
    height, width = images.shape[1:]
    padded = np.pad(images, ((0, 0), (most, most), (most, most)), mode="edge")
    ways = rng.integers(0, 2 * most + 1, (len(images), 2))
    parts = [p[y : y + height, x : x + width] for p, (y, x) in zip(padded, ways, strict=True)]
    return np.stack(parts)
