from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from baselines.features import lbp
from baselines.features.lbp import METHODS, Lbp, LbpMethod, codes
from building import noise
from clefgan.errors import ClefganError
from clefgan.method import Images

CIRCLES = [(8, 1.0), (8, 1.5), (16, 2.0), (24, 3.0), (4, 1.0), (1, 1.0), (2, 2.0), (12, 0.3)]
CIRCLES += [(31, 7.7), (8, 41.9), (62, 3.3)]


def oracle(images: Images, points: int, radius: float, method: str) -> NDArray[np.float64]:
    from skimage.feature import local_binary_pattern

    peer: Any = local_binary_pattern
    return np.stack([peer(x, points, radius, method) for x in images])


def plateaus(n: int, height: int, width: int) -> Images:
    """Flat patches of few levels: nearly every comparison is a tie."""
    coarse = np.random.default_rng(1).integers(0, 4, (n, height // 3, width // 2), dtype=np.uint8)
    return np.repeat(np.repeat(coarse * 85, 3, axis=1), 2, axis=2)


def assert_equal_to_scikit_image(
    images: Images, points: int, radius: float, method: LbpMethod
) -> None:
    found, wanted = codes(images, points, radius, method), oracle(images, points, radius, method)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, wanted)  # NaN equals NaN here


@pytest.fixture(scope="session")
def real_ct(shared_data: Path) -> Images:
    files = sorted((shared_data / "iq_oth_nccd" / "png256").glob("*.png"))[::120]
    return np.stack([np.asarray(Image.open(file).convert("L")) for file in files])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("points", "radius"), CIRCLES)
def test_codes_equal_scikit_image(points: int, radius: float, method: LbpMethod) -> None:
    if points > lbp.MOST_POINTS[method]:
        pytest.skip("scikit-image's codes overflow")
    assert_equal_to_scikit_image(noise(1, 37, 53), points, radius, method)
    assert_equal_to_scikit_image(plateaus(1, 36, 42), points, radius, method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("points", "radius"), [(8, 1.0), (16, 2.0)])
def test_codes_equal_scikit_image_on_real_ct(
    real_ct: Images, points: int, radius: float, method: LbpMethod
) -> None:
    assert_equal_to_scikit_image(real_ct, points, radius, method)


@pytest.mark.parametrize("level", [0, 1, 77, 255])
@pytest.mark.parametrize("method", METHODS)
def test_constant_images_are_ties_all_over(level: int, method: LbpMethod) -> None:
    """What rounding in float64 decides there depends on the place in the image."""
    images = np.full((1, 70, 300), level, np.uint8)
    assert_equal_to_scikit_image(images, 8, 1.0, method)
    assert_equal_to_scikit_image(images, 12, 2.5, method)


@pytest.mark.parametrize("step", [1, 3, 17, 40, 97])
def test_ramps_are_ties_that_rounding_decides(step: int) -> None:
    """The centre lies midway between two neighbours, and the diagonal one is as bright."""
    rows, columns = np.mgrid[:60, :60]
    along = np.stack([rows + columns, rows - columns])
    images = np.abs(along * step % 510 - 255).astype(np.uint8)  # up and down again
    assert_equal_to_scikit_image(images, 8, 1.0, "default")


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2)])
def test_tiny_images(shape: tuple[int, int]) -> None:
    for method in METHODS:
        assert_equal_to_scikit_image(noise(2, *shape), 8, 1.0, method)


@settings(max_examples=60, deadline=None)
@given(arrays(np.uint8, st.tuples(st.just(1), st.integers(1, 9), st.integers(1, 40))))
def test_the_whole_number_kernel_agrees_on_any_image(images: Images) -> None:
    assert_equal_to_scikit_image(images, 8, 1.0, "default")


def test_the_whole_number_kernel_agrees_with_the_general_one() -> None:
    images = np.concatenate([noise(2, 90, 120), plateaus(2, 90, 120)])
    for method in METHODS[:4]:
        general = lbp.circle_codes(images, 8, 1.0, method)
        np.testing.assert_array_equal(codes(images, 8, 1.0, method), general)


@pytest.mark.parametrize("method", METHODS[:4])
@pytest.mark.parametrize(("points", "radius"), [(8, 1.0), (6, 2.0)])
def test_a_histogram_counts_codes(points: int, radius: float, method: LbpMethod) -> None:
    images = noise(3, 40, 50)
    found = Lbp((points,), (radius,), method)(images)
    values = oracle(images, points, radius, method)
    if method == "ror":  # the codes that occur at all, in order
        everything = np.arange(2**points)[:, None] >> np.arange(points) & 1
        turned = [np.roll(everything, k, axis=1) @ (1 << np.arange(points)) for k in range(points)]
        values = np.searchsorted(np.unique(np.min(turned, axis=0)), values).astype(np.float64)
    wanted = [np.bincount(x.astype(int).ravel(), minlength=found.shape[1]) / x.size for x in values]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.array(wanted, np.float32))


def test_numbers_of_bins() -> None:
    assert [lbp.n_bins(8, method) for method in METHODS] == [256, 36, 10, 59, 16]


def test_a_grid_takes_one_histogram_a_cell() -> None:
    image = noise(1, 41, 50)
    values = oracle(image, 8, 1.0, "uniform")[0].astype(int)
    wanted = []
    for rows in (slice(0, 13), slice(13, 27), slice(27, 41)):
        for columns in (slice(0, 16), slice(16, 33), slice(33, 50)):
            cell = values[rows, columns]
            wanted.append(np.bincount(cell.ravel(), minlength=10) / cell.size)
    found = Lbp(grid=3)(image)[0]
    np.testing.assert_array_equal(found, np.concatenate(wanted).astype(np.float32))


def test_several_radii_are_joined_in_order() -> None:
    images = noise(2)
    joined = Lbp((8, 16), (1.0, 2.0), "nri_uniform", 2)(images)
    parts = [Lbp((8,), (1.0,), "nri_uniform", 2), Lbp((16,), (2.0,), "nri_uniform", 2)]
    np.testing.assert_array_equal(joined, np.concatenate([part(images) for part in parts], axis=1))
    assert Lbp((8,), (1.0, 2.0, 3.0))(images).shape == (2, 30)


def test_var_bins_are_logarithmic_and_flat_pixels_fall_in_the_first() -> None:
    flat = np.full((1, 20, 20), 7, np.uint8)
    inner = lbp.to_bins(codes(flat, 8, 1.0, "var")[:, 2:-2, 2:-2], 8, "var")
    assert (inner == 0).all()
    edges = np.expm1(np.linspace(0, np.log1p(127.5**2), 17))
    images = noise(2, 30)
    variances = np.nan_to_num(oracle(images, 8, 1.0, "var"))
    wanted = [np.histogram(x, edges)[0] / x.size for x in variances]
    np.testing.assert_allclose(Lbp(method="var")(images), wanted, atol=1e-7)


def test_features_depend_neither_on_neighbours_nor_on_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    images = noise(37, 24)
    whole = Lbp()(images)
    np.testing.assert_array_equal(Lbp()(images[::-1]), whole[::-1])
    seen: list[Any] = []
    again = Lbp()(images, progress=lambda *report: seen.append(report))
    np.testing.assert_array_equal(again, whole)
    assert seen[-1] == ("LBP", 37, 37, "")
    assert len(seen) == 3  # blocks of 16, and a part of one left over


def test_no_images_and_memory_mapped_images(tmp_path: Path) -> None:
    assert Lbp()(noise(0, 8)).shape == (0, 10)
    images = noise(3, 8)
    np.save(tmp_path / "images.npy", images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    np.testing.assert_array_equal(Lbp()(mapped), Lbp()(images))


def test_the_kernels_work_where_no_cache_can_be_written() -> None:
    import numba

    from baselines.features import _lbp_kernels as kernels

    njit, calls = numba.njit, []

    def refusing(*args: Any, cache: bool = False, **options: Any) -> Any:
        calls.append(cache)
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(*args, **options)

    double: Any = lambda x: 2 * x  # noqa: E731
    twice = kernels.compiled(double, njit=refusing)
    assert twice(21) == 42
    assert calls == [True, False]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"points": (0,)}, r"LBP: P is 0; method 'uniform' takes 1 to 62 points"),
        ({"points": (17,), "method": "ror"}, r"LBP: P is 17; method 'ror' takes 1 to 16 points"),
        ({"radius": (0.0,)}, r"LBP: R is 0\.0; give a radius above 0, and at most 16 .* 12x16"),
        ({"radius": (17.0,)}, r"LBP: R is 17\.0; give a radius above 0"),
        ({"radius": ()}, r"LBP: P is \(8,\) and R is \(\); give one P"),
        (
            {"points": (8, 8), "radius": (1.0,)},
            r"LBP: P is \(8, 8\) and R is \(1\.0,\); give one P",
        ),
        ({"grid": 0}, r"LBP: a grid of 0 cells per side on images 12 pixels .*; give 1 to 12"),
        ({"grid": 13}, r"LBP: a grid of 13 cells"),
        ({"method": "unifrom"}, r"LBP: no method 'unifrom'; known: default, ror"),
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        Lbp(**settings)(noise(1, 12, 16))


def test_codes_of_too_many_points() -> None:
    with pytest.raises(ClefganError, match="P is 32; method 'default' takes 1 to 31 points"):
        codes(noise(1, 8), 32, 1.0, "default")
