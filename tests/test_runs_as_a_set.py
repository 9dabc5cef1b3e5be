"""What images under test say as a set: near-copies count once, and limits are in the record."""

import numpy as np
import pytest
from numpy.typing import NDArray

from clefgan.runs.classes import as_a_set
from clefgan.runs.classes.decisions import ClassVerdict
from clefgan.runs.classes.result import ClassScored

SCORES = np.array([[3.0, 0.0], [2.0, 1.0], [0.5, 1.5], [4.0, 1.0]])


def scored(
    scores: NDArray[np.float64],
    groups: NDArray[np.int64] | None = None,
    truth: NDArray[np.str_] | None = None,
    labels: NDArray[np.int64] | None = None,
) -> ClassScored:
    called = np.argmax(scores, axis=1) if labels is None else labels
    return ClassScored(
        tuple(map(str, range(len(scores)))), ("a", "b"), scores, ClassVerdict(called, 0, ""),
        truth, groups=groups,
    )  # fmt: skip


def test_a_set_of_near_copies_says_what_one_of_each_says() -> None:
    once = as_a_set.rows(scored(SCORES), [], ("a", "b"))
    often = as_a_set.rows(
        scored(np.repeat(SCORES, 6, axis=0), np.repeat([7, 1, 4, 0], 6)), [], ("a", "b")
    )
    blind = as_a_set.rows(scored(np.repeat(SCORES, 6, axis=0)), [], ("a", "b"))
    for name in "ab":
        assert often[name] == pytest.approx(once[name])
    assert blind["a"]["called_low"] > once["a"]["called_low"] + 0.1
    assert blind["a"]["p_value"] < once["a"]["p_value"] / 2


def test_the_test_of_a_set_counts_groups_of_any_size_once() -> None:
    sizes = np.array([6, 1, 3, 2])
    once = as_a_set.rows(scored(SCORES), [], ("a", "b"))["a"]
    often = scored(np.repeat(SCORES, sizes, axis=0), np.repeat(np.arange(4), sizes))
    row = as_a_set.rows(often, [], ("a", "b"))["a"]
    assert (row["t"], row["p_value"]) == pytest.approx((once["t"], once["p_value"]))


def test_the_last_dev_scores_are_believed_and_their_near_copies_count_once() -> None:
    names = np.repeat(["a", "b"], 20)
    right, wrong = np.eye(2).repeat(20, axis=0), np.eye(2)[::-1].repeat(20, axis=0)
    first, last = scored(wrong, truth=names), scored(right, truth=names)
    copies = scored(right, groups=np.arange(40) // 10, truth=names)
    believed, fewer = (
        as_a_set.rows(scored(SCORES), [first, dev], ("a", "b"))["a"] for dev in (last, copies)
    )
    assert believed["share"] > 0.7
    assert fewer["share_low"] < believed["share_low"] - 0.02


def test_images_of_one_group_have_no_test() -> None:
    found = as_a_set.rows(scored(SCORES, np.zeros(4, int)), [], ("a", "b"))
    assert np.isnan([found["a"]["t"], found["a"]["p_value"]]).all()
    assert found["a"]["called"] == 0.75
    assert found["a"]["called_high"] > 0.95  # as one image


def test_the_share_needs_labelled_images_and_a_class_for_all() -> None:
    dev = scored(np.eye(2).repeat(20, axis=0), truth=np.repeat(["a", "b"], 20))
    (row, _) = as_a_set.rows(scored(SCORES), [dev], ("a", "b")).values()
    assert row["share_low"] < row["share"] == pytest.approx(0.75, abs=0.03)
    assert row["share"] < row["share_high"]
    unknown = scored(SCORES, labels=np.array([0, -1, 1, 0]))
    (row, _) = as_a_set.rows(unknown, [dev], ("a", "b")).values()
    assert "share" not in row
    assert row["called"] == 0.5
    nobody = scored(np.eye(2), truth=np.array(["a", "b"]), labels=np.array([-1, -1]))
    assert "share" not in as_a_set.rows(scored(SCORES), [nobody], ("a", "b"))["a"]


def test_one_image_or_clusters_are_no_set() -> None:
    assert as_a_set.rows(scored(SCORES[:1]), [], ("a", "b")) == {}
    assert as_a_set.rows(None, [], ("a", "b")) == {}
