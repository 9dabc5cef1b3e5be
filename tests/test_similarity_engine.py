"""The blocked engine against SciPy and plain NumPy."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from building import noise
from clefgan.errors import ClefganError
from clefgan.method import Images
from clefgan.similarity import block_sizes
from clefgan.similarity.engine import nearest, scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import (
    BestTwo,
    Block,
    Both,
    CountBelow,
    Smallest,
    Sum,
    Whole,
    smallest_k,
)
from clefgan.similarity.whole_numbers import code
from scanning import everything, features

ORACLES: dict[Metric, Any] = {
    Metric.EUCLIDEAN: "euclidean",
    Metric.COSINE: "cosine",
    Metric.PEARSON: "correlation",
}


def flat(rows: Any) -> NDArray[np.float64]:
    return np.asarray(rows, np.float64).reshape(len(rows), -1)


@pytest.mark.parametrize("metric", list(ORACLES))
def test_distances_of_images_equal_scipy(metric: Metric) -> None:
    c, g = noise(7, 40), noise(150, 40, seed=1)
    expected = cdist(flat(c), flat(g), ORACLES[metric])
    np.testing.assert_allclose(scan(metric, c, g, Whole()), expected, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("metric", list(ORACLES))
def test_distances_of_features_equal_scipy(metric: Metric) -> None:
    c, g = features(7), features(150, seed=1)
    expected = cdist(flat(c), flat(g), ORACLES[metric])
    np.testing.assert_allclose(scan(metric, c, g, Whole()), expected, rtol=1e-5, atol=1e-9)


def test_unit_distance_is_euclidean_between_centred_unit_rows() -> None:
    c, g = noise(5, 40), noise(6, 40, seed=1)
    g[3] = 9
    c[2] = 200

    def unit(rows: Images) -> NDArray[np.float64]:
        centred = flat(rows) - flat(rows).mean(axis=1, keepdims=True)
        lengths = np.linalg.norm(centred, axis=1, keepdims=True)
        scaled = np.divide(centred, lengths, out=np.zeros_like(centred), where=lengths > 0)
        return np.asarray(scaled)

    expected = cdist(unit(c), unit(g))
    np.testing.assert_allclose(scan(Metric.UNIT, c, g, Whole()), expected, rtol=1e-12)


@pytest.mark.parametrize("metric", list(Metric))
@pytest.mark.parametrize("make", [noise, features])
def test_a_copy_is_at_distance_exactly_0(metric: Metric, make: Any) -> None:
    c, g = make(5), make(70, seed=1)
    g[66] = c[4]
    near = nearest(metric, c, g)
    assert near.distances[4, 0] == 0
    assert near.indices[4, 0] == 66
    assert (near.distances[:4] > 0).all()


@pytest.mark.parametrize("metric", list(Metric))
def test_constant_rows_have_finite_distances(metric: Metric) -> None:
    c = np.stack([np.full((8, 8), v, np.uint8) for v in (0, 7, 255)])
    g = np.concatenate([c, noise(2, 8)])
    found = scan(metric, c, g, Whole())
    assert np.isfinite(found).all()
    assert (np.diag(found[:, :3])[1:] == 0).all()
    rows = np.full((2, 5000), 0.1, np.float32)
    assert (scan(metric, rows, rows, Whole()) == 0).all()


@pytest.mark.parametrize("metric", list(Metric))
@pytest.mark.parametrize("make", [noise, features])
def test_block_size_changes_no_bit(metric: Metric, make: Any) -> None:
    c, g = make(9), make(700, seed=1)
    expected = everything(c, g, metric, 4096)
    for memory, panel, widest in ((1, 4, 512), (64, 3, 128), (4096, 2048, 1024)):
        with block_sizes.at_most(columns=widest, panel=panel):
            values = everything(c, g, metric, memory)
        for found, wanted in zip(values, expected, strict=True):
            np.testing.assert_array_equal(found, wanted)


def test_neighbours_among_candidates_change_no_bit() -> None:
    c, g = features(9), features(100, seed=1)
    together = scan(Metric.EUCLIDEAN, c, g, Whole())
    for i in range(len(c)):
        alone = scan(Metric.EUCLIDEAN, c[i : i + 1], g, Whole())
        np.testing.assert_array_equal(alone[0], together[i])


def test_every_candidate_gets_exactly_one_score_at_any_block_size() -> None:
    """Two attack libraries drop the last `len % batch` queries."""
    for n in (1, 63, 64, 65, 130):
        c, g = noise(n, 8, seed=n), noise(n, 8, seed=n + 1)
        near = nearest(Metric.EUCLIDEAN, c, g, memory_mib=1)
        expected = cdist(flat(c), flat(g)).min(axis=1)
        assert near.distances.shape == (n, 1)
        np.testing.assert_allclose(near.distances[:, 0], expected)


def test_reductions_equal_numpy() -> None:
    c, g = noise(6, 8), noise(300, 8, seed=1)
    d = scan(Metric.EUCLIDEAN, c, g, Whole())
    limit = np.quantile(d, 0.3, axis=1)
    (near, below), (best, total) = scan(
        Metric.EUCLIDEAN, c, g, Both(Both(Smallest(4), CountBelow(limit)), Both(BestTwo(), Sum()))
    )
    order = np.argsort(d, axis=1, kind="stable")[:, :4]
    np.testing.assert_array_equal(near.indices, order)
    np.testing.assert_array_equal(near.distances, np.take_along_axis(d, order, axis=1))
    np.testing.assert_array_equal(below, (d < limit[:, None]).sum(axis=1))
    np.testing.assert_allclose(total, d.sum(axis=1))
    np.testing.assert_array_equal(best.indices, np.argsort(d, axis=0)[:2].T)
    np.testing.assert_array_equal(best.distances, np.sort(d, axis=0)[:2].T)


def test_ties_come_in_the_order_of_the_generated_images() -> None:
    values = np.array([[2.0, 1.0, 1.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(smallest_k(values, 3), [[3, 1, 2], [0, 1, 2]])
    g = np.repeat(noise(1, 8), 200, axis=0)
    near = nearest(Metric.EUCLIDEAN, g[:1], g, 3, memory_mib=1)
    np.testing.assert_array_equal(near.indices, [[0, 1, 2]])


def test_fewer_generated_than_asked_for() -> None:
    near = nearest(Metric.EUCLIDEAN, noise(3, 40), noise(2, 40, seed=1), 5)
    assert near.distances.shape == (3, 2)


def test_a_set_against_itself_leaves_each_image_out_of_its_own_row() -> None:
    c = noise(130, 8)
    near = nearest(Metric.EUCLIDEAN, c, c, skip_self=True)
    expected = cdist(flat(c), flat(c))
    np.fill_diagonal(expected, np.inf)
    np.testing.assert_allclose(near.distances[:, 0], expected.min(axis=1))
    alone = nearest(Metric.EUCLIDEAN, c[:1], c[:1], skip_self=True)
    assert alone.distances[0, 0] == np.inf
    assert alone.indices[0, 0] == -1


def test_copies_can_be_left_out() -> None:
    c = noise(3, 8)
    near = nearest(Metric.EUCLIDEAN, c, np.concatenate([c, c]), apart=True)
    assert (near.distances > 0).all()


def test_one_candidate_is_first_and_there_is_no_second() -> None:
    best = scan(Metric.EUCLIDEAN, noise(1, 40), noise(3, 40, seed=1), BestTwo())
    assert (best.indices == [[0, -1]] * 3).all()
    assert np.isinf(best.distances[:, 1]).all()


def test_generated_images_may_be_memory_mapped(tmp_path: Path) -> None:
    c, g = noise(4, 40), noise(200, 40, seed=1)
    np.save(tmp_path / "g.npy", g)
    mapped = np.load(tmp_path / "g.npy", mmap_mode="r")
    for found, wanted in zip(
        nearest(Metric.UNIT, c, mapped), nearest(Metric.UNIT, c, g), strict=True
    ):
        np.testing.assert_array_equal(found, wanted)


def test_anything_that_slices_is_read_slice_by_slice_within_memory() -> None:
    g = noise(500, 40, seed=1)
    asked: list[int] = []

    class Source:
        def __len__(self) -> int:
            return len(g)

        def __getitem__(self, rows: slice, /) -> NDArray[Any]:
            asked.append(len(g[rows]))
            return g[rows]

    nearest(Metric.EUCLIDEAN, noise(4, 40), Source(), memory_mib=1)
    assert sum(asked) == 500
    assert max(asked) == 64


def test_progress_counts_generated_images() -> None:
    seen: list[tuple[str, int, int, str]] = []
    nearest(
        Metric.EUCLIDEAN, noise(4, 8), noise(150, 8, seed=1),
        memory_mib=1, progress=lambda *report: seen.append(report), stage="looking",
    )  # fmt: skip
    assert seen[-1] == ("looking", 150, 150, "")


def test_products_of_grey_levels_are_exact_at_their_largest() -> None:
    """One level in one pixel of 2^16 is seen, at the levels that make the largest sums."""
    c = np.zeros((1, 256, 256), np.uint8)
    g = np.repeat(c, 3, axis=0)
    g[1, 255, 255] = 1
    g[2] = 255
    found = scan(Metric.EUCLIDEAN, c, g, Whole())
    np.testing.assert_array_equal(found, [[0, 1, 255 * 256]])


def test_small_gaps_between_large_images_stay_distinct() -> None:
    """`exp(-d^2)` and its kin saturate: 256x256 images at an RMS gap of 0.2 all score the same."""
    rng = np.random.default_rng(0)
    g = rng.integers(1, 255, (1, 256, 256), dtype=np.uint8)
    changed = rng.random((20, 256, 256)) < 0.04  # RMS gap sqrt(0.04) = 0.2
    c = g + changed.astype(np.uint8)
    d = nearest(Metric.EUCLIDEAN, c, g).distances[:, 0]
    assert len(np.unique(d)) > 15
    saturated = np.exp(-(d**2))
    assert len(np.unique(saturated)) == 1


def test_float_rows_keep_21_bits() -> None:
    rows = features(4)
    coded = code(rows)
    back = coded.whole * coded.scale[:, None]
    bound = np.abs(rows).max(axis=1, keepdims=True) * 2.0**-21
    assert (np.abs(back - rows) <= bound).all()
    assert (code(np.zeros((2, 3), np.float32)).whole == 0).all()


def test_no_generated_images_is_an_error() -> None:
    with pytest.raises(ClefganError, match=r"^comparison: there are no generated images; got 0"):
        nearest(Metric.EUCLIDEAN, noise(2, 40), noise(0, 40, seed=1))


def test_sizes_that_differ_are_an_error() -> None:
    with pytest.raises(
        ClefganError, match=r"^comparison: candidates are 40x40, generated 41x41; give"
    ):
        nearest(Metric.EUCLIDEAN, noise(2, 40), noise(2, 41, seed=1))


def test_features_that_are_not_finite_are_an_error() -> None:
    rows = features(3)
    rows[1, 5] = np.nan
    with pytest.raises(ClefganError, match=r"^features: row 1 is not finite \(1 of 3"):
        nearest(Metric.EUCLIDEAN, rows, rows)


def test_no_memory_is_an_error() -> None:
    with pytest.raises(ClefganError, match=r"^memory: 0 MiB is too little"):
        nearest(Metric.EUCLIDEAN, noise(2, 40), noise(2, 40, seed=1), memory_mib=0)


def test_sums_do_not_count_pairs_left_out() -> None:
    block = Block(np.array([[1.0, np.inf, 4.0]]), 0)
    reduction = Sum(np.sqrt)
    assert reduction.finish(reduction.partial(block)) == [3.0]
