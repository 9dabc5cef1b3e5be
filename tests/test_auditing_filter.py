"""What is withheld, against the definitions worked out in plain NumPy."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from clefgan.auditing import alone, examine, material, views, withheld_because
from clefgan.auditing.examine import Compared, Findings, Plan
from clefgan.auditing.filter import Withhold, withhold
from clefgan.auditing.looks import Look
from clefgan.auditing.margins import Values
from clefgan.auditing.material import Material
from clefgan.auditing.planted import degraded
from clefgan.method import Images

N = 15  # patients of each set, one image each


def images(n: int, seed: int) -> Images:
    rng = np.random.default_rng(seed)
    fine = np.kron(rng.normal(0, 30, (n, 16, 16)), np.ones((1, 2, 2)))
    return np.clip(120 + np.linspace(-40, 40, 32) + fine, 0, 255).astype(np.uint8)


def sets() -> Material:
    made = degraded(images(80, 3), np.random.default_rng(0))
    names = [f"p{i:02d}" for i in range(2 * N)]
    return material.gather(images(N, 1), images(N, 2), made, names[:N], names[N:])


@pytest.fixture(scope="module")
def plan() -> Plan:
    return Plan(deals=99, planted=0, null=True, views=(views.PIXELS,))


@pytest.fixture(scope="module")
def compared(plan: Plan) -> Compared:
    return examine.compare(sets(), plan)


@pytest.fixture(scope="module")
def found(plan: Plan, compared: Compared) -> Findings:
    return examine.judge(sets(), plan, compared)


def corrected(some: Images, own: Material) -> Values:
    """Similarity of some images to each patient's image, less half of how alike it is to all."""
    cut = views.PIXELS.cuts
    real = cut(own.real)[0].astype(float)
    released, rows = (cut(each)[0].astype(float) for each in (own.released, some))
    usual = np.sort(np.arctanh(real @ released.T), axis=1)[:, -10:].mean(axis=1)
    return np.asarray(np.arctanh(rows @ real.T) - usual / 2)


def lead(values: Values) -> Values:
    """Of the best patient over the next, in each row."""
    ordered = np.sort(values, axis=1)
    return np.asarray(ordered[:, -1] - ordered[:, -2])


def test_the_null_is_of_each_patients_softened_image_beside_all_others(found: Findings) -> None:
    own = sets()
    softened = alone.soften(own)
    values = corrected(softened.images, own)
    values[np.arange(2 * N), softened.patients] = -np.inf
    unit = np.median(lead(corrected(own.released, own)))
    assert found.null is not None
    assert_allclose(found.null, lead(values) / unit, rtol=1e-3, atol=1e-4)


def test_symmetric_withholds_all_above_95_percent_of_the_null(found: Findings) -> None:
    assert found.null is not None
    out = withhold(found, Withhold.SYMMETRIC)
    cutoff = np.sort(found.null)[round(0.95 * (len(found.null) - 1)) - 1 :]
    assert cutoff[0] <= out.cutoff <= cutoff[2]
    assert out.cutoff == np.quantile(found.null, 0.95)
    assert set(out.withheld) == set(np.flatnonzero(found.strong.margin >= out.cutoff))
    assert set(out.withheld) | set(out.kept) == set(range(80))
    assert 0 < len(out.withheld) < 40


def test_symmetric_asks_for_no_label(found: Findings, plan: Plan, compared: Compared) -> None:
    own = sets()
    exchanged = examine.judge(replace(own, training=~own.training), plan, compared)
    same = withhold(exchanged, Withhold.SYMMETRIC)
    assert same.withheld.tolist() == withhold(found, Withhold.SYMMETRIC).withheld.tolist()


def test_the_list_takes_both_tails(found: Findings) -> None:
    """Images that held-out patients win by as much go too: else a hole is left."""
    cutoff = float(np.quantile(found.strong.margin, 0.8))
    some = replace(found, copies=replace(found.copies, cutoff=cutoff))
    out = withhold(some, Withhold.LIST)
    assert set(out.withheld) == set(np.flatnonzero(found.strong.margin >= cutoff))
    won = found.material.training[found.strong.winner[out.withheld]]
    assert won.any()
    assert not won.all()


@pytest.mark.parametrize("how", list(Withhold))
def test_an_exact_copy_is_withheld_however_small_its_margin(found: Findings, how: Withhold) -> None:
    least = int(found.strong.margin.argmin())
    assert least not in withhold(found, how).withheld
    some = replace(found, exact=np.array([[least, 0]]))
    assert least in withhold(some, how).withheld
    assert least not in withhold(some, how).kept


@pytest.mark.parametrize("how", list(Withhold))
def test_a_copy_that_a_person_saw_is_withheld_however_small_its_margin(
    found: Findings, how: Withhold
) -> None:
    least = int(found.strong.margin.argmin())
    some = replace(found, judged=np.array([least]))
    out = withhold(some, how)
    assert least in out.withheld
    assert least not in out.kept
    assert least in some.single
    images = out.withheld.tolist()
    why = dict(zip(images, withheld_because.reasons(images, some, None, out), strict=True))
    assert why.pop(least) == withheld_because.JUDGED
    assert bool(why) == (how is Withhold.SYMMETRIC)  # the list of this release is empty
    assert set(why.values()) <= {withheld_because.ABOVE, withheld_because.LISTED}


def test_the_strongest_reason_is_the_one_that_is_given(found: Findings) -> None:
    listed = found.strong.margin.argsort()[:4]
    some = replace(
        found,
        copies=replace(found.copies, listed=listed),
        exact=np.array([[listed[0], 0]]),
        judged=np.sort(listed[:2]),
    )
    out = replace(
        withhold(some, Withhold.SYMMETRIC),
        above=listed[2:3],
        thinned=np.setdiff1d(range(80), listed),
    )
    beside = int(out.thinned[0])
    said = withheld_because.reasons([*listed.tolist(), beside], some, None, out)
    assert said == [
        "equals a training image", "judged to be a copy", "listed as a copy", "listed as a copy",
        "left out for diversity",
    ]  # fmt: skip
    alone = replace(some, copies=replace(found.copies, listed=listed[:0]))
    assert withheld_because.reasons([int(listed[2])], alone, None, out) == [withheld_because.ABOVE]


def test_sealed_patients_margins_count_and_their_cutoff_does_not(
    found: Findings, compared: Compared
) -> None:
    look: Look = compared.release
    strong = look.strongest()
    everybody = replace(strong, margin=strong.margin[::-1].copy())
    out = withhold(found, Withhold.SYMMETRIC, everybody=everybody)
    assert out.cutoff == withhold(found, Withhold.SYMMETRIC).cutoff
    assert set(out.withheld) == set(np.flatnonzero(strong.margin[::-1] >= out.cutoff))
