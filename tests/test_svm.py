from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from baselines.features.blocks import Features
from baselines.learning import scaling, svm
from baselines.learning.scaling import ScalingKind
from baselines.learning.svm import Gamma, Kernel
from clefgan.errors import ClefganError


def two_clouds(n: int, d: int, gap: float = 0.5) -> tuple[Features, NDArray[np.bool_]]:
    rng = np.random.default_rng(0)
    positive = np.arange(n) % 3 == 0
    features = rng.normal(3, 1, (n, d)) + gap * positive[:, None] * rng.normal(0, 1, d)
    return features.astype(np.float32), positive


@pytest.mark.parametrize("kernel", ["rbf", "linear"])
@pytest.mark.parametrize(("d", "tolerance"), [(1, 1e-9), (10, 1e-9), (3000, 2e-3)])
@pytest.mark.parametrize("C", [0.1, 10.0])
def test_decisions_equal_scikit_learn(kernel: Kernel, d: int, tolerance: float, C: float) -> None:
    """Beyond `WIDE` features products are in float32; the solver stops at 1e-3 in both."""
    from sklearn.svm import SVC

    features, positive = two_clouds(300, d)
    train, test = slice(0, 200), slice(200, 300)
    wanted = SVC(kernel=kernel, C=C).fit(features[train].astype(np.float64), positive[train])
    machine = svm.fit(features[train], positive[train], kernel=kernel, C=C)
    expected = wanted.decision_function(features[test].astype(np.float64))
    found = machine.decide(features[test])
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, atol=tolerance * np.ptp(expected))
    clear = np.abs(expected) > tolerance * np.ptp(expected)
    np.testing.assert_array_equal(found[clear] > 0, expected[clear] > 0)


@pytest.mark.parametrize("gamma", ["scale", "auto", 0.03])
def test_gamma_means_what_it_means_in_scikit_learn(gamma: Gamma) -> None:
    from sklearn.svm import SVC

    features, positive = two_clouds(90, 7)
    wanted = SVC(gamma=gamma).fit(features.astype(np.float64), positive)
    found = svm.fit(features, positive, gamma=gamma)
    np.testing.assert_allclose(
        found.decide(features), wanted.decision_function(features), atol=1e-6
    )


def test_features_far_from_the_origin_keep_their_digits() -> None:
    """Squared norms of 1e9 less their product would leave no digit of a distance of 1."""
    features, positive = two_clouds(60, 4000)
    near = svm.fit(features - 3, positive)
    far = svm.fit(features + 500, positive)
    np.testing.assert_allclose(far.decide(features + 500), near.decide(features - 3), atol=2e-3)


def test_blocks_change_nothing_and_none_is_dropped() -> None:
    features, positive = two_clouds(50, 6)
    machine = svm.fit(features, positive)
    whole = machine.decide(features)
    many = svm.BLOCK // len(features) + 2
    rows = machine.decide(np.tile(features, (many, 1)))
    np.testing.assert_allclose(rows, np.tile(whole, many), atol=1e-12)
    blocks = list(svm.centred(features, features[0], 7))
    assert [len(rows) for rows in blocks[:-1]] == [7] * (len(features) // 7)
    np.testing.assert_array_equal(np.concatenate(blocks), features - features[0].astype(float))
    assert machine.decide(features[:0]).shape == (0,)
    assert machine.decide(features[:1]).shape == (1,)


def test_constant_features_give_one_score_to_all() -> None:
    features = np.ones((10, 4), np.float32)
    scores = svm.fit(features, np.arange(10) < 5).decide(features)
    assert np.isfinite(scores).all()
    assert np.ptp(scores) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"C": 0.0}, r"SVM: C is 0\.0; give a number above 0"),
        ({"gamma": -1.0}, r"SVM: gamma is -1\.0; give a number above 0, scale or auto"),
        ({"gamma": "scal"}, r"SVM: gamma is 'scal'"),
        ({"kernel": "poly"}, r"SVM: no kernel 'poly'; give rbf or linear"),
        ({"positive": np.ones(6, bool)}, r"SVM: 6 of 6 training images are of the positive class"),
        ({"features": np.full((6, 2), np.nan, np.float32)}, r"SVM: some training features"),
    ],
)
def test_what_cannot_be_fitted(change: dict[str, Any], message: str) -> None:
    features, positive = two_clouds(6, 2)
    arguments: dict[str, Any] = {"features": features, "positive": positive, **change}
    with pytest.raises(ClefganError, match=message):
        svm.fit(**arguments)


@pytest.mark.parametrize(
    ("kind", "peer"), [("standard", "StandardScaler"), ("minmax", "MinMaxScaler")]
)
def test_scaling_equals_scikit_learn(kind: ScalingKind, peer: str) -> None:
    from sklearn import preprocessing

    features, _ = two_clouds(40, 5)
    features[:, 3] = 0.1
    fitted = scaling.fit(features[:30], kind)
    wanted = getattr(preprocessing, peer)().fit(features[:30].astype(np.float64))
    np.testing.assert_allclose(fitted(features), wanted.transform(features), atol=1e-6)
    assert fitted(features).dtype == np.float32


def test_no_scaling_leaves_features_alone() -> None:
    features, _ = two_clouds(5, 3)
    np.testing.assert_array_equal(scaling.fit(features, "none")(features), features)
