"""Attacks judged: against printed tables, anonymeter's formula and plain counts."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm
from sklearn.metrics import f1_score

from clefgan.auditing import attacks, epsilon, membership, risk
from clefgan.auditing.material import Flags


@pytest.mark.parametrize(
    ("n", "printed"), [(20, 1.60), (50, 2.57), (100, 3.28), (200, 3.98), (500, 4.91), (1000, 5.60)]
)
def test_the_cap_of_epsilon_is_the_printed_one(n: int, printed: float) -> None:
    assert epsilon.cap(n, n) == pytest.approx(printed, abs=0.006)


def test_epsilon_from_exact_limits() -> None:
    tpr = binomtest(60, 100).proportion_ci(0.95, "exact").low
    fpr = binomtest(3, 100).proportion_ci(0.95, "exact").high
    assert epsilon.lower_bound(60, 100, 3, 100) == pytest.approx(math.log(tpr / fpr))


def test_the_mirrored_bound_counts_too() -> None:
    """Nearly all training patients called, and half of the others: those not called say it."""
    bound = epsilon.lower_bound(100, 100, 50, 100)
    assert bound == pytest.approx(epsilon.lower_bound(50, 100, 0, 100))


@pytest.mark.parametrize("counts", [(5, 100, 5, 100), (0, 50, 0, 50), (0, 0, 0, 0), (3, 5, 0, 0)])
def test_a_bound_of_nothing_is_not_0(counts: tuple[int, int, int, int]) -> None:
    assert epsilon.lower_bound(*counts) is None


@pytest.mark.parametrize(
    ("n", "rate"), [(10, 0.1), (59, 0.1), (60, 0.05), (299, 0.05), (300, 0.01), (3000, 0.001)]
)
def test_the_false_alarm_rate_is_one_that_so_many_can_show(n: int, rate: float) -> None:
    assert membership.supported_rate(n) == rate


def leaky(
    n: int, strength: float, seed: int = 0
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], Flags]:
    rng = np.random.default_rng(seed)
    training = np.arange(2 * n) < n
    return rng.normal(size=2 * n) + strength * training, training


def test_risk_is_anonymeters_with_newcombes_interval() -> None:
    found, control = (risk.share(np.arange(100) < hits) for hits in (40, 10))
    beyond, low, high = risk.residual(found, control)
    assert beyond == pytest.approx((0.4 - 0.1) / (1 - 0.1))
    assert low == pytest.approx(0.1839 / 0.9, abs=2e-3)  # Newcombe's method 10 of .4 - .1
    assert high == pytest.approx(0.4084 / 0.9, abs=2e-3)


@pytest.mark.parametrize(("hits", "of"), [(0, 1), (0, 50), (1, 20), (37, 50), (50, 50)])
def test_a_share_has_the_exact_limits_of_95_percent_two_sided(hits: int, of: int) -> None:
    """Planted copies that are shown, and patients who are named."""
    own = risk.share(np.arange(of) < hits)
    limits = binomtest(hits, of).proportion_ci(0.95, "exact")
    assert (own.hits, own.of, own.value) == (hits, of, hits / of)
    assert (own.low, own.high) == pytest.approx((limits.low, limits.high), abs=1e-9)


def test_an_attack_that_works_is_told_from_one_that_does_not() -> None:
    scores, training = leaky(200, 3.0)
    noise, _ = leaky(200, 0.0, seed=1)
    good, bad = membership.judge({"good": scores, "bad": noise}, training)
    assert good.risk_low > 0.5
    assert good.epsilon is not None
    assert 1.5 < good.epsilon < good.epsilon_cap
    assert bad.epsilon is None
    assert bad.risk_low == 0
    assert bad.auc_low < 0.5 < bad.auc_high
    assert membership.strongest({"bad": noise, "good": scores}, training) == "good"


def test_the_cap_is_of_the_half_that_epsilon_is_judged_on() -> None:
    """41 and 30 patients: 20 and 15 are in the second half."""
    training = np.arange(71) < 41
    (attack,) = membership.judge({"attack": training.astype(np.float64)}, training)
    all_of = [0.025 ** (1 / n) for n in (20, 15)]  # exact lower limits of n of n
    assert attack.epsilon_cap == pytest.approx(
        max(math.log(all_of[0] / (1 - all_of[1])), math.log(all_of[1] / (1 - all_of[0])))
    )
    assert attack.epsilon == attack.epsilon_cap


def test_epsilon_is_of_patients_who_did_not_choose_its_threshold() -> None:
    """Scores that give away all of the first half and nobody of the second bound nothing."""
    training = np.arange(120) < 60
    own = np.where(training, 100.0, 0.0)
    first = membership.halves(training, np.random.default_rng(4))
    luck = np.where(first, own, np.random.default_rng(0).normal(size=120))
    (attack,) = membership.judge({"luck": luck}, training, seed=4)
    assert attack.epsilon is None
    (attack,) = membership.judge({"good": own}, training, seed=4)
    assert attack.epsilon is not None


def test_false_alarms_are_as_many_as_aimed_at_on_patients_that_set_no_threshold() -> None:
    rates = []
    for seed in range(40):
        scores, training = leaky(200, 0.0, seed)
        (attack,) = membership.judge({"attack": scores}, training, seed=seed)
        rates.append(attack.control.value)
    assert np.mean(rates) == pytest.approx(0.05, abs=0.015)


def test_auc_counts_ties_half() -> None:
    assert membership.auc(np.array([1.0, 1.0, 2.0]), np.array([True, False, True])) == 0.75
    assert math.isnan(membership.auc(np.ones(2), np.ones(2, bool)))


def test_precision_for_an_attacker_who_draws_from_many() -> None:
    assert risk.precision(0.5, 0.01, 0.01) == pytest.approx(0.005 / (0.005 + 0.0099))
    assert math.isnan(risk.precision(0, 0, 0.5))


def test_relative_f1_of_calling_everybody_is_0() -> None:
    training = np.arange(10) < 5
    assert risk.relative_f1(np.ones(10, bool), training)[0] == pytest.approx(0)
    assert risk.relative_f1(training, training)[0] == pytest.approx(1)
    assert all(map(math.isnan, risk.relative_f1(training, np.ones(10, bool))))


@pytest.mark.parametrize(("hits", "false"), [(12, 3), (0, 0), (40, 60), (17, 60)])
def test_relative_f1_has_the_exact_limits_of_both_shares(hits: int, false: int) -> None:
    training = np.arange(100) < 40
    calls = np.zeros(100, bool)
    calls[:hits] = True
    calls[40 : 40 + false] = True
    everybody = f1_score(training, np.ones(100, bool))
    value, low, high = risk.relative_f1(calls, training)
    assert value == pytest.approx((f1_score(training, calls) - everybody) / (1 - everybody))
    named, control = (
        binomtest(k, n).proportion_ci(0.975, method="exact") for k, n in ((hits, 40), (false, 60))
    )
    corners = [
        (2 * 40 * tpr / (40 * tpr + 60 * fpr + 40) - everybody) / (1 - everybody)
        for tpr in named
        for fpr in control
    ]
    assert (low, high) == pytest.approx((min(corners), max(corners)))
    assert low <= value <= high


def test_the_interval_of_relative_f1_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    training = np.arange(120) < 50
    for tpr, fpr in ((0.05, 0.05), (0.5, 0.02), (0.9, 0.6)):
        f1, everybody = 100 * tpr / (50 * tpr + 70 * fpr + 50), 100 / 170
        truth = (f1 - everybody) / (1 - everybody)
        within = 0
        for _ in range(400):
            calls = rng.random(120) < np.where(training, tpr, fpr)
            _, low, high = risk.relative_f1(calls, training)
            within += low <= truth <= high
        assert within >= 376  # 0.94 of 400; below 0.95 in the long run would be a fault


def test_what_calls_say_is_counted_of_those_who_were_called() -> None:
    """12 of 40 training and 3 of 60 held-out patients are named."""
    training = np.arange(100) < 40
    calls = np.zeros(100, bool)
    calls[[*range(12), *range(40, 43)]] = True
    half = membership.halves(training, np.random.default_rng(0))
    own = membership.of_calls("a", calls.astype(float), training, half, 0.05, calls)
    assert (own.found.hits, own.found.of, own.control.hits, own.control.of) == (12, 40, 3, 60)
    assert own.baseline == 0.15
    for share, value in own.precision.items():
        assert value == pytest.approx(0.3 * share / (0.3 * share + 0.05 * (1 - share)))
    assert list(own.precision) == [0.01, 0.1, 0.5]


def test_the_interval_of_the_auc_is_delongs_of_95_percent_on_the_logit_scale() -> None:
    scores, training = leaky(30, 1.0)
    ours, theirs = scores[training], scores[~training]
    wins = ours[:, None] > theirs
    area = wins.mean()
    spread = math.sqrt(
        wins.mean(axis=1).var(ddof=1) / len(ours) + wins.mean(axis=0).var(ddof=1) / len(theirs)
    )
    reach = norm.ppf(0.975) * spread / (area * (1 - area))
    wanted = [1 / (1 + math.exp(-(math.log(area / (1 - area)) + sign * reach))) for sign in (-1, 1)]
    assert membership.auc_interval(scores, training) == pytest.approx(wanted, abs=1e-6)


def test_a_delta_makes_the_bound_of_epsilon_smaller() -> None:
    tpr = binomtest(60, 100).proportion_ci(0.95, "exact").low
    fpr = binomtest(3, 100).proportion_ci(0.95, "exact").high
    bound = epsilon.lower_bound(60, 100, 3, 100, delta=0.1)
    assert bound == pytest.approx(math.log((tpr - 0.1) / fpr))


def test_a_patient_on_no_list_is_as_low_as_the_lowest() -> None:
    leads = np.array([[1.0, -np.inf, -2.0], [0.0, 3.0, -np.inf]])
    assert attacks.of_leads(leads).tolist() == [0.5, 0.5, -1.0]


def test_the_best_view_keeps_a_patient_whom_one_view_gives_away() -> None:
    rng = np.random.default_rng(0)
    leads = {name: rng.normal(size=(1, 50)) for name in "abc"}
    leads["b"][0, 7] = 40
    scores = attacks.scores(leads)
    assert scores[attacks.BEST].argmax() == 7
    assert list(scores) == ["a", "b", "c", attacks.ALL, attacks.BEST]


def test_the_best_of_many_attacks_by_chance_is_not_judged_where_it_was_chosen() -> None:
    """40 attacks that know nothing: the best of them names many, but not in the other half."""
    naive, honest, areas = [], [], []
    training = np.arange(120) < 60
    for seed in range(40):
        rng = np.random.default_rng(seed)
        scores = {f"attack {i}": rng.normal(size=120) for i in range(40)}
        name = membership.strongest(scores, training, seed=seed)
        (best,) = membership.judge({name: scores[name]}, training, seed=seed)
        own = membership.as_chosen(scores, training, seed=seed)
        naive.append(best.found.value - best.control.value)
        honest.append(own.found.value - own.control.value)
        areas.append((best.auc, own.auc))
    assert np.mean(naive) > 0.03
    assert abs(np.mean(honest)) < 0.02
    naive_area, honest_area = np.mean(areas, axis=0)
    assert naive_area > 0.52
    assert abs(honest_area - 0.5) < 0.02  # standard error 0.008


def test_an_attack_that_both_halves_choose_is_judged_as_it_is() -> None:
    rng = np.random.default_rng(0)
    training = np.arange(200) < 100
    scores = {"good": rng.normal(size=200) + 4 * training, "blind": rng.normal(size=200)}
    own = membership.as_chosen(scores, training)
    alone = membership.judge(scores, training)[0]
    assert (own.name, own.found, own.control, own.risk) == ("good", *(
        (alone.found, alone.control, alone.risk)
    ))  # fmt: skip
    assert own.epsilon == alone.epsilon
    assert own.auc == pytest.approx(alone.auc, abs=0.01)
    assert own.auc_low < own.auc < own.auc_high


def test_an_attack_is_not_named_where_the_other_half_chose_another() -> None:
    """Its own row has other numbers: the verdict is not to say them of one of the two."""
    rng = np.random.default_rng(0)
    training = np.arange(200) < 100
    half = membership.halves(training, np.random.default_rng(0))
    scores = {
        name: rng.normal(size=200) + 4 * (training & own)
        for name, own in (("first", half), ("second", ~half))
    }
    own = membership.as_chosen(scores, training)
    assert own.name == "second on half of the patients, first on the others"
    assert membership.best_in(scores, training, half, own.rate) == "first"


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 3), (40, 30)])
def test_patients_who_are_all_told_apart_leave_the_auc_an_interval(n: int, m: int) -> None:
    training = np.arange(n + m) < n
    agreeing = min(n, m)
    wanted = binomtest(agreeing, agreeing).proportion_ci(0.95, "exact")
    assert membership.auc_interval(training.astype(float), training) == pytest.approx(tuple(wanted))
    assert membership.auc_interval((~training).astype(float), training) == pytest.approx(
        (1 - wanted.high, 1 - wanted.low)
    )
