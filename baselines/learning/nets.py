"""Small networks on small images. Importing this module imports JAX and Flax.

Images are averaged to at most `size` x `size` cells and scaled to -1..1, here and nowhere else.
Batches always have the same shape, so every step is compiled once; what goes into them depends on
the pixels and the seed, not on the order of the images.
"""

import hashlib
import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]
from flax import nnx
from numpy.typing import NDArray

from baselines.features.pixels import LowPass
from clefgan.dcgan import devices
from clefgan.dcgan.devices import keep_compilations
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent
from clefgan.similarity.canonical import canonical
from clefgan.storage import array_files
from clefgan.storage.files import cache

BATCH = 32
LAYOUT = 1  # of what is kept, and of the networks: raise it when either changes
Array = jax.Array
Cells = NDArray[np.float32]


class Encoder(nnx.Module):
    """Twice 4 x 4 pixels to one, then a dense layer: (n, s, s, 1) to (n, width)."""

    def __init__(self, size: int, width: int, rngs: nnx.Rngs) -> None:
        self.size = size
        self.fine = nnx.Linear(16, 32, rngs=rngs)
        self.coarse = nnx.Linear(16 * 32, 128, rngs=rngs)
        self.dense = nnx.Linear(128 * (size // 16) ** 2, width, rngs=rngs)

    def __call__(self, x: Array) -> Array:
        """Encode.

        Raises
        ------
        ClefganError
            Images of other cells than those that the network was made for.
        """
        if x.shape[1] != self.size:
            raise ClefganError(
                f"network: images of {x.shape[1]}x{x.shape[1]} cells, trained on "
                f"{self.size}x{self.size}; resize one of the two"
            )
        x = nnx.leaky_relu(self.fine(fold(x)), 0.2)
        x = nnx.leaky_relu(self.coarse(fold(x)), 0.2)
        encoded: Array = self.dense(x.reshape(len(x), -1))
        return encoded


class Decoder(nnx.Module):
    """A dense layer, then twice one pixel to 4 x 4: (n, width) to (n, s, s, 1)."""

    def __init__(self, size: int, width: int, rngs: nnx.Rngs) -> None:
        self.side = size // 16
        self.dense = nnx.Linear(width, 128 * self.side**2, rngs=rngs)
        self.coarse = nnx.Linear(128, 16 * 32, rngs=rngs)
        self.fine = nnx.Linear(32, 16, rngs=rngs)

    def __call__(self, z: Array) -> Array:
        """Decode."""
        x = self.dense(z).reshape(len(z), self.side, self.side, 128)
        x = unfold(self.coarse(nnx.leaky_relu(x, 0.2)))
        return unfold(self.fine(nnx.leaky_relu(x, 0.2)))


def fold(x: Array) -> Array:
    """Squares of 4 x 4 pixels as one: (n, s, s, c) to (n, s / 4, s / 4, 16 c).

    With a dense layer this is a convolution of stride and kernel 4: plain matrix products, which
    compile and train several times faster on CPUs than overlapping convolutions do.
    """
    n, side, _, channels = x.shape
    squares = x.reshape(n, side // 4, 4, side // 4, 4, channels).transpose(0, 1, 3, 2, 4, 5)
    return squares.reshape(n, side // 4, side // 4, 16 * channels)


def unfold(x: Array) -> Array:
    """Undo `fold`."""
    n, side, _, channels = x.shape
    squares = x.reshape(n, side, side, 4, 4, channels // 16).transpose(0, 1, 3, 2, 4, 5)
    return squares.reshape(n, 4 * side, 4 * side, channels // 16)


def cells(images: Images, size: int) -> Cells:
    """Images for a network: (n, s, s, 1) in -1..1, s the largest multiple of 16 up to `size`.

    Raises
    ------
    ClefganError
        Images, or a size, below 16 x 16.
    """
    height, width = images.shape[1:]
    side = min(size, height, width) // 16 * 16
    if side < 16:
        raise ClefganError(
            f"network: images of {height}x{width} at size {size}; both must be at least 16x16"
        )
    averages = LowPass(side)(images).reshape(-1, side, side, 1)
    return np.asarray(averages / 127.5 - 1, np.float32)


def ordered(images: Images, size: int) -> Cells:
    """`cells` in an order that depends on the pixels only."""
    return cells(images, size)[canonical(images)]


def draws(n: int, epochs: int, rng: np.random.Generator, batch: int = BATCH) -> NDArray[np.int64]:
    """Numbers of the images of each step, (n_steps, batch): every image about `epochs` times."""
    steps = -(-n // batch)
    count = -(-steps * batch // n)
    rounds = [
        np.concatenate([rng.permutation(n) for _ in range(count)])[: steps * batch]
        for _ in range(epochs)
    ]
    return np.concatenate(rounds).reshape(-1, batch)


def train(
    model: Any,
    loss: Callable[..., Array],
    batches: Callable[[int], tuple[Any, ...]],
    n_steps: int,
    *,
    learning_rate: float,
    stage: str,
    progress: Progress = silent,
) -> None:
    """Minimise `loss(model, *batch)` by Adam; `loss` is a module-level function, compiled once.

    What comes out is kept on disk, under a digest of all that goes in: the model as it starts,
    every batch, the loss, the rate, the versions and the count of cores. The same training again
    reads it back; a file that is not as it was written counts as absent.
    """
    path = cache("networks") / f"{digest(model, loss, batches, n_steps, learning_rate)}.weights"
    if restore(model, array_files.read(path)):
        progress(stage, n_steps, n_steps, "kept")
        return
    keep_compilations()
    optimizer = nnx.Optimizer(model, adam(learning_rate), wrt=nnx.Param)
    for number in range(n_steps):
        value = step(model, optimizer, loss, *map(jnp.asarray, batches(number)))
        if number % 20 == 19 or number + 1 == n_steps:
            note = f"loss {float(value):.4f}"
            if not np.isfinite(float(value)):
                raise ClefganError(f"{stage}: the loss is not finite; give a lower learning rate")
            progress(stage, number + 1, n_steps, note)
    array_files.write(
        path, {str(i): np.asarray(x) for i, x in enumerate(jax.tree.leaves(weights(model)))}
    )


def weights(model: Any) -> Any:
    """What training changes, as a tree of arrays."""
    return nnx.state(model, nnx.Param)


def digest(
    model: Any,
    loss: Callable[..., Array],
    batches: Callable[[int], tuple[Any, ...]],
    n_steps: int,
    learning_rate: float,
) -> str:
    """Everything that decides the bits of a trained model."""
    known = hashlib.blake2b(digest_size=24)
    said = (LAYOUT, loss.__module__, inspect.getsource(loss), learning_rate, devices.record())
    known.update(repr(said).encode())
    arrays = [*jax.tree.leaves(weights(model)), *(a for i in range(n_steps) for a in batches(i))]
    for array in map(np.asarray, arrays):
        known.update(repr((array.shape, str(array.dtype))).encode())
        known.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return known.hexdigest()


def restore(model: Any, kept: dict[str, NDArray[Any]] | None) -> bool:
    """Give a model the numbers that were kept; say whether there were any."""
    if kept is None:
        return False
    leaves = [jnp.asarray(kept[str(i)]) for i in range(len(kept))]
    nnx.update(model, jax.tree.unflatten(jax.tree.structure(weights(model)), leaves))
    return True


@lru_cache
def adam(learning_rate: float) -> optax.GradientTransformation:
    """One object a rate: a step is compiled anew for each object, even if they are alike."""
    return optax.adam(learning_rate)


@nnx.jit(static_argnums=2)
def step(model: Any, optimizer: Any, loss: Callable[..., Array], *batch: Array) -> Array:
    """One step of Adam."""
    value: Array
    value, gradients = nnx.value_and_grad(loss)(model, *batch)
    with jax.numpy_dtype_promotion("standard"):  # Optax raises a float to an integer
        optimizer.update(model, gradients)
    return value


def apply(function: Callable[..., Array], model: Any, x: Cells, batch: int = 64) -> NDArray[Any]:
    """`function(model, x)` in batches of one shape; the last one is filled up with zeros."""
    parts = []
    for start in range(0, len(x), batch):
        part = x[start : start + batch]
        filled = np.concatenate([part, np.zeros((batch - len(part), *x.shape[1:]), x.dtype)])
        parts.append(np.asarray(compiled(function, model, jnp.asarray(filled)))[: len(part)])
    return np.concatenate(parts) if parts else np.zeros((0,))


@nnx.jit(static_argnums=0)
def compiled(function: Callable[..., Array], model: Any, x: Array) -> Array:
    """Apply, compiled once a function and shape."""
    output: Array = function(model, x)
    return output
