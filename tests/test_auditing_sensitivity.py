"""Planted copies against the truth, and what happens to a test by image."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import fisher_exact

from clefgan.auditing import copies, examine, looks, material, planted, sensitivity, views
from clefgan.auditing.examine import Plan
from clefgan.auditing.material import Material
from clefgan.auditing.planted import degraded
from clefgan.auditing.risk import Share
from clefgan.auditing.sensitivity import Sensitivity
from clefgan.method import Images

N = 40  # patients of each set
COPIES = 24
KINDS = {kind.name: kind for kind in planted.KINDS}


def patients(n: int, rng: np.random.Generator) -> Images:
    """A shared slope and detail of their own, one image a patient."""
    fine = np.kron(rng.normal(0, 5, (n, 16, 16)), np.ones((1, 2, 2)))
    return np.clip(120 + np.linspace(-40, 40, 32) + fine, 0, 255).astype(np.uint8)


def release(name: str, seed: int) -> tuple[Material, planted.Planted]:
    """A release whose first images are copies of one kind, drawn as planted ones are."""
    rng = np.random.default_rng([seed, 9])
    labels = [f"p{i}" for i in range(2 * N)]
    made = degraded(patients(200, rng), rng)
    clean = material.gather(patients(N, rng), patients(N, rng), made, labels[:N], labels[N:])
    copies = planted.plant(clean, KINDS[name], COPIES, rng)
    return replace(clean, released=np.concatenate([copies.images, made])), copies


def hits(name: str, seeds: int) -> tuple[list[int], list[int]]:
    """Shown and not shown: of the copies in the releases, and of those planted beside them."""
    truth, said = [0, 0], [0, 0]
    for seed in range(seeds):
        sets, copies = release(name, seed)
        found = examine.examine(sets, Plan(deals=99, planted=50, seed=seed))
        own = looks.some_of(found.look, np.arange(COPIES), len(sets.names))
        shown = sensitivity.shown(own, copies, sets.training, found.copies)
        truth = [truth[0] + int(shown.sum()), truth[1] + int((~shown).sum())]
        share = next(each.shown for each in found.sensitivity if each.kind.name == name)
        said = [said[0] + share.hits, said[1] + share.of - share.hits]
    return truth, said


def of_kind(shown: Share, noticed: int | None, limit: int = 10) -> Sensitivity:
    return Sensitivity(planted.KINDS[0], shown, noticed, 50, limit)


@pytest.mark.parametrize(("low", "seen"), [(0.49, False), (0.5, False), (0.501, True), (0.9, True)])
def test_a_kind_is_seen_one_by_one_if_the_lower_limit_of_its_share_is_above_a_half(
    low: float, seen: bool
) -> None:
    """The estimate and the upper limit are above a half each time: they do not decide."""
    assert of_kind(Share(19, 20, low, 0.99), None).seen == seen


@pytest.mark.parametrize(("noticed", "seen"), [(None, False), (1, True), (10, True), (11, False)])
def test_a_kind_is_seen_together_if_as_few_as_the_limit_are_noticed(
    noticed: int | None, seen: bool
) -> None:
    assert of_kind(Share(0, 20, 0.0, 0.2), noticed).seen == seen


@pytest.mark.parametrize(("released", "limit"), [(200, 10), (930, 46), (8, 1), (30, 2)])
def test_the_limit_is_5_percent_of_the_release_and_at_least_one_copy(
    released: int, limit: int
) -> None:
    rng = np.random.default_rng(0)
    labels = [f"p{i}" for i in range(10)]
    made = degraded(patients(released, rng), rng)
    own = material.gather(patients(5, rng), patients(5, rng), made, labels[:5], labels[5:])
    plantings = sensitivity.draw(own, 60, kinds=planted.KINDS[:1])
    release, beside = looks.with_others(own, (views.PIXELS,), [plantings[0].copies.images])
    listed = copies.find(np.ones(3), np.zeros(3, bool), 0.5)
    (kind,) = sensitivity.measure(own, release, plantings, beside, listed, doses=False)
    assert (kind.limit, kind.tried, kind.shown.of) == (limit, 0, 60)


@pytest.mark.parametrize("low", [0.0, 1e-6, 0.06, 0.5, 0.51, 0.9, 0.9499, 0.95, 1.0])
def test_fewer_were_missed_than_would_all_be_missed_with_less_than_5_percent(low: float) -> None:
    """Of so many copies, each shown with the lower limit of its share, one at least is shown."""
    n = of_kind(Share(10, 20, low, 1.0), None).missed_below
    if low == 0:
        assert n == np.inf
    else:
        assert (1 - low) ** n <= 0.05 * (1 + 1e-9)
        assert n == 1 or (1 - low) ** (n - 1) > 0.05 * (1 - 1e-9)


@pytest.mark.slow
def test_planted_copies_are_shown_as_often_as_those_in_the_release() -> None:
    """Several releases a kind, so that a bias of a tenth would be seen."""
    found = {name: hits(name, 5) for name in ("copy", "blend", "crop")}
    for name, (truth, said) in found.items():
        assert fisher_exact(np.array([truth, said])).pvalue > 0.01, name
    shares = {name: said[0] / sum(said) for name, (_, said) in found.items()}
    assert min(shares.values()) < 0.9  # not all is shown, so the shares say something
    assert fisher_exact(np.array([found["copy"][0], found["crop"][1]])).pvalue < 0.01  # it can fail


def slices(seed: int) -> Material:
    """Eight patients a side with 20 slices each, alike as slices are; nothing is copied."""
    rng = np.random.default_rng(seed)
    rows = []
    for n_patients, n_slices in ((8, 20), (8, 20), (30, 5)):
        own = np.kron(rng.normal(0, 14, (n_patients, 1, 8, 8)), np.ones((1, 1, 4, 4)))
        fine = np.kron(rng.normal(0, 6, (n_patients, n_slices, 16, 16)), np.ones((1, 1, 2, 2)))
        levels = 120 + np.linspace(-40, 40, 32) + (own + fine).reshape(-1, 32, 32)
        rows.append(np.clip(levels, 0, 255).astype(np.uint8))
    names = [f"p{i // 20}" for i in range(160)]
    made = degraded(rows[2], rng)
    return material.gather(rows[0], rows[1], made, names, [f"h{name}" for name in names])


def by_image(sets: Material) -> Material:
    """The same, each image taken for a patient."""
    n = len(sets.real)
    return replace(
        sets,
        group=np.arange(n),
        names=tuple(map(str, range(n))),
        training=sets.image_training(),
        stratum=np.zeros(n, np.int64),
    )


@pytest.mark.slow
def test_with_20_images_a_patient_the_level_holds_where_a_test_by_image_fails() -> None:
    battery = (views.PIXELS, views.BAND, views.CONTRAST)
    rejected = {"patient": 0, "image": 0}
    for seed in range(40):
        sets = slices(seed)
        for unit, own in (("patient", sets), ("image", by_image(sets))):
            look = looks.look(own, battery)
            p = looks.test(look, own.training, own.stratum, times=99, seed=seed).p_value
            rejected[unit] += p <= 0.05
    assert rejected["patient"] <= 6  # 2 expected; 7 or more have probability 0.003
    assert rejected["image"] >= 8


def two_scanners(seed: int) -> tuple[Material, Images]:
    """Four fifths of the training patients are of one scanner, and so are all released images.

    Nobody is copied. With it further images of that scanner, to stand for planted ones.
    """
    rng = np.random.default_rng(seed)
    of_scanner = [np.kron(rng.normal(0, 12, (16, 16)), np.ones((2, 2))) for _ in range(2)]
    scanner = np.array(([0] * 40 + [1] * 10) + ([0] * 10 + [1] * 40))
    real = patients(100, rng) + np.stack(of_scanner)[scanner]
    made = patients(300, rng) + of_scanner[0]
    real, made = (np.clip(levels, 0, 255).astype(np.uint8) for levels in (real, made))
    names = [f"p{i:03d}" for i in range(100)]
    strata = [f"scanner {number}" for number in scanner]
    own = material.gather(real[:50], real[50:], made[:250], names[:50], names[50:], strata)
    return own, made[250:]


def test_what_strata_differ_in_is_no_leak() -> None:
    """Images of the scanner that most training patients have: no copy, and no p-value says so."""
    least = {"with": 1.0, "without": 1.0}
    least_planted = dict(least)
    for seed in range(3):
        own, more = two_scanners(seed)
        alike = replace(own, stratum=np.zeros(len(own.names), np.int64), strata=("all",))
        for name, sets in (("with", own), ("without", alike)):
            found = examine.examine(sets, Plan(deals=199, planted=0))
            assert found.test is not None
            least[name] = min(least[name], found.test.p_value)
            _, second = looks.with_others(sets, found.plan.views, [more])
            both = looks.joined_part(found.look, second)
            p = looks.test_parts([both], sets.training, sets.stratum, times=199, seed=seed).p_value
            least_planted[name] = min(least_planted[name], p)
    assert min(least["with"], least_planted["with"]) > 0.01
    assert max(least["without"], least_planted["without"]) <= 0.01  # so the test can fail
