"""Panels of runs, counts turned back into cases, and ids that do not fit."""

from typing import Any

import numpy as np
import pytest

from evaluation import EvaluationError, membership
from evaluation.runs import Panel, Run, align, as_used, cells, of_counts

TRUTH = {"b": True, "a": False, "c": True}


def test_values_follow_the_truth() -> None:
    assert align(TRUTH, {"a": 1, "b": 2, "c": 3}) == [2, 1, 3]
    assert align(TRUTH, [("c", 3), ("a", 1), ("b", 2)]) == [2, 1, 3]


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ({"b": 1}, r"run: ids missing; got no 'a', 'c'; give every id of the truth"),
        ({}, r"run: ids missing; got no 'b', 'a', 'c'; give every id"),
        ({"a": 1, "b": 1, "c": 1, "d": 1}, r"run: ids not in the truth; got 'd'; leave them out"),
        ([("a", 1), ("a", 1), ("b", 1)], r"run: ids repeated; got 'a'; give each id once"),
        (
            {"a": 1, "b": 1, "c": 1, **{f"x{i}": 1 for i in range(5)}},
            r"got 'x0', 'x1', 'x2' and 2 more",
        ),
    ],
)
def test_ids_that_do_not_fit(run: Any, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        align(TRUTH, run)


def test_counts_there_and_back() -> None:
    assert cells(membership.confusion(*of_counts(tp=3, tn=4, fp=1, fn=2))) == (3, 4, 1, 2)
    with pytest.raises(EvaluationError, match=r"fn: too few; got -1; give 0 or more"):
        of_counts(1, 1, 1, -1)


def test_zero_and_one_become_bool() -> None:
    assert as_used([1, 0]).tolist() == as_used([True, False]).tolist() == [True, False]
    with pytest.raises(EvaluationError, match=r"decisions: not all 0 or 1; give 1 for used"):
        as_used([0.7, 1])


def test_a_panel_names_the_run_that_does_not_fit() -> None:
    truth = np.array([True, False])
    with pytest.raises(EvaluationError, match=r"run 'b': decisions: not one for each image; got 1"):
        Panel(truth, {"a": Run(truth), "b": Run(truth[:1])})
    with pytest.raises(EvaluationError, match=r"run 'a': scores: 1 of 2 not finite"):
        Panel(truth, {"a": Run(truth, np.array([np.nan, 1]))})
    with pytest.raises(EvaluationError, match=r"runs: none; got an empty mapping"):
        Panel(truth, {})
    with pytest.raises(
        EvaluationError, match=r"clusters: not one for each image; got 1 for 2 truths"
    ):
        Panel(truth, {"a": Run(truth)}, np.array([1]))
