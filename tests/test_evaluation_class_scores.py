"""Metrics of class scores against scikit-learn, brute force and simulated sets."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from evaluation import EvaluationError, attribution, class_scores
from evaluation.significance import blind_classes

RNG = np.random.default_rng(0)
TRUTH = RNG.integers(4, size=50)
SCORES = RNG.normal(size=(50, 4)) + 1.5 * np.eye(4)[TRUTH]
LIKELY = class_scores.softmax(SCORES)


def test_losses_are_scikit_learns() -> None:
    assert class_scores.log_loss(TRUTH, LIKELY) == pytest.approx(sk.log_loss(TRUTH, LIKELY))
    by_hand = np.mean([sum((LIKELY[i, c] - (c == t)) ** 2 for c in range(4))
                       for i, t in enumerate(TRUTH)])  # fmt: skip
    assert class_scores.brier(TRUTH, LIKELY) == pytest.approx(by_hand)
    sure = np.eye(4)[TRUTH]
    assert class_scores.log_loss(TRUTH, sure) == class_scores.brier(TRUTH, sure) == 0
    assert math.isfinite(class_scores.log_loss(TRUTH, np.roll(sure, 1, axis=1)))


def test_top_two_is_scikit_learns() -> None:
    wanted = sk.top_k_accuracy_score(TRUTH, SCORES, k=2)
    assert class_scores.top_accuracy(TRUTH, SCORES, 2) == pytest.approx(wanted)


def open_set() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    truth = np.where(rng.random(80) < 0.3, -1, rng.integers(3, size=80))
    predicted = np.where(rng.random(80) < 0.7, np.maximum(truth, 0), rng.integers(3, size=80))
    confidence = np.round(rng.random(80) + 0.4 * (truth >= 0), 1).astype(np.float64)  # with ties
    return truth, predicted, confidence


def test_oscr_is_the_area_under_all_thresholds() -> None:
    truth, predicted, confidence = open_set()
    known = truth >= 0
    points = [(0.0, 0.0)]
    for threshold in sorted(set(confidence.tolist()), reverse=True):
        accepted = confidence >= threshold
        points.append(
            (np.mean(accepted[~known]), np.mean((accepted & (predicted == truth))[known]))
        )
    x, y = zip(*points, strict=True)
    assert class_scores.oscr(truth, predicted, confidence) == pytest.approx(np.trapezoid(y, x))
    assert class_scores.oscr(truth, truth, known.astype(np.float64)) == pytest.approx(1)
    assert math.isnan(class_scores.oscr(np.abs(truth), predicted, confidence))


def test_known_from_unknown_is_scikit_learns_auroc() -> None:
    truth, _, confidence = open_set()
    wanted = sk.roc_auc_score(truth >= 0, confidence)
    assert class_scores.known_auroc(truth, confidence) == pytest.approx(wanted)
    assert math.isnan(class_scores.known_auroc(np.zeros(3, int), np.ones(3)))


def test_accuracy_at_a_share_of_rejected() -> None:
    truth, predicted = np.array([0, 0, 1, 1, -1, -1]), np.array([0, 1, 1, 1, 0, 0])
    confidence = np.array([0.9, 0.8, 0.7, 0.1, 0.2, 0.75])
    # a quarter of the known rejected: the threshold lies at 0.55
    found = class_scores.accuracy_at_rejection(truth, predicted, confidence, 0.25)
    assert found == pytest.approx(3 / 6)  # the first, the third, and the first unknown
    none = np.array([-1, -1], np.int64)
    assert math.isnan(class_scores.accuracy_at_rejection(none, predicted[:2], confidence[:2]))


def test_the_test_of_a_set_is_scipys() -> None:
    scores = np.random.default_rng(0).normal(size=(30, 3)) + np.array([0.5, 0, 0])
    t, p = class_scores.used_at_all(scores)
    for c in range(3):
        others = np.delete(scores, c, axis=1).mean(axis=1)
        wanted = stats.ttest_rel(scores[:, c], others, alternative="greater")
        assert t[c] == pytest.approx(wanted.statistic)
        assert p[c] == pytest.approx(wanted.pvalue)
    t, p = class_scores.used_at_all(np.zeros((4, 2)))
    assert t.tolist() == [0, 0]
    assert p.tolist() == [0.5, 0.5]


def test_blind_labels_score_as_permutations_do() -> None:
    truth = np.repeat(np.arange(4), 15)
    rng = np.random.default_rng(0)
    predicted = np.where(rng.random(60) < 0.5, truth, rng.integers(4, size=60))
    found = blind_classes.null(truth, predicted)
    own = [attribution.accuracy(truth, rng.permutation(predicted)) for _ in range(2_000)]
    assert found["accuracy"].mean == pytest.approx(np.mean(own), abs=0.01)
    assert found["accuracy"].upper == pytest.approx(np.quantile(own, 0.95), abs=0.03)
    assert found["adjusted_rand"].mean == pytest.approx(0, abs=0.01)
    assert found["accuracy"].p_value == pytest.approx(1 / 1_001)
    assert blind_classes.null(truth, rng.permutation(truth))["accuracy"].p_value > 0.01
    one = np.zeros(60, int)
    assert math.isnan(blind_classes.null(one, one)["adjusted_rand"].p_value)


@pytest.mark.parametrize(
    ("truth", "scores", "message"),
    [
        ([0, 1], np.zeros((3, 2)), r"scores: got shape \(3, 2\) for 2 truths"),
        ([0, 2], np.full((2, 2), 0.5), "truth: classes from 0 to 2; give 0 to 1"),
        ([0, 1], np.full((2, 2), math.nan), "scores: a score is not finite"),
        ([0, 1], np.full((2, 2), 0.9), "probabilities: rows sum from 1.8 to 1.8"),
        ([0, 1], np.array([[1.5, -0.5]] * 2), "the least value is -0.5"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    truth: list[int], scores: np.ndarray, message: str
) -> None:
    with pytest.raises(EvaluationError, match=message):
        class_scores.brier(np.array(truth), scores)


def test_a_set_of_one_image_is_refused() -> None:
    with pytest.raises(EvaluationError, match="scores: 1 images and 3 classes"):
        class_scores.used_at_all(np.zeros((1, 3)))
