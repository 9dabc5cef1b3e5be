"""Convolutions of kernel (4, 4) and stride 2 whose gradients are fast on CPU.

XLA's gradients of these layers use unusual dimension labels, for which its CPU backend falls back
to a naive loop (jax#23783, jax#31662, jax#12868), or turn kernels around, which costs more than the
arithmetic where kernels are large and images small. Here every layer and every gradient is either a
convolution of plain labels, or matrix products that read the kernel as it lies in memory, or
Winograd's filtering. Each form was chosen by timing it on one core at the shapes of 64 x 64 and
256 x 256 images.

A place `o` of the small side meets the places `2 o + k - 1` of the large side, one for each of the
four taps `k`, along rows and columns alike; outside the image there are zeros. The large side has
`c` channels, the small one `d`. `lax.conv_transpose` counts its taps from the other end.
"""

import jax
import jax.numpy as jnp
from jax import lax

from clefgan.dcgan import winograd

NHWC = ("NHWC", "HWIO", "NHWC")
TAPS = 4
MANY = 128  # channels of the large side from which products beat a convolution of a turned kernel
LARGE = 2**18  # numbers per tap from which one product for all taps falls out of the caches


@jax.custom_vjp
def strided(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """Convolve with stride 2, padding SAME: (n, 2h, 2w, c) and (4, 4, c, d) to (n, h, w, d)."""
    n, height, width, c = x.shape
    if winograd.pays((n, height // 2, width // 2), c):
        return winograd.strided(x, kernel)
    return lax.conv_general_dilated(x, kernel, (2, 2), ((1, 1), (1, 1)), dimension_numbers=NHWC)


def _strided_forward(
    x: jax.Array, kernel: jax.Array
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return strided(x, kernel), (x, kernel)


def _strided_backward(
    kept: tuple[jax.Array, jax.Array], dy: jax.Array
) -> tuple[jax.Array, jax.Array]:
    x, kernel = kept
    return strided_dx(dy, kernel), strided_dw(x, dy)


strided.defvjp(_strided_forward, _strided_backward)


def strided_dx(dy: jax.Array, kernel: jax.Array) -> jax.Array:
    """Turn the gradient by the layer's output to that by its input."""
    c, d = kernel.shape[2:]
    if winograd.pays(dy.shape, c):
        return winograd.strided_dx(dy, kernel)
    if dy.size // d * c >= LARGE:
        return by_phase(dy, kernel[::-1, ::-1].swapaxes(2, 3))
    return by_tap(by_last(dy.reshape(-1, d), kernel.reshape(-1, d)), dy, c)


def strided_dw(x: jax.Array, dy: jax.Array) -> jax.Array:
    """Return the gradient by the kernel: channels take the place of images, and images theirs."""
    if winograd.pays(dy.shape, x.shape[3]):
        return winograd.strided_dw(x, dy)
    dw = lax.conv_general_dilated(
        x.transpose(3, 1, 2, 0),
        dy.transpose(1, 2, 0, 3),
        (1, 1),
        ((1, 1), (1, 1)),
        rhs_dilation=(2, 2),  # what was the stride
        dimension_numbers=NHWC,
    )
    return dw.transpose(1, 2, 0, 3)


@jax.custom_vjp
def transposed(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """`lax.conv_transpose`, stride 2, SAME: (n, h, w, d) and (4, 4, d, c) to (n, 2h, 2w, c)."""
    d, c = kernel.shape[2:]
    if winograd.pays(x.shape, c):
        return winograd.transposed(x, kernel)
    if c > 1:
        return by_phase(x, kernel)
    # a convolution to one channel is slow
    return by_tap(x.reshape(-1, d) @ kernel[::-1, ::-1].transpose(2, 0, 1, 3).reshape(d, -1), x, c)


def _transposed_forward(
    x: jax.Array, kernel: jax.Array
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return transposed(x, kernel), (x, kernel)


def _transposed_backward(
    kept: tuple[jax.Array, jax.Array], dy: jax.Array
) -> tuple[jax.Array, jax.Array]:
    x, kernel = kept
    return transposed_dx(dy, kernel), transposed_dw(x, dy)


transposed.defvjp(_transposed_forward, _transposed_backward)


def transposed_dx(dy: jax.Array, kernel: jax.Array) -> jax.Array:
    """Turn the gradient by the layer's output to that by its input: a strided convolution."""
    d, c = kernel.shape[2:]
    n, height, width, _ = dy.shape
    if winograd.pays((n, height // 2, width // 2), c):
        return winograd.transposed_dx(dy, kernel)
    if c < MANY:
        return strided(dy, kernel[::-1, ::-1].swapaxes(2, 3))
    products = [
        by_last(part, tap)
        for part, tap in zip(windows(dy), kernel.reshape(-1, d, c)[::-1], strict=True)
    ]
    return sum(products[1:], products[0]).reshape(n, height // 2, width // 2, d)


def transposed_dw(x: jax.Array, dy: jax.Array) -> jax.Array:
    """Return the gradient by the kernel."""
    d, c = x.shape[-1], dy.shape[-1]
    if winograd.pays(x.shape, c):
        return winograd.transposed_dw(x, dy)
    if c == 1:
        return strided_dw(dy, x)[::-1, ::-1].swapaxes(2, 3)
    dw = x.reshape(-1, d).T @ corners(dy)
    taps = dw.reshape(d, 2, 2, 2, 2, c).transpose(1, 3, 2, 4, 0, 5)  # tap 2 a + i of corner a
    return taps.reshape(TAPS, TAPS, d, c)[::-1, ::-1]


def by_phase(small: jax.Array, kernel: jax.Array) -> jax.Array:
    """Go from (n, h, w, d) to (n, 2h, 2w, c) by a convolution for each of four kinds of places.

    Kernel (4, 4, d, c), taps as in `lax.conv_transpose`. Even and odd places of the large side meet
    two taps each, along rows and columns; nothing is added up afterwards.
    """
    n, height, width, _ = small.shape
    around = ((1, 0), (0, 1))  # zeros before and after, for even and odd places
    rows = [
        jnp.stack(
            [
                lax.conv_general_dilated(
                    small,
                    kernel[row::2, column::2],
                    (1, 1),
                    (around[row], around[column]),
                    dimension_numbers=NHWC,
                )
                for column in range(2)
            ],
            3,
        )
        for row in range(2)
    ]
    return jnp.stack(rows, 2).reshape(n, 2 * height, 2 * width, -1)


def by_tap(products: jax.Array, small: jax.Array, c: int) -> jax.Array:
    """Add up products of all taps (n h w, 16 c), of a small side (n, h, w, d), where they meet.

    Taps 2 a and 2 a + 1 fall into block a, counted from the place's own: four sums of blocks, which
    are one loop to compile, where a sum for every tap is some twenty.
    """
    n, h, w, _ = small.shape
    taps = products.reshape(n, h, w, 2, 2, 2, 2, c).transpose(3, 5, 0, 1, 4, 2, 6, 7)
    blocks = jnp.zeros((n, h + 1, 2, w + 1, 2, c), products.dtype)
    for a in range(2):
        for b in range(2):
            around = ((0, 0), (a, 1 - a), (0, 0), (b, 1 - b), (0, 0), (0, 0))
            blocks = blocks + jnp.pad(taps[a, b], around)
    return blocks.reshape(n, 2 * h + 2, 2 * w + 2, c)[:, 1:-1, 1:-1]


def by_last(a: jax.Array, b: jax.Array) -> jax.Array:
    """Multiply (m, k) by (n, k) to (m, n), without turning b around in memory."""
    return lax.dot_general(a, b, (((1,), (1,)), ((), ())))


def windows(large: jax.Array) -> list[jax.Array]:
    """Return what each tap sees of (n, 2h, 2w, c): sixteen arrays (n h w, c), row by row."""
    h, w, c = large.shape[1] // 2, large.shape[2] // 2, large.shape[3]
    blocks = blocked(large)
    return [
        blocks[:, k // 2 : k // 2 + h, k % 2, m // 2 : m // 2 + w, m % 2].reshape(-1, c)
        for k in range(TAPS)
        for m in range(TAPS)
    ]


def corners(large: jax.Array) -> jax.Array:
    """Return what `windows` returns as one array (n h w, 16 c), a corner's four taps together.

    Stacked, not laid end to end: XLA copies parts that are turned and laid end to end twice.
    """
    h, w, c = large.shape[1] // 2, large.shape[2] // 2, large.shape[3]
    blocks = blocked(large)
    parts = [
        [blocks[:, a : a + h, :, b : b + w].swapaxes(2, 3) for b in range(2)] for a in range(2)
    ]
    return jnp.stack([jnp.stack(row, 3) for row in parts], 3).reshape(-1, TAPS**2 * c)


def blocked(large: jax.Array) -> jax.Array:
    """Cut (n, 2h, 2w, c), with a border of zeros, into (n, h + 1, 2, w + 1, 2, c)."""
    n, height, width, c = large.shape
    padded = jnp.pad(large, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return padded.reshape(n, height // 2 + 1, 2, width // 2 + 1, 2, c)
