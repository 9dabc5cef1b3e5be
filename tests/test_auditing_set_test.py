"""The set test: its statistics against plain loops, its level and power on drawn data."""

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import betaincc, ndtri
from scipy.stats import nbinom

from clefgan.auditing import early_hits, margins, set_test
from clefgan.auditing.margins import Margins
from clefgan.auditing.material import Flags


def drawn(n_groups: int, n_released: int, rng: np.random.Generator, *, n_cuts: int = 1) -> Margins:
    """Winners drawn as hubs are: some groups win far more images than others."""
    often = rng.gamma(0.5, size=n_groups)
    winner = rng.choice(n_groups, (n_cuts, n_released), p=often / often.sum())
    margin = rng.exponential(size=winner.shape)
    lists = (*winner.shape, 1)
    return Margins(
        winner, winner, margin, margin.reshape(lists), winner.reshape(lists), np.ones(n_cuts)
    )


def half(n_groups: int) -> Flags:
    return np.asarray(np.arange(n_groups) % 2 == 0)


def test_the_tails_are_those_of_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    view = drawn(30, 200, rng)
    labels = rng.random((7, 30)) < 0.4
    for row, value in zip(
        labels, set_test.tail(view.winner[0], view.margin[0], 20, labels), strict=True
    ):
        won = row[view.winner[0]]
        ours, theirs = (np.sort(view.margin[0][kind])[::-1][:20].sum() for kind in (won, ~won))
        assert value == pytest.approx(ours - theirs)


def test_signed_tails_add_windows_before_they_look_at_the_ends() -> None:
    rng = np.random.default_rng(1)
    view = drawn(30, 90, rng, n_cuts=5)
    labels = rng.random((set_test.ROWS + 3, 30)) < 0.5
    found = set_test.signed_tails(view, labels)
    for row, value in zip(labels, found, strict=True):
        sums = np.sort(np.where(row[view.winner], view.margin, -view.margin).sum(axis=0))
        assert value == pytest.approx(sums[:20].sum() + sums[-20:].sum(), rel=1e-12)


@pytest.mark.parametrize("n", [20, 5000])
def test_sorting_the_foremost_margins_alone_changes_nothing(n: int) -> None:
    rng = np.random.default_rng(n)
    view = drawn(30, n, rng)
    margin = np.round(view.margin[0], 1)  # ties
    labels = np.stack([half(30), np.arange(30) == view.winner[0, -1], np.ones(30, bool)])
    order = np.argsort(-margin, kind="stable")
    wanted = np.empty(3)
    set_test.compiled().tails(labels, view.winner[0][order], margin[order], 20, wanted)
    assert_array_equal(set_test.tail(view.winner[0], margin, 20, labels), wanted)


def test_the_run_of_patients_is_that_of_the_incomplete_beta_function() -> None:
    rng = np.random.default_rng(0)
    for share in (0.1, 0.5, 0.9):
        ahead = np.maximum(0, rng.normal(1, 1, 300))
        labels = rng.random((50, 300)) < share
        labels[1] = False
        order = [group for group in np.argsort(-ahead) if ahead[group] > 0][: set_test.FOREMOST]
        found = set_test.run_of_patients(ahead, labels)
        for row, value in zip(labels, found, strict=True):
            chances, hits, decoys = [1.0], 0, 0
            for group in order:
                hits, decoys = hits + row[group], decoys + (not row[group])
                if hits:
                    chances.append(betaincc(decoys + 1, hits, 1 - labels[0].mean()))
            wanted = -ndtri(np.clip(min(chances), 1e-300, 1 - 1e-16))
            assert value == wanted


def test_chances_of_early_hits_are_those_of_the_negative_binomial() -> None:
    hits, decoys = np.indices((12, 9))
    wanted = np.asarray(nbinom.sf(hits - 1, decoys + 1, 1 - 0.3))
    assert_allclose(early_hits.chance(hits, decoys, 0.3), wanted, rtol=1e-9)
    table = early_hits.table(10, 0.3)
    assert_allclose(table[:3, :5], np.transpose(wanted)[:3, :5], rtol=1e-9)


def test_patients_are_dealt_within_strata_and_their_number_stays() -> None:
    stratum = np.repeat([0, 1], [6, 10])
    training = half(16)
    labels = set_test.deal(training, stratum, 50, np.random.default_rng(0))
    assert (labels[0] == training).all()
    for number in (0, 1):
        inside = labels[:, stratum == number]
        assert (inside.sum(axis=1) == training[stratum == number].sum()).all()
    assert len(np.unique(labels, axis=0)) > 20


def test_the_p_value_is_the_share_of_all_deals_that_do_as_well() -> None:
    """With 3 of 6 patients there are 20 deals; drawn deals must agree with all of them."""
    rng = np.random.default_rng(4)
    view = drawn(6, 40, rng)
    training = half(6)
    every = np.zeros((20, 6), bool)
    for row, places in zip(every, combinations(range(6), 3), strict=True):
        row[list(places)] = True
    values = set_test.tail(view.winner[0], view.margin[0], set_test.TAIL, every)
    own = set_test.tail(view.winner[0], view.margin[0], set_test.TAIL, training[None])[0]
    exact = np.mean(values >= own - 1e-12)
    result = set_test.permuted({"view": view}, {}, training, np.zeros(6, int), times=4000)
    assert result.p_value == pytest.approx(exact, abs=0.03)


def test_the_level_holds_where_hubs_win_hundreds_of_images_and_a_test_by_image_fails() -> None:
    """Labels that mean nothing; a sign test over images rejects far too often."""
    rejected = by_image = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        view = drawn(40, 400, rng)
        training = rng.permutation(half(40))
        result = set_test.permuted(
            {"view": view}, {"score": rng.normal(size=40)}, training, np.zeros(40, int),
            times=99, seed=seed,
        )  # fmt: skip
        rejected += result.p_value <= 0.05
        won = training[view.winner[0]].mean()
        by_image += abs(won - 0.5) * 2 * np.sqrt(400) > 1.96
    assert rejected <= 20  # 10 expected
    assert by_image > 60


def test_a_few_copies_among_many_images_are_noticed_and_the_other_side_is_not() -> None:
    rng = np.random.default_rng(0)
    view = drawn(100, 1000, rng)
    view.winner[0, :10] = rng.choice(np.flatnonzero(half(100)), 10)
    view.margin[0, :10] += 8
    result = set_test.permuted({"view": view}, {}, half(100), np.zeros(100, int), times=199)
    assert result.p_value <= 0.02
    assert result.p_held_out > 0.5
    exchanged = set_test.permuted({"view": view}, {}, ~half(100), np.zeros(100, int), times=199)
    assert exchanged.p_held_out <= 0.02
    assert exchanged.p_value > 0.5


def test_both_p_values_are_shares_of_deals_counted_by_themselves() -> None:
    """By hand: five deals, the own one first, of two statistics in their standard deviations."""
    values = np.array([[2.0, 1.0, 0.0, -1.0, -2.0], [0.0, 4.0, -4.0, 0.0, 0.0]])
    result = set_test.judge(["a", "b"], values)
    z = values / values.std(axis=1, keepdims=True)
    assert result.z.tolist() == pytest.approx(z[:, 0].tolist())
    assert result.strongest == "a"
    largest, smallest = z.max(axis=0), z.min(axis=0)
    assert largest.tolist() == pytest.approx([1.414, 1.581, 0, 0, 0], abs=1e-3)
    assert smallest.tolist() == pytest.approx([0, 0.707, -1.581, -0.707, -1.414], abs=1e-3)
    assert result.p_value == 2 / 5
    assert result.p_held_out == 4 / 5
    assert result.single.tolist() == [1 / 5, 4 / 5]
    assert result.deals == 4
    other = set_test.judge(["a", "b"], -values)
    assert (other.p_value, other.p_held_out) == (4 / 5, 2 / 5)


def test_many_statistics_are_paid_for() -> None:
    """Thirty scores that mean nothing: the smallest p-value is small, the joint one is not."""
    rng = np.random.default_rng(3)
    scores = {f"score {i}": rng.normal(size=40) for i in range(30)}
    result = set_test.permuted(
        {"view": drawn(40, 100, rng)}, scores, half(40), np.zeros(40, int), times=999
    )
    assert result.single.min() < 0.05 < result.p_value


def test_statistics_that_never_change_say_nothing() -> None:
    values = np.ones((2, 100))
    assert set_test.judge(["a", "b"], values).p_value == 1


def test_windows_vote_for_one_patient_together() -> None:
    winner = np.array([[3, 3, 1, 2], [0, 0, 0, 1]])
    margin = np.array([[1.0, 2.0, 2.5, 0.1], [1.0, 1.0, 1.0, 1.0]])
    groups, lead = margins.most_voted(winner, margin)
    assert groups.tolist() == [3, 0]
    assert lead.tolist() == pytest.approx([0.5, 2.0])


def test_votes_against_a_plain_count() -> None:
    rng = np.random.default_rng(0)
    winner, margin = rng.integers(0, 6, (300, 9)), rng.random((300, 9))
    groups, lead = margins.most_voted(winner, margin)
    for row in range(300):
        totals = np.bincount(winner[row], margin[row], minlength=6)
        first, second = np.sort(totals)[::-1][:2]
        assert groups[row] == totals.argmax()
        assert lead[row] == pytest.approx(first - second)
