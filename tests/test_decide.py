"""Decision rules against hand computations and in simulation."""

import re
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score
from statsmodels.stats.multitest import multipletests

from clefgan.errors import ClefganError
from clefgan.runs.decisions.decide import parse, prevalence_curve
from clefgan.runs.decisions.discoveries import ROUNDING
from clefgan.runs.decisions.nulls import Round, p_values_of_rounds
from clefgan.runs.decisions.rules import (
    Conformal,
    DevBest,
    Mixture,
    Null95,
    Quota,
    Zero,
    metrics_to_choose_by,
)
from clefgan.runs.decisions.verdict import Known
from evaluation.significance.multiple import benjamini_hochberg

RNG = np.random.default_rng(0)


def known(n_used: int = 40, n_not: int = 40, gap: float = 1.0, seed: int = 1) -> Known:
    rng = np.random.default_rng(seed)
    scores = np.concatenate([rng.normal(gap, 1, n_used), rng.normal(0, 1, n_not)])
    return Known(scores, np.arange(n_used + n_not) < n_used)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("zero", Zero()),
        ("dev-best", DevBest("f1")),
        ("dev-best:cohen_kappa", DevBest("cohen_kappa")),
        ("quota:0.3", Quota(0.3)),
        ("mixture", Mixture()),
        ("null95", Null95()),
        ("conformal:0.2", Conformal(0.2)),
    ],
)
def test_rules_are_read_from_text(text: str, rule: Any) -> None:
    assert parse(text) == rule


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("quta:0.5", r"^decide: no rule 'quta'; did you mean 'quota'\?$"),
        (
            "x",
            r"^decide: no rule 'x'; known: auto, conformal, dev-best, mixture, null95, quota",
        ),
        ("zero:1", r"^decide: 'zero' takes no setting; got '1'$"),
        ("quota", r"^decide: 'quota' needs a number, as in 'quota:0\.1'$"),
        ("conformal:x", r"^decide: 'conformal:x' needs a number"),
        ("quota:1.5", r"^decide: quota 1\.5; give a share from 0 to 1$"),
        ("quota:nan", r"^decide: quota nan; give a share"),
        ("conformal:1", r"^decide: conformal 1; give a rate between 0 and 1$"),
        ("dev-best:", r"^decide: 'dev-best:' needs a metric, as in 'dev-best:f1'$"),
        ("dev-best:f2", r"^decide: no metric 'f2'; known: accuracy, balanced_accuracy, cohen_"),
    ],
)
def test_wrong_rules_are_an_error(text: str, message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        parse(text)


@pytest.mark.parametrize("rule", [DevBest(), Null95(), Conformal()])
def test_rules_that_learn_need_dev_scores(rule: Any) -> None:
    assert rule.needs_known
    with pytest.raises(ClefganError, match=r"learns from dev scores; got none; use zero$"):
        rule.decide(np.zeros(3))


@pytest.mark.parametrize("rule", [Null95(), Conformal()])
def test_rules_on_unused_images_need_some(rule: Any) -> None:
    with pytest.raises(ClefganError, match=r"needs unused dev images; got none; use zero$"):
        rule.decide(np.zeros(3), Known(np.ones(2), np.ones(2, bool)))


def test_zero() -> None:
    np.testing.assert_array_equal(Zero().decide(np.array([-1.0, 0, 1])).used, [0, 0, 1])


@pytest.mark.parametrize(("name", "oracle"), [("f1", f1_score), ("cohen_kappa", cohen_kappa_score)])
def test_dev_best_beats_every_other_threshold(name: str, oracle: Any) -> None:
    dev = known()
    verdict = DevBest(name).decide(dev.scores, dev)
    best = oracle(dev.truth, verdict.used)
    for threshold in [-9.0, *dev.scores]:
        assert oracle(dev.truth, dev.scores > threshold) <= best + 1e-12
    assert f"best {name} on dev: {best:.3f}" in verdict.note


def test_dev_best_does_not_look_at_the_scored_images() -> None:
    dev = known()
    first, second = (DevBest().decide(RNG.normal(size=n), dev).threshold for n in (5, 50))
    assert first == second


def test_dev_best_with_all_scores_tied() -> None:
    dev = Known(np.zeros(4), np.array([True, True, False, False]))
    assert DevBest().decide(np.zeros(3), dev).used.all()  # all used is the best F1 there is


def test_quota_takes_the_share_that_it_is_told() -> None:
    scores = np.array([3.0, 1, 2, 5, 4])
    verdict = Quota(0.4).decide(scores)
    np.testing.assert_array_equal(verdict.used, [0, 0, 0, 1, 1])
    assert "assumed share used: 0.4" in verdict.note
    assert not Quota(0).decide(scores).used.any()
    assert Quota(1).decide(scores).used.all()
    assert not Quota(0.5).decide(np.zeros(6)).used.any()  # a tie at the border stays out
    assert Quota(0.5).decide(np.zeros(0)).used.shape == (0,)


def test_mixture_finds_two_groups_and_their_share() -> None:
    rng = np.random.default_rng(2)
    scores = np.concatenate([rng.normal(10, 1, 300), rng.normal(20, 1, 100)])
    verdict = Mixture().decide(scores)
    np.testing.assert_array_equal(verdict.used, np.arange(400) >= 300)
    assert verdict.note == "share of the higher component: 0.250"


MINORITIES = {
    "ties and ties": np.repeat([0.0, 1.0], [80, 20]),
    "ties and a group": np.append(np.zeros(160), np.random.default_rng(0).normal(8, 1, 40)),
    "few and far": np.append(
        np.random.default_rng(1).normal(0, 1, 195), np.random.default_rng(2).normal(20, 1, 5)
    ),
    "few below": np.append(
        np.random.default_rng(1).normal(0, 1, 5), np.random.default_rng(2).normal(20, 1, 195)
    ),
    "two values": np.repeat([0.0, 1.0], 50),
}


@pytest.mark.parametrize("case", MINORITIES)
@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e9])
def test_mixture_finds_a_small_group_and_one_among_ties(case: str, scale: float) -> None:
    """From the quartiles alone they were missed: equal quartiles are no two components."""
    scores = MINORITIES[case]
    verdict = Mixture().decide(scale * scores)
    np.testing.assert_array_equal(verdict.used, scores > np.ptp(scores) / 2)
    assert verdict.threshold is not None
    turned = Mixture().decide(scale * scores[::-1])
    np.testing.assert_array_equal(turned.used, verdict.used[::-1])


def test_mixture_calls_nobody_used_where_there_is_one_group() -> None:
    """Of single normal distributions, some 1 in 100 of 200 scores seem two, and 1 in 20 of 30."""
    calls = [Mixture().decide(np.random.default_rng(s).normal(size=200)).used for s in range(40)]
    assert sum(bool(c.any()) for c in calls) <= 2
    for scores in (np.zeros(9), np.zeros(0), np.array([1.0, 2]), np.array([0.0, 0, 0, 1])):
        assert np.isfinite(Mixture().decide(scores).used).all()


def test_null95_lets_few_unused_images_through() -> None:
    dev = known(n_not=1000)
    null = dev.scores[~dev.truth]
    assert Null95().decide(null, dev).used.mean() <= 0.05
    fresh = np.random.default_rng(9).normal(size=4000)
    assert 0.03 < Null95().decide(fresh, dev).used.mean() < 0.07


def test_p_values_by_hand() -> None:
    null = np.array([1.0, 2, 3, 4])
    p = p_values_of_rounds([Round(np.array([5.0, 4, 2.5, 0]), null)])
    np.testing.assert_allclose(p, [0.2, 0.4, 0.6, 1])


def test_p_values_over_rounds_compare_within_each_round() -> None:
    rounds = (
        Round(np.array([5.0, 1.0]), np.array([4.0, 6.0])),
        Round(np.array([50.0, 10.0]), np.array([60.0, 5.0, 10.0])),  # another level: another fit
    )
    np.testing.assert_allclose(p_values_of_rounds(rounds), [(1 + 1 + 1) / 6, (1 + 2 + 2) / 6])
    dev = Known(np.zeros(5), np.zeros(5, bool), rounds)
    verdict = Conformal(0.5).decide(np.zeros(2), dev)
    assert verdict.note == (
        "no sign of a leak: p-value 1; false discovery rate 0.5 by 5 unused dev images, scored "
        "among the candidates in 2 rounds"
    )
    assert Null95().decide(np.zeros(2), dev).note.startswith("no sign of a leak: p-value")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.5))
def test_benjamini_hochberg_equals_statsmodels(p: list[float], fdr: float) -> None:
    expected = multipletests(p, fdr, method="fdr_bh")[0]
    np.testing.assert_array_equal(benjamini_hochberg(p) <= fdr * (1 + ROUNDING), expected)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_conformal_holds_its_false_discovery_rate(share: float) -> None:
    """At nominal 0.2, over 1,000 simulated challenges, within three standard errors.

    The share that is unused is estimated, so the rate is used up, but for shares below a half.
    """
    rng = np.random.default_rng(3)
    n, n_null, rate = 100, 100, 0.2
    truth = np.arange(n) < share * n
    wrong, found = [], 0
    for _ in range(1000):
        dev = Known(rng.normal(size=n_null), np.zeros(n_null, bool))
        used = Conformal(rate).decide(rng.normal(size=n) + 3.0 * truth, dev).used
        wrong.append(float((used & ~truth).sum() / max(1, int(used.sum()))))
        found += int((used & truth).sum())
    bound = rate * min(1.0, 2 * (1 - share))
    assert np.mean(wrong) <= bound + 3 * np.std(wrong) / np.sqrt(len(wrong))
    assert found > 0.5 * truth.sum() * 1000 or share == 0


def test_without_benjamini_hochberg_the_rate_would_not_hold() -> None:
    rng = np.random.default_rng(4)
    null, scores = rng.normal(size=1000), rng.normal(size=1000)
    naive = p_values_of_rounds([Round(scores, null)]) <= 0.2
    assert naive.mean() > 0.1  # all of them false
    assert not Conformal(0.2).decide(scores, Known(null, np.zeros(1000, bool))).used.any()


def test_conformal_says_when_it_cannot_find_anything() -> None:
    dev = Known(np.arange(3.0), np.zeros(3, bool))
    verdict = Conformal(0.1).decide(np.full(4, 99.0), dev)
    assert not verdict.used.any()
    assert "3 unused images are too few to call any: the least p-value is 1/4" in verdict.note


def test_the_prevalence_curve_runs_from_nobody_to_all() -> None:
    truth = np.array([True, True, False, False])
    curve = prevalence_curve(np.array([4.0, 3, 2, 1]), truth)
    assert curve["share"] == [0, 0.25, 0.5, 0.75, 1]
    assert curve["f1"] == pytest.approx([0, 2 / 3, 1, 0.8, 2 / 3])
    assert set(curve) == {"share", *metrics_to_choose_by()}
    tied = prevalence_curve(np.zeros(4), truth)
    assert tied["share"] == [0, 1]


RULES = (
    "auto", "auto:0.5", "zero", "dev-best", "dev-best:mcc", "quota:0.5", "mixture", "null95",
    "conformal:0.1",
)  # fmt: skip
SHAPES: dict[str, Any] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "equal": lambda _, n: np.zeros(n),
    "ties": lambda rng, n: rng.integers(0, 3, n).astype(float),
}


@pytest.mark.parametrize("text", RULES)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_rule_decides_on_few_and_on_equal_scores(text: str, shape: str) -> None:
    rng = np.random.default_rng(0)
    for n, m, named in product([0, 1, 2, 50], [1, 20], [False, True]):
        scores, dev = SHAPES[shape](rng, n), SHAPES[shape](rng, 3 + m)
        whose = [np.array(["x"] * size, np.str_) if named else None for size in (n, m)]
        truth = np.arange(3 + m) < 3
        for rounds in ((), (Round(scores, dev[3:], *whose),)):
            verdict = parse(text).decide(scores, Known(dev, truth, rounds))
            assert verdict.used.shape == (n,)
            assert verdict.used.dtype == np.bool_
            assert np.isfinite(verdict.false_calls or 0.0)
            assert not re.search(r"nan|inf|\b1 (rounds|unused (dev )?images)", verdict.note)


@pytest.mark.parametrize("text", ["auto", "auto:0.5", "mixture", "null95", "conformal:0.1"])
def test_a_rule_says_that_there_is_no_sign_of_a_leak_or_that_there_is_one(text: str) -> None:
    rng = np.random.default_rng(3)
    for gap in (0.0, 9.0):
        scores = rng.normal(size=200) + gap * (np.arange(200) < 100)
        unused = rng.normal(size=80)
        rounds = (Round(scores, unused),)
        known = Known(np.append(9.0, unused), np.arange(81) < 1, rounds)
        verdict = parse(text).decide(scores, known)
        assert verdict.note.startswith("no sign of a leak: ") == (gap == 0)
        assert verdict.used.any() == (gap > 0 or text == "null95")
        if gap and text in ("null95", "conformal:0.1", "auto"):
            assert verdict.note.startswith("a sign of a leak: p-value ")


def test_rules_that_ask_for_no_sign_say_what_they_did_instead() -> None:
    below = Zero().decide(np.array([-1.0, 0.0]))
    assert below.note == "no score is above the method's own threshold"
    note = Quota(0.5).decide(np.arange(4.0)).note
    assert note == "assumed share used: 0.5, a guess: nobody asked whether there is a leak"


@pytest.mark.parametrize("scores", [np.zeros(6), np.array([0.0, 1, 2, 3, 4, 5])])
def test_dev_best_calls_nobody_where_its_metric_is_that_of_guessing(scores: Any) -> None:
    """All scores tied, or used images lower than all others: MCC has no value or is below 0."""
    dev = Known(scores, np.arange(6) < 3)
    verdict = DevBest("mcc").decide(np.arange(9.0), dev)
    assert not verdict.used.any()
    assert verdict.note == "no sign of a leak: by no threshold mcc is above 0 on dev"
