"""Patients kept sealed: who they are, what they protect, and the look that opens them."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from clefgan.auditing import looks, material, pipeline, profiles, sealing, sensitivity, views
from clefgan.auditing.filter import Withhold
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.ledger import Before, seal_of
from clefgan.auditing.material import Material
from clefgan.auditing.pipeline import AuditRun
from clefgan.auditing.planted import degraded
from clefgan.auditing.sealing import Seal
from clefgan.auditing.settings import Settings, plan_of
from clefgan.auditing.verdict import Outcome
from clefgan.errors import ClefganError
from clefgan.method import Images

N = 100  # patients of each set
COPIES = 40
PUBLIC = profiles.get("public")


def patients(n: int, seed: int) -> Images:
    rng = np.random.default_rng(seed)
    fine = np.kron(rng.normal(0, 30, (n, 16, 16)), np.ones((1, 2, 2)))
    return np.clip(120 + np.linspace(-40, 40, 32) + fine, 0, 255).astype(np.uint8)


def sets(n: int = N, strata: list[str] | None = None) -> Material:
    """The first `COPIES` released images are copies of training patients in turn."""
    rng = np.random.default_rng(0)
    train = patients(n, 1)
    made = degraded(patients(150, 3), rng)
    made[:COPIES] = degraded(train[np.arange(COPIES) % n], rng)
    names = [f"patient {i:03d}" for i in range(2 * n)]
    return material.gather(train, patients(n, 2), made, names[:n], names[n:], strata)


def inputs(own: Material) -> Inputs:
    return Inputs(own, tuple(map(str, range(len(own.real)))), tuple(map(str, range(150))))


@pytest.fixture(scope="module")
def first() -> AuditRun:
    settings = Settings(profile=PUBLIC, withhold=Withhold.SYMMETRIC, deals=199, planted=0)
    return pipeline.run(inputs(sets()), settings)


def before(first: AuditRun) -> Before:
    assert first.sealed is not None
    return Before(1, 0.05, first.digests, Withhold.SYMMETRIC, "public", True, first.sealed.seal)


def test_the_same_patients_are_sealed_again_and_both_sets_give_as_many() -> None:
    own = sets()
    sealed = sealing.choose(own, Seal(0.2, 3))
    assert sealed is not None
    assert_array_equal(sealed, sealing.choose(own, Seal(0.2, 3)))
    assert sealed[own.training].sum() == sealed[~own.training].sum() == sealing.FEWEST
    other = sealing.choose(own, Seal(0.2, 4))
    assert other is not None
    assert (other != sealed).any()
    half = sealing.choose(own, Seal(0.4, 3))
    assert half is not None
    assert half.sum() == 2 * round(0.4 * N)


def test_each_stratum_gives_its_share() -> None:
    own = sets(100, strata=["scanner a"] * 75 + ["scanner b"] * 100 + ["scanner a"] * 25)
    sealed = sealing.choose(own, Seal(0.2, 0))
    assert sealed is not None
    counts = [
        int((sealed & (own.stratum == stratum) & (own.training == kind)).sum())
        for stratum in (0, 1)
        for kind in (True, False)
    ]
    assert counts == [15, 5, 5, 15]


def test_too_few_patients_seal_nobody_and_the_report_says_so() -> None:
    own = sets(sealing.OPEN + sealing.FEWEST - 1)
    assert sealing.choose(own, Seal(0.2, 0)) is None
    settings = Settings(profile=PUBLIC, withhold=Withhold.LIST, deals=99, planted=0)
    made = pipeline.run(inputs(own), settings)
    assert made.sealed is None
    assert "nobody is kept sealed for a re-audit: that takes 80 patients" in made.inputs.notes[-1]
    assert len(made.findings.material.names) == 2 * 79


def test_lists_of_both_parts_are_those_of_all_patients() -> None:
    own = sets()
    groups = sealing.choose(own, Seal(0.3, 0))
    assert groups is not None
    battery = views.BATTERY[:2]
    parts = [looks.look(own.of_groups(flags), battery) for flags in (~groups, groups)]
    rows = [np.flatnonzero(groups[own.group] == kind) for kind in (False, True)]
    whole = looks.look(own, battery)
    for name, lists in whole.lists.items():
        both = sealing.joined((parts[0].lists[name], parts[1].lists[name]), rows, len(own.group))
        assert_allclose(both.values, lists.values, atol=1e-5)
        assert_array_equal(both.images[..., 0], lists.images[..., 0])
        assert_allclose(both.hubs, lists.hubs, atol=1e-5)
        assert_allclose(both.nearest, lists.nearest, atol=1e-5)


def test_sealed_patients_take_no_part_but_are_protected_all_the_same(first: AuditRun) -> None:
    assert first.sealed is not None
    assert (first.sealed.n_training, first.sealed.n_held_out) == (20, 20)
    assert first.sealed.test is None
    own, sealed = sets(), sealing.choose(sets(), Seal(0.2, 0))
    assert sealed is not None
    kept_out = {name for name, flag in zip(own.names, sealed, strict=True) if flag}
    assert not kept_out & set(first.findings.material.names)
    assert first.findings.material.n_training == N - 20
    copied = {int(name[-3:]) for name in kept_out} & set(range(COPIES))
    assert len(copied) > 5
    assert not copied & set(first.findings.copies.listed.tolist())
    assert first.withheld is not None
    assert copied <= set(first.withheld.withheld.tolist())


def test_ids_are_those_of_the_open_patients(first: AuditRun) -> None:
    own = first.findings.material
    whole = sets()
    for number in (0, 17, len(own.real) - 1):
        place = int(first.inputs.real_id(number))
        back = int(np.flatnonzero(whole.order == place)[0])
        assert_array_equal(own.real[number], whole.real[back])
        assert own.names[own.group[number]] == whole.names[whole.group[back]]


def test_the_next_look_opens_them_and_shares_its_level(first: AuditRun) -> None:
    """The unfiltered release again: the sealed patients are copied too, and their test says so."""
    settings = Settings(profile=PUBLIC, deals=199, planted=0)
    second = pipeline.run(inputs(sets()), settings, before=before(first))
    assert second.sealed is not None
    assert second.sealed.test is not None
    assert second.findings.plan.level == second.sealed.level == 0.0125
    assert second.findings.plan.deals >= 4 / 0.0125
    assert second.findings.material.n_training == N
    assert second.sealed.test.p_value <= 0.0125
    told = [each for each in second.verdict.reasons if "sealed until this look" in each]
    assert len(told) == 1
    assert "the 20 training patients" in told[0]


def test_sealed_patients_of_another_source_prove_nothing_either(first: AuditRun) -> None:
    """Their test sees the copies, but what tells the two sets apart may be the scanner."""
    own = sets()
    held_out = np.flatnonzero(~own.image_training())
    brighter = own.real.copy()
    brighter[held_out] = np.clip(brighter[held_out].astype(int) + 40, 0, 255)
    settings = Settings(profile=PUBLIC, deals=199, planted=0)
    second = pipeline.run(inputs(replace(own, real=brighter)), settings, before=before(first))
    assert second.sealed is not None
    assert second.sealed.test is not None
    assert second.sealed.level is not None
    assert second.sealed.test.p_value <= second.sealed.level
    assert second.verdict.outcome is Outcome.CANNOT_SAY
    assert "differ without any released image" in second.verdict.sentence
    assert not any("sealed until this look" in reason for reason in second.verdict.reasons)


def test_what_was_kept_is_not_nearer_to_them(first: AuditRun) -> None:
    assert first.withheld is not None
    kept = inputs(sets()).keep(first.withheld.kept.tolist(), "kept")
    settings = Settings(profile=PUBLIC, deals=199, planted=0)
    second = pipeline.run(kept, settings, before=before(first))
    assert second.sealed is not None
    assert second.sealed.test is not None
    assert second.sealed.test.p_value > 0.0125
    assert second.filtered
    assert {view.name for view in second.findings.plan.views} == {
        view.name for view in views.CONFIRMING
    }


def test_a_second_filter_and_a_share_that_means_nothing_are_refused(first: AuditRun) -> None:
    again = Settings(profile=PUBLIC, withhold=Withhold.LIST)
    with pytest.raises(ClefganError, match="withhold: images were withheld after an earlier look"):
        pipeline.run(inputs(sets()), again, before=before(first))
    for share in (-0.1, 0.6):
        with pytest.raises(ClefganError, match=f"sealed share {share} is not above 0 and at most"):
            replace(again, sealed=share).seal()
    assert replace(again, sealed=0.0).seal() is None


@pytest.mark.parametrize(("look", "level"), [(1, 0.025), (2, 0.0125), (3, 0.00625), (4, 0.003125)])
def test_each_further_look_has_half_the_level_of_the_one_before(look: int, level: float) -> None:
    last = Before(look, 0.05, {}, None, "public")
    settings = Settings(profile=PUBLIC, deals=199)
    assert plan_of(settings, last, shared=False).level == level
    assert plan_of(settings, last, shared=True).level == level / 2
    assert plan_of(settings, None, shared=False).level == 0.05


def test_an_opened_seal_is_not_sealed_again() -> None:
    record = {"share": 0.2, "seed": 4, "opened": False}
    assert seal_of(record) == Seal(0.2, 4)
    assert seal_of(record | {"opened": True}) is None
    assert seal_of(None) is None


def test_the_most_copies_that_count_as_seen_are_tried_too() -> None:
    """With 917 images the limit is 46: steps up to 20 alone would call a kind of 30 unseen."""
    assert sensitivity.doses_up_to(46) == [1, 2, 5, 10, 20, 46]
    assert sensitivity.doses_up_to(50) == [1, 2, 5, 10, 20, 50]
    assert sensitivity.doses_up_to(1) == [1]
