"""The whole audit of arrays with a known answer, and the words of its verdict."""

import re
from dataclasses import replace

import numpy as np
import pytest

from clefgan.auditing import control, examine, material, profiles, risk, sensitivity, verdict
from clefgan.auditing.examine import Compared, Findings, Plan
from clefgan.auditing.material import Material
from clefgan.auditing.planted import KINDS, degraded
from clefgan.auditing.verdict import Outcome
from clefgan.errors import ClefganError
from clefgan.method import Images

PUBLIC = profiles.get("public")
FORBIDDEN = re.compile(r"anonymous|anonymi[sz]ed|compliant|\bsafe\b|0 ?% risk|privacy score", re.I)


def patients(n: int, seed: int, side: int = 32) -> Images:
    """Images that share their coarse structure and differ in detail, one a patient."""
    rng = np.random.default_rng(seed)
    common = 60 * np.sin(np.linspace(0, 3, side))[:, None] * np.ones(side)
    fine = np.kron(rng.normal(0, 30, (n, side // 2, side // 2)), np.ones((1, 2, 2)))
    return np.clip(120 + common + fine, 0, 255).astype(np.uint8)


def sets(copies: int, *, n: int = 60, released: int = 300, brighter: int = 0) -> Material:
    rng = np.random.default_rng(5)
    train, held_out = patients(n, 1), patients(n, 2)
    made = degraded(patients(released, 3), rng)
    made[:copies] = degraded(train[np.arange(copies) % n], rng)
    held_out = np.clip(held_out.astype(int) + brighter, 0, 255).astype(np.uint8)
    names = [f"patient {i}" for i in range(2 * n)]
    return material.gather(train, held_out, made, names[:n], names[n:])


@pytest.fixture(scope="module")
def clean() -> Findings:
    return examine.examine(sets(0), Plan(deals=199, planted=20))


@pytest.fixture(scope="module")
def leaking() -> Findings:
    return examine.examine(sets(15), Plan(deals=199, planted=20))


def test_copies_are_listed_counted_and_said(leaking: Findings) -> None:
    said = verdict.of(leaking, PUBLIC)
    assert said.outcome is Outcome.LEAK
    assert set(range(15)) <= set(leaking.copies.listed.tolist())
    assert len(leaking.copies.listed) <= 20
    names = [leaking.material.names[g] for g in leaking.strong.winner[:15]]
    assert names == [f"patient {i}" for i in range(15)]
    assert re.match(
        r"Do not release yet: released images are nearer to your 60 training patients than chance "
        r"allows: to \d+, of whom chance explains at most \d+ \(95%; p = 0\.005, level 0\.05\);",
        said.sentence,
    )
    assert "withhold the" in said.sentence


def test_where_nothing_leaks_the_sentence_says_what_would_have_been_seen(clean: Findings) -> None:
    said = verdict.of(clean, replace(PUBLIC, limit=0.3))
    blind = [each for each in clean.sensitivity if not each.seen]
    assert said.outcome is (Outcome.CANNOT_SAY if blind else Outcome.NOTHING_FOUND)
    some = replace(clean, sensitivity=tuple(s for s in clean.sensitivity if s.seen))
    told = verdict.of(some, replace(PUBLIC, limit=0.3))
    assert told.outcome is Outcome.NOTHING_FOUND
    assert re.search(r"put before the reader in \d+ of \d+ cases, so fewer than \d+", told.sentence)
    assert told.sentence.endswith("This is no proof that nobody can be recognised.")


def test_no_sentence_holds_a_word_it_must_not_hold(clean: Findings, leaking: Findings) -> None:
    for findings in (clean, leaking):
        for profile in profiles.PROFILES.values():
            said = verdict.of(findings, profile)
            assert not FORBIDDEN.search(" ".join([said.sentence, *said.reasons]))


def test_an_interval_above_the_threshold_is_no_pass(clean: Findings) -> None:
    some = replace(clean, sensitivity=tuple(s for s in clean.sensitivity if s.seen))
    said = verdict.of(some, replace(PUBLIC, limit=0.0001))
    assert said.outcome is Outcome.CANNOT_SAY
    assert "reaches above the 0.0001 of 'public'; more patients" in said.sentence


def test_a_relative_f1_is_judged_by_its_interval(clean: Findings) -> None:
    assert clean.attack is not None
    some = replace(clean, sensitivity=tuple(s for s in clean.sensitivity if s.seen))
    outcomes = []
    for low, high in ((0.3, 0.6), (0.1, 0.6), (-0.5, 0.1)):
        attack = replace(
            clean.attack, relative_f1=low + 0.05, relative_f1_low=low, relative_f1_high=high
        )
        said = verdict.of(replace(some, attack=attack), profiles.get("membership"))
        outcomes.append(said.outcome)
        assert f"relative F1 {low + 0.05:.2f} [{low:.2f} to {high:.2f}]" in said.sentence
    assert outcomes == [Outcome.LEAK, Outcome.CANNOT_SAY, Outcome.NOTHING_FOUND]


def test_sets_that_differ_anyway_prove_nothing() -> None:
    findings = examine.examine(sets(15, brighter=40), Plan(deals=99, planted=0))
    said = verdict.of(findings, PUBLIC)
    assert said.outcome is Outcome.CANNOT_SAY
    assert "differ without any released image (image-only AUC" in said.sentence


def test_the_control_is_exact_where_the_sets_are_alike() -> None:
    rng = np.random.default_rng(0)
    named = 0
    for seed in range(200):
        training = rng.permutation(np.arange(60) < 30)
        features = rng.normal(size=(60, 8))
        found = control.compare(features, training, np.zeros(60, int), times=99, seed=seed)
        named += found.p_value <= 0.05
    assert 2 <= named <= 20


def test_exchanged_sets_find_nothing_on_the_training_side(leaking: Findings) -> None:
    own = leaking.material
    other = replace(own, training=~own.training)
    findings = examine.judge(other, leaking.plan, Compared(leaking.look))
    said = verdict.of(findings, PUBLIC)
    assert findings.test is not None
    assert findings.test.p_value > 0.05
    assert findings.test.p_held_out <= 0.01
    assert said.outcome is Outcome.CANNOT_SAY
    assert "nearer to held-out than to training patients" in said.sentence


def test_an_exact_copy_is_a_leak_by_itself() -> None:
    own = sets(0)
    released = own.released.copy()
    released[4] = own.real[np.flatnonzero(own.image_training())[0]]
    said = verdict.of(
        examine.examine(replace(own, released=released), Plan(deals=99, planted=0)), PUBLIC
    )
    assert said.outcome is Outcome.LEAK
    assert "1 released image equals a training image pixel for pixel" in said.sentence


def test_an_exact_copy_stays_a_leak_where_the_sets_differ_anyway_and_nothing_else_is_one() -> None:
    """Equal pixels need no held-out patient; how near the release is to which of them does."""
    own = sets(15, brighter=40)
    released = own.released.copy()
    released[20] = own.real[np.flatnonzero(own.image_training())[3]]
    some = examine.examine(replace(own, released=released), Plan(deals=99, planted=0))
    assert some.control is not None
    assert some.control.differs
    assert some.test is not None
    assert some.test.p_value <= 0.05
    said = verdict.of(some, PUBLIC)
    assert said.outcome is Outcome.LEAK
    assert said.reasons == ("1 released image equals a training image pixel for pixel",)


def test_a_copy_that_a_person_saw_is_a_leak_where_the_sets_differ_anyway(clean: Findings) -> None:
    differ = control.ImageOnly(0.8, 0.002)
    said = verdict.of(replace(clean, control=differ, judged=np.array([3, 8])), PUBLIC)
    assert said.outcome is Outcome.LEAK
    assert said.reasons == (
        "2 released images were judged by a person to be copies of training images",
    )
    assert "withhold the 2 images in withhold.csv" in said.sentence
    assert verdict.of(replace(clean, control=differ), PUBLIC).outcome is Outcome.CANNOT_SAY


@pytest.mark.parametrize(("p", "differs"), [(0.01, True), (0.0101, False), (0.05, False)])
def test_the_control_stops_an_audit_at_one_in_a_hundred(
    p: float, differs: bool, clean: Findings
) -> None:
    assert clean.control is not None
    some = replace(clean, control=replace(clean.control, p_value=p))
    said = verdict.of(some, PUBLIC)
    assert any("differ without any released image" in each for each in said.reasons) == differs
    if differs:
        assert said.outcome is Outcome.CANNOT_SAY


def test_without_held_out_patients_copies_alone_are_assessed() -> None:
    rng = np.random.default_rng(5)
    train = patients(60, 1)
    made = degraded(patients(200, 3), rng)
    names = [f"patient {i}" for i in range(60)]
    plan = Plan(planted=20)
    clean = examine.examine(material.gather(train, None, made, names), plan)
    assert clean.copies.q_values.min() > 0.05
    some = replace(clean, sensitivity=tuple(s for s in clean.sensitivity if s.seen))
    assert "Membership was not assessed" in verdict.of(some, PUBLIC).sentence
    made[:12] = degraded(train[:12], rng)
    found = examine.examine(material.gather(train, None, made, names), plan)
    assert set(range(12)) <= set(found.copies.listed.tolist())
    assert verdict.of(found, PUBLIC).outcome is Outcome.LEAK


def test_few_patients_cannot_say() -> None:
    findings = examine.examine(sets(0, n=8), Plan(deals=99, planted=0))
    said = verdict.of(findings, PUBLIC)
    assert said.outcome is Outcome.CANNOT_SAY
    assert any("8 patients per side are too few, 20 are needed" in each for each in said.reasons)


def test_one_patient_per_side_shows_no_epsilon(clean: Findings) -> None:
    assert clean.attack is not None
    attack = replace(clean.attack, epsilon_cap=float("nan"))
    said = verdict.too_few(sets(0, n=1, released=2), attack)
    assert said == ["1 patient per side is too few, 20 are needed"]


def test_patients_whom_nobody_may_be_exchanged_with_do_not_count(clean: Findings) -> None:
    """Each of them a stratum of his own: every deal is the same, and the set test sees nothing."""
    own = clean.material
    n = len(own.names)
    apart = replace(own, stratum=np.arange(n), strata=tuple(map(str, range(n))))
    assert apart.exchangeable() == (0, 0)
    findings = examine.examine(apart, Plan(deals=99, planted=0))
    assert findings.test is not None
    assert findings.test.p_value == 1
    said = verdict.of(findings, PUBLIC)
    assert said.outcome is Outcome.CANNOT_SAY
    assert (
        "only 0 of 60 training and 0 of 60 held-out patients are in a stratum that has both, 20 "
        "are needed" in said.reasons
    )
    places = np.flatnonzero(own.training)[:45], np.flatnonzero(~own.training)
    mixed = np.zeros(n, np.int64)
    mixed[places[0]] = 1  # 45 training patients of one scanner alone
    assert replace(own, stratum=mixed, strata=("a", "b")).exchangeable() == (15, 60)


def test_a_third_failed_look_asks_for_another_generator(leaking: Findings) -> None:
    assert "change the generator" in verdict.of(leaking, PUBLIC, look_number=3).sentence


@pytest.mark.parametrize(("low", "below"), [(0.99, 1), (0.9, 2), (0.5, 5)])
def test_how_many_may_have_been_missed(low: float, below: int) -> None:
    shown = risk.Share(1, 1, low, 1.0)
    assert sensitivity.Sensitivity(KINDS[0], shown, None, 0, 1).missed_below == below


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"level": 0.0}, "audit: level 0.0 is not between 0 and 1; give a share"),
        ({"q": 1.0}, "audit: q 1.0 is not between 0 and 1; give a share"),
        ({"deals": 10}, "audit: 10 deals are too few; give 99 or more"),
        ({"deals": 99, "level": 0.001}, "audit: 99 deals cannot reach level 0.001; give 1000"),
    ],
)
def test_a_plan_that_means_nothing_is_refused(setting: dict[str, float], message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        Plan(**setting)  # type: ignore[arg-type]


def test_a_threshold_is_chosen_by_name() -> None:
    with pytest.raises(ClefganError, match="no threshold 'safe'; choose one before looking: pub"):
        profiles.get("safe")
    assert all(each.source for each in profiles.PROFILES.values())


def test_listed_images_are_in_the_sentence_whatever_keeps_it_from_a_leak(clean: Findings) -> None:
    """Else the tables would speak of copies that the verdict is silent about."""
    some = replace(clean, sensitivity=tuple(s for s in clean.sensitivity if s.seen))
    few = replace(clean.copies, listed=np.arange(3))
    calm = verdict.of(replace(some, copies=few), replace(PUBLIC, limit=0.3))
    unsure = verdict.of(replace(clean, copies=few, sensitivity=()), PUBLIC)
    assert (calm.outcome, unsure.outcome) == (Outcome.NOTHING_FOUND, Outcome.CANNOT_SAY)
    wanted = (
        "But 3 images are listed, at an expected false share of 0.2: look at them. The set test "
        "does not support the list; on clean data one in ten has one."
    )
    assert calm.sentence.startswith(f"The set as a whole shows no copies. {wanted} ")
    assert unsure.sentence.endswith(f". {wanted}")
    none = replace(clean.copies, listed=np.arange(0))
    assert "listed" not in verdict.of(replace(clean, copies=none, sensitivity=()), PUBLIC).sentence


@pytest.mark.parametrize("exchanged", [False, True])
def test_images_of_one_grey_level_are_nobodys_copies(exchanged: bool) -> None:
    """They are alike to nothing, so one patient wins all of them, and they would be a long list."""
    own = sets(0, n=20, released=60)
    released = own.released.copy()
    released[:40] = np.repeat([[[0]], [[90]]], 20, axis=0)
    training = ~own.training if exchanged else own.training
    found = examine.examine(
        replace(own, released=released, training=training), Plan(deals=99, planted=0)
    )
    assert not found.strong.margin[:40].any()
    assert found.strong.margin[40:].all()
    assert not np.isin(found.copies.listed, np.arange(40)).any()
    blank = examine.examine(
        replace(own, released=released[:40], training=training), Plan(deals=99, planted=0)
    )
    assert not len(blank.copies.listed)


def test_a_kind_of_which_all_few_planted_copies_were_shown_is_not_called_unseen(
    clean: Findings,
) -> None:
    calls = {True: risk.share(np.ones(5, bool)), False: risk.share(np.arange(5) < 2)}
    seen = tuple(
        sensitivity.Sensitivity(kind, calls[kind in KINDS[:2]], None, 5, 15) for kind in KINDS[:3]
    )
    assert [kind.few for kind in seen] == [True, True, False]
    said = verdict.of(replace(clean, sensitivity=seen), PUBLIC)
    assert said.outcome is Outcome.CANNOT_SAY
    first, second, third = (kind.title for kind in KINDS[:3])
    assert f"{third} would not have been seen on this data" in said.reasons
    assert (
        f"all {first} and {second} that were planted were shown, but 5 of each kind are too few to "
        "say that others would be; plant more of them"
    ) in said.reasons
