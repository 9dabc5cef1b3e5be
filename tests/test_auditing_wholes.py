"""Copies of whole volumes are found where slices alone miss them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

import volumes
from clefgan.auditing import looks, verdict
from clefgan.auditing.examine import Findings
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.looks import LookPart
from clefgan.auditing.planted import PlantedKind, plant
from clefgan.auditing.volumes import planted, views
from clefgan.auditing.volumes.withheld import listed
from copied_volumes import COPIED, DEPTH, MADE, PUBLIC, N, copied_sets, examined, some_with_volumes


@pytest.fixture(scope="module")
def noisy() -> Inputs:
    return volumes.audited(*copied_sets())


@pytest.fixture(scope="module")
def found(noisy: Inputs) -> Findings:
    return examined(noisy)


def test_volumes_copied_with_noise_are_found_whole_where_slices_alone_miss_them(
    noisy: Inputs, found: Findings
) -> None:
    by_slice = examined(noisy, whole=False)
    assert by_slice.test is not None
    assert by_slice.test.p_value > 0.05
    assert not len(by_slice.copies.listed)
    assert found.test is not None
    assert found.test.p_value <= 0.05
    assert "whole volumes" in found.test.strongest
    assert found.wholes is not None
    assert sorted(found.wholes.copies.listed.tolist()) == list(range(COPIED))
    assert found.wholes.volumes.cubes is not None
    names = found.wholes.volumes.cubes.names
    winners = [names[group] for group in found.wholes.strong.winner[:COPIED]]
    assert winners == [f"train{number:03d}" for number in range(COPIED)]


def test_the_verdict_says_that_whole_volumes_show_it(found: Findings) -> None:
    judged = verdict.of(found, PUBLIC, withheld=COPIED * DEPTH, volumes=COPIED)
    assert judged.outcome is verdict.Outcome.LEAK
    assert (
        "released volumes are nearer as a whole to your 30 training patients who have volumes than "
        "chance allows: to 8, of whom chance explains at most "
    ) in judged.sentence
    assert "8 volumes of 30 are listed whole; single images do not show it" in judged.sentence
    assert "withhold the 96 images in withhold.csv (8 volumes among them, with all slices)" in (
        judged.sentence
    )


def test_one_copied_slice_of_a_volume_is_found_by_slice_where_the_whole_misses_it() -> None:
    train, held, made = (volumes.drawn(n, seed) for seed, n in enumerate((N, N, MADE), 1))
    released = volumes.noisy(made, 6, 4)
    at = np.arange(COPIED), 3 + np.arange(COPIED) % 5
    released[at] = volumes.noisy(train[at], 6, 5)
    inputs = volumes.audited(train, held, released)
    result = examined(inputs)
    assert result.test is not None
    assert result.test.p_value <= 0.05
    assert result.wholes is not None
    assert not len(result.wholes.copies.listed)
    rows = {int(volume * DEPTH + level) for volume, level in zip(*at, strict=True)}
    assert rows <= set(result.copies.listed.tolist())
    out = listed(result, inputs.volumes)
    assert set(range(COPIED)) <= set(out.slices.tolist())
    assert not len(out.whole)
    assert set(range(COPIED * DEPTH)) <= set(out.images.tolist())  # volumes go whole


@pytest.mark.parametrize(
    ("turned", "view"),
    [
        (np.s_[:, ::-1], "volume-backwards"),
        (np.s_[:, :, :, ::-1], "volume-turned"),
    ],
)
def test_turned_copies_are_found_whole(turned: tuple[slice, ...], view: str) -> None:
    train, held, released = copied_sets()
    released[:COPIED] = volumes.noisy(train[turned][:COPIED], 300, 5)
    result = examined(volumes.audited(train, held, released))
    assert result.wholes is not None
    strong = result.wholes.strong
    assert set(range(COPIED)) <= set(result.wholes.copies.listed.tolist())
    assert {result.wholes.views[number].name for number in strong.view[:COPIED]} == {view}


def test_copies_with_other_slices_and_sizes_are_found_whole() -> None:
    train, held, released = copied_sets(noise=30)
    zoomed = ndimage.zoom(released.astype(float), (1, 1.5, 0.75, 0.75), order=1)
    other = np.clip(zoomed, 0, 255).astype(np.uint8)
    # images of one audit are of one size: the reader brings them there
    back = ndimage.zoom(other.astype(float), (1, 1, 4 / 3, 4 / 3), order=1)
    assert other.shape[1] != released.shape[1]
    result = examined(volumes.audited(train, held, np.clip(back, 0, 255).astype(np.uint8)))
    assert result.wholes is not None
    assert set(range(COPIED)) <= set(result.wholes.copies.listed.tolist())


def test_planted_volumes_measure_what_would_have_been_seen() -> None:
    train, held, released = copied_sets(noise=10, copied=0)
    result = examined(volumes.audited(train, held, released), planted=12)
    assert result.wholes is not None
    kinds = {kind.kind.name: kind for kind in result.wholes.sensitivity}
    assert set(kinds) == {kind.name for kind in planted.KINDS}
    assert kinds["volume-copy"].shown.hits >= 10
    assert kinds["volume-backwards"].seen
    assert result.planted[-1] is result.wholes.sensitivity[-1]
    blind = replace(result.wholes.sensitivity[0], shown=replace(kinds["volume-copy"].shown, low=0))
    doubted = replace(result, wholes=replace(result.wholes, sensitivity=(blind,)))
    said = verdict.of(doubted, PUBLIC)
    assert any("near copies of whole volumes" in reason for reason in said.reasons)


def test_copies_of_whole_volumes_are_found_without_held_out_patients() -> None:
    train, _, released = copied_sets(noise=60)
    result = examined(volumes.audited(train, None, released))
    assert result.wholes is not None
    assert set(result.wholes.copies.listed.tolist()) == set(range(COPIED))
    judged = verdict.of(result, PUBLIC)
    assert any("released volumes are nearer as a whole" in reason for reason in judged.reasons)


def test_patients_without_volumes_are_not_dealt_with_those_who_have_some() -> None:
    """All training patients have volumes, a third of the held-out ones do: no leak, no sign."""
    least = {"among": 1.0, "all": 1.0}
    for seed in range(4):
        train, held, made = (volumes.drawn(n, 10 * seed + i) for i, n in enumerate((N, N, 60), 1))
        inputs = volumes.audited(train, held, made)
        has = inputs.material.training | (np.arange(2 * N) % 3 == 0)
        inputs = some_with_volumes(inputs, has)
        result = examined(inputs)
        assert result.test is not None
        assert result.wholes is not None
        least["among"] = min(least["among"], result.test.p_value)
        assert not any("volume" in attack.name for attack in result.attacks)
        own = inputs.material
        part = result.wholes.part()
        everybody = np.zeros(2 * N)
        everybody[part.groups] = part.ahead
        moved = {
            name: replace(view, winner=result.wholes.volumes.groups[view.winner])
            for name, view in result.wholes.look.margins.items()
        }
        wrong = LookPart(moved, {}, everybody)
        p = looks.test_parts([wrong], own.training, own.stratum, times=499, seed=0).p_value
        least["all"] = min(least["all"], p)
    assert least["among"] > 0.01
    assert least["all"] <= 0.01  # so the test can fail


def test_every_patient_with_volumes_lets_whole_volumes_attack_too(found: Findings) -> None:
    names = [attack.name for attack in found.attacks]
    assert {view.name for view in views.BATTERY} <= set(names)
    assert names[-2:] == ["all views", "best view"]


def test_blurs_of_cubes_are_those_of_scipy() -> None:
    cubes = np.random.default_rng(0).normal(0, 50, (2, 16, 16, 16)).astype(np.float32)
    for sigma in (1.0, 3.0):
        expected = [ndimage.gaussian_filter(cube, sigma, mode="nearest") for cube in cubes]
        np.testing.assert_allclose(views.blurred(cubes, sigma), expected, atol=1e-3)


def test_a_cube_is_turned_along_the_axis_that_the_view_says() -> None:
    cube = np.arange(2 * 27, dtype=np.uint8).reshape(2, 3, 3, 3)
    tall = cube.reshape(2, 9, 3)
    by_name = {view.name: view for view in views.BATTERY}
    (back,) = by_name["volume-backwards"].turns(tall)
    np.testing.assert_array_equal(views.as_cubes(back(tall)), cube[:, ::-1])
    assert back.words == "with the slices in the other order"
    inverted, *turned = by_name["volume-turned"].turns(tall)
    np.testing.assert_array_equal(views.as_cubes(inverted(tall)), 255 - cube)
    wanted = [np.rot90(some, k, (2, 3)) for some in (cube, cube[..., ::-1]) for k in range(4)][1:]
    got = {turn.words: views.as_cubes(turn.posed(tall)) for turn in turned}
    assert len(got) == len(wanted)
    for own in wanted:
        assert any((own == each).all() for each in got.values())
    np.testing.assert_array_equal(got["flipped"], cube[..., ::-1])


@pytest.mark.parametrize("kind", planted.KINDS, ids=lambda kind: kind.name)
def test_planted_volumes_are_bytes_of_one_cube(kind: PlantedKind) -> None:
    inputs = volumes.audited(*copied_sets(copied=0))
    assert inputs.volumes is not None
    cubes = inputs.volumes.cubes
    assert cubes is not None
    rng = np.random.default_rng(0)
    made = plant(cubes, kind, 5, rng, degrade=planted.degraded)
    assert made.images.dtype == np.uint8
    assert made.images.shape == (5, *cubes.real.shape[1:])
    assert cubes.training[made.parents].all()
