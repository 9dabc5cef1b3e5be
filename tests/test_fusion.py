"""Fusion: its scores against plain NumPy, its weights, and what it must not do."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from baselines.fusion import Fusion, fused, signal
from baselines.scoring import fusion_parts, view_scores
from baselines.scoring.columns import Highest, standardised
from baselines.scoring.ranks import normal_scores
from building import noise
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images
from clefgan.similarity.detail_images import SCALES, Detail, Details
from clefgan.similarity.engine import scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Block, Whole
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
    distances = 1 - among
    pool = view_scores.pool(distances)
    kept = view_scores.reduction(pool).partial(Block(1 - s, 0))
    found = view_scores.scores(pool, kept)

    near = np.sort(np.sqrt(2 - 2 * among), axis=1)[:, :3].mean(axis=1)
    ratio = np.log(near + 1e-6) - np.log(np.sqrt(2 - 2 * s).min(axis=1) + 1e-6)
    np.testing.assert_allclose(found["pool"], ratio)
    usual = -np.sort(-s, axis=0)[:20].mean(axis=0)
    mine = -np.sort(-among, axis=1)[:, :20].mean(axis=1)
    np.testing.assert_allclose(found["csls"], (s - usual).max(axis=1) - mine / 2)
    z = stats.zscore(s, axis=0)
    np.testing.assert_allclose(found["top"], np.sort(z, axis=1)[:, -5:].mean(axis=1))


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
    keep = Highest(((np.positive, 1), (standardised, 5)))
    whole = keep.partial(Block(values, 0))
    state = keep.partial(Block(values[:, :64], 0))
    for start, stop in ((64, 128), (128, 149), (149, 150)):
        state = keep.fold(state, keep.partial(Block(values[:, start:stop], start)))
    for one, other in zip(keep.finish(state), whole, strict=True):
        np.testing.assert_array_equal(one, other)


def test_normal_scores_are_those_of_scipy_and_rounding_makes_no_difference() -> None:
    values = np.array([3.0, 1.0, 1.0 + 1e-13, 9.0, 5.0])
    expected = stats.norm.ppf((stats.rankdata([3, 1, 1, 9, 5]) - 0.5) / 5)
    np.testing.assert_allclose(normal_scores(values), expected)
    np.testing.assert_array_equal(normal_scores(np.ones(3)), np.zeros(3))


def test_a_weak_block_does_not_drag_a_strong_one_down() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(400) < 200

    def auc(scores: Floats) -> float:
        return float(stats.mannwhitneyu(scores[truth], scores[~truth]).statistic) / 200**2

    parts = {
        "band a": rng.normal(0, 1, 400),
        "contrast a": rng.normal(0, 1, 400),
        "whole a": rng.normal(0, 1, 400),
        "tiles a": rng.normal(2.5 * truth, 1),
    }
    weights = Fusion().weights(parts, truth)
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["tiles"] > 0.9
    assert auc(fused(parts, weights)) > auc(parts["tiles a"]) - 0.01
    even = dict.fromkeys(weights, 0.25)
    assert auc(fused(parts, even)) < auc(parts["tiles a"]) - 0.05  # what is prevented


def test_without_doubt_the_labels_of_dev_do_not_count() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(60) < 30
    parts = {f"{block} a": rng.normal(size=60) for block in fusion_parts.BLOCKS}
    weights = Fusion(doubt=0).weights(parts, truth)
    assert list(weights.values()) == pytest.approx([4 / 9, 4 / 9, 1 / 18, 1 / 18])
    against = {name: -9.0 * truth + rng.normal(size=60) for name in parts}
    assert Fusion(doubt=1e6).weights(against, truth) == dict.fromkeys(fusion_parts.BLOCKS, 0.25)


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


@pytest.mark.parametrize("settings", [{"detail": 0.0}, {"others": -1.0}, {"doubt": -0.1}])
def test_settings_that_mean_nothing_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must be above 0, and doubt .* at least 0"):
        Fusion(**settings)


def test_rows_that_are_no_views_are_refused() -> None:
    with pytest.raises(ClefganError, match=r"views: rows have shape \(3, 4\); give \(n, n_views"):
        Views(Metric.PEARSON).against(np.zeros((3, 4)), memory_mib=1)
