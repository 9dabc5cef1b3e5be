"""The convolutions and their gradients, against sums written out and against stock JAX."""

from collections.abc import Callable
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from numpy.typing import NDArray

from clefgan.dcgan import conv, winograd

Array: TypeAlias = NDArray[np.float64]

# (images, rows and columns of the small side, channels of the large side, of the small side)
SHAPES = [
    (1, 1, 1, 1),
    (2, 1, 3, 5),
    (2, 4, 1, 8),
    (3, 5, 4, 2),
    (2, 16, 8, 16),
    (2, 2, 32, 64),
    (1, 2, 128, 4),
    (1, 64, 64, 1),  # so many places and channels that the gradient goes up by convolutions
    (3, 10, 5, 3),  # the first that Winograd's filtering takes
    (1, 64, 2, 3),  # the last
    (5, 66, 2, 1),  # too many tiles for it
    (2, 18, 32, 16),
]


def drawn(*shape: int, seed: int) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


def strided_by_hand(x: Array, w: Array) -> Array:
    """Each output pixel as a sum over its window."""
    n, height, width, _ = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    y = np.zeros((n, height // 2, width // 2, w.shape[3]))
    for row in range(height // 2):
        for column in range(width // 2):
            window = padded[:, 2 * row : 2 * row + 4, 2 * column : 2 * column + 4]
            y[:, row, column] = np.einsum("nklc,klcd->nd", window, w)
    return y


def transposed_by_hand(x: Array, w: Array) -> Array:
    """Each input pixel adds its kernel, turned as `lax.conv_transpose` does, to the output."""
    n, height, width, _ = x.shape
    y = np.zeros((n, 2 * height + 2, 2 * width + 2, w.shape[3]))
    for row in range(height):
        for column in range(width):
            added = np.einsum("nc,klcd->nkld", x[:, row, column], w[::-1, ::-1])
            y[:, 2 * row : 2 * row + 4, 2 * column : 2 * column + 4] += added
    return y[:, 1:-1, 1:-1]


@pytest.mark.parametrize(("n", "side", "large", "small"), SHAPES)
def test_strided_is_the_sum_written_out(n: int, side: int, large: int, small: int) -> None:
    x, w = drawn(n, 2 * side, 2 * side, large, seed=1), drawn(4, 4, large, small, seed=2)
    got = conv.strided(jnp.float32(x), jnp.float32(w))
    np.testing.assert_allclose(got, strided_by_hand(x, w), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("n", "side", "large", "small"), SHAPES)
def test_transposed_is_the_sum_written_out(n: int, side: int, large: int, small: int) -> None:
    x, w = drawn(n, side, side, small, seed=3), drawn(4, 4, small, large, seed=4)
    got = conv.transposed(jnp.float32(x), jnp.float32(w))
    np.testing.assert_allclose(got, transposed_by_hand(x, w), rtol=1e-4, atol=1e-4)


def stock_strided(x: jax.Array, w: jax.Array) -> jax.Array:
    return lax.conv_general_dilated(x, w, (2, 2), "SAME", dimension_numbers=conv.NHWC)


def stock_transposed(x: jax.Array, w: jax.Array) -> jax.Array:
    return lax.conv_transpose(x, w, (2, 2), "SAME")


@pytest.mark.parametrize(("n", "side", "large", "small"), SHAPES)
@pytest.mark.parametrize("layer", ["strided", "transposed"])
def test_values_and_gradients_are_those_of_stock_jax(
    layer: str, n: int, side: int, large: int, small: int
) -> None:
    ours, stock = {
        "strided": (conv.strided, stock_strided),
        "transposed": (conv.transposed, stock_transposed),
    }[layer]
    down = layer == "strided"
    before, after, width = (large, small, 2 * side) if down else (small, large, side)
    x = jnp.float32(drawn(n, width, width, before, seed=5))
    w = jnp.float32(drawn(4, 4, before, after, seed=6))
    other = side if down else 2 * side
    weight = jnp.float32(drawn(n, other, other, after, seed=7))

    def both(function: Callable[..., jax.Array]) -> Any:
        loss = lambda x, w: (jnp.sin(function(x, w)) * weight).sum()  # noqa: E731
        return jax.jit(jax.value_and_grad(loss, argnums=(0, 1)))(x, w)

    (value, (dx, dw)), (stock_value, (stock_dx, stock_dw)) = both(ours), both(stock)
    np.testing.assert_allclose(value, stock_value, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(dx, stock_dx, rtol=1e-3, atol=5e-5 * abs(stock_dx).max())
    np.testing.assert_allclose(dw, stock_dw, rtol=1e-3, atol=5e-5 * abs(stock_dw).max())


@pytest.mark.parametrize(
    ("small", "c", "expected"),
    [
        ((3, 10, 10), 5, True), ((1, 64, 64), 2, True), ((4, 4, 4), 256, False),
        ((1, 16, 16), 2, True), ((1, 14, 16), 2, False), ((1, 66, 64), 2, False),
        ((1, 17, 18), 2, False), ((1, 18, 17), 2, False), ((1, 16, 16), 1, False),
    ],
)  # fmt: skip
def test_winograd_is_for_even_sides_of_some_size(
    small: tuple[int, int, int], c: int, expected: bool
) -> None:
    assert winograd.pays(small, c) is expected


def test_winograd_needs_nine_products_for_sixteen() -> None:
    x, w = jnp.zeros((2, 32, 32, 64)), jnp.zeros((4, 4, 64, 128))
    ours, stock = (flops(function, x, w) for function in (winograd.strided, stock_strided))
    assert ours < 0.7 * stock


def flops(function: Callable[..., jax.Array], *arguments: jax.Array) -> float:
    cost: Any = jax.jit(function).lower(*arguments).cost_analysis()
    return float(cost["flops"])
