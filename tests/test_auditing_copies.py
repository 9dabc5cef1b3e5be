"""Lists by target and decoy, over images and over patients, and the bound on false ones."""

import numpy as np
import pytest

from clefgan.auditing import copies, patients
from clefgan.auditing.false_bound import false_bound
from clefgan.auditing.material import Flags


def test_the_list_holds_most_copies_less_false_ones_of_all_that_pass_knockoff_plus() -> None:
    """Against the definition, tried at every cutoff."""
    rng = np.random.default_rng(0)
    for share in (0.5, 0.8):
        margin, won = rng.exponential(size=300), rng.random(300) < share
        margin[:30] += 4
        won[:30] = True
        found = copies.find(margin, won, share, q=0.2)
        ratio = share / (1 - share)
        passing = {
            (won & (margin >= c)).sum() - 2 * (~won & (margin >= c)).sum() * ratio: c
            for c in sorted(margin)
            if (1 + (~won & (margin >= c)).sum()) * ratio <= 0.2 * (won & (margin >= c)).sum()
        }
        cutoff = passing[max(passing)]
        assert found.cutoff == cutoff
        assert set(found.listed) == set(np.flatnonzero(won & (margin >= cutoff)))
        assert found.decoys == (~won & (margin >= cutoff)).sum()
        assert (found.q_values[found.listed] <= 0.2).all()
        assert (found.q_values[~won] == 1).all()


def test_the_list_ends_where_it_gains_no_more_copies() -> None:
    won = np.array([True] * 10 + [False, True] * 5)
    found = copies.find(-np.arange(20.0), won, 0.5, q=0.2)
    assert found.listed.tolist() == list(range(10))
    assert found.q_values[11] <= 0.2  # the longest list that keeps the share would hold it
    more = np.array([True] * 20 + [False, True, True, False, True, True, True])
    found = copies.find(-np.arange(27.0), more, 0.5, q=0.2)
    assert found.listed.tolist() == [*range(20), 21, 22, 24, 25, 26]  # three hits for each decoy


@pytest.mark.parametrize(("copied", "ahead"), [(10, 6.0), (25, 6.0), (50, 3.0), (250, 2.0)])
def test_the_shorter_list_keeps_the_share_wherever_copies_stand(copied: int, ahead: float) -> None:
    shares = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        margin, won = rng.exponential(size=1000), rng.random(1000) < 0.5
        margin[:copied] += ahead
        won[:copied] = True
        listed = copies.find(margin, won, 0.5, q=0.2).listed
        shares.append((listed >= copied).mean() if len(listed) else 0.0)
    assert np.mean(shares) <= 0.2


@pytest.mark.parametrize("share", [0.5, 0.75])
def test_the_share_of_false_ones_is_as_asked(share: float) -> None:
    shares, empty = [], 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        margin, won = rng.exponential(size=400), rng.random(400) < share
        margin[:25] += 3
        won[:25] = True
        listed = copies.find(margin, won, share, q=0.2).listed
        shares.append((listed >= 25).mean() if len(listed) else 0.0)
        clean = copies.find(rng.exponential(size=400), rng.random(400) < share, share, q=0.2)
        empty += not len(clean.listed)
    assert np.mean(shares) <= 0.2
    assert np.mean(shares) > 0.08
    assert empty > 240


def test_equal_margins_are_listed_together_or_not_at_all() -> None:
    won = np.array([True] * 12 + [False] * 3)
    assert not len(copies.find(np.ones(15), won, 0.5, q=0.2).listed)
    assert len(copies.find(np.ones(15), won, 0.5, q=0.4).listed) == 12


def test_decoys_alone_give_an_empty_list() -> None:
    found = copies.find(np.arange(5.0), np.zeros(5, bool), 0.5)
    assert not len(found.listed)
    assert found.cutoff == np.inf
    assert found.look == 4


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_the_bound_holds_for_all_cutoffs_at_once(share: float) -> None:
    broken = 0
    bound = false_bound(200, share, 0.95, 0)
    for seed in range(500):
        won = np.random.default_rng([7, seed]).random(200) < share
        hits, decoys = np.cumsum(won), np.cumsum(~won)
        within = decoys < len(bound)
        broken += bool((hits[within] > bound[decoys[within]]).any())
    assert broken <= 0.08 * 500
    assert broken > 5  # and it is no wider than it has to be


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_no_bound_is_one_too_low(share: float) -> None:
    """20,000 sequences; where decoys are many, one less breaks the bound in 10% of them."""
    bound = false_bound(200, share, 0.95, 0)
    won = np.random.default_rng(7).random((20_000, 200)) < share
    hits, decoys = np.cumsum(won, axis=1), np.cumsum(~won, axis=1)
    limit = bound[np.minimum(decoys, len(bound) - 1)]
    broken = ((hits > limit) & (decoys < len(bound))).any(axis=1).mean()
    assert broken <= 0.053  # standard error 0.0015


def half(n: int) -> Flags:
    return np.asarray(np.arange(n) % 2 == 0)


def test_patients_who_stand_out_are_counted_and_clean_data_have_none() -> None:
    named = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        margin = rng.exponential(size=100)
        named += patients.sure(margin, rng.permutation(half(100))).at_least > 0
        margin[:40:2] += 6
        found = patients.sure(margin, half(100))
        assert found.at_least >= 9
        assert found.at_least <= 20
    assert named <= 16  # 10 expected


def test_conformal_p_values_are_uniform_and_never_0() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=2000)
    p = patients.conformal(scores, half(2000))
    assert p.min() >= 1 / 1001
    own = p[half(2000)]
    for level in (0.05, 0.2, 0.5):
        assert (own <= level).mean() == pytest.approx(level, abs=0.03)


def test_a_held_out_patient_is_compared_with_itself_once() -> None:
    p = patients.conformal(np.array([3.0, 1.0, 2.0]), np.array([True, False, False]))
    assert p.tolist() == pytest.approx([1 / 3, 1.0, 1 / 2])


@pytest.mark.parametrize("share", [0.5, 0.25])
def test_q_values_of_patients_are_the_smallest_share_of_any_list_that_holds_them(
    share: float,
) -> None:
    """Against the definition, tried at every cutoff; a patient who wins no image is on no list."""
    rng = np.random.default_rng(3)
    training = rng.permutation(np.arange(80) < 80 * share)
    margin = np.round(rng.exponential(size=80), 1)  # with ties
    margin[rng.permutation(80)[:10]] = 0
    margin[training] += 6 * (rng.random(int(training.sum())) < 0.4)
    shares = {
        cutoff: (1 + (~training & (margin >= cutoff)).sum())
        * (share / (1 - share))
        / (training & (margin >= cutoff)).sum()
        for cutoff in set(margin[margin > 0])
        if (training & (margin >= cutoff)).any()
    }
    found = patients.q_values(margin, training)
    for own, value, is_training in zip(margin, found, training, strict=True):
        lists = [q for cutoff, q in shares.items() if cutoff <= own]
        wanted = min([1.0, *lists]) if is_training and own > 0 else 1.0
        assert value == pytest.approx(wanted)
    assert 0 < found[training].min() < 0.2  # few enough for the one that is added to count
