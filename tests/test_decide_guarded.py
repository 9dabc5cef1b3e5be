"""The rule that can say that there is no sign of a leak: in simulation and by hand."""

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from clefgan.data import reading
from clefgan.data.challenge import Challenge
from clefgan.errors import ClefganError
from clefgan.runs.decisions.beforehand import floor
from clefgan.runs.decisions.decide import parse
from clefgan.runs.decisions.discoveries import found_at, unused_share
from clefgan.runs.decisions.guarded import Guarded, unused_called
from clefgan.runs.decisions.nulls import Round, least_calls, p_values_of_rounds
from clefgan.runs.decisions.rules import Conformal
from clefgan.runs.decisions.sign import higher, on_one_scale, p_of_sign
from clefgan.runs.decisions.verdict import Known
from evaluation.significance import leading


def beside(gap: float, seed: int, n: int = 200, m: int = 80, used: float = 0.5) -> Known:
    """Candidates of which some are used, scored beside unused images in three rounds."""
    rng = np.random.default_rng(seed)
    candidates = rng.normal(size=n) + gap * (np.arange(n) < used * n)
    parts = np.array_split(rng.normal(size=m), 3)
    rounds = tuple(Round(candidates, part) for part in parts)
    return Known(np.concatenate([[0.0], *parts]), np.arange(m + 1) < 1, rounds)


def scores(known: Known) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return known.rounds[0].candidates


@pytest.mark.parametrize("rule", [Guarded(), Guarded(0.5)])
def test_without_a_leak_nothing_is_called_but_for_one_time_in_twenty(rule: Guarded) -> None:
    claimed = 0
    for seed in range(200):
        known = beside(0, seed)
        verdict = rule.decide(scores(known), known)
        claimed += "no sign of a leak" not in verdict.note
        if "no sign" in verdict.note:
            assert not verdict.used.any()
            assert verdict.false_calls == 0
    assert claimed <= 18  # binomial(200, 0.05): above 18 once in 300


def test_with_a_leak_the_promised_share_is_called_and_its_meaning_said() -> None:
    known = beside(3, 0)
    verdict = Guarded(0.5).decide(scores(known), known)
    assert verdict.used.sum() == 100
    assert verdict.note.startswith("the highest-scored 50%: the data promise how many")
    truth = np.arange(200) < 100
    assert (verdict.used == truth).mean() > 0.9
    false = int((verdict.used & ~truth).sum())
    assert verdict.false_calls == pytest.approx(false, abs=6)


@pytest.mark.parametrize(("m", "most"), [(10, "4.5"), (40, "1.2"), (600, "0.1")])
def test_where_no_unused_image_is_as_high_it_is_said_how_many_calls_may_be_wrong(
    m: int, most: str
) -> None:
    rng = np.random.default_rng(0)
    candidates = rng.normal(size=100) + np.repeat([30.0, 0.0], 50)
    rounds = (Round(candidates, rng.normal(size=m)),)
    known = Known(np.append(rounds[0].unused, 1.0), np.arange(m + 1) == m, rounds)
    verdict = Guarded(0.5).decide(candidates, known)
    assert verdict.used.sum() == 50
    assert verdict.false_calls is None
    none = f"none of {m} unused dev images scores as high, so up to about {most} are wrong"
    assert verdict.note.endswith(none)


def test_without_a_promise_the_false_discovery_rate_holds_and_calls_are_made() -> None:
    found, called = [], []
    for seed in range(60):
        known = beside(3, seed)
        verdict = Guarded().decide(scores(known), known)
        false = verdict.used[100:].sum()
        found.append(false / max(1, verdict.used.sum()))
        called.append(verdict.used.sum())
        assert verdict.false_calls == pytest.approx(0.1 * verdict.used.sum())
    assert np.mean(found) < 0.12
    assert np.mean(called) > 80


def test_a_few_clear_copies_among_many_are_a_sign() -> None:
    known = beside(9, 1, used=0.2)
    verdict = Guarded().decide(scores(known), known)
    assert verdict.used[:40].all()


@pytest.mark.parametrize("ties", [False, True])
def test_the_test_for_a_leak_is_that_of_scipy(ties: bool) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(0.2, 1, 60), rng.normal(0, 1, 40)
    p = higher((Round(x, y),))
    expected = stats.mannwhitneyu(x, y, alternative="greater", method="asymptotic").pvalue
    assert p == pytest.approx(expected, rel=1e-3)
    if ties:
        assert higher((Round(np.ones(5), np.ones(7)),)) == 1
        assert higher((Round(np.ones(0), np.ones(7)),)) == 1


def test_of_dev_images_the_others_are_compared_with() -> None:
    rng = np.random.default_rng(0)
    known = Known(rng.normal(size=80), np.arange(80) < 40)
    verdict = Guarded().decide(rng.normal(4, 1, 50), known)
    assert verdict.used.sum() > 45
    assert "by 40 unused dev images" in verdict.note


def test_the_fewest_that_can_be_called_are_said() -> None:
    assert least_calls(200, 80, 0.1) == 25
    assert least_calls(200, 80, 0.1, 0.5) == 13
    assert least_calls(200, 1999, 0.1) == 1
    known = beside(3, 0)
    for rule in (Guarded(), Conformal(0.1)):
        note = rule.decide(scores(known), known).note
        assert note.endswith("; 50% of the candidates taken to be unused")  # a sign: no floor
    none = beside(-1, 1)
    note = Conformal(0.1).decide(scores(none), none).note
    assert "80 unused images can call 25 or more of 200, never fewer" in note
    assert "taken" not in note
    few = beside(9, 0, m=3)
    for rule in (Guarded(), Conformal(0.1)):
        note = rule.decide(scores(few), few).note
        assert "3 unused images are too few to call any: the least p-value is 1/4" in note


def test_as_few_as_the_floor_are_called_and_no_fewer() -> None:
    """Some of 200 candidates are far above 80 unused ones, all others far below them."""
    for n_used, called in ((24, 0), (25, 25), (26, 26), (100, 100), (199, 199)):
        candidates = np.where(np.arange(200) < n_used, 9.0, -9.0)
        unused = np.zeros(80)
        known = Known(unused, np.zeros(80, bool), (Round(candidates, unused),))
        assert Conformal(0.1).decide(candidates, known).used.sum() == called


def test_the_share_that_is_unused_is_estimated_with_a_bound() -> None:
    even = np.linspace(0.005, 0.995, 100)
    assert unused_share(even) == 1
    half = np.concatenate([np.full(100, 0.001), np.linspace(0.005, 0.995, 100)])
    assert unused_share(half) == pytest.approx((1 + 50) / 100)
    assert unused_share(np.full(50, 0.01)) == 0.5  # none above: still half of them
    assert unused_share(np.empty(0)) == 1


def test_the_estimate_finds_more_and_the_rate_still_holds() -> None:
    """Half of the candidates used; Benjamini-Hochberg alone holds the rate twice as strictly."""
    found, plain, false = [], [], []
    for seed in range(80):
        known = beside(2.5, seed, m=200)
        verdict = Conformal(0.1).decide(scores(known), known)
        plain.append(found_at(p_values_of_rounds(known.rounds), 0.1).sum())
        found.append(verdict.used.sum())
        false.append(verdict.used[100:].sum() / max(1, verdict.used.sum()))
    assert np.mean(false) < 0.11
    assert np.mean(found) > np.mean(plain) + 4


def test_a_few_of_many_are_a_sign_that_the_average_does_not_give() -> None:
    """Copies of 24 of 200 candidates: Mann-Whitney misses many, the head of the list sees them."""
    seen = missed = 0
    for seed in range(20):
        known = beside(9, seed, used=0.12)
        missed += higher(known.rounds) > 0.025
        seen += p_of_sign(known.rounds) <= 0.05
    assert missed >= 10
    assert seen >= 15


def test_ties_make_the_first_test_surer_but_no_surer_than_scipys() -> None:
    rng = np.random.default_rng(0)
    x = rng.choice([0.0, 1.0, 2.0], 60)
    y = rng.choice([0.0, 1.0, 2.0], 50, p=[0.5, 0.3, 0.2])
    exact = stats.mannwhitneyu(x, y, alternative="greater", method="asymptotic")
    apart = exact.statistic - 60 * 50 / 2 - 0.5
    untied = stats.norm.sf(apart / np.sqrt(60 * 50 * 111 / 12))
    assert exact.pvalue <= higher((Round(x, y),)) < untied


def test_the_sign_is_of_two_tests_together() -> None:
    """Bonferroni: twice the smaller of two p-values."""
    known = beside(0.3, 0)
    candidates, unused = on_one_scale(known.rounds)
    values = np.concatenate([candidates, unused])
    first = leading.lead(np.arange(len(values)) < len(candidates), values).p_value
    whole = higher(known.rounds)
    assert p_of_sign(known.rounds) == pytest.approx(min(1, 2 * min(first, whole)))
    assert 0 < p_of_sign(known.rounds) < 1


def test_rounds_are_brought_to_one_scale() -> None:
    """Scorers of other folds may count in other units, from another zero."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=40), rng.normal(size=30)
    rounds = (Round(x, y[:15]), Round(100 * x + 7, 100 * y[15:] + 7))
    candidates, unused = on_one_scale(rounds)
    middle = np.median(x)
    away = np.mean(np.abs(x - middle))
    np.testing.assert_allclose(candidates, (x - middle) / away)
    np.testing.assert_allclose(unused, (y - middle) / away)
    flat = (Round(np.array([1.0, 1.0, 1.0, 3.0]), np.ones(2)), Round(np.ones(4), np.zeros(1)))
    candidates, unused = on_one_scale(flat)
    np.testing.assert_allclose(candidates, [0, 0, 0, 2])
    np.testing.assert_allclose(unused, [0, 0, -1])
    for n, m in ((5, 7), (300, 40), (300, 340)):
        assert p_of_sign((Round(np.ones(n), np.ones(m)),)) == 1


def test_a_round_whose_scores_are_mostly_equal_outweighs_no_other() -> None:
    """As with votes: who has none scores 0, and in one round those are about a half."""
    half = Round(np.array([0, 0, 0.001, 1, 2]), np.array([1.5]))
    fewer = Round(np.array([0, 0.3, 0.5, 1, 2]), np.array([1.5]))
    candidates, unused = on_one_scale((half, fewer, fewer))
    assert candidates[3] < unused.min()
    assert unused.max() < candidates[4]
    none = Round(np.array([0, 0, 0, 1, 2.0]), np.array([0.0]))
    once = Round(np.array([0.5, 0, 0, 1, 2.0]), np.array([0.0]))
    candidates, unused = on_one_scale((none, once, none))
    assert candidates[0] == candidates[1] == unused.max() == 0


def test_nobody_called_is_no_false_call() -> None:
    known = beside(0, 0)
    assert unused_called(known.rounds, np.zeros(200, bool)) == 0


def test_it_is_read_from_text() -> None:
    assert parse("auto") == Guarded()
    assert parse("auto:0.4") == Guarded(0.4)
    with pytest.raises(ClefganError, match="decide: auto 0; give a share between 0 and 1"):
        parse("auto:0")
    with pytest.raises(ClefganError, match="'auto:' needs a number"):
        parse("auto:")


@pytest.fixture(scope="module")
def challenge() -> Challenge:
    return reading.read("phantom_ct")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            "conformal:0.1",
            r"with 40 unused dev images a .* 0.1 can call 13 or more of 100 .*",
        ),
        (
            "auto",
            r".*can call 13 or more of 100 candidates, or none; fewer where there is a sign .*",
        ),
        (
            "conformal:0.01",
            r".*can call none of 100 candidates: it needs 122 at once; fewer where .* leak",
        ),
        ("conformal:0.99", ".*can call 2 or more of 100 candidates, or none; fewer where .*"),
        ("auto:0.5", ""),
        ("zero", ""),
    ],
)
def test_what_cannot_be_called_is_said_before_the_work(
    rule: str, said: str, challenge: Challenge
) -> None:
    assert challenge.test is not None
    assert challenge.dev is not None
    assert (len(challenge.test.candidates), len(challenge.dev.not_used)) == (100, 40)
    assert re.fullmatch(f"(decide: )?{said}", floor(parse(rule), challenge))


class Few(list[str]):
    """The listing of a folder."""

    ids = property(lambda self: self)


@pytest.mark.parametrize(
    ("rule", "n", "m", "said"),
    [
        (
            "null95", 40, 18,
            "decide: with 18 unused dev images null95 can call no candidate: no p-value is at most "
            "0.05; give 19 or more",
        ),
        ("null95", 40, 19, ""),
        ("null95", 40, 0, ""),
        (
            "conformal:0.1", 40, 1,
            "decide: with 1 unused dev image a false discovery rate of 0.1 can call none of 40 "
            "candidates: it needs 100 at once; give more unused images",
        ),
        (
            "auto", 1, 2,
            "decide: with 2 unused dev images a false discovery rate of 0.1 can call none of 1 "
            "candidate: it needs 2 at once; give more unused images",
        ),
    ],
)  # fmt: skip
def test_too_few_unused_images_are_said_before_the_work(
    rule: str, n: int, m: int, said: str
) -> None:
    dev = SimpleNamespace(not_used=Few(map(str, range(m))))
    test = SimpleNamespace(candidates=Few(map(str, range(n))))
    few: Any = SimpleNamespace(dev=dev, test=test, groups=None)
    assert floor(parse(rule), few) == said
    if rule == "null95" and m:
        least = p_values_of_rounds((Round(np.full(n, 9.0), np.zeros(m)),)).min()
        assert (least <= 0.05) == (not said)
