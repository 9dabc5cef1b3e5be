"""The rule that can say that there is no sign of a leak: in simulation and by hand."""

import re

import numpy as np
import pytest
from scipy import stats

from clefgan.data import reading
from clefgan.data.challenge import Challenge
from clefgan.errors import ClefganError
from clefgan.runs.decisions.beforehand import floor
from clefgan.runs.decisions.decide import parse
from clefgan.runs.decisions.guarded import Guarded, higher, share_called
from clefgan.runs.decisions.nulls import Round, least_calls
from clefgan.runs.decisions.rules import Conformal
from clefgan.runs.decisions.verdict import Known


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


def test_with_a_leak_the_promised_share_is_called_and_named_a_guess() -> None:
    known = beside(3, 0)
    verdict = Guarded(0.5).decide(scores(known), known)
    assert verdict.used.sum() == 100
    assert verdict.note.startswith("a guess: the share used that is promised, 0.5")
    truth = np.arange(200) < 100
    assert (verdict.used == truth).mean() > 0.9
    false = int((verdict.used & ~truth).sum())
    assert verdict.false_calls == pytest.approx(false, abs=6)


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
    assert least_calls(200, 1999, 0.1) == 1
    known = beside(3, 0)
    assert "can call 25 or more of 200, never fewer" in Guarded().decide(scores(known), known).note
    assert "can call 25 or more of 200" in Conformal(0.1).decide(scores(known), known).note
    few = beside(9, 0, m=8)
    assert "8 unused images are too few to call any" in Guarded().decide(scores(few), few).note
    assert "too large to find any image" in Conformal(0.1).decide(scores(few), few).note


def test_nobody_called_is_no_false_call() -> None:
    known = beside(0, 0)
    assert share_called(known.rounds, np.zeros(200, bool)) == 0


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
            r"with 40 unused dev images a .* 0.1 can call 25 or more of 100 .*",
        ),
        ("auto", r".*can call 25 or more of 100 candidates, or none"),
        (
            "conformal:0.01",
            r".*can call none of 100 candidates: it needs 244 at once; give.*",
        ),
        ("conformal:0.99", ".*can call 3 or more of 100 candidates, or none"),
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
