"""Tile distances against loops over every shift."""

import numpy as np
import pytest
from numpy.typing import NDArray

from building import noise
from clefgan.errors import ClefganError
from clefgan.method import Images
from clefgan.similarity.engine import scan
from clefgan.similarity.reductions import Whole
from clefgan.similarity.tiles import NearestTile, Tiles, WorstTile


def by_loops(c: Images, g: Images, across: int, shift: int) -> NDArray[np.float64]:
    height, width = c.shape[1:]
    down, right = -(-height // across), -(-width // across)
    tops = np.linspace(0, height - down, across).round().astype(int)
    lefts = np.linspace(0, width - right, across).round().astype(int)
    found = np.full((len(c), len(g), across**2), np.inf)
    for number, (top, left) in enumerate((t, u) for t in tops for u in lefts):
        for i in range(max(0, top - shift), min(height - down, top + shift) + 1):
            for j in range(max(0, left - shift), min(width - right, left + shift) + 1):
                a = c[:, None, top : top + down, left : left + right].astype(float)
                b = g[None, :, i : i + down, j : j + right]
                rms = np.sqrt(((a - b) ** 2).mean(axis=(2, 3)))
                found[:, :, number] = np.minimum(found[:, :, number], rms)
    return found


@pytest.mark.parametrize(("across", "shift"), [(1, 2), (3, 0), (4, 2), (7, 1)])
def test_equals_loops(across: int, shift: int) -> None:
    c, g = noise(3, 24, 20), noise(5, 24, 20, seed=1)
    found = scan(Tiles(across, shift), c, g, Whole())
    np.testing.assert_allclose(found, by_loops(c, g, across, shift), rtol=1e-12)


def test_nearest_and_worst_tile() -> None:
    c, g = noise(3, 24, 20), noise(90, 24, 20, seed=1)
    loops = by_loops(c, g, 4, 1)
    np.testing.assert_allclose(scan(Tiles(4, 1), c, g, NearestTile()), loops.min(axis=1))
    np.testing.assert_allclose(scan(WorstTile(4, 1), c, g, Whole()), loops.max(axis=2))


def test_a_shifted_copy_of_a_tile_is_at_distance_0() -> None:
    c, g = noise(1, 24, 20), noise(1, 24, 20, seed=1)
    g[0, 7:13, 4:9] = c[0, 6:12, 5:10]  # tile (1, 1) of 4, moved by (1, -1)
    found = scan(Tiles(4, 2), c, g, NearestTile())
    assert found[0, 5] == 0
    assert scan(Tiles(4, 0), c, g, NearestTile())[0, 5] > 0


@pytest.mark.parametrize("size", [16, 64])  # products in float32 and in float64
def test_blocks_and_neighbours_change_no_bit(size: int) -> None:
    c, g = noise(4, size), noise(150, size, seed=1)
    together = scan(Tiles(2, 1), c, g, Whole())
    np.testing.assert_array_equal(scan(Tiles(2, 1), c, g, Whole(), memory_mib=1), together)
    np.testing.assert_array_equal(scan(Tiles(2, 1), c[2:3], g, Whole()), together[2:3])


def test_an_image_is_left_out_of_its_own_row() -> None:
    c = noise(3, 24, 20)
    assert (scan(Tiles(4, 1), c, c, NearestTile()) == 0).all()
    assert (scan(Tiles(4, 1), c, c, NearestTile(), skip_self=True) > 0).all()


def test_settings_that_mean_nothing_are_an_error() -> None:
    with pytest.raises(ClefganError, match=r"^tiles: 0 across with a shift of 2"):
        scan(Tiles(0), noise(1, 24, 20), noise(1, 24, 20, seed=1), Whole())


def test_a_tile_has_two_pixels_at_least() -> None:
    """Five hundred tiles across took minutes for what no tile can show."""
    c = noise(1, 32, 20)
    with pytest.raises(
        ClefganError,
        match=r"^tiles: 500 across images of 32x20; a tile has at least 2x2 pixels: give at most "
        r"10$",
    ):
        scan(Tiles(500), c, c, Whole())
    with pytest.raises(ClefganError, match="give at most 10"):
        scan(Tiles(11), c, c, Whole())
    assert scan(Tiles(10), c, c, Whole()).shape == (1, 1, 100)
    assert scan(Tiles(1), c[:, :1, :1], c[:, :1, :1], Whole()).shape == (1, 1, 1)


def test_features_are_an_error() -> None:
    rows = np.zeros((1, 30), np.float32)
    with pytest.raises(ClefganError, match=r"^tiles: images are float32"):
        scan(Tiles(), rows, rows, Whole())


def test_sizes_that_differ_are_an_error() -> None:
    with pytest.raises(ClefganError, match="candidates are 24x20, generated 24x21"):
        scan(Tiles(), noise(1, 24, 20), noise(1, 24, 21, seed=1), Whole())
