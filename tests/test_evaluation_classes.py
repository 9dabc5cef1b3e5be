"""Metrics of classes from tables: those of `evaluation.attribution`, with intervals that cover."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from evaluation import EvaluationError, attribution, classes
from evaluation.significance import blind_classes

labels = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), min_size=1, max_size=50)


@given(labels)
@settings(max_examples=60, deadline=None)
def test_equal_to_the_metrics_by_label(cases: list[tuple[int, int]]) -> None:
    truth, predicted = (np.array(column) for column in zip(*cases, strict=True))
    found = classes.measure(truth, predicted, resamples=20)
    for name, value in attribution.evaluate(truth, predicted).items():
        if math.isnan(value):
            assert math.isnan(found[name].value)
        else:
            assert found[name].value == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("right", [0.3, 0.8])
def test_intervals_cover(right: float) -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(4), 40)
    wanted = {"accuracy": right, "matched_accuracy": right}
    covered = dict.fromkeys(wanted, 0)
    for seed in range(150):
        wrong = (truth + rng.integers(1, 4, size=160)) % 4
        predicted = np.where(rng.random(160) < right, truth, wrong)
        found = classes.measure(truth, predicted, resamples=300, seed=seed)
        for name, value in wanted.items():
            covered[name] += found[name].low <= value <= found[name].high
    assert covered["accuracy"] / 150 == pytest.approx(0.95, abs=0.045)
    if right > 0.5:  # else the best matching is not the true one
        assert covered["matched_accuracy"] / 150 == pytest.approx(0.95, abs=0.045)


def test_half_samples_of_pairs_cover() -> None:
    """The true ARI is that of ten thousand images; a bootstrap of 200 would lie above it."""
    rng = np.random.default_rng(0)

    def drawn(n: int) -> tuple[np.ndarray, np.ndarray]:
        truth = np.repeat(np.arange(4), n // 4)
        wrong = (truth + rng.integers(1, 4, size=n)) % 4
        return truth, np.where(rng.random(n) < 0.6, truth, wrong)

    wanted = attribution.adjusted_rand(*drawn(400_000))
    found = [classes.measure(*drawn(200), resamples=300)["adjusted_rand"] for _ in range(150)]
    covered = sum(each.low <= wanted <= each.high for each in found)
    assert covered / 150 == pytest.approx(0.95, abs=0.05)
    assert all(each.how == "half-samples" for each in found)


@pytest.mark.parametrize("right", [True, False])
def test_limits_have_a_width_where_all_are_right_or_none_is(right: bool) -> None:
    truth = np.arange(40) % 2
    predicted = truth if right else 1 - truth
    found = classes.measure(truth, predicted)["accuracy"]
    wanted = proportion_confint(40 * right, 40, method="wilson")
    assert (found.low, found.high) == pytest.approx(wanted, abs=1e-9)
    assert found.how == "Wilson"
    whole = classes.measure(truth, predicted, groups=np.arange(40) // 5)["accuracy"]
    assert whole.high - whole.low > 2 * (found.high - found.low)  # 8 groups
    assert classes.measure(truth, np.append(truth[:-1], 0))["accuracy"].how == "BC bootstrap"


def test_whole_groups_make_wider_intervals() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(40) % 4, 5)
    predicted = np.repeat(np.where(rng.random(40) < 0.6, np.arange(40) % 4, 0), 5)
    single = classes.measure(truth, predicted)
    whole = classes.measure(truth, predicted, groups=np.repeat(np.arange(40), 5))
    for name in ("accuracy", "adjusted_rand"):
        assert whole[name].value == single[name].value
        widths = [found[name].high - found[name].low for found in (single, whole)]
        assert widths[1] > 1.5 * widths[0]


def test_the_seed_decides() -> None:
    truth, predicted = np.arange(30) % 3, np.arange(30) % 4
    first, again, other = (classes.measure(truth, predicted, seed=seed) for seed in (0, 0, 1))
    assert first == again != other


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"resamples": 1}, "resamples: too few; got 1; give 2 or more"),
        ({"level": 95.0}, "level: not between 0 and 1; got 95.0; give a share"),
    ],
)
def test_a_bootstrap_that_cannot_be(given: dict[str, float], message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        classes.measure(np.arange(3), np.arange(3), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ([0, 12], [5, 7]),
        ([12], [5, 7]),
        ([0, 0, 12], [3, 4, 5]),
        ([18, 7], [0, 25]),
        ([30, 0], [0, 30]),
        ([0, 20, 0, 11], [9, 0, 15, 7]),
        ([40, 3, 9], [17, 17, 18]),
    ],
)
def test_tables_of_guessed_labels_have_the_margins(row: list[int], column: list[int]) -> None:
    drawn = blind_classes.tables(
        np.array(row, float), np.array(column, float), 200, np.random.default_rng(0)
    )
    assert drawn.shape == (200, len(row), len(column))
    assert (drawn >= 0).all()
    assert (drawn == np.rint(drawn)).all()
    np.testing.assert_array_equal(drawn.sum(axis=2), np.tile(row, (200, 1)))
    np.testing.assert_array_equal(drawn.sum(axis=1), np.tile(column, (200, 1)))
    expected = np.outer(row, column) / sum(row)
    np.testing.assert_allclose(drawn.mean(axis=0), expected, atol=0.6)


def test_a_truth_of_one_class_is_measured() -> None:
    labels = np.array(["a", "b"] * 6)
    blind = blind_classes.null(np.array(["b"] * 12), labels)["accuracy"]
    assert (blind.mean, blind.upper, blind.p_value) == (0.5, 0.5, 1.0)
