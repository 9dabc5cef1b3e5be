"""P-values that continue the tail of the unused scores: by hand, and in simulation."""

import numpy as np
import pytest
from scipy import stats

from clefgan.runs.decisions.discoveries import discovered
from clefgan.runs.decisions.guarded import Guarded
from clefgan.runs.decisions.nulls import Round, p_values_of_rounds
from clefgan.runs.decisions.rules import Conformal
from clefgan.runs.decisions.tails import continued, n_of_tail
from clefgan.runs.decisions.verdict import Known, Rule


def in_rounds(candidates: np.ndarray, unused: np.ndarray) -> tuple[Round, ...]:
    return tuple(Round(candidates, part) for part in np.array_split(unused, 3))


def known(rounds: tuple[Round, ...]) -> Known:
    null = np.concatenate([r.unused for r in rounds])
    return Known(null, np.zeros(len(null), bool), rounds)


def test_a_p_value_above_the_tails_start_is_of_an_f_distribution() -> None:
    unused = np.arange(40.0)  # the highest ten are 30 to 39, by 5.5 above 29 in the mean
    candidates = np.array([0.0, 28.0, 50.0, 100.0])
    p = continued((Round(candidates, unused),))
    counted = p_values_of_rounds((Round(candidates, unused),))
    np.testing.assert_allclose(p[:2], counted[:2])
    tail = 11 / 41 * stats.f.sf((candidates[2:] - 29) / 5.5, 2, 20)
    np.testing.assert_allclose(p[2:], tail)
    assert (p[2:] < counted[2:]).all()


def test_a_p_value_is_never_above_the_counted_one() -> None:
    unused, candidates = np.arange(40.0), np.array([39.5, 28.0])  # the tail's is 0.047 of the first
    p = continued((Round(candidates, unused),))
    assert p[0] == pytest.approx(1 / 41)


def test_p_values_far_below_the_counted_ones_are_right_for_an_exponential_tail() -> None:
    rng = np.random.default_rng(0)
    p = [continued((Round(draw[:50], draw[50:]),)) for draw in rng.exponential(size=(2000, 90))]
    for level in (0.005, 0.01, 0.02):  # 1/41 is 0.024
        assert np.mean(np.array(p) <= level) == pytest.approx(level, rel=0.2)


def test_few_or_equal_unused_scores_have_no_tail() -> None:
    assert [n_of_tail(m) for m in (0, 17, 20, 40, 80)] == [0, 0, 5, 10, 20]
    candidates = np.array([9.0, 0.0, 1.0])
    for unused in (np.arange(17.0), np.zeros(40)):
        rounds = (Round(candidates, unused),)
        np.testing.assert_array_equal(continued(rounds), p_values_of_rounds(rounds))


@pytest.mark.parametrize("rule", [Conformal(0.1), Guarded()])
def test_a_few_copies_are_called_where_counting_calls_nobody(rule: Rule) -> None:
    """Twenty of 100 candidates stand out; counting forty unused images calls some 22 or none."""
    found, counted, false = [], [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        candidates, truth = rng.normal(size=100), np.arange(100) < 20
        candidates[truth] += 6
        of_these = known(in_rounds(candidates, rng.normal(size=40)))
        verdict = rule.decide(candidates, of_these)
        found.append(verdict.used[truth].mean())
        false.append(verdict.used[~truth].sum() / max(1, verdict.used.sum()))
        by_counting = discovered(p_values_of_rounds(of_these.rounds), 0.1, "")
        counted.append(by_counting.used[truth].mean())
        if verdict.used.any():
            assert "p-values below 1/41 by their tail" in verdict.note
    assert np.mean(counted) < 0.7
    assert np.mean(found) > 0.95
    assert np.mean(false) < 0.1


def test_without_a_sign_of_a_leak_the_tail_is_not_asked() -> None:
    """A single candidate far above all: the tail alone would call it."""
    rng = np.random.default_rng(1)
    candidates = np.concatenate([rng.normal(-0.2, 1, 99), [30.0]])
    of_these = known(in_rounds(candidates, rng.normal(size=40)))
    assert continued(of_these.rounds).min() * 100 < 0.1
    verdict = Conformal(0.1).decide(candidates, of_these)
    assert not verdict.used.any()
    assert "never fewer" in verdict.note


def test_where_nothing_leaks_nobody_is_called_but_for_one_time_in_twenty() -> None:
    called = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        scores = rng.standard_t(4, size=140)  # tails that are heavier than taken to be
        rounds = in_rounds(scores[:100], scores[100:])
        called += bool(Conformal(0.1).decide(scores[:100], known(rounds)).used.any())
    assert called <= 18
