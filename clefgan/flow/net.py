"""The velocity network of the flow: a small U-Net of two levels, in Flax NNX.

Convolutions are one matrix product over the nine neighbours of each place: their gradients are
products too, which XLA's CPU backend is fast at, unlike those of `lax` convolutions.
"""

import jax
import jax.numpy as jnp
from flax import nnx

EMBEDDED = 64  # numbers that a time is turned to
WAVES = 16  # frequencies of it
NEIGHBOURS = 9


class Convolution(nnx.Module):
    """3 x 3, stride 1, zeros outside."""

    def __init__(self, before: int, after: int, rngs: nnx.Rngs, gain: float = 1.0) -> None:
        scale = gain / (NEIGHBOURS * before) ** 0.5
        normal = jax.random.normal(rngs.params(), (NEIGHBOURS * before, after))
        self.kernel = nnx.Param(normal * scale)
        self.bias = nnx.Param(jnp.zeros(after))

    def __call__(self, x: jax.Array) -> jax.Array:
        """(n, rows, columns, before) to (n, rows, columns, after)."""
        _, height, width, _ = x.shape
        padded = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        around = [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
        return jnp.concatenate(around, axis=-1) @ self.kernel[...] + self.bias[...]


class ResidualBlock(nnx.Module):
    """Two convolutions beside the identity, told the time."""

    def __init__(self, channels: int, rngs: nnx.Rngs) -> None:
        self.first = Convolution(channels, channels, rngs)
        self.second = Convolution(channels, channels, rngs, gain=1e-3)
        self.time = nnx.Linear(EMBEDDED, 2 * channels, rngs=rngs)

    def __call__(self, x: jax.Array, time: jax.Array) -> jax.Array:
        """Add what both convolutions make of it."""
        gain, offset = jnp.split(self.time(time)[:, None, None], 2, axis=-1)
        hidden = self.first(nnx.silu(normed(x, -1)))
        hidden = normed(hidden, (1, 2, 3)) * (1 + gain) + offset
        return x + self.second(nnx.silu(hidden))


class Velocity(nnx.Module):
    """Codes (n, rows, columns, channels) at times (n,) to the velocity there."""

    def __init__(self, channels: int, width: int, rngs: nnx.Rngs) -> None:
        self.waves = nnx.Linear(2 * WAVES, EMBEDDED, rngs=rngs)
        self.enter = Convolution(channels + 2, width, rngs)
        self.down = ResidualBlock(width, rngs)
        self.halve = nnx.Linear(4 * width, 2 * width, rngs=rngs)
        self.deep = nnx.List([ResidualBlock(2 * width, rngs) for _ in range(3)])
        self.double = nnx.Linear(2 * width, 4 * width, rngs=rngs)
        self.up = ResidualBlock(width, rngs)
        self.leave = Convolution(width, channels, rngs, gain=1e-2)
        self.past = nnx.Linear(channels, channels, rngs=rngs)

    def __call__(self, x: jax.Array, time: jax.Array) -> jax.Array:
        """Velocities, of the shape of the codes."""
        n, rows, columns, _ = x.shape
        angles = time[:, None] * jnp.exp(jnp.linspace(0.0, 5.0, WAVES))
        embedded = nnx.silu(self.waves(jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], axis=1)))
        grid = jnp.meshgrid(*(jnp.linspace(-1, 1, side) for side in (rows, columns)), indexing="ij")
        places = jnp.broadcast_to(jnp.stack(grid, axis=-1), (n, rows, columns, 2))
        wide = self.down(self.enter(jnp.concatenate([x, places], axis=-1)), embedded)
        deep = self.halve(folded(wide))
        for block in self.deep:
            deep = block(deep, embedded)
        wide = self.up(wide + unfolded(self.double(deep)), embedded)
        return self.leave(nnx.silu(wide)) + self.past(x)


def normed(x: jax.Array, axes: int | tuple[int, ...]) -> jax.Array:
    """Divide by the root mean square over the axes."""
    return x * jax.lax.rsqrt(jnp.square(x).mean(axes, keepdims=True) + 1e-6)


def folded(x: jax.Array) -> jax.Array:
    """Four neighbouring places become one with four times the channels."""
    n, rows, columns, channels = x.shape
    fours = x.reshape(n, rows // 2, 2, columns // 2, 2, channels).transpose(0, 1, 3, 2, 4, 5)
    return fours.reshape(n, rows // 2, columns // 2, 4 * channels)


def unfolded(x: jax.Array) -> jax.Array:
    """Turn `folded` back."""
    n, rows, columns, channels = x.shape
    fours = x.reshape(n, rows, columns, 2, 2, channels // 4).transpose(0, 1, 3, 2, 4, 5)
    return fours.reshape(n, 2 * rows, 2 * columns, channels // 4)
