"""ROC, precision-recall and metric by share, against scikit-learn and hand computation."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, roc_curve

from clefgan.report import curves
from evaluation import membership, metrics
from evaluation.counts import Values

GRID = np.linspace(0, 1, curves.POINTS)


@pytest.fixture(params=[0, 1, 2])
def case(request: pytest.FixtureRequest) -> tuple[curves.Truth, Values]:
    rng = np.random.default_rng(request.param)
    truth = rng.random(60) < 0.4
    scores = np.round(rng.normal(size=60) + truth, request.param)  # the first has many ties
    return truth, scores


def test_the_roc_is_that_of_scikit_learn(case: tuple[curves.Truth, Values]) -> None:
    truth, scores = case
    fpr, tpr, _ = roc_curve(truth, scores, drop_intermediate=False)
    found = curves.bands(truth, scores, resamples=20)
    assert found is not None
    for place, value in zip(found.roc.x, found.roc.value, strict=True):
        at = np.isclose(fpr, place)
        if at.any():  # on a threshold: the highest recall there
            assert value == pytest.approx(tpr[at].max())
    last = np.append(np.flatnonzero(np.diff(fpr)), len(fpr) - 1)
    np.testing.assert_allclose(found.roc.value, np.interp(GRID, fpr[last], tpr[last]))


def test_precision_is_that_of_scikit_learn(case: tuple[curves.Truth, Values]) -> None:
    truth, scores = case
    precision, recall, _ = precision_recall_curve(truth, scores)
    precision, recall = precision[-2::-1], recall[-2::-1]  # from the highest threshold down
    found = curves.bands(truth, scores, resamples=20)
    assert found is not None
    for place, value in zip(found.precision.x[1:], found.precision.value[1:], strict=True):
        first = np.flatnonzero(recall >= place - 1e-12)[0]
        assert value == pytest.approx(precision[first])


def test_a_band_holds_its_curve_and_narrows_with_n() -> None:
    rng = np.random.default_rng(0)
    widths = []
    for n in (50, 800):
        truth = np.arange(n) % 2 == 0
        found = curves.bands(truth, rng.normal(size=n) + truth, resamples=200)
        assert found is not None
        for band in (found.roc, found.precision):
            assert (band.low <= band.value).all()
            assert (band.value <= band.high).all()
        widths.append(float((found.roc.high - found.roc.low).mean()))
    assert widths[1] < widths[0] / 2


def test_bands_of_patients_are_wider_than_those_of_slices() -> None:
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(20), 10)
    truth = patient % 2 == 0
    scores = np.repeat(rng.normal(size=20), 10) + truth + 0.01 * rng.normal(size=200)
    alone = curves.bands(truth, scores, resamples=200)
    grouped = curves.bands(truth, scores, patient, resamples=200)
    assert alone is not None
    assert grouped is not None
    narrow, wide = (float((found.roc.high - found.roc.low).mean()) for found in (alone, grouped))
    assert wide > 1.5 * narrow


def test_one_class_has_no_curves() -> None:
    assert curves.bands(np.ones(4, bool), np.arange(4.0)) is None
    assert curves.bands(np.zeros(4, bool), np.arange(4.0)) is None


def test_all_scores_equal_is_the_diagonal() -> None:
    found = curves.bands(np.arange(10) % 2 == 0, np.zeros(10), resamples=10)
    assert found is not None
    np.testing.assert_allclose(found.roc.value, GRID)
    np.testing.assert_allclose(found.precision.value, 0.5)


@pytest.mark.parametrize("name", ["f1", "cohen_kappa", "accuracy"])
def test_a_metric_by_share_is_the_metric_of_those_calls(name: str) -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(100) < 0.5
    scores = rng.normal(size=100)
    shares, values = curves.by_share(truth, scores, metrics.get(name))
    ranks = np.argsort(np.argsort(-scores))
    for share, value in zip(shares, values, strict=True):
        decisions = ranks < round(share * 100)
        expected = getattr(membership, name)(truth, decisions)
        assert value == pytest.approx(expected, nan_ok=True)


def test_equal_scores_are_called_used_equally_often() -> None:
    truth = np.array([True, True, False, False])
    shares, values = curves.by_share(truth, np.zeros(4), metrics.get("accuracy"))
    np.testing.assert_allclose(values, 0.5)
    assert len(shares) == curves.POINTS


@pytest.mark.parametrize(("n", "many"), [(200, 1000), (100_000, 400), (10_000_000, 200)])
def test_fewer_resamples_for_many_cases(n: int, many: int) -> None:
    assert curves.default_resamples(n) == many
