"""Winograd's minimal filtering for kernels of (4, 4) and stride 2: 9 multiplications for 16.

Cut into blocks of two by two places, the large side meets the kernel two blocks at a time along
rows and columns. The two sums of two products that give neighbouring places of the small side,

    y0 = b0 g0 + b1 g1,    y1 = b1 g0 + b2 g1,

need three products, not four: m0 = (b0 - b1) g0, m1 = b1 (g0 + g1), m2 = (b2 - b1) g1, of which
y0 = m0 + m1 and y1 = m1 + m2 (Winograd 1980, F(2, 2); nested for images as by Lavin and Gray 2016,
equation 8). So a tile of two by two places of the small side needs 9 products for each pair of
channels and place in a block. The gradients are the same three maps turned around, with as many
products. All coefficients are 0, 1 or -1, so little is lost in rounding.

Shapes: the large side (n, 4h, 4w, c), the small side (n, 2h, 2w, d), t = n h w tiles; a block of
the large side has 4c numbers. Taps are counted as in `clefgan.dcgan.conv`.

Rows are mixed first, then columns; each time the few sums are stacked, and where axes change their
places, they do so before the last stack. XLA makes such a stack straight loops without arithmetic
on places; a product with the matrix of coefficients, or a turn after the stack, takes four to nine
times as long.
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax import lax

FEWEST, MOST = 64, 1024
"""Tiles for which this is faster than a convolution, timed at the shapes of 64 x 64 to 256 x 256
images: with fewer, the factors of the kernel cost more than is saved; with more, those of the
images fall out of the caches."""


def pays(small: Sequence[int], c: int) -> bool:
    """Tell whether it is faster for a small side (n, h, w, ...) and c channels of the large one."""
    n, height, width = small[:3]
    is_even = height % 2 == 0 and width % 2 == 0
    return c > 1 and is_even and FEWEST <= n * height * width // 4 <= MOST


def strided(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """Do what `conv.strided` does."""
    n, height, width, _ = x.shape
    products = batched(large_factors(x), strided_factors(kernel), (2, 1))
    return small_sums(products, (n, height // 2, width // 2, -1))


def strided_dx(dy: jax.Array, kernel: jax.Array) -> jax.Array:
    """Do what `conv.strided_dx` does."""
    n, height, width, _ = dy.shape
    products = batched(small_factors(dy), strided_factors(kernel), (2, 2))
    return large_gradient(products, (n, 2 * height, 2 * width, kernel.shape[2]))


def strided_dw(x: jax.Array, dy: jax.Array) -> jax.Array:
    """Do what `conv.strided_dw` does."""
    products = batched(large_factors(x), small_factors(dy), (1, 1))
    return kernel_sums(products.reshape(9, 2, 2, x.shape[3], dy.shape[3]))


def transposed(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """Do what `conv.transposed` does."""
    n, height, width, _ = x.shape
    products = batched(small_factors(x), transposed_factors(kernel), (2, 1))
    return large_gradient(products, (n, 2 * height, 2 * width, kernel.shape[3]))


def transposed_dx(dy: jax.Array, kernel: jax.Array) -> jax.Array:
    """Do what `conv.transposed_dx` does."""
    n, height, width, _ = dy.shape
    products = batched(large_factors(dy), transposed_factors(kernel), (2, 2))
    return small_sums(products, (n, height // 2, width // 2, -1))


def transposed_dw(x: jax.Array, dy: jax.Array) -> jax.Array:
    """Do what `conv.transposed_dw` does."""
    d, c = x.shape[3], dy.shape[3]
    products = batched(small_factors(x), large_factors(dy), (1, 1)).reshape(9, d, 2, 2, c)
    return kernel_sums(products.transpose(0, 2, 3, 1, 4))[::-1, ::-1]


def batched(a: jax.Array, b: jax.Array, axes: tuple[int, int]) -> jax.Array:
    """Multiply nine pairs of matrices over these axes of theirs."""
    first, second = axes
    return lax.dot_general(a, b, (((first,), (second,)), ((0,), (0,))))


def strided_factors(kernel: jax.Array) -> jax.Array:
    """Turn a kernel (4, 4, c, d) into factors (9, 4c, d)."""
    taps = kernel.reshape(2, 2, 2, 2, *kernel.shape[2:]).swapaxes(1, 2)
    return summed(taps).reshape(9, -1, kernel.shape[3])


def transposed_factors(kernel: jax.Array) -> jax.Array:
    """Turn a kernel (4, 4, d, c), taps from the other end, into factors (9, d, 4c)."""
    taps = kernel[::-1, ::-1].reshape(2, 2, 2, 2, *kernel.shape[2:])
    return summed(taps.transpose(0, 2, 4, 1, 3, 5)).reshape(9, kernel.shape[2], -1)


def kernel_sums(products: jax.Array) -> jax.Array:
    """Turn the factors of a kernel around: (9, 2, 2, a, b) to a kernel (4, 4, a, b)."""
    taps = folded(products.reshape(3, 3, *products.shape[1:]))
    return taps.transpose(0, 2, 1, 3, 4, 5).reshape(4, 4, *products.shape[3:])


def large_factors(large: jax.Array) -> jax.Array:
    """Turn the large side (n, 4h, 4w, c) into factors (9, t, 4c)."""
    n, height, width, c = large.shape
    h, w = height // 4, width // 4
    padded = jnp.pad(large, ((0, 0), (1, 3), (1, 3), (0, 0)))
    blocks = padded.reshape(n, h + 1, 2, 2, w + 1, 2, 2, c)
    rows = differences(*(blocks[:, i // 2 : i // 2 + h, i % 2] for i in range(3)), axis=0)
    columns = (rows[:, :, :, :, j // 2 : j // 2 + w, j % 2].swapaxes(3, 4) for j in range(3))
    return differences(*columns, axis=1).reshape(9, -1, 4 * c)


def large_gradient(products: jax.Array, shape: Sequence[int]) -> jax.Array:
    """Turn `large_factors` around: (9, t, 4c) to the large side of this shape."""
    n, height, width, c = shape
    tiles = products.reshape(3, 3, n, height // 4, width // 4, 2, 2, c)
    rows = given_back(*tiles, axis=2)  # (3, n, h + 1, 2, w, 2, 2, c)
    blocks = given_back(*rows, axis=3)  # (n, h + 1, 2, w + 1, 2, 2, 2, c)
    padded = blocks.swapaxes(4, 5).swapaxes(3, 4).reshape(n, height + 4, width + 4, c)
    return padded[:, 1 : height + 1, 1 : width + 1]


def small_factors(small: jax.Array) -> jax.Array:
    """Turn the small side (n, 2h, 2w, d) into factors (9, t, d)."""
    n, height, width, d = small.shape
    tiles = small.reshape(n, height // 2, 2, width // 2, 2, d)
    return summed(tiles.transpose(2, 4, 0, 1, 3, 5)).reshape(9, -1, d)


def small_sums(products: jax.Array, shape: Sequence[int]) -> jax.Array:
    """Turn `small_factors` around: (9, t, d) to the small side of this shape."""
    n, height, width, _ = shape
    tiles = folded(products.reshape(3, 3, n, height // 2, width // 2, -1))
    return tiles.transpose(2, 3, 0, 4, 1, 5).reshape(n, height, width, -1)


def differences(b0: jax.Array, b1: jax.Array, b2: jax.Array, *, axis: int) -> jax.Array:
    """Stack the factors of m0, m1 and m2 that blocks give."""
    return jnp.stack([b0 - b1, b1, b2 - b1], axis)


def given_back(m0: jax.Array, m1: jax.Array, m2: jax.Array, *, axis: int) -> jax.Array:
    """Turn `differences` around along an axis of tiles: (..., k, ...) to (..., k + 1, 2, ...).

    A tile gives to its own two blocks, and by m2 to the first block of the next tile.
    """

    def among(tiles: jax.Array, before: int) -> jax.Array:
        around = [(0, 0)] * tiles.ndim
        around[axis] = (before, 1 - before)
        return jnp.pad(tiles, around)

    return jnp.stack([among(m0, 0) + among(m2, 1), among(m1 - m0 - m2, 0)], axis + 1)


def summed(taps: jax.Array) -> jax.Array:
    """Return the factors that taps or small places give: (2, 2, ...) to (3, 3, ...)."""
    rows = jnp.stack([taps[0], taps[0] + taps[1], taps[1]])
    return jnp.stack([rows[:, 0], rows[:, 0] + rows[:, 1], rows[:, 1]], 1)


def folded(products: jax.Array) -> jax.Array:
    """Turn `summed` around: (3, 3, ...) to (2, 2, ...)."""
    rows = products[:2] + products[1:]
    return rows[:, :2] + rows[:, 1:]
