"""Fusion: its scores against plain NumPy, its weights, and what it must not do."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import stats

from baselines.fusion import Fusion, fused, signal, standard
from baselines.scoring import fusion_parts, view_scores
from baselines.scoring.columns import Highest, LessUsual
from baselines.scoring.fusion_parts import Seen
from building import noise
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images
from clefgan.similarity.detail_images import SCALES, Detail, Details
from clefgan.similarity.engine import scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Block, Whole
from clefgan.similarity.view_tiles import Cut, ViewsAndTiles
from clefgan.similarity.views import EachView, Stacked, Views
from clefgan.testing import blobs, example

Floats = NDArray[np.float64]
DETAILS = Details(tuple(SCALES.values()), (32, 32))


def correlations(a: Images, b: Images) -> Floats:
    rows = np.concatenate([x.reshape(len(x), -1).astype(float) for x in (a, b)])
    return np.asarray(np.corrcoef(rows)[: len(a), len(a) :])


def test_views_are_the_single_maps() -> None:
    x = blobs(np.random.default_rng(0), 5)
    views = DETAILS.views(x)
    assert views.shape == (5, 7, 32 * 32)
    np.testing.assert_array_equal(views[:, 0], x.reshape(5, -1))
    for i, kind in enumerate(("band", "contrast")):
        for j, scale in enumerate(SCALES.values()):
            single = Detail(kind, scale, (32, 32)).images(x)  # type: ignore[arg-type]
            np.testing.assert_array_equal(views[:, 1 + 3 * i + j], single.reshape(5, -1))


def test_each_view_is_compared_by_itself() -> None:
    x, g = noise(4), noise(9, seed=1)
    found = scan(
        Views(Metric.PEARSON), Stacked(x, DETAILS), Stacked(g, DETAILS), EachView((Whole(),) * 7)
    )
    for v in range(7):
        views = [DETAILS.views(images)[:, v : v + 1] for images in (x, g)]
        np.testing.assert_allclose(1 - found[v], correlations(*views), atol=1e-9)


def test_scores_of_a_view_are_those_of_their_formulas() -> None:
    x, g = noise(30), noise(70, seed=1)
    s, among = correlations(x, g), correlations(x, x)
    np.fill_diagonal(among, -np.inf)
    pool = view_scores.pool(1 - among)
    kept = view_scores.reduction(pool).partial(Block(1 - s, 0))
    usual = -np.sort(-s, axis=0)[:20].mean(axis=0)
    mine = -np.sort(-among, axis=1)[:, :20].mean(axis=1)
    csls = view_scores.scores(pool, kept)["csls"]
    np.testing.assert_allclose(csls, (s - usual).max(axis=1) - mine / 2)


def test_the_own_direction_is_the_residual_of_a_ridge_regression() -> None:
    """With the residual of each candidate worked out by itself, by solving for its coefficients."""
    x, g = noise(12), noise(40, seed=1)
    rows, others = (i.reshape(len(i), -1).astype(float) for i in (x, g))
    rows, others = (stats.zscore(r, axis=1) / np.sqrt(r.shape[1]) for r in (rows, others))
    residuals = []
    for i in range(12):
        rest = np.delete(rows, i, axis=0)
        solved = np.linalg.solve(rest @ rest.T + 0.3 * np.eye(11), rest @ rows[i])
        residual = rows[i] - solved @ rest
        residuals.append(residual / np.linalg.norm(residual))
    expected = np.sort(np.array(residuals) @ others.T, axis=1)[:, -5:].mean(axis=1)
    distances = 1 - rows @ rows.T
    np.fill_diagonal(distances, np.inf)
    pool = view_scores.pool(distances)
    kept = view_scores.reduction(pool).partial(Block(1 - rows @ others.T, 0))
    np.testing.assert_allclose(view_scores.scores(pool, kept)["own"], expected, atol=1e-9)


def test_the_highest_do_not_depend_on_the_blocks() -> None:
    values = np.random.default_rng(0).uniform(0, 2, (7, 150))
    keep = Highest(((np.positive, 1), (LessUsual(3), 5)))
    whole = keep.partial(Block(values, 0))
    state = keep.partial(Block(values[:, :64], 0))
    for start, stop in ((64, 128), (128, 149), (149, 150)):
        state = keep.fold(state, keep.partial(Block(values[:, start:stop], start)))
    for one, other in zip(keep.finish(state), whole, strict=True):
        np.testing.assert_array_equal(one, other)


def test_tiles_are_compared_each_by_itself() -> None:
    x, g = noise(4), noise(9, seed=1)
    cut = Cut.fitting(2, (32, 32), 4)
    details = Details((SCALES["fine"],), (32, 32))
    found = scan(
        ViewsAndTiles(Metric.PEARSON, cut), Stacked(x, details), Stacked(g, details),
        EachView((Whole(),) * (3 + 16)),
    )  # fmt: skip
    views = [details.views(images) for images in (x, g)]
    for v in range(3):
        expected = correlations(*(view[:, v] for view in views))
        np.testing.assert_allclose(1 - found[v], expected, atol=1e-9)
    maps = [view[:, 2].reshape(-1, 32, 32) for view in views]
    for number in range(16):
        i, j = 8 * (number // 4), 8 * (number % 4)
        expected = correlations(*(m[:, i : i + 8, j : j + 8] for m in maps))
        np.testing.assert_allclose(1 - found[3 + number], expected, atol=1e-9)


@pytest.mark.parametrize(
    ("work", "shape"),
    [((128, 96), (16, 192)), ((9, 30), (4, 75)), ((2, 3), (1, 6)), ((1, 1), (1, 1))],
)
def test_tiles_cover_any_view_and_overlap_where_they_must(
    work: tuple[int, int], shape: tuple[int, int]
) -> None:
    rows = noise(5, 128).reshape(5, 1, -1)[:, :, : work[0] * work[1]]
    assert Cut.fitting(0, work, 4).tiles(rows).shape == (5, *shape)


def test_a_weak_part_does_not_drag_a_strong_one_down() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(400) < 200

    def auc(scores: Floats) -> float:
        return float(stats.mannwhitneyu(scores[truth], scores[~truth]).statistic) / 200**2

    parts = {name: rng.normal(0, 1, 400) for name in fusion_parts.PARTS}
    parts["tiles own"] = rng.normal(2.5 * truth, 1)
    seen = Seen(parts, np.zeros(400, bool))
    weights = Fusion().weights(parts, truth)
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["tiles own"] > 0.9
    assert auc(fused(seen, weights)) > auc(parts["tiles own"]) - 0.01
    even = dict.fromkeys(parts, 1 / len(parts))
    assert auc(fused(seen, even)) < auc(parts["tiles own"]) - 0.05  # what is prevented


def test_without_doubt_the_labels_of_dev_do_not_count() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(60) < 30
    parts = {name: rng.normal(size=60) for name in fusion_parts.PARTS}
    even = dict.fromkeys(parts, 1 / len(parts))
    assert Fusion(doubt=0).weights(parts, truth) == pytest.approx(even)
    against = {name: -9.0 * truth + rng.normal(size=60) for name in parts}
    assert Fusion(doubt=1e6).weights(against, truth) == even


def test_parts_are_standardised_without_copies_and_cut_far_out() -> None:
    part = np.array([1.0, 2.0, 3.0, 1e6])
    among = np.array([True, True, True, False])
    expected = [*stats.zscore(part[:3]), 8.0]
    np.testing.assert_allclose(standard(part, among), expected)
    np.testing.assert_array_equal(standard(np.full(4, 7.0), among), np.zeros(4))
    np.testing.assert_array_equal(standard(part, np.zeros(4, bool)), np.zeros(4))


def test_signal_is_in_standard_deviations() -> None:
    truth = np.array([True, True, False, False])
    assert signal(np.array([3.0, 5.0, 0.0, 2.0]), truth) == pytest.approx(3)
    assert signal(np.ones(4), truth) == 0


def test_a_copy_comes_before_all_others_and_other_copies_beside_it() -> None:
    dev, candidates, generated = example()
    scorer = Fusion().fit(dev)
    scores = scorer.score(candidates, np.concatenate([generated, candidates[[4, 2]]]))
    assert scores[2] == scores[4] == scores.max()
    assert (np.delete(scores, [2, 4]) < scores.max()).all()


@pytest.mark.parametrize("size", [2, 3, 9])
def test_tiny_images_have_scores(size: int) -> None:
    dev = DevSet(noise(5, size), noise(4, size, seed=1), noise(4, size, seed=2))
    scores = Fusion().fit(dev).score(noise(6, size, seed=3), noise(7, size, seed=4))
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("settings", [{"expected": 0.0}, {"power": -1.0}, {"doubt": -0.1}])
def test_settings_that_mean_nothing_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must be above 0, and doubt .* at least 0"):
        Fusion(**settings)


def test_rows_that_are_no_views_are_refused() -> None:
    with pytest.raises(ClefganError, match=r"views: rows have shape \(3, 4\); give \(n, n_views"):
        Views(Metric.PEARSON).against(np.zeros((3, 4)), memory_mib=1)


def heavy_jpeg(images: Images) -> Images:
    """Images as JPEG of the lowest quality keeps them."""
    kept = []
    for image in images:
        file = io.BytesIO()
        Image.fromarray(image).save(file, format="JPEG", quality=1)
        kept.append(np.asarray(Image.open(file)))
    return np.stack(kept)


@pytest.mark.parametrize("odd", ["constant", "equal", "one", "one candidate", "jpeg", "half"])
def test_odd_images_have_finite_scores(odd: str) -> None:
    """All of one level, all the same, one alone, heavy JPEG, and constant ones among others."""
    dev, candidates, generated = example()
    if odd == "constant":
        candidates, generated = np.full_like(candidates, 7), np.full_like(generated, 9)
    elif odd == "equal":
        candidates = np.repeat(candidates[:1], len(candidates), axis=0)
    elif odd == "one":
        generated = generated[:1]
    elif odd == "one candidate":
        candidates = candidates[:1]
    elif odd == "jpeg":
        candidates, generated = heavy_jpeg(candidates), heavy_jpeg(generated)
    else:
        candidates = candidates.copy()
        candidates[::2] = 0
    scores = Fusion().fit(dev).score(candidates, generated)
    assert scores.shape == (len(candidates),)
    assert np.isfinite(scores).all()
    if odd in ("equal", "constant"):
        np.testing.assert_allclose(scores, scores[0])


def test_a_dev_set_that_says_nothing_has_finite_scores() -> None:
    _, candidates, generated = example()
    flat = np.zeros((4, *candidates.shape[1:]), np.uint8)
    assert np.isfinite(Fusion().fit(DevSet(flat, flat, flat)).score(candidates, generated)).all()
