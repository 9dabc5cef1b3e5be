"""One training step, and many of them in one dispatch.

The order is that of the usual DCGAN: the discriminator moves first, on a batch of real images and
one of generated images; then the generator moves against the new discriminator on the same
generated images, so its forward pass is computed once. The loss is the non-saturating one, on
logits. Where the discriminator has BatchNorm, real and generated batches are normalised apart, and
the generator's move leaves its running figures alone.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]
from flax import nnx
from jax import lax
from jax.sharding import Mesh
from numpy.typing import NDArray

from clefgan.dcgan import model
from clefgan.dcgan.compilation import shared
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.devices import placed

BETA2, EPSILON = 0.999, 1e-8  # of Adam: what Optax has unless told otherwise
WEIGHTS = 2**32  # apart from the numbers of epochs, which also go with the seed

Tree: TypeAlias = Any
"""A JAX pytree."""


class Player(NamedTuple):
    """What training changes of one network."""

    params: Tree
    norms: Tree  # BatchNorm's running figures
    moments: Tree  # of Adam


class State(NamedTuple):
    """All that training changes; with the images and the config it decides the rest."""

    generator: Player
    discriminator: Player
    step: jax.Array | NDArray[np.int32]  # () int32, steps done


Many: TypeAlias = tuple[State, jax.Array]
"""A state and losses."""


class Graphs(NamedTuple):
    """The networks without their numbers."""

    generator: nnx.GraphDef[Any]
    discriminator: nnx.GraphDef[Any]


def optimiser(config: DCGANConfig) -> optax.GradientTransformation:
    """Return Adam as the paper sets it."""
    return optax.adam(config.learning_rate, b1=config.beta1, b2=BETA2, eps=EPSILON)


def graphs(config: DCGANConfig, size: int) -> Graphs:
    """Return the networks without their numbers, and without computing any."""
    return _graphs(comparable(config), size)


@lru_cache
def _graphs(config: DCGANConfig, size: int) -> Graphs:
    return Graphs(*(nnx.split(network, ...)[0] for network in _abstract(config, size)))


def _abstract(config: DCGANConfig, size: int) -> tuple[model.Generator, model.Discriminator]:
    return nnx.eval_shape(lambda: model.networks(config, size))


def comparable(config: DCGANConfig) -> DCGANConfig:
    """Return the config with what does not change the compiled code set alike."""
    return replace(config, epochs=1, seed=0)


def start(config: DCGANConfig, size: int) -> State:
    """Return the state before the first step, in NumPy.

    Kernels and the scales of BatchNorm are normal with deviation `init_std`, around 0 and 1, as in
    Radford et al. (2016); biases are 0. NumPy draws them, because the compilation of JAX's random
    numbers for a dozen shapes takes longer than some trainings.
    """
    generator, discriminator = _abstract(config, size)
    first, second = np.random.default_rng([config.seed, WEIGHTS]).spawn(2)
    return State(
        _player(generator, config, first),
        _player(discriminator, config, second),
        np.zeros((), np.int32),
    )


def _player(network: nnx.Module, config: DCGANConfig, rng: np.random.Generator) -> Player:

    def drawn(path: Any, leaf: jax.ShapeDtypeStruct) -> NDArray[np.float32]:
        name = path[-1].key
        centre = {"kernel": 0, "scale": 1, "bias": 0, "mean": 0, "var": 1}[name]
        spread = config.init_std if name in ("kernel", "scale") else 0
        normal = rng.standard_normal(leaf.shape, np.float32) if spread else np.zeros(leaf.shape)
        return (centre + spread * normal).astype(np.float32)

    params = jax.tree_util.tree_map_with_path(
        drawn, nnx.to_pure_dict(nnx.state(network, nnx.Param))
    )
    norms = jax.tree_util.tree_map_with_path(
        drawn, nnx.to_pure_dict(nnx.state(network, nnx.BatchStat))
    )
    adam = jax.eval_shape(optimiser(config).init, params)
    moments = jax.tree.map(lambda x: np.zeros(x.shape, x.dtype), adam)
    return Player(params, norms, moments)


@shared
def compiled(networks: Graphs, config: DCGANConfig, mesh: Mesh | None) -> Callable[..., Many]:
    """Return `run(state, seed, batches, count)`, which does `count` steps and frees the old state.

    `batches` is uint8 (most, batch, size, size), of which the first `count` are used, and the
    second result is float32 (most, 2): the losses of discriminator and generator, NaN where no
    step was done. Images and their number are arguments, so one compilation serves any data.
    """

    def run(state: State, seed: jax.Array, batches: jax.Array, count: jax.Array) -> Many:
        noise_key = model.key(seed, "training")

        def body(index: jax.Array, carry: Many) -> Many:
            state, losses = carry
            batch = lax.dynamic_index_in_dim(batches, index, keepdims=False)
            state, new = one(networks, config, mesh, state, noise_key, batch)
            return state, lax.dynamic_update_index_in_dim(losses, new, index, 0)

        none = jnp.full((len(batches), 2), jnp.nan, jnp.float32)
        state, losses = lax.fori_loop(0, count, body, (state, none))
        return state, losses

    replicated = None if mesh is None else placed(mesh)
    return jax.jit(run, donate_argnums=0, out_shardings=replicated)


def one(
    networks: Graphs,
    config: DCGANConfig,
    mesh: Mesh | None,
    state: State,
    noise_key: jax.Array,
    batch: jax.Array,
) -> Many:
    """Do one step on a batch of real images, uint8 (batch, size, size)."""
    real = to_unit(batch)
    noise = jax.random.normal(
        jax.random.fold_in(noise_key, state.step), (len(batch), config.latent)
    )
    if mesh is not None:
        noise = lax.with_sharding_constraint(noise, placed(mesh, "images"))  # type: ignore[no-untyped-call]

    def draw(params: Tree) -> tuple[jax.Array, Tree]:
        generator = nnx.merge(networks.generator, params, state.generator.norms)
        return generator(noise), nnx.to_pure_dict(nnx.state(generator, nnx.BatchStat))

    generated, pull, generator_norms = jax.vjp(draw, state.generator.params, has_aux=True)

    judge = partial(_discriminator_loss, networks.discriminator, real, generated)
    (discriminator_loss, norms), gradient = jax.value_and_grad(judge, has_aux=True)(
        state.discriminator.params, state.discriminator.norms
    )
    discriminator = moved(state.discriminator._replace(norms=norms), gradient, config)

    fool = partial(_generator_loss, networks.discriminator, discriminator)
    generator_loss, wanted = jax.value_and_grad(fool)(generated)
    (gradient,) = pull(wanted)
    generator = moved(state.generator._replace(norms=generator_norms), gradient, config)

    return State(generator, discriminator, state.step + 1), jnp.stack(
        [discriminator_loss, generator_loss]
    )


def _discriminator_loss(
    graph: nnx.GraphDef[Any], real: jax.Array, generated: jax.Array, params: Tree, norms: Tree
) -> tuple[jax.Array, Tree]:
    """Return how badly real and generated images are told apart, and the new running figures."""
    discriminator = nnx.merge(graph, params, norms)
    if jax.tree.leaves(norms):  # each batch by its own figures
        on_real, on_generated = discriminator(real), discriminator(generated)
    else:  # the same function, and one pass is faster than two
        logits = discriminator(jnp.concatenate([real, generated]))
        on_real, on_generated = jnp.split(logits, 2)
    loss = jax.nn.softplus(-on_real).mean() + jax.nn.softplus(on_generated).mean()
    return loss, nnx.to_pure_dict(nnx.state(discriminator, nnx.BatchStat))


def _generator_loss(
    graph: nnx.GraphDef[Any], discriminator: Player, generated: jax.Array
) -> jax.Array:
    """Return how surely generated images are found out; the new running figures are dropped."""
    judge = nnx.merge(graph, discriminator.params, discriminator.norms)
    return jax.nn.softplus(-judge(generated)).mean()


def moved(player: Player, gradient: Tree, config: DCGANConfig) -> Player:
    """Return the player after Adam's move: Kingma and Ba (2015), algorithm 1.

    Optax brings the moments up to date. The weights then move in a loop of one round, of which
    nothing can be computed before: else XLA works out the new moments a second time beside the
    weights, from copies of the old ones, which costs a quarter of a step at 64 x 64.
    """
    with jax.numpy_dtype_promotion("standard"):  # Optax raises a float to an integer
        _, moments = optimiser(config).update(gradient, player.moments)
    adam = moments[0]

    def move(count: jax.Array, params: Tree) -> Tree:
        t = count.astype(jnp.float32)

        def one(weight: jax.Array, mean: jax.Array, square: jax.Array) -> jax.Array:
            root = jnp.sqrt(square / (1 - BETA2**t)) + EPSILON
            return weight - config.learning_rate * (mean / (1 - config.beta1**t) / root)

        return jax.tree.map(one, params, adam.mu, adam.nu)

    params = lax.fori_loop(adam.count, adam.count + 1, move, player.params)
    return player._replace(params=params, moments=moments)


def to_unit(images: jax.Array) -> jax.Array:
    """Turn grey levels 0..255 of shape (n, size, size) to -1..1 of shape (n, size, size, 1)."""
    return images[..., None].astype(jnp.float32) / 127.5 - 1
