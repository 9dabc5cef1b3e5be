"""The two networks."""

from dataclasses import replace
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from clefgan.dcgan.config import Convolution, DCGANConfig
from clefgan.dcgan.model import Discriminator, Generator, custom
from clefgan.dcgan.step import State, comparable, compiled, graphs, start

SMALL = DCGANConfig(latent=6, base_filters=16, filters=(12, 10, 8, 6))
# gradients of a size that shows errors; running figures are those of the last batch
WIDE_START = replace(SMALL, batch=4, init_std=0.2, norm_momentum=0)
CONVOLUTIONS: tuple[Convolution, ...] = ("stock", "custom")
BATCHES = np.random.default_rng(0).integers(0, 256, (1, 4, 32, 32), dtype=np.uint8)


def made(config: DCGANConfig, size: int) -> tuple[Generator, Discriminator]:
    state, networks = jax.tree.map(jnp.asarray, start(config, size)), graphs(config, size)
    generator, discriminator = (
        nnx.merge(graph, player.params, player.norms)
        for graph, player in zip(networks, state, strict=False)
    )
    return generator, discriminator


@nnx.jit
def applied(network: Generator | Discriminator, inputs: jax.Array) -> jax.Array:
    """What the network makes of these; compiled at once and not operation by operation."""
    return network(inputs)


@pytest.mark.parametrize("size", [32, 64, 96])
def test_shapes_and_ranges(size: int) -> None:
    generator, discriminator = made(SMALL, size)
    images = applied(generator, jnp.ones((3, 6)))
    assert images.shape == (3, size, size, 1)
    assert float(jnp.abs(images).max()) <= 1
    assert applied(discriminator, images).shape == (3,)


def test_the_architecture_is_the_papers() -> None:
    state = start(DCGANConfig(), 256)
    kernels = [state.generator.params["up"][k]["kernel"].shape for k in range(5)]
    widths = [256, 256, 128, 64, 32, 1]
    assert kernels == [(4, 4, a, b) for a, b in pairwise(widths)]
    assert [state.discriminator.params["down"][k]["kernel"].shape for k in range(5)] == [
        (4, 4, b, a) for a, b in zip(widths[::-1][1:], widths[::-1], strict=False)
    ]
    assert state.generator.params["project"]["kernel"].shape == (100, 8 * 8 * 256)
    assert sorted(state.generator.params["norms"]) == [0, 1, 2, 3]
    assert "norms" not in state.discriminator.params
    assert state.discriminator.params["judge"]["kernel"].shape == (8 * 8 * 256, 1)


def test_starting_weights_have_the_stated_spread_and_depend_on_the_seed() -> None:
    first, again, other = (start(DCGANConfig(seed=s), 64) for s in (1, 1, 2))
    kernel = first.generator.params["up"][0]["kernel"]
    assert kernel.std() == pytest.approx(0.02, rel=0.01)
    assert abs(kernel.mean()) < 1e-4
    scale = first.generator.params["norms"][0]["scale"]
    assert scale.mean() == pytest.approx(1, abs=0.01)
    assert not first.generator.params["norms"][0]["bias"].any()
    jax.tree.map(np.testing.assert_array_equal, first, again)
    assert not np.array_equal(kernel, other.generator.params["up"][0]["kernel"])


@pytest.mark.slow
@pytest.mark.parametrize("normed", [False, True])
def test_stock_and_custom_convolutions_agree(normed: bool) -> None:
    """A whole training step by both: losses, new weights and running figures."""
    ends: list[tuple[State, jax.Array]] = []
    for convolution in CONVOLUTIONS:
        config = replace(WIDE_START, convolution=convolution, discriminator_norm=normed)
        run = compiled(graphs(config, 32), comparable(config), None)
        ends.append(run(start(config, 32), np.uint32(0), BATCHES, np.int32(1)))
    (stock, stock_losses), (ours, our_losses) = ends
    np.testing.assert_allclose(our_losses, stock_losses, rtol=1e-5)
    for a, b in zip(stock[:2], ours[:2], strict=True):
        moments_a, moments_b = a.moments[0], b.moments[0]
        compare(moments_a.mu, moments_b.mu)  # 0.5 times the gradient
        if jax.tree.leaves(a.norms):
            compare(a.norms, b.norms)


def compare(expected: object, got: object) -> None:
    """Equal to rounding: of each array's size, or of the largest's where sums cancel to little."""
    largest = max(float(jnp.abs(leaf).max()) for leaf in jax.tree.leaves(expected))

    def close(a: jax.Array, b: jax.Array) -> None:
        scale = max(float(jnp.abs(a).max()), 0.3 * largest)
        np.testing.assert_allclose(b, a, rtol=0, atol=2e-5 * scale)

    jax.tree.map(close, expected, got)


def test_auto_is_custom_on_cpu_only() -> None:
    assert custom(DCGANConfig())
    assert not custom(DCGANConfig(), platform="gpu")
    assert custom(DCGANConfig(convolution="custom"), platform="gpu")
    assert not custom(DCGANConfig(convolution="stock"))


@pytest.mark.slow
def test_the_generators_move_leaves_the_discriminators_figures_alone() -> None:
    """Its running figures after a step are those of the real and then the generated batch."""
    config = replace(WIDE_START, convolution="custom", discriminator_norm=True)
    run = compiled(graphs(config, 32), comparable(config), None)
    state, _ = run(start(config, 32), np.uint32(0), BATCHES, np.int32(1))

    generator, discriminator = made(config, 32)
    noise = jax.random.normal(
        jax.random.fold_in(jax.random.fold_in(jax.random.key(0), 0), 0), (4, 6)
    )
    applied(
        discriminator, applied(generator, noise)
    )  # with the weights before the step, momentum 0: the last batch
    expected = nnx.to_pure_dict(nnx.state(discriminator, nnx.BatchStat))
    compare(expected, state.discriminator.norms)
