"""The products of the engine on devices of JAX, against NumPy: equal bit for bit."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from baselines.features import pca
from building import noise
from clefgan.method import Images, Progress, silent
from clefgan.similarity import accelerator, block_sizes, on_devices
from clefgan.similarity.engine import nearest, scan
from clefgan.similarity.multiplier import OnHost
from clefgan.similarity.products import Metric, Products
from clefgan.similarity.reductions import Whole
from clefgan.similarity.whole_numbers import FIXED_BITS, FIXED_CHUNK, Coded, code, moments
from compiling import with_devices
from scanning import everything, features

NUMPY: tuple[Any, ...] = ()
Array = NDArray[Any]

TWO_DEVICES = """
import sys
import jax
import numpy as np
from clefgan.method import Images, Progress, silent
from clefgan.similarity import accelerator, on_devices
from clefgan.similarity.engine import scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Whole
from clefgan.similarity.whole_numbers import code
assert len(jax.devices()) == 2
found = {}
inputs = np.load(sys.argv[1])
with accelerator.on(jax.devices()):
    for kind in ("images", "features"):
        c, g = inputs[f"{kind}_c"], inputs[f"{kind}_g"]
        for metric in Metric:
            found[f"{kind}_{metric}"] = scan(metric, c, g, Whole(), memory_mib=1)
both = on_devices.OnDevices(code(inputs["features_c"]), tuple(jax.devices()))
assert [shard.data.shape for shard in both.ours.addressable_shards] == [(3, 5, 6144)] * 2
right = on_devices.cut(jax.device_put(code(inputs["features_g"][:64]).whole, both.shared), 6144)
assert [shard.data.shape for shard in right.addressable_shards] == [(3, 32, 6144)] * 2
lowered = on_devices.added.lower(both.ours, right, np.int32(0), np.int32(3), columns=2048)
text = lowered.compile().as_text()
assert not [word for word in ("all-gather", "all-reduce", "all-to-all", "permute") if word in text]
np.savez(sys.argv[2], **found)
"""


def products(c: Array, g: Array) -> tuple[list[Array], list[Array]]:
    """Products, sums and squares by NumPy, and on devices."""
    ours, theirs = code(c), code(g)
    dots, about = OnHost.prepare(ours, memory_mib=1024)(theirs)
    theirs_dots, theirs_about = on_devices.OnDevices(ours, tuple(jax.devices()))(theirs)
    return [dots, about.sums, about.squares], [
        theirs_dots, theirs_about.sums, theirs_about.squares
    ]  # fmt: skip


def same(one: list[Array], other: list[Array]) -> None:
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype


@pytest.mark.parametrize("metric", list(Metric))
@pytest.mark.parametrize("make", [noise, features])
def test_devices_change_no_bit_at_any_block_size(
    metric: Metric, make: Callable[..., Array]
) -> None:
    c, g = make(9), make(300, seed=1)
    with accelerator.on(NUMPY):
        expected = everything(c, g, metric, 4096)
    for memory, widest in ((1, 512), (64, 128), (4096, 512)):
        with accelerator.on(jax.devices()), block_sizes.at_most(columns=widest):
            same(everything(c, g, metric, memory), expected)


@pytest.mark.parametrize("metric", list(Metric))
@pytest.mark.parametrize("make", [noise, features])
def test_copies_and_constant_rows(metric: Metric, make: Callable[..., Array]) -> None:
    c, g = make(6), make(70, seed=1)
    c[0], c[1], g[3], g[4] = 0, 7, 7, 0
    g[66] = c[4]
    with accelerator.on(NUMPY):
        expected = scan(metric, c, g, Whole())
    with accelerator.on(jax.devices()):
        found = scan(metric, c, g, Whole())
    same([found], [expected])
    assert found[4, 66] == 0
    assert (found[5] > 0).all()


@pytest.mark.parametrize("size", [1, 7, 256, 370])
def test_grey_levels_at_their_extremes_and_over_chunks(size: int) -> None:
    c, g = noise(5, size), noise(6, size, seed=1)
    c[0], c[1], g[0], g[1] = 0, 255, 0, 255
    numpy, devices = products(c, g)
    same(devices, numpy)
    assert devices[0][0, 0] == 2**14 * size * size


@pytest.mark.parametrize("d", [1, 100, FIXED_CHUNK, FIXED_CHUNK + 1, 3 * FIXED_CHUNK - 1])
def test_float_rows_at_their_extremes(d: int) -> None:
    """The largest whole number is 2^21 itself, where a value is rounded up."""
    largest = np.full((1, d), np.nextafter(np.float32(1), np.float32(0)))
    mixed = np.where(np.arange(d) % 2 == 0, largest, -largest)
    c = np.concatenate([largest, -largest, mixed, np.zeros_like(largest), features(2, d)])
    assert np.abs(code(c).whole).max() == 2**FIXED_BITS
    numpy, devices = products(c, np.concatenate([c, features(3, d, seed=1)]))
    same(devices, numpy)


def test_totals_beyond_float64_are_rounded_as_numpy_rounds_them() -> None:
    c, g = np.random.default_rng(0).uniform(0.9, 1, (2, 4, 8 * FIXED_CHUNK + 10))
    numpy, devices = products(c, g)
    same(devices, numpy)
    assert (numpy[0] > 2**55).all()
    a, b = ([int(value) for value in code(rows).whole[0]] for rows in (c, g))
    exact = sum(x * y for x, y in zip(a, b, strict=True))
    assert int(numpy[0][0, 0]) != exact  # so rounding was there to be repeated


@pytest.mark.parametrize("sign", [-1, 1])
def test_totals_that_were_beyond_float64_on_the_way(sign: int) -> None:
    """Products rise beyond 2^53 and fall again; their totals and all squares stay within."""
    rng = np.random.default_rng(0)
    c = rng.uniform(0.9, 1, (4, 10 * FIXED_CHUNK))
    g = rng.uniform(0.24, 0.25, c.shape) * np.repeat([sign, -sign], c.shape[1] // 2)
    g[:, 0] = 0.999
    numpy, devices = products(c, g)
    same(devices, numpy)
    assert np.abs(numpy[0]).max() < 2**53
    assert numpy[2].max() < 2**53
    exact = code(c).whole.astype(np.int64) @ code(g).whole.astype(np.int64).T
    assert (exact != numpy[0]).any()


@pytest.mark.parametrize("last", [-2, -1, 0, 1, 2, 3])
@pytest.mark.parametrize("sign", [-1, 1])
def test_totals_around_the_largest_exact_one(last: int, sign: int) -> None:
    """2^53 from the first chunk, and a little from the second and again from the third."""
    little = slice(FIXED_CHUNK, None, FIXED_CHUNK)
    whole = np.zeros((1, 2 * FIXED_CHUNK + 1), np.int32)
    whole[0, :FIXED_CHUNK] = 2**FIXED_BITS
    theirs = sign * whole
    whole[0, little], theirs[0, little] = 1, last
    ours, right = (Coded(rows, np.ones(1), 0) for rows in (whole, theirs))
    dots, about = on_devices.OnDevices(ours, tuple(jax.devices()))(right)
    assert dots[0, 0] == (float(sign * 2**53) + last) + last
    same([about.sums, about.squares], [moments(right).sums, moments(right).squares])


@given(st.lists(st.integers(-(2**FIXED_BITS), 2**FIXED_BITS), min_size=4, max_size=4))
def test_limbs_add_up_to_the_whole_number(values: list[int]) -> None:
    cut = np.asarray(on_devices.cut(jax.numpy.array([values], jax.numpy.int32), 128)).astype(
        np.int64
    )
    assert (cut[0] + 2**8 * cut[1] + 2**16 * cut[2])[0, :4].tolist() == values
    assert (np.abs(cut[2]) <= 32).all()
    assert (cut[:, :, 4:] == 0).all()


def test_candidates_are_put_once_and_a_short_last_block_compiles_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put: list[int] = []
    device_put = jax.device_put

    def counted(array: Array, sharding: Any) -> jax.Array:
        put.append(len(array))
        placed: jax.Array = device_put(array, sharding)
        return placed

    monkeypatch.setattr(jax, "device_put", counted)
    compiled: Any = on_devices.added
    before = compiled._cache_size()  # of another shape than those of other tests
    with accelerator.on(jax.devices()):
        nearest(Metric.UNIT, noise(13, 33), noise(200, 33, seed=1), memory_mib=1)
    assert put == [13, 64, 64, 64, 64]
    assert compiled._cache_size() == before + 1


def test_principal_components_change_no_bit() -> None:
    def levels(images: Images, *, progress: Progress = silent) -> NDArray[np.float32]:
        return images.reshape(len(images), -1).astype(np.float32)

    def projected() -> Array:
        return pca.fit(levels, noise(30, 40), 6)(noise(300, 40, seed=1))

    with accelerator.on(NUMPY):
        expected = projected()
    with accelerator.on(jax.devices()):
        same([projected()], [expected])


@pytest.mark.parametrize("make", [noise, features])
def test_candidates_that_travel_are_multiplied_by_what_is_there(
    make: Callable[..., Array],
) -> None:
    c, g = make(5), make(9, seed=1)
    with accelerator.on(jax.devices()):
        there = Products.prepare(Metric.UNIT, c, memory_mib=64)
        assert isinstance(there.dots, on_devices.OnDevices)
    with accelerator.on(NUMPY):
        here: Products = pickle.loads(pickle.dumps(there))
        assert isinstance(here.dots, OnHost)
    same([here(g)], [there(g)])


@pytest.mark.slow
def test_two_devices_share_out_the_generated_rows(tmp_path: Path) -> None:
    """They do so without a word to each other; with 64-bit JAX too."""
    inputs: dict[str, Any] = {
        "images_c": noise(5, 40), "images_g": noise(131, 40, seed=1),
        "features_c": features(5), "features_g": features(131, seed=1),
    }  # fmt: skip
    np.savez(tmp_path / "in.npz", **inputs)
    for wide in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", TWO_DEVICES, tmp_path / "in.npz", tmp_path / "out.npz"],
            env=os.environ | with_devices(2) | {"JAX_ENABLE_X64": wide},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        with np.load(tmp_path / "out.npz") as two, accelerator.on(jax.devices()[:1]):
            for name in two.files:
                kind, metric = name.split("_")
                one = scan(Metric(metric), inputs[f"{kind}_c"], inputs[f"{kind}_g"], Whole())
                same([two[name]], [one])


@pytest.mark.skipif(
    any(find_spec(name) for name in accelerator.PACKAGES), reason="JAX may have an accelerator"
)
def test_a_comparison_without_accelerator_imports_no_jax() -> None:
    script = (
        "import sys, numpy as np; from clefgan.similarity.engine import nearest;"
        "from clefgan.similarity.products import Metric;"
        "nearest(Metric.UNIT, *np.zeros((2, 3, 8, 8), np.uint8)); print('jax' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "False"


@pytest.mark.parametrize(
    ("platform", "multiplies"), [("gpu", on_devices.OnDevices), (None, OnHost)]
)
def test_accelerators_multiply_and_a_cpu_does_not(platform: str | None, multiplies: type) -> None:
    with accelerator.on(accelerator.accelerators(platform)):
        ready = Products.prepare(Metric.UNIT, noise(3, 40), memory_mib=64)
    assert isinstance(ready.dots, multiplies)


def test_accelerators_are_looked_for_where_a_package_of_some_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jax_plugins").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    accelerator.found.cache_clear()
    try:
        assert accelerator.found() == accelerator.accelerators() == ()
        ready = Products.prepare(Metric.UNIT, noise(3, 40), memory_mib=64)
    finally:
        accelerator.found.cache_clear()
    assert isinstance(ready.dots, OnHost)
