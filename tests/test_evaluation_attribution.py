"""Attribution metrics against scikit-learn and hand-made cases."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import EvaluationError, attribution, class_tables, partitions

labels = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=50)


@given(labels)
@settings(max_examples=60, deadline=None)
def test_equal_to_scikit_learn(cases: list[tuple[int, int]]) -> None:
    from sklearn import metrics as sk

    truth, predicted = (np.array(column) for column in zip(*cases, strict=True))
    found = attribution.evaluate(truth, predicted)
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(truth, predicted))
    assert found["macro_f1"] == pytest.approx(
        sk.f1_score(truth, predicted, average="macro", zero_division=0)
    )
    if not math.isnan(found["adjusted_rand"]):
        assert found["adjusted_rand"] == pytest.approx(
            sk.adjusted_rand_score(truth, predicted), abs=1e-12
        )
    for name, wanted in {
        "normalised_mutual_information": sk.normalized_mutual_info_score,
        "adjusted_mutual_information": sk.adjusted_mutual_info_score,
        "homogeneity": sk.homogeneity_score,
        "completeness": sk.completeness_score,
        "v_measure": sk.v_measure_score,
        "cohen_kappa": sk.cohen_kappa_score,
    }.items():
        if not math.isnan(found[name]):
            assert found[name] == pytest.approx(wanted(truth, predicted), abs=1e-9), name
    recalls = sk.recall_score(truth, predicted, labels=np.unique(truth), average=None)
    assert found["balanced_accuracy"] == pytest.approx(recalls.mean())


def test_each_class_is_measured_as_scikit_learn_does() -> None:
    from sklearn import metrics as sk

    rng = np.random.default_rng(0)
    truth, predicted = rng.integers(4, size=60), rng.integers(4, size=60)
    table = attribution.table(truth, predicted)
    precision, recall, f1, _ = sk.precision_recall_fscore_support(truth, predicted)
    np.testing.assert_allclose(class_tables.precisions(table)[0], precision)
    np.testing.assert_allclose(class_tables.recalls(table)[0], recall)
    np.testing.assert_allclose(class_tables.f1_scores(table)[0], f1)
    by_hand = [np.mean(predicted[truth != k] != k) for k in range(4)]
    np.testing.assert_allclose(class_tables.specificities(table)[0], by_hand)


def test_blind_clusters_have_an_adjusted_information_of_nothing() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(5), 20)
    blind = [rng.permutation(truth) for _ in range(400)]
    tables = np.concatenate([attribution.table(truth, each) for each in blind])
    assert partitions.adjusted_mutual_information(tables).mean() == pytest.approx(0, abs=0.01)
    assert partitions.adjusted_rand(tables).mean() == pytest.approx(0, abs=0.01)
    assert partitions.normalised_mutual_information(tables).mean() > 0.05


def test_names_of_clusters_do_not_matter() -> None:
    truth = np.array(["a", "a", "b", "b", "c"])
    renamed = np.array([2, 2, 0, 0, 1])
    assert attribution.matched_accuracy(truth, renamed) == 1
    assert attribution.adjusted_rand(truth, renamed) == 1
    assert attribution.normalised_mutual_information(truth, renamed) == pytest.approx(1)


def test_matching_is_one_to_one() -> None:
    # Label 0 covers both classes best, but may stand for one of them only.
    truth = np.array([0, 0, 0, 1, 1])
    assert attribution.matched_accuracy(truth, np.zeros(5, int)) == pytest.approx(0.6)


def test_best_matching_by_trying_all() -> None:
    from itertools import permutations

    rng = np.random.default_rng(1)
    for _ in range(20):
        truth, predicted = rng.integers(4, size=30), rng.integers(4, size=30)
        best = max(np.mean(np.array(p)[predicted] == truth) for p in permutations(range(4)))
        assert attribution.matched_accuracy(truth, predicted) == pytest.approx(best)


def test_undefined_is_nan() -> None:
    one = np.zeros(3, int)
    assert math.isnan(attribution.adjusted_rand(one, one))
    assert math.isnan(attribution.normalised_mutual_information(one, one))
    assert math.isnan(attribution.adjusted_rand(one[:1], one[:1]))
    assert attribution.accuracy(one, one) == attribution.macro_f1(one, one) == 1


@pytest.mark.parametrize("n", range(1, 60))
def test_zero_by_zero_is_nan_whatever_the_rounding(n: int) -> None:
    """One class of n images, and n images of which no two are together."""
    names = np.random.default_rng(n).permutation(n)
    one, spread = np.zeros(n, int), names % 4
    assert math.isnan(attribution.homogeneity(one, spread))
    assert math.isnan(attribution.completeness(spread, one))
    assert math.isnan(attribution.adjusted_mutual_information(names, names[::-1]))


@pytest.mark.parametrize(
    ("truth", "predicted", "message"),
    [
        ([], [], r"truth: no image; got shape \(0,\); give at least one"),
        ([0, 1], [0], r"predicted: not one for each image; got 1 for 2 truths; give one for each"),
        ([[0]], [0], r"truth: not one label per image; got shape \(1, 1\); give \(n,\)"),
        ([0.0], [math.nan], r"predicted: a label is NaN; give one to every image"),
    ],
)
def test_bad_input(truth: Any, predicted: Any, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        attribution.evaluate(np.array(truth), np.array(predicted))
