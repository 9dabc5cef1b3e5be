"""Grouped folds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clefgan.errors import ClefganError
from clefgan.runs import folds


@given(
    st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=8, max_size=60),
    st.integers(2, 6),
    st.integers(0, 5),
)
def test_groups_stay_together_and_every_image_is_scored_once(
    images: list[tuple[int, bool]], n_folds: int, seed: int
) -> None:
    groups = [f"{truth}{group}" for group, truth in images]
    truth = np.array([truth for _, truth in images])
    if len({g for g, t in zip(groups, truth, strict=True) if t}) < n_folds:
        return
    if len({g for g, t in zip(groups, truth, strict=True) if not t}) < n_folds:
        return
    fold = folds.grouped(groups, truth, n_folds, seed)
    for group in set(groups):
        assert len({f for f, g in zip(fold, groups, strict=True) if g == group}) == 1
    scored = np.concatenate([score for _, score in folds.splits(fold)])
    assert sorted(scored) == list(range(len(images)))
    for fit, score in folds.splits(fold):
        assert not set(fit) & set(score)
        assert truth[fit].any()
        assert not truth[fit].all()


def test_classes_are_spread_evenly() -> None:
    truth = np.arange(160) < 80
    fold = folds.grouped([str(i) for i in range(160)], truth, 5, seed=0)
    assert [int(truth[fold == k].sum()) for k in range(5)] == [16] * 5
    assert [int((~truth[fold == k]).sum()) for k in range(5)] == [16] * 5


def test_the_seed_decides() -> None:
    truth = np.arange(40) < 20
    groups = [str(i) for i in range(40)]
    first, again, other = (folds.grouped(groups, truth, 4, seed) for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()


def test_one_group_of_a_class_cannot_be_held_out() -> None:
    with pytest.raises(
        ClefganError,
        match=r"fewer than 2 groups of images not used.*; --protocol paper needs none$",
    ):
        folds.grouped(["a", "b", "c", "c"], np.array([True, True, False, False]), 2, 0)


def test_more_folds_than_groups_of_a_class_are_refused() -> None:
    truth = np.arange(9) < 5
    groups = [str(i) for i in range(9)]
    with pytest.raises(
        ClefganError,
        match=r"^folds: 5 is more than the 4 groups of images not used; give --folds 4 or fewer",
    ):
        folds.grouped(groups, truth, 5, 0)
    fold = folds.grouped(groups, truth, 4, 0)
    assert all(len(set(truth[fold == k])) == 2 for k in range(4))


def test_one_fold_is_too_few() -> None:
    with pytest.raises(ClefganError, match="folds: 1 is too few"):
        folds.grouped(["a", "b"], np.array([True, False]), 1, 0)


def test_exact_copies_share_a_label() -> None:
    images = np.zeros((3, 4, 4), np.uint8)
    images[1, 0, 0] = 1
    first, second, third = folds.copies(images)
    assert first == third != second
