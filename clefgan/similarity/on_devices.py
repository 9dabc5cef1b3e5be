"""Products of whole rows on devices, the very numbers of NumPy. Importing this module imports JAX.

Accelerators multiply 8-bit whole numbers and add in 32 bits, exactly and fast; wider ones, and
float64, they do slowly or not at all. So a row is cut into *limbs* of 8 bits and a sign:

=====  ================================  ====================================================
rows   limbs (see `rows` for the codes)  largest sums of a chunk, by weight
=====  ================================  ====================================================
uint8  one, in -128..127                 1: 2^7 * 2^7 * 2^16 columns = 2^30
float  a + 2^8 b + 2^16 c = -2^21..2^21  1: 2^14 * 2^11 columns = 2^25; 2^8, twice that: 2^26;
       a, b in -128..127, c in -32..32   2^16: 3 * 2^13 * 2^11 < 2^26; 2^24: 2^24; 2^32: 2^21
=====  ================================  ====================================================

Sums of five weights are carried into two words, `2^24 high + low` with low in 0..2^24 - 1 and high,
for a chunk, in -2^29..2^29. Chunks are added so as well while the total stays within 2^53, which
float64 holds exactly. Beyond, NumPy rounds the total after each chunk: there chunks are added in
float64, one by one.
"""

from collections.abc import Iterator
from functools import partial, reduce
from operator import add

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from clefgan.similarity.accelerator import Devices
from clefgan.similarity.whole_numbers import FIXED_CHUNK, GREY_CENTRE, Coded, Floats, Moments

GREY_COLUMNS = 2**16
LANES = 128  # columns are padded to a multiple: devices multiply in tiles
LOW_BITS = 24
EXACT_HIGH = 2**29  # 2^24 high + low is within 2^53 if high is in -2^29..2^29 - 1


class OnDevices:
    """Candidates on each of some devices, which share out the generated rows."""

    def __init__(self, candidates: Coded, devices: Devices) -> None:
        mesh = jax.make_mesh((len(devices),), ("generated",), (AxisType.Auto,), devices=devices)
        self.n, n_features = candidates.whole.shape
        self.chunks, self.columns = chunks_of(n_features, grey=candidates.whole.dtype == np.uint8)
        self.shared = NamedSharding(mesh, PartitionSpec("generated"))  # type: ignore[no-untyped-call]
        everywhere = NamedSharding(mesh, PartitionSpec())  # type: ignore[no-untyped-call]
        whole = jax.device_put(candidates.whole, everywhere)
        self.ours = cut(whole, self.chunks * self.columns)
        self.widest = 0  # a shorter block is padded to it, so that nothing is compiled again

    def __call__(self, theirs: Coded) -> tuple[Floats, Moments]:
        """Sums of products of all pairs, and the moments of the generated rows."""
        width, shares = len(theirs.whole), self.shared.mesh.size
        self.widest = max(self.widest, -(-width // shares) * shares)
        missing = self.widest - width
        whole = np.pad(theirs.whole, ((0, missing), (0, 0))) if missing else theirs.whole
        limbs = cut(jax.device_put(whole, self.shared), self.chunks * self.columns)
        total, exact = self.total(limbs, 0, self.chunks)
        if not exact:
            total = np.zeros_like(total)
            for number in range(self.chunks):
                total += self.total(limbs, number, number + 1)[0]
        total = total[:, :width]
        return total[: self.n], Moments(total[self.n], total[self.n + 1])

    def total(self, theirs: Array, first: int, last: int) -> tuple[Floats, bool]:
        """Sum of some chunks, (n + 2, width), and whether none on the way was beyond 2^53."""
        high, low, reach = added(
            self.ours, theirs, np.int32(first), np.int32(last), columns=self.columns
        )
        total = np.multiply(high, 2.0**LOW_BITS, dtype=np.float64)
        total += np.asarray(low)
        return total, bool((np.asarray(reach) < EXACT_HIGH).all())


def chunks_of(n_features: int, *, grey: bool) -> tuple[int, int]:
    """Number of chunks, and the columns of each. Chunks of float rows are those of NumPy."""
    longest = GREY_COLUMNS if grey else FIXED_CHUNK
    chunks = max(1, -(-n_features // longest))
    columns = -(-n_features // chunks) if grey or chunks == 1 else longest
    return chunks, max(1, -(-columns // LANES)) * LANES


@partial(jax.jit, static_argnums=1)
def cut(whole: Array, columns: int) -> Array:
    """Rows as limbs, (1 or 3, n, columns) int8, lowest first; columns beyond the features are 0."""
    grey = whole.dtype == jnp.uint8
    rest = whole.astype(jnp.int32) - (GREY_CENTRE if grey else 0)
    rest = jnp.pad(rest, ((0, 0), (0, columns - rest.shape[1])))
    limbs = []
    for _ in range(1 if grey else 3):
        limb = ((rest + 128) & 255) - 128
        limbs.append(limb.astype(jnp.int8))
        rest = (rest - limb) >> 8
    return jnp.stack(limbs)


@partial(jax.jit, static_argnames="columns")
def added(
    ours: Array, theirs: Array, first: Array, last: Array, *, columns: int
) -> tuple[Array, Array, Array]:
    """Chunks added from number `first` to before `last`: high, low, and how far high went.

    Of the n + 2 rows the first n are products, the others the sums and the squares of `theirs`.
    """

    def one(number: Array, state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        high, low, reach = state
        a, b = (
            lax.dynamic_slice_in_dim(limbs, number * columns, columns, 2)
            for limbs in (ours, theirs)
        )
        more, rest = carried(list(weighted(a, b)))
        low = low + rest
        high = high + more + (low >> LOW_BITS)
        # ~high is -high - 1; high itself cannot overflow before it has been beyond the bound
        reach = jnp.maximum(reach, jnp.maximum(high, ~high).max(axis=0))
        return high, low & (2**LOW_BITS - 1), reach

    start = jnp.zeros((ours.shape[1] + 2, theirs.shape[1]), jnp.int32)
    high, low, reach = lax.fori_loop(first, last, one, (start, start, start[0]))
    return high, low, reach


def weighted(a: Array, b: Array) -> Iterator[Array]:
    """Products, sums and squares of a chunk, (n + 2, width) each, of weights 2^0, 2^8, 2^16 ..."""
    wide = b.astype(jnp.int32)
    nothing = jnp.zeros_like(wide[0])
    for weight in range(2 * len(a) - 1):
        pairs = [(i, weight - i) for i in range(len(a)) if 0 <= weight - i < len(a)]
        products = reduce(add, [product(a[i], b[j]) for i, j in pairs])
        squares = reduce(add, [wide[i] * wide[j] for i, j in pairs])
        alone = jnp.stack([wide[weight] if weight < len(a) else nothing, squares])
        yield jnp.concatenate([products, alone.sum(axis=2, dtype=jnp.int32)])


def product(a: Array, b: Array) -> Array:
    """All products of int8 rows, added in int32."""
    return lax.dot_general(a, b, (((1,), (1,)), ((), ())), preferred_element_type=jnp.int32)


def carried(sums: list[Array]) -> tuple[Array, Array]:
    """Sums of one or five weights, carried into high and low."""
    sums += [jnp.zeros_like(sums[0])] * (5 - len(sums))
    low = carry = jnp.zeros_like(sums[0])
    for weight in range(3):
        carry = carry + sums[weight]
        low = low | (carry & 255) << 8 * weight
        carry = carry >> 8
    return carry + sums[3] + (sums[4] << 8), low
