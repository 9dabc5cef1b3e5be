"""Lists of nearest patients against all pairs, views, and planted copies that they must find."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from clefgan.auditing import attacks, exact, looks, margins, material, nearest, planted, views
from clefgan.auditing.material import Material
from clefgan.auditing.views import View
from clefgan.errors import ClefganError
from clefgan.method import Images
from clefgan.similarity import detail


def images(n: int, seed: int, side: int = 32) -> Images:
    """Smooth random images, so that a blur leaves something."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (n, side // 4, side // 4), dtype=np.uint8)
    return np.kron(coarse, np.ones((1, 4, 4), np.uint8))


def gathered(n_released: int = 20, per_patient: int = 3) -> Material:
    labels = [f"p{i // per_patient}" for i in range(30)]
    return material.gather(
        images(30, 0), images(30, 1), images(n_released, 2), labels, [f"h{x}" for x in labels]
    )


def ways(view: View, images: Images) -> list[Images]:
    """Images in every way in which a view compares them."""
    if not view.turned:
        return [images]
    eight = [np.rot90(some, k, (1, 2)) for some in (images, images[:, :, ::-1]) for k in range(4)]
    return [*eight[1:], *(255 - some for some in eight if view.inverted)]


@pytest.mark.parametrize("view", [*views.BATTERY, *views.CONFIRMING], ids=lambda v: v.name)
def test_lists_are_those_of_all_pairs(view: View) -> None:
    sets = gathered(300)
    found = nearest.nearest(view, sets.released, sets.real, sets.group)
    turned = np.stack([view.cuts(some) for some in ways(view, sets.released)])
    for cut, theirs in enumerate(view.cuts(sets.real)):
        similar = (turned[:, cut] @ theirs.T).max(axis=0)
        z = np.arctanh(np.clip(similar, -nearest.ALIKE, nearest.ALIKE))
        groups = z.reshape(len(z), -1, 3).max(axis=2)
        wanted = np.sort(groups, axis=1)[:, ::-1][:, : found.values.shape[2]]
        assert_allclose(found.values[cut], wanted, atol=1e-4)
        at = np.take_along_axis(z, found.images[cut].astype(int), axis=1)
        assert_allclose(at, wanted, atol=1e-4)
        assert_allclose(found.hubs[cut], np.sort(z, axis=0)[-10:].mean(axis=0), atol=1e-4)


def test_nearly_equal_images_keep_their_order_and_equal_ones_are_finite() -> None:
    some = np.array([0.5, 0.999, 0.9995, 0.99995, 1.0, -np.inf], np.float32)
    z = nearest.as_z(some)
    assert_allclose(z[:4], np.arctanh(some[:4].astype(float)), rtol=1e-4)
    assert z[3] < z[4] < 8
    assert z[5] == -np.inf


def test_windows_cover_the_image_and_overlap() -> None:
    seen = np.zeros((64, 50), int)
    for rows, columns in views.windows(64, 50, 7):
        seen[rows, columns] += 1
    assert seen.min() >= 1
    assert len(list(views.windows(64, 50, 7))) == views.WINDOWS.n_cuts


def test_windows_that_are_cut_at_once_are_those_cut_one_by_one() -> None:
    some = images(5, 0, 128)
    maps = views.averaged(views.fine_band(some), 2)
    for place, own in zip(views.windows(64, 64, 7), views.WINDOWS.cuts(some), strict=True):
        assert_array_equal(own, detail.unit_rows(maps[:, *place]))


@pytest.mark.parametrize("step", [1, 2, 3])
def test_averaged_maps_are_means_of_blocks(step: int) -> None:
    maps = np.random.default_rng(0).normal(size=(3, 13, 12)).astype(np.float32)
    height, width = 13 // step, 12 // step
    blocks = maps[:, : height * step, : width * step].reshape(3, height, step, width, step)
    assert_allclose(views.averaged(maps, step), blocks.mean(axis=(2, 4)), atol=1e-6)


def test_only_views_that_filter_alike_share_their_real_images() -> None:
    assert replace(views.BAND, turned=True).filters_as(views.BAND)
    assert not views.TURNED.filters_as(views.BAND)  # a coarser grid
    assert not views.CONTRAST.filters_as(views.BAND)
    assert not views.WINDOWS.filters_as(views.BAND)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 200)])
def test_tiny_images_are_compared_without_a_complaint(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    some = rng.integers(0, 256, (12, *size), dtype=np.uint8)
    sets = material.gather(some[:5], some[5:9], some[9:], list("abcde"), list("fghi"))
    look = looks.look(sets, views.BATTERY)
    assert np.isfinite(look.strongest().margin).all()


def test_margins_are_the_lead_over_the_next_patient_and_sum_up_against_hubs() -> None:
    sets = gathered()
    lists = nearest.nearest(views.PIXELS, sets.released, sets.real, sets.group)
    found = margins.of(lists, sets.group)
    rows = np.concatenate([sets.released, sets.real]).reshape(80, -1)
    z = np.arctanh(np.corrcoef(rows)[:20, 20:])
    corrected = (z - 0.5 * lists.hubs[0]).reshape(20, -1, 3).max(axis=2)
    ordered = np.sort(corrected, axis=1)
    lead = ordered[:, -1] - ordered[:, -2]
    assert_allclose(found.margin[0], lead / np.median(lead), rtol=1e-2)
    assert (found.winner[0] == corrected.argmax(axis=1)).all()


@pytest.mark.parametrize("kind", planted.KINDS, ids=lambda kind: kind.name)
def test_planted_copies_are_of_training_patients_and_uint8(kind: planted.PlantedKind) -> None:
    sets = gathered()
    made = planted.plant(sets, kind, 7, np.random.default_rng(0))
    assert made.images.shape == (7, 32, 32)
    assert made.images.dtype == np.uint8
    assert made.parents.shape == (7, kind.parts)
    assert sets.training[made.parents].all()


@pytest.mark.parametrize("name", ["copy", "flip", "window", "turn", "inverse"])
def test_a_planted_copy_wins_for_its_own_patient_by_far(name: str) -> None:
    sets = gathered(60)
    kind = next(kind for kind in planted.KINDS if kind.name == name)
    copies = planted.plant(sets, kind, 10, np.random.default_rng(0))
    release, planted_ones = looks.with_others(sets, views.BATTERY, [copies.images])
    seen = planted_ones.strongest()
    assert (seen.winner == copies.parents[:, 0]).all()
    assert seen.margin.min() > release.strongest().margin.max()


def test_further_images_are_seen_in_the_units_and_with_the_hubs_of_the_release() -> None:
    sets = gathered(40)
    release, beside = looks.with_others(sets, views.BATTERY, [sets.released[:8]])
    for name, own in release.margins.items():
        both = margins.joined(own, beside.margins[name])
        assert (both.winner[:, :8] == both.winner[:, -8:]).all()
        assert_allclose(both.margin[:, :8], both.margin[:, -8:], atol=1e-4)
        first = looks.some_of(release, np.arange(8), len(sets.names))
        assert_allclose(beside.leads[name], first.leads[name], atol=1e-4)


def test_a_release_and_further_images_joined_are_as_if_all_were_released_by_their_leads() -> None:
    sets = gathered(40)
    copies = planted.plant(sets, planted.KINDS[0], 6, np.random.default_rng(0))
    release, beside = looks.with_others(sets, views.BATTERY, [copies.images])
    both = looks.joined_part(release, beside)
    assert_array_equal(both.ahead, np.maximum(release.ahead, beside.ahead))
    assert (both.ahead[copies.parents[:, 0]] > release.ahead[copies.parents[:, 0]]).all()
    leads = {name: np.maximum(own, beside.leads[name]) for name, own in release.leads.items()}
    for name, wanted in attacks.scores(leads).items():
        assert_array_equal(both.scores[name], wanted)
        assert (both.scores[name] != release.scores()[name]).any()


def test_further_images_change_nothing_of_the_release() -> None:
    sets = gathered(40)
    alone = looks.look(sets, views.BATTERY)
    release, _, third = looks.with_others(
        sets, views.BATTERY, [sets.released[:8], sets.released[5:25]]
    )
    for name, own in alone.lists.items():
        assert_array_equal(release.lists[name].values, own.values)
        assert_array_equal(release.lists[name].hubs, own.hubs)
    assert list(release.lists) == [view.name for view in views.BATTERY]
    assert_allclose(third.lists["band"].values, alone.lists["band"].values[:, 5:25], atol=1e-5)


def test_real_images_are_sorted_by_patient_and_know_where_they_stood() -> None:
    first, second = images(4, 0), images(3, 1)
    sets = material.gather(first, second, first[:1], ["b", "a", "b", "c"], ["e", "d", "e"])
    assert sets.names == ("a", "b", "c", "d", "e")
    assert sets.training.tolist() == [True, True, True, False, False]
    assert sets.group.tolist() == [0, 1, 1, 2, 3, 4, 4]
    assert (np.concatenate([first, second])[sets.order] == sets.real).all()


def test_equal_pixels_are_found_and_flat_images_are_no_copies() -> None:
    real = images(4, 0)
    real[3] = 9
    sets = material.gather(real, images(2, 5), real[[2, 3]], list("abcd"), list("ef"))
    assert exact.copies(sets).tolist() == [[0, 2]]


def test_strata_are_one_a_patient() -> None:
    first, second = images(2, 0), images(2, 1)
    sets = material.gather(first, second, first, ["a", "b"], ["c", "d"], ["x", "y", "x", "y"])
    assert sets.strata == ("x", "y")
    assert sets.stratum.tolist() == [0, 1, 0, 1]
    with pytest.raises(ClefganError, match="strata: 1 patient has images in two strata; give"):
        material.gather(first, second, first, ["a", "a"], ["c", "d"], ["x", "y", "x", "y"])
    with pytest.raises(ClefganError, match="strata: 1 for 4 real images; give one for each"):
        material.gather(first, second, first, ["a", "b"], ["c", "d"], ["x"])


def test_a_patient_in_both_sets_is_refused_without_his_name() -> None:
    first, second = images(2, 0), images(2, 1)
    with pytest.raises(ClefganError, match="held-out: 1 patient is also in train; held-out") as e:
        material.gather(first, second, first, ["secret", "b"], ["c", "secret"])
    assert "secret" not in str(e.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"released": images(0, 0)}, "released: no images; got 0; give at least 1"),
        ({"released": images(2, 0, 16)}, "released: images of 16x16, training images of 32x32"),
        ({"train": images(2, 0).astype(float)}, r"train: float64 of shape \(2, 32, 32\); give"),
        ({"groups": ["a"]}, "train: patients of 1 images for 2 images; give one for each"),
    ],
)
def test_sets_that_do_not_fit_are_refused(change: dict[str, object], message: str) -> None:
    given: dict[str, object] = {
        "train": images(2, 0), "held_out": images(2, 1), "released": images(2, 2),
        "groups": ["a", "b"], "held_out_groups": ["c", "d"],
    }  # fmt: skip
    with pytest.raises(ClefganError, match=message):
        material.gather(**{**given, **change})  # type: ignore[arg-type]
