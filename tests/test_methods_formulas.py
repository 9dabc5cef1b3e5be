"""Every training-free score against its formula, written out over a full matrix."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.stats import rankdata
from skimage.metrics import structural_similarity

from baselines.calibrated import FromUnused
from baselines.csls import Csls
from baselines.domias import Domias
from baselines.duel import Duel
from baselines.features.space import PIXELS, Space
from baselines.max_correlation import MaxCorrelation
from baselines.monte_carlo import MonteCarlo, compare_sets
from baselines.patch_log_ratio import PatchLogRatio
from baselines.pool_log_ratio import Identifiability, PoolLogRatio
from baselines.rank_fusion import RankFusion
from baselines.relative_distance import RelativeDistance, RelativeTile
from baselines.vcmi import VcmiDeviation, VcmiEnsemble, VcmiMax, VcmiRank, VcmiRetrieval
from baselines.votes import Votes
from clefgan.method import DevSet, Images, silent
from clefgan.similarity.engine import scan
from clefgan.similarity.reductions import Whole
from clefgan.similarity.tiles import Tiles
from clefgan.testing import blobs

Floats = NDArray[np.float64]
RNG = np.random.default_rng(5)
C: Images = blobs(RNG, 7)
S: Images = np.concatenate([blobs(RNG, 56), C[1:2] ^ 3, C[4:5] ^ 1])
C[6] = RNG.integers(0, 256, (32, 32))  # like nothing else: it gets no vote
R: Images = blobs(RNG, 6)
PLACE = PIXELS.learned(S)


def flat(images: Images) -> Floats:
    rows = images.reshape(len(images), -1).astype(float)
    rows -= rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


D = cdist(flat(C), flat(S))
POOL = cdist(flat(C), flat(C))
np.fill_diagonal(POOL, np.inf)


def raw(method: Any, *place: Any) -> Floats:
    return np.asarray(method.raw(*place, C, S, progress=silent))


def test_calibrated() -> None:
    both = np.concatenate([R, C[:1]])  # a candidate that is known to be unused: not with itself
    found = FromUnused(PLACE, both)(C, S, progress=silent)
    to_unused = cdist(flat(C), flat(both))
    to_unused[0, -1] = np.inf
    np.testing.assert_allclose(found, to_unused.min(axis=1) - D.min(axis=1), rtol=1e-9)


def test_max_correlation() -> None:
    expected = np.corrcoef(C.reshape(7, -1), S.reshape(len(S), -1))[:7, 7:].max(axis=1)
    np.testing.assert_allclose(raw(MaxCorrelation()), expected, rtol=1e-9)


def test_relative_distance() -> None:
    near = np.sort(D, axis=1)
    expected = -near[:, 0] / (0.5 * near[:, :50].mean(axis=1))
    np.testing.assert_allclose(raw(RelativeDistance(), PLACE), expected, rtol=1e-9)


def test_relative_tile() -> None:
    worst = np.sort(scan(Tiles(4, 1), C, S, Whole()).max(axis=2), axis=1)
    expected = -worst[:, 0] / (0.5 * worst[:, :50].mean(axis=1))
    np.testing.assert_allclose(raw(RelativeTile(tiles=4, shift=1)), expected, rtol=1e-9)


def test_pool_log_ratio_and_identifiability() -> None:
    near = np.sort(POOL, axis=1)[:, :3].mean(axis=1)
    expected = np.log(near + 1e-6) - np.log(D.min(axis=1) + 1e-6)
    np.testing.assert_allclose(raw(PoolLogRatio(neighbours=3), PLACE), expected, rtol=1e-9)
    found = Identifiability().raw(PLACE, C, S[-4:], progress=silent)
    np.testing.assert_array_equal(found, D[:, -4:].min(axis=1) < POOL.min(axis=1))
    assert 0 < found.sum() < 7


def test_duel() -> None:
    far = D.min(axis=1)
    np.testing.assert_allclose(
        raw(Duel(), PLACE), far[POOL.argmin(axis=1)] - far, rtol=1e-9, atol=1e-12
    )


def test_patch_log_ratio() -> None:
    to_generated = scan(Tiles(4, 2), C, S, Whole()).min(axis=1)
    pairs = scan(Tiles(4, 2), C, C, Whole())
    pairs[np.arange(7), np.arange(7)] = np.inf
    expected = np.log((pairs.min(axis=1) + 1) / (to_generated + 1)).mean(axis=1)
    np.testing.assert_allclose(raw(PatchLogRatio(tiles=4)), expected, rtol=1e-9)


@pytest.mark.parametrize("percentile", [50.0, 90.0])
def test_monte_carlo(percentile: float) -> None:
    eps = np.percentile(D.min(axis=1), percentile)
    count = (eps > D).mean(axis=1)
    log = np.where(eps > D, -np.log(D / eps), 0).mean(axis=1)
    make = partial(MonteCarlo, features=PIXELS, percentile=percentile)
    np.testing.assert_allclose(raw(make(form="count"), PLACE), count)
    np.testing.assert_allclose(raw(make(form="log"), PLACE), log, rtol=1e-9)
    assert log.any()


def test_monte_carlo_set_form_finds_the_set_that_is_closer() -> None:
    rng = np.random.default_rng(0)
    used, unused = rng.normal(0.5, 1, 100), rng.normal(0, 1, 80)
    verdict = compare_sets(used, unused)
    assert verdict.first_is_closer
    assert verdict.difference == pytest.approx(used.mean() - unused.mean())
    assert verdict.p_value < 0.02
    assert not compare_sets(unused, used).first_is_closer
    assert compare_sets(unused, used).p_value > 0.9
    assert compare_sets(np.ones(3), np.ones(4)).p_value == 1


def test_monte_carlo_set_form_needs_two_sets() -> None:
    with pytest.raises(ValueError, match="sets of 0 and 3 images"):
        compare_sets(np.ones(0), np.ones(3))


def test_domias_is_a_ratio_of_kernel_densities() -> None:
    dev = DevSet(generated=S[:40], used=C[:3], not_used=R)
    scorer: Any = Domias(features=Space("pixels", 4)).fit(dev)
    place = Space("pixels", 4).learned(dev.generated)
    rows = [place.rows(x)[0 : len(x)].astype(float) for x in (C, S, R, S[:40])]
    spread = rows[3].std(axis=0)
    c, s, r, _ = (x / spread for x in rows)

    def density(x: Floats, width: float) -> Floats:
        square = cdist(c, x) ** 2
        return np.asarray((np.exp(-square / (2 * width**2)) / width**4).mean(axis=1))

    expected = np.log(density(s, 40 ** (-1 / 8))) - np.log(density(r, 6 ** (-1 / 8)))
    found = scorer.score(C, S) + scorer.threshold
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_csls() -> None:
    cos = 1 - D**2 / 2
    usual = np.sort(cos, axis=1)[:, -20:].mean(axis=1)
    usual_generated = np.sort(cos, axis=0)[-20:].mean(axis=0)
    expected = (2 * cos - usual[:, None] - usual_generated).max(axis=1)
    np.testing.assert_allclose(raw(Csls(), PLACE), expected, rtol=1e-9, atol=1e-12)


def test_votes() -> None:
    largest, total = np.zeros(7), np.zeros(7)
    for column in D.T:
        first, second = np.argsort(column)[:2]
        margin = (column[second] - column[first]) / column[second]
        largest[first] = max(largest[first], margin)
        total[first] += margin
    np.testing.assert_allclose(raw(Votes(), PLACE), largest, rtol=1e-9)
    np.testing.assert_allclose(raw(Votes(count="sum"), PLACE), total, rtol=1e-9)


def similarity(a: Images, b: Images) -> Floats:
    compare: Any = structural_similarity
    return np.array([[compare(x, y) for y in b] for x in a])


def test_vcmi_rules() -> None:
    s = similarity(C, S)
    pool = similarity(C, C)[~np.eye(7, dtype=bool)]
    ranks = rankdata(-s, axis=0).mean(axis=1)
    place = (rankdata(ranks) - 0.5) / 7
    votes = np.bincount(s.argmax(axis=0), minlength=7)
    above = s.max(axis=1) - pool.max()
    np.testing.assert_allclose(raw(VcmiMax()), above, atol=1e-6)
    limit = pool.mean() + 3 * pool.std()
    np.testing.assert_allclose(raw(VcmiDeviation()), s.max(axis=1) - limit, atol=1e-6)
    np.testing.assert_allclose(raw(VcmiRetrieval()), votes / len(S))
    np.testing.assert_allclose(raw(VcmiRank()), 0.5 - place)
    np.testing.assert_allclose(raw(VcmiRank(share=0.2)), 0.2 - place)
    decisions = place < 0.5
    decisions[above > 0] = True
    decisions[votes == 0] = False
    assert (votes == 0).any()
    assert (above > 0).any()
    np.testing.assert_array_equal(raw(VcmiEnsemble()) > 0, decisions)
    # the third rule alone: with a share of 1 the first calls all used
    np.testing.assert_array_equal(raw(VcmiEnsemble(share=1.0)) > 0, votes > 0)
    # the second and third: with a share of 0 the first calls none
    np.testing.assert_array_equal(raw(VcmiEnsemble(share=0.0)) > 0, (above > 0) & (votes > 0))


@pytest.mark.parametrize("make", [VcmiMax, VcmiDeviation])
def test_vcmi_prefiltered_by_correlation(make: Any) -> None:
    exact = raw(make())
    np.testing.assert_array_equal(raw(make(prefilter=len(S))), exact)
    np.testing.assert_array_equal(raw(make(prefilter=1000)), exact)
    few = raw(make(prefilter=3))
    assert (few <= exact).all()
    assert few[1] == exact[1]  # of near copies the best correlated one is the most similar too
    s = similarity(C, S)
    order = np.argsort(D, axis=1, kind="stable")[:, :3]  # as by correlation: rows have norm 1
    among = np.take_along_axis(s, order, axis=1).max(axis=1)
    np.testing.assert_allclose(few - exact, among - s.max(axis=1), atol=1e-6)


def test_fusion_is_a_weighted_mean_of_ranks() -> None:
    """Whole images and tiles by hand, also with one of the two alone."""
    whole = [raw(PoolLogRatio(), PLACE), raw(Csls(), PLACE), raw(Votes(), PLACE)]
    tiles = [raw(PatchLogRatio(tiles=4, shift=1)), raw(RelativeTile(tiles=4, shift=1))]
    by_whole, by_tiles = (
        np.mean([(rankdata(scores) - 0.5) / 7 for scores in block], axis=0)
        for block in (whole, tiles)
    )
    assert np.abs(by_whole - by_tiles).max() > 0.1
    dev = DevSet(generated=S, used=C[:3], not_used=R)
    for weight in (0.0, 0.3, 0.5, 1.0):
        scorer: Any = RankFusion(tiles=4, shift=1, whole_weight=weight).fit(dev)
        found = scorer.raw(C, S, progress=silent)
        np.testing.assert_allclose(found, weight * by_whole + (1 - weight) * by_tiles)
    scorer = RankFusion(tiles=4, shift=1).fit(dev)
    np.testing.assert_allclose(scorer.raw(C, S, progress=silent), (by_whole + by_tiles) / 2)


def test_vcmi_on_features_is_one_less_the_mean_squared_error() -> None:
    method = VcmiMax(similarity="features", features=Space("low-pass"))
    c, s = (x.reshape(len(x), -1).astype(float) for x in (C, S))
    n = c.shape[1]
    error = cdist(c, s, "sqeuclidean") / n
    pool = cdist(c, c, "sqeuclidean") / n
    np.fill_diagonal(pool, np.inf)
    np.testing.assert_allclose(raw(method), pool.min() - error.min(axis=1), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(RelativeDistance, neighbours=0), "neighbours 0 and share 0.5 must be above 0"),
        (partial(RelativeTile, share=0.0), "neighbours 50 and share 0.0 must be above 0"),
        (partial(PoolLogRatio, floor=0.0), "neighbours 10 and floor 0.0 must be above 0"),
        (partial(PatchLogRatio, floor=-1.0), "floor -1.0 must be above 0"),
        (partial(MonteCarlo, percentile=101.0), "percentile 101.0 from 0 to 100"),
        (partial(Domias, bandwidth=0.0), "bandwidth 0.0 must be above 0"),
        (partial(Domias, features=PIXELS), "features 'pixels' for densities"),
        (partial(Csls, neighbours=0), "neighbours 0 must be above 0"),
        (partial(VcmiMax, prefilter=-1), "prefilter -1 must be at least 0"),
        (
            partial(VcmiDeviation, prefilter=9, similarity="features"),
            "prefilter 9 is for similarity ssim, not features",
        ),
        (partial(VcmiRank, share=1.5), "share 1.5 must be from 0 to 1"),
        (partial(VcmiMax, features=Space("hog", 3)), "features 'hog-pca3' have components"),
    ],
)
def test_settings_that_mean_nothing_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
