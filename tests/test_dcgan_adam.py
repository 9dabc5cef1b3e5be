"""Adam's move against Optax's own."""

import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]
import pytest

from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.step import Player, moved, optimiser


@pytest.mark.parametrize("beta1", [0.0, 0.5, 0.9])
def test_a_player_moves_as_optax_moves_it(beta1: float) -> None:
    config = DCGANConfig(beta1=beta1, learning_rate=0.03)
    rng = np.random.default_rng(0)
    start = {"kernel": rng.normal(size=(4, 4, 2, 3)), "bias": rng.normal(size=3)}
    params = jax.tree.map(jnp.float32, start)
    ours = Player(params, {}, optimiser(config).init(params))
    adam = optax.adam(0.03, b1=beta1)
    theirs, moments = params, adam.init(params)
    for scale in (1.0, 1e-6, 0.0, 1e4):  # steps that hardly count, and ones that decide
        gradient = jax.tree.map(lambda p, s=scale: jnp.float32(s * rng.normal(size=p.shape)), start)
        ours = jax.jit(moved, static_argnums=2)(ours, gradient, config)
        with jax.numpy_dtype_promotion("standard"):
            updates, moments = adam.update(gradient, moments)
        theirs = optax.apply_updates(theirs, updates)
        for name in start:
            np.testing.assert_allclose(ours.params[name], theirs[name], rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose(ours.moments[0].mu[name], moments[0].mu[name], rtol=1e-6)
            np.testing.assert_allclose(ours.moments[0].nu[name], moments[0].nu[name], rtol=1e-6)
    assert int(ours.moments[0].count) == 4
