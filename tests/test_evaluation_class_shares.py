"""Shares of the classes in a set: recovered through confusion, and limits that hold."""

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from evaluation import class_shares
from evaluation.class_shares import Confusion
from evaluation.errors import EvaluationError

CONFUSION = np.array([[0.8, 0.2, 0.0], [0.3, 0.6, 0.1], [0.0, 0.1, 0.9]])
WANTED = np.array([0.1, 0.6, 0.3])


def called(truth: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """What images of these classes are called."""
    ends = np.cumsum(CONFUSION, axis=1)[truth]
    return np.asarray((rng.random(len(truth))[:, None] > ends).sum(axis=1), np.int64)


def confusion(n: int, rng: np.random.Generator) -> Confusion:
    dev = np.repeat(np.arange(3), n)
    return Confusion(dev, called(dev, rng))


def test_shares_are_recovered_through_confusion() -> None:
    rng = np.random.default_rng(0)
    under_test = called(rng.choice(3, size=4_000, p=WANTED), rng)
    found = class_shares.shares(under_test, confusion(2_000, rng), 3)
    np.testing.assert_allclose(found, WANTED, atol=0.03)
    assert found.sum() == pytest.approx(1)
    plain = np.bincount(under_test) / 4_000
    assert np.abs(plain - WANTED).max() > 0.1  # counting calls would not do


def test_no_shares_are_likelier() -> None:
    """Against all shares on a grid."""
    rng = np.random.default_rng(1)
    under_test = called(rng.choice(3, size=300, p=WANTED), rng)
    dev = confusion(50, rng)
    table = np.full((3, 3), 1 / 3)
    np.add.at(table, (dev.truth, dev.called), 1)
    table /= table.sum(axis=1, keepdims=True)
    seen = np.bincount(under_test, minlength=3)
    first, second = (each.ravel() / 200 for each in np.mgrid[:201, :201])
    every = np.stack([first, second, 1 - first - second], axis=1)
    every = every[every[:, 2] >= 0]
    found = class_shares.shares(under_test, dev, 3)
    likely = np.log(every @ table) @ seen
    assert np.log(found @ table) @ seen >= likely.max() - 1e-6
    np.testing.assert_allclose(found, every[np.argmax(likely)], atol=0.02)


def test_limits_of_shares_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(2)
    inside = np.zeros(3)
    for trial in range(200):
        under_test = called(rng.choice(3, size=120, p=WANTED), rng)
        low, high = class_shares.share_limits(under_test, confusion(60, rng), 3, seed=trial)
        inside += (low <= WANTED) & (high >= WANTED)
    assert (inside / 200 >= 0.91).all()  # 3 SD below 0.95
    assert (low >= 0).all()
    assert (high <= 1).all()


def test_limits_have_a_width_where_all_are_called_one_class() -> None:
    dev = Confusion(np.repeat([0, 1], 20), np.repeat([0, 1], 20))
    low, high = class_shares.share_limits(np.zeros(10, int), dev, 2)
    assert 0.6 < low[0] < 0.95
    assert high[0] > 0.98
    more, _ = class_shares.share_limits(np.zeros(200, int), dev, 2)
    assert low[0] < more[0] < 1


def test_fewer_dev_images_make_limits_wider() -> None:
    rng = np.random.default_rng(3)
    under_test = called(rng.choice(3, size=2_000, p=WANTED), rng)
    few, many = (class_shares.share_limits(under_test, confusion(n, rng), 3) for n in (20, 2_000))
    assert (few.high - few.low > 2 * (many.high - many.low)).all()


def test_limits_of_calls_are_wilsons_and_unknown_is_no_class() -> None:
    labels = np.array([0] * 7 + [1] * 2 + [-1])
    low, high = class_shares.called_limits(labels, 3)
    for label, hits in enumerate((7, 2, 0)):
        wanted = proportion_confint(hits, 10, method="wilson")
        np.testing.assert_allclose((low[label], high[label]), wanted, atol=1e-12)


def test_near_copies_count_once() -> None:
    """Each image five times is what each image once is."""
    once = np.array([0, 0, 1, 2, 1, 0])
    often, groups = np.repeat(once, 5), np.repeat(np.arange(6), 5)
    assert class_shares.effective(groups, 30) == pytest.approx(6)
    assert class_shares.effective(None, 30) == 30
    assert class_shares.effective(np.array([0, 0, 0, 1]), 4) == pytest.approx(16 / 10)
    assert class_shares.effective(np.zeros(30, int), 30) == 1
    for first, second in zip(
        class_shares.called_limits(once, 3),
        class_shares.called_limits(often, 3, groups),
        strict=True,
    ):
        np.testing.assert_allclose(first, second)
    dev = Confusion(once, once)
    same = Confusion(often, often, groups)
    np.testing.assert_allclose(class_shares.counts(dev, 3), class_shares.counts(same, 3))
    ends = (
        class_shares.share_limits(once, dev, 3),
        class_shares.share_limits(often, same, 3, groups),
    )
    np.testing.assert_allclose(*ends)


def test_a_set_without_images_or_a_level_that_is_none_is_refused() -> None:
    none, dev = np.empty(0, int), Confusion(np.array([0, 1]), np.array([0, 1]))
    for act in (
        lambda: class_shares.shares(none, dev, 2),
        lambda: class_shares.called_limits(none, 2),
        lambda: class_shares.share_limits(none, dev, 2),
    ):
        with pytest.raises(EvaluationError, match=r"called: no image; got shape \(0,\); give at"):
            act()
    with pytest.raises(EvaluationError, match="level: not between 0 and 1; got 2"):
        class_shares.share_limits(np.zeros(2, int), dev, 2, level=2)
