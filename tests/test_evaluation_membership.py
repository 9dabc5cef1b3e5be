"""Membership metrics against scikit-learn, hand-made tables, and the rule for undefined cases."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import EvaluationError, membership
from evaluation.metrics import FPRS
from evaluation.runs import of_counts

GOLDEN = json.loads((Path(__file__).parent / "data" / "golden_membership.json").read_text())

pairs = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_golden_values(case: dict[str, Any]) -> None:
    found = membership.evaluate(
        np.array(case["truth"], bool), np.array(case["decisions"], bool), np.array(case["scores"])
    )
    assert found == pytest.approx(case["expected"], abs=1e-12)


@given(pairs)
@settings(max_examples=60, deadline=None)
@pytest.mark.filterwarnings("ignore:A single label was found")
@pytest.mark.filterwarnings("ignore:y_pred contains classes")
@pytest.mark.filterwarnings("ignore:Only one class")
def test_decisions_equal_scikit_learn(cases: list[tuple[bool, bool]]) -> None:
    from sklearn import metrics as sk

    truth, decisions = (np.array(column) for column in zip(*cases, strict=True))
    nan = {"zero_division": math.nan}
    assert membership.accuracy(truth, decisions) == pytest.approx(
        sk.accuracy_score(truth, decisions)
    )
    for ours, theirs in (
        (membership.f1, sk.f1_score(truth, decisions, **nan)),
        (membership.precision, sk.precision_score(truth, decisions, **nan)),
        (membership.recall, sk.recall_score(truth, decisions, **nan)),
        (membership.specificity, sk.recall_score(~truth, ~decisions, **nan)),
    ):
        assert ours(truth, decisions) == pytest.approx(theirs, nan_ok=True)
    if len(set(truth)) == 2:
        assert membership.balanced_accuracy(truth, decisions) == pytest.approx(
            sk.balanced_accuracy_score(truth, decisions)
        )
        assert membership.cohen_kappa(truth, decisions) == pytest.approx(
            sk.cohen_kappa_score(truth, decisions), abs=1e-12
        )
        if len(set(decisions)) == 2:
            assert membership.mcc(truth, decisions) == pytest.approx(
                sk.matthews_corrcoef(truth, decisions), abs=1e-12
            )


@given(
    st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), min_size=2, max_size=80),
    st.sampled_from([0.0, 0.001, 0.01, 0.1, 0.25, 0.5, 1.0]),
)
@settings(max_examples=60, deadline=None)
def test_scores_equal_scikit_learn(cases: list[tuple[bool, int]], fpr: float) -> None:
    from sklearn import metrics as sk

    truth = np.array([used for used, _ in cases])
    scores = np.array([score for _, score in cases], dtype=np.float64)
    if len(set(truth)) < 2:
        return
    assert membership.auc(truth, scores) == pytest.approx(sk.roc_auc_score(truth, scores))
    assert membership.average_precision(truth, scores) == pytest.approx(
        sk.average_precision_score(truth, scores)
    )
    false, true, _ = sk.roc_curve(truth, scores, drop_intermediate=False)
    assert membership.tpr_at_fpr(truth, scores, fpr) == pytest.approx(true[false <= fpr].max())


def test_brier_equals_scikit_learn() -> None:
    from sklearn.metrics import brier_score_loss

    rng = np.random.default_rng(0)
    truth, probabilities = rng.random(50) < 0.4, rng.random(50)
    assert membership.brier(truth, probabilities) == pytest.approx(
        brier_score_loss(truth, probabilities)
    )


def test_calibration_error_by_hand() -> None:
    truth = np.array([True, True, False, False])
    # Bin 0.9..1: mean 0.95, all used, gap 0.05; bin 0.2..0.3: mean 0.2, none used, gap 0.2.
    assert membership.calibration_error(truth, np.array([0.9, 1.0, 0.2, 0.2])) == pytest.approx(
        0.5 * 0.05 + 0.5 * 0.2
    )
    assert membership.calibration_error(truth, np.full(4, 0.5)) == pytest.approx(0)


def test_all_used_scores_two_thirds_on_balanced_truth() -> None:
    truth, decisions = of_counts(tp=100, tn=0, fp=100, fn=0)
    found = membership.evaluate(truth, decisions)
    assert found["f1"] == pytest.approx(2 / 3)
    assert found["accuracy"] == found["balanced_accuracy"] == found["precision"] == 0.5
    assert found["cohen_kappa"] == 0
    assert math.isnan(found["mcc"])


def test_none_called_used() -> None:
    found = membership.evaluate(*of_counts(tp=0, tn=3, fp=0, fn=2))
    assert found["f1"] == 0
    assert math.isnan(found["precision"])
    assert math.isnan(found["mcc"])
    assert found["specificity"] == 1


@pytest.mark.parametrize("used", [True, False])
def test_one_class_only(used: bool) -> None:
    truth = np.full(3, used)
    found = membership.evaluate(
        truth, np.array([True, False, True]), np.arange(3.0), np.array([0.1, 0.5, 0.9])
    )
    undefined = {"balanced_accuracy", "mcc", "auc"} | {f"tpr_at_fpr_{x:g}" for x in FPRS}
    undefined |= {"specificity"} if used else {"recall", "average_precision"}
    assert {name for name, value in found.items() if math.isnan(value)} == undefined
    assert found["cohen_kappa"] == 0


def test_one_image() -> None:
    found = membership.evaluate(np.array([True]), np.array([True]))
    assert found["f1"] == found["accuracy"] == 1
    assert math.isnan(found["cohen_kappa"])
    assert math.isnan(membership.f1(np.array([False]), np.array([False])))


def test_all_scores_tied() -> None:
    truth = np.arange(10) < 4
    assert membership.auc(truth, np.zeros(10)) == 0.5
    assert membership.average_precision(truth, np.zeros(10)) == pytest.approx(0.4)
    assert membership.tpr_at_fpr(truth, np.zeros(10), 0.1) == 0
    assert membership.tpr_at_fpr(truth, np.zeros(10), 1.0) == 1


def test_a_tenth_of_thirty_is_three() -> None:
    truth = np.arange(60) < 30
    scores = np.where(truth, 5.0, -np.arange(60.0))
    scores[30:33] = 9  # exactly 3 of 30 not used are above every used one
    assert membership.tpr_at_fpr(truth, scores, 0.1) == 1
    scores[33] = 9
    assert membership.tpr_at_fpr(truth, scores, 0.1) == 0


GOOD = np.array([True, False])


@pytest.mark.parametrize(
    ("truth", "decisions", "scores", "probabilities", "message"),
    [
        (np.array([], bool), None, None, None, r"truth: no image; got shape \(0,\); give at least"),
        (GOOD[None], None, None, None, r"truth: not one value per image; got shape \(1, 2\)"),
        (np.array([1, 0]), None, None, None, r"truth: not bool; got int64; give True for used"),
        (GOOD, np.array([0.2, 0.7]), None, None, r"decisions: not bool; got float64"),
        (GOOD, GOOD[:1], None, None, r"decisions: not one for each image; got 1 for 2 truths"),
        (
            GOOD,
            GOOD,
            np.array([1.0, np.nan]),
            None,
            r"scores: 1 of 2 not finite; got nan at index 1",
        ),
        (GOOD, GOOD, np.array([1.0, np.inf]), None, r"scores: 1 of 2 not finite; got inf"),
        (GOOD, GOOD, np.array(["a", "b"]), None, r"scores: not numbers; got <U1; give float64"),
        (
            GOOD,
            GOOD,
            np.zeros((2, 1)),
            None,
            r"scores: not one value per image; got shape \(2, 1\)",
        ),
        (GOOD, GOOD, np.zeros(3), None, r"scores: not one for each image; got 3 for 2"),
        (
            GOOD,
            GOOD,
            None,
            np.array([0.5, 1.5]),
            r"probabilities: 1 outside 0\.\.1; got 1\.5 at in",
        ),
    ],
)
def test_bad_input(
    truth: Any, decisions: Any, scores: Any, probabilities: Any, message: str
) -> None:
    with pytest.raises(EvaluationError, match=message):
        membership.validate(truth, decisions, scores, probabilities)


def test_a_rate_and_bins_are_checked() -> None:
    with pytest.raises(
        EvaluationError, match=r"fpr: not a share; got 10; give a number from 0 to 1"
    ):
        membership.tpr_at_fpr(GOOD, np.zeros(2), 10)
    with pytest.raises(EvaluationError, match=r"bins: too few; got 0; give 1 or more"):
        membership.calibration_error(GOOD, np.zeros(2), 0)


def test_importing_costs_little_more_than_numpy() -> None:
    scipy = "'scipy.special', 'scipy.stats', 'scipy.optimize', 'scipy.sparse'"
    heavy = f"{{{scipy}, 'sklearn', 'clefgan', 'jax', 'pandas'}}"
    code = (
        "import sys, evaluation.membership, evaluation.boards.leaderboard, evaluation.published;"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
