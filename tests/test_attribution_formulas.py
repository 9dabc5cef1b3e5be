"""Methods of attribution against formulas, written out or of other libraries."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from baselines.attribution import clusterers, subset_patches, vgg16_probe
from baselines.attribution.log_dct import LogDctAttributor as LogDctRidge
from baselines.attribution.nearest_generated import NearestGenerated
from baselines.attribution.residual_fingerprint import ResidualFingerprint
from baselines.attribution.sources import distinct
from baselines.attribution.subset_detail import SubsetDetail
from baselines.attribution.subset_fusion import SubsetFusion
from baselines.attribution.subset_nearest import SubsetNearest, typical
from baselines.attribution.subset_patches import SubsetPatches
from baselines.attribution.subset_span import LEAST, SubsetSpan
from baselines.features.pixels import LowPass
from baselines.features.residual import residual
from baselines.features.space import PIXELS, Space
from baselines.features.spectrum import LogDct
from baselines.learning import discriminant
from building import grey, normal
from clefgan.method import Images, Source
from clefgan.testing import blobs
from clefgan.testing.attribution import example_sources, under_test


def test_shrinkage_is_ledoit_and_wolfs() -> None:
    rows = normal((30, 12)) @ normal((12, 12), 1)
    rows -= rows.mean(axis=0)
    share = ledoit_wolf_shrinkage(rows, assume_centered=True)
    plain = rows.T @ rows / len(rows)
    wanted = (1 - share) * plain + share * np.trace(plain) / 12 * np.eye(12)
    np.testing.assert_allclose(discriminant.shrunk(rows), wanted, rtol=1e-9)


def test_the_discriminant_is_scikit_learns_with_that_shrinkage() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 20)
    rows = normal((60, 8)) * rng.uniform(1, 5, 8) + 2 * normal((3, 8), 1)[labels]
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    means = np.stack([scaled[labels == k].mean(axis=0) for k in range(3)])
    share = ledoit_wolf_shrinkage(scaled - means[labels], assume_centered=True)
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=share, priors=[1 / 3] * 3)
    model.fit(scaled, labels)
    wanted = model.decision_function(scaled)
    found = discriminant.fit(rows, labels, 3)(rows)
    np.testing.assert_allclose(
        found - found.mean(axis=1, keepdims=True), wanted - wanted.mean(axis=1, keepdims=True),
        rtol=1e-6, atol=1e-8,
    )  # fmt: skip


def test_log_dct_is_scikit_learns_ridge() -> None:
    sources, images = example_sources(), under_test()
    train = np.concatenate([distinct(each.generated) for each in sources])
    labels = np.repeat(np.arange(3), [len(distinct(each.generated)) for each in sources])
    rows = LogDct(64)(train).astype(float)
    offset, spread = rows.mean(axis=0), rows.std(axis=0)
    model = RidgeClassifier(alpha=len(rows), class_weight="balanced", solver="svd")
    model.fit((rows - offset) / spread, labels)
    wanted = model.decision_function((LogDct(64)(images) - offset) / spread)
    found = LogDctRidge().fit(sources).score(images)
    np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_a_fingerprint_is_numpys_correlation_with_the_mean_residual() -> None:
    sources, images = example_sources(), under_test()
    found = ResidualFingerprint().fit(sources).score(images)
    for column, source in enumerate(sources):
        mean = residual(distinct(source.generated)).mean(axis=0).ravel()
        for row, left in enumerate(residual(images)):
            wanted = np.corrcoef(left.ravel(), mean)[0, 1]
            assert found[row, column] == pytest.approx(wanted, abs=1e-4)


def test_a_planted_pattern_correlates_as_its_ratio_says() -> None:
    """A pattern of s times the strength of the noise: NCC = s / sqrt(s^2 + 1)."""
    pattern = np.sign(normal((64, 64)))  # white: the filter passes pattern and noise alike
    strength = 0.5
    images = grey(128 + 20 * (strength * pattern + normal((300, 64, 64), 1)))
    other = grey(128 + 20 * normal((300, 64, 64), 2))
    none = np.empty((0, 64, 64), np.uint8)
    scorer = ResidualFingerprint().fit(
        [Source("a", none, images[:200]), Source("b", none, other[:200])]
    )
    found = scorer.score(images[200:])[:, 0].mean()
    assert found == pytest.approx(strength / np.sqrt(strength**2 + 1), abs=0.02)


def test_nearest_generated_is_scikit_learns_neighbours() -> None:
    sources, images = example_sources(), under_test()
    train = np.concatenate([distinct(each.generated) for each in sources])
    labels = np.repeat(np.arange(3), [len(distinct(each.generated)) for each in sources])
    assert len(set(np.bincount(labels))) == 1  # else the classes weigh differently

    def unit(part: Images) -> NDArray[np.float64]:
        rows = part.reshape(len(part), -1).astype(float)
        rows -= rows.mean(axis=1, keepdims=True)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    model = KNeighborsClassifier(5, weights="distance").fit(unit(train), labels)
    both = np.concatenate([images, train[:3]])  # the last are exact copies
    found = NearestGenerated().fit(sources).score(both)
    np.testing.assert_allclose(found, model.predict_proba(unit(both)), atol=1e-6)
    assert np.argmax(found[-3:], axis=1).tolist() == labels[:3].tolist()


def test_neighbours_of_a_larger_class_weigh_less() -> None:
    few, many = blobs(np.random.default_rng(0), 1), blobs(np.random.default_rng(1), 4)
    none = few[:0]
    scorer = NearestGenerated(k=5).fit([Source("a", none, few), Source("b", none, many)])
    scores = scorer.score(np.full((1, 32, 32), 9, np.uint8))  # as far from all of them
    np.testing.assert_allclose(scores, [[0.5, 0.5]])


def test_subset_nearest_is_the_log_of_a_mean_of_exponentials() -> None:
    sources, images = example_sources(), under_test()
    for width in (1.0, 0.25, 1e-3):  # at the last all exponentials underflow
        found = SubsetNearest(width=width).fit(sources).score(images)
        parts = [distinct(each.real) for each in sources]
        h = width * typical(PIXELS.learned(images), parts, lambda *_: None)
        for column, part in enumerate(parts):
            r = np.corrcoef(images.reshape(9, -1), part.reshape(len(part), -1))[:9, 9:]
            wanted = logsumexp(-2 * (1 - r) / (2 * h**2), axis=1) - np.log(len(part))
            np.testing.assert_allclose(found[:, column], wanted, rtol=1e-6)


def test_the_width_is_the_median_distance_of_reals_to_the_nearest() -> None:
    parts = [distinct(each.real) for each in example_sources()]
    nearest = []
    for part in parts:
        d = np.sqrt(np.maximum(2 * (1 - np.corrcoef(part.reshape(len(part), -1))), 0))
        nearest += (d + 9 * np.eye(len(part))).min(axis=1).tolist()
    found = typical(PIXELS.learned(parts[0]), parts, lambda *_: None)
    assert found == pytest.approx(np.median(nearest), rel=1e-6)


@pytest.mark.parametrize(("shift", "grids"), [(0, 1), (1, 1), (1, 2)])
def test_subset_patches_are_loops_over_tiles_and_shifts(shift: int, grids: int) -> None:
    rng = np.random.default_rng(0)
    sources = [Source(name, grey(128 + 30 * rng.normal(size=(n, 8, 8))), np.empty((0, 8, 8), "u1"))
               for name, n in (("a", 2), ("b", 3))]  # fmt: skip
    images = grey(128 + 30 * rng.normal(size=(4, 8, 8)))
    images[3, :4, :4] = 9  # a tile without contrast
    method = SubsetPatches(cells=8, tiles=2, shift=shift, grids=grids)
    found = method.fit(sources).score(images)
    places = [(0, 0), (0, 4), (4, 0), (4, 4), (2, 2)][: 4 if grids == 1 else 5]
    wanted = np.zeros((4, 2))
    for row, image in enumerate(images):
        for column, source in enumerate(sources):
            for top, left in places:
                best = -1.0
                for real in source.real:
                    for y in range(max(0, top - shift), min(4, top + shift) + 1):
                        for x in range(max(0, left - shift), min(4, left + shift) + 1):
                            tile = image[top : top + 4, left : left + 4].ravel().astype(float)
                            other = real[y : y + 4, x : x + 4].ravel().astype(float)
                            ncc = 0.0 if np.ptp(tile) == 0 else np.corrcoef(tile, other)[0, 1]
                            best = max(best, float(ncc))
                left_over = np.log(max(1 - best, subset_patches.LEAST))
                wanted[row, column] -= 4 / len(places) * 16 / 2 * left_over
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)


def test_the_span_residual_is_that_of_least_squares() -> None:
    sources, images = example_sources(), under_test()
    found = SubsetSpan().fit(sources).score(images)
    rows = LowPass(32)(images).astype(float)
    for column, source in enumerate(sources):
        real = LowPass(32)(distinct(source.real)).astype(float)
        mean = real.mean(axis=0)
        weights = np.linalg.lstsq((real - mean).T, (rows - mean).T, rcond=None)[0]
        left = (rows - mean).T - (real - mean).T @ weights
        d = rows.shape[1]
        wanted = -d / 2 * np.log((left**2).sum(axis=0) / d + LEAST)
        np.testing.assert_allclose(found[:, column], wanted, rtol=1e-6)


def test_all_classes_have_as_many_components_as_the_smallest() -> None:
    first, second, third = example_sources()
    small = Source("a", first.real[:2], first.generated)
    found = SubsetSpan().fit([small, second, third]).score(under_test())
    one = SubsetSpan(components=1).fit([first, second, third]).score(under_test())
    np.testing.assert_allclose(found[:, 1:], one[:, 1:])


def test_fusion_is_the_sum_in_natural_units() -> None:
    sources, images = example_sources(), under_test()
    wanted = SubsetSpan().fit(sources).score(images) + SubsetPatches().fit(sources).score(images)
    np.testing.assert_array_equal(SubsetFusion().fit(sources).score(images), wanted)


def test_subset_detail_is_subset_nearest_on_a_fine_band() -> None:
    sources, images = example_sources(), under_test()
    wanted = SubsetNearest(features=Space("band:fine")).fit(sources).score(images)
    np.testing.assert_array_equal(SubsetDetail().fit(sources).score(images), wanted)
    assert not np.allclose(wanted, SubsetNearest().fit(sources).score(images))


def test_the_probe_is_scikit_learns_logistic_regression_on_activations() -> None:
    """Of features that are given: those of a network cost too much here."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 5)).astype(np.float32)
    labels = np.repeat(np.arange(3), 20)
    rows[:, 0] += 3 * labels
    probe = vgg16_probe.learned(rows, labels, 1.0)
    scale = StandardScaler().fit(rows.astype(np.float64))
    wanted = LogisticRegression(class_weight="balanced", tol=1e-8, max_iter=2000)
    wanted.fit(scale.transform(rows.astype(np.float64)), labels)
    found = vgg16_probe.logits(*probe, rows)
    np.testing.assert_allclose(
        softmax(found, axis=1), wanted.predict_proba(scale.transform(rows.astype(np.float64))),
        atol=1e-4,
    )  # fmt: skip
    two = vgg16_probe.learned(rows[:40], labels[:40], 1.0)
    both = vgg16_probe.logits(*two, rows)
    assert both.shape == (60, 2)
    assert (np.argmax(both[:40], axis=1) == labels[:40]).mean() > 0.9


def test_distinct_images_are_there_once_in_an_order_of_their_own() -> None:
    images = blobs(np.random.default_rng(0), 4)
    found = distinct(images[[2, 0, 1, 2, 3, 0]])
    np.testing.assert_array_equal(found, distinct(images))
    assert len(found) == 4


def test_whitened_components_have_variance_one_and_are_uncorrelated() -> None:
    rows = normal((50, 12)) @ normal((12, 12), 1)
    found = clusterers.whitened(rows, 10)
    np.testing.assert_allclose(found.T @ found / 50, np.eye(10), atol=1e-9)


@pytest.mark.parametrize("n", [20, 90])  # solved densely, and sparsely
def test_spectral_rows_tell_blocks_of_a_graph_apart(n: int) -> None:
    """Also where no edge joins the blocks, and where an image has no edge at all."""
    labels = np.arange(n) % 2
    rng = np.random.default_rng(0)
    indices = np.stack([rng.choice(np.flatnonzero(labels == k), 5, False) for k in labels])
    weights = np.full((n, 5), 0.5)
    rows = clusterers.spectral(indices, weights, 2)
    found = clusterers.k_means(rows, 2, 0)
    assert len({(a, b) for a, b in zip(labels.tolist(), found.tolist(), strict=True)}) == 2
    weights[0], weights[indices == 0] = -1, -1
    assert np.isfinite(clusterers.spectral(indices, weights, 2)).all()


def test_clusters_are_numbered_by_size() -> None:
    found = clusterers.numbered(np.array([4, 4, 1, 1, 1, 9]), np.array([5, 4, 3, 2, 1, 0]))
    assert found.tolist() == [2, 0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: SubsetPatches(tiles=0), "0 tiles of 64 cells"),
        (lambda: SubsetPatches(cells=4), "4 tiles of 4 cells"),
        (lambda: SubsetPatches(grids=3), "grids 3 must be 1 or 2"),
        (lambda: SubsetSpan(cells=0), "cells 0 must be at least 1"),
        (lambda: SubsetNearest(width=0.0), "width 0.0 must be above 0"),
        (lambda: NearestGenerated(k=0), "k 0 must be at least 1"),
        (lambda: LogDctRidge(alpha=0.0), "alpha 0.0"),
        (lambda: clusterers.ClusterTexture(components=0), "components 0 must be at least 1"),
        (lambda: clusterers.ClusterResidual(neighbours=0), "neighbours 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(build: object, message: str) -> None:
    assert callable(build)
    with pytest.raises(ValueError, match=message):
        build()


def test_the_pair_network_has_the_papers_layers_and_loss() -> None:
    import jax.numpy as jnp
    from flax import nnx

    from baselines.learning import pair_net

    net = pair_net.PairEncoder(48, nnx.Rngs(0))
    shapes = [tuple(each.kernel.shape) for each in net.convolutions]
    assert shapes == [(3, 3, 1, 16), (3, 3, 16, 32), (3, 3, 32, 64), (3, 3, 64, 128)]
    assert net.dense.kernel.shape == (128, 256)  # one cell is left
    x = normal((4, 48, 48, 1)).astype(np.float32)
    rows = np.asarray(net(jnp.asarray(x)))
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    distance = np.linalg.norm(rows[:2] - rows[2:], axis=1)
    wanted = np.mean([distance[0] ** 2, max(1 - distance[1], 0) ** 2])
    found = pair_net.pair_loss(net, jnp.array(x[:2]), jnp.array(x[2:]), jnp.array([True, False]))
    assert float(found) == pytest.approx(wanted, abs=1e-5)


def test_the_scale_fault_of_the_paper_is_off_unless_asked_for() -> None:
    from baselines.attribution.siamese_centroid import SiameseCentroid

    sources, images = example_sources(), under_test()
    plain = SiameseCentroid(epochs=2).fit(sources).score(images)
    paper = SiameseCentroid(epochs=2, paper=True).fit(sources).score(images)
    assert not np.allclose(plain, paper)
